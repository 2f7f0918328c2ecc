//! Words: how contents and queries are cut into them, the same way for the index and for the sketch.

/// A text with spaces around every character of scripts that write without them, so that each is a word.
///
/// A row of such characters is then found by any part of it.
pub(super) fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if stands_alone(character) {
            out.extend([' ', character, ' ']);
        } else {
            out.push(character);
        }
    }
    out
}

/// The words of a text, in small letters. There are fewer than the text has bytes.
pub(super) fn words(text: &str) -> Vec<String> {
    let small = spaced(text).to_lowercase();
    let pieces = small.split(|character: char| !is_part(character));
    pieces
        .filter(|piece| piece.contains(char::is_alphanumeric))
        .map(str::to_owned)
        .collect()
}

/// Whether a character is a word by itself.
pub(super) fn stands_alone(character: char) -> bool {
    matches!(u32::from(character),
        0x0e00..=0x0eff // Thai and Lao
        | 0x1000..=0x109f // Myanmar
        | 0x1780..=0x17ff // Khmer
        | 0x3040..=0x312f // Hiragana, Katakana, Bopomofo
        | 0x31f0..=0x31ff
        | 0x3400..=0x4dbf // Han
        | 0x4e00..=0x9fff
        | 0xac00..=0xd7af // Hangul
        | 0xf900..=0xfaff
        | 0x2_0000..=0x3_ffff)
}

/// Letters, digits, and accents that stand behind their letter.
fn is_part(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '\u{300}'..='\u{36f}')
}
