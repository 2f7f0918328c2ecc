//! What every character may do: the policy, as one table.

/// What is done with a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// It stays.
    Keep,
    /// It goes, wherever it stands.
    Never,
    /// It begins a sequence that steers a terminal, and goes with all of it.
    Steers,
    /// A carriage return: stays before a line feed.
    Return,
    /// Joins or parts what stands beside it: stays between emoji and in scripts that need it.
    Joiner,
    /// Chooses between two pictures of an emoji: stays alone behind one.
    EmojiSelector,
    /// Chooses a form of a character: stays alone behind one that has forms.
    FormSelector,
    /// Chooses a form of an ideograph: stays alone behind one.
    HanSelector,
    /// Chooses a form in Mongolian, or parts it: stays alone behind a letter of it.
    Mongolian,
    /// Stands for a letter that is missing: stays beside others of old Korean.
    Hangul,
    /// Is not seen and has a use: stays alone.
    Mark,
    /// Spells a flag: stays behind a black flag, if there is such a flag.
    Tag,
}

/// The class of a character.
pub(super) const fn class(c: char) -> Class {
    match c as u32 {
        // Most of what is written.
        0x20..=0x7E | 0x0A | 0x09 => Class::Keep,
        0x1B | 0x90 | 0x98 | 0x9B | 0x9D..=0x9F => Class::Steers,
        0x0D => Class::Return,
        0x00..=0x1F | 0x7F..=0x9F => Class::Never,
        0xAD | 0x34F | 0x61C | 0x200E..=0x200F => Class::Mark,
        0xA0..=0x10FF => Class::Keep,
        0x115F..=0x1160 => Class::Hangul,
        0x17B4..=0x17B5 => Class::Never,
        0x180B..=0x180F => Class::Mongolian,
        0x1100..=0x1FFF => Class::Keep,
        0x200C..=0x200D => Class::Joiner,
        0x200B | 0x202A..=0x202E | 0x2060..=0x206F => Class::Never,
        0x3164 => Class::Never,
        0x2000..=0xDFFF => Class::Keep,
        0xE000..=0xF8FF | 0xFDD0..=0xFDEF => Class::Never,
        0xFE00..=0xFE0D => Class::FormSelector,
        0xFE0E..=0xFE0F => Class::EmojiSelector,
        0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0xFFFE..=0xFFFF => Class::Never,
        0xF900..=0xFFFD => Class::Keep,
        // Noncharacters: the last two of every plane.
        high if high & 0xFFFE == 0xFFFE => Class::Never,
        0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A => Class::Never,
        0x10000..=0xDFFFF => Class::Keep,
        0xE0001 | 0xE0020..=0xE007F => Class::Tag,
        0xE0100..=0xE01EF => Class::HanSelector,
        // What has no meaning yet and is not shown, and what means what two people agree on.
        _ => Class::Never,
    }
}

/// Whether it is a picture, or can be one.
pub(super) const fn is_emoji(c: char) -> bool {
    matches!(
        c as u32,
        0x23 | 0x2A
            | 0x30..=0x39
            | 0xA9
            | 0xAE
            | 0x203C
            | 0x2049
            | 0x20E3
            | 0x2100..=0x2BFF
            | 0x3030
            | 0x303D
            | 0x3297
            | 0x3299
            | 0x1F000..=0x1FAFF
    )
}

/// Whether it is a picture that can be joined to another.
pub(super) const fn is_joined(c: char) -> bool {
    matches!(c as u32, 0x2190..=0x2BFF | 0x1F000..=0x1FAFF)
}

/// Whether it ends a picture to which another can be joined.
pub(super) const fn is_picture(c: char) -> bool {
    is_joined(c) || matches!(c, '\u{FE0F}' | '\u{E007F}')
}

/// Whether it is of a script whose letters join, or have forms that joiners choose.
pub(super) const fn is_joining(c: char) -> bool {
    let is_of_one = matches!(
        c as u32,
        0x0600..=0x08FF
            | 0x0900..=0x0DFF
            | 0x0F00..=0x109F
            | 0x1700..=0x18AF
            | 0x1900..=0x1CFF
            | 0xA800..=0xABFF
            | 0xFB50..=0xFDFF
            | 0xFE70..=0xFEFC
            | 0x10A00..=0x10FFF
            | 0x11000..=0x11FFF
            | 0x16100..=0x1613F
            | 0x1E900..=0x1E95F
            | 0x1EE00..=0x1EEFF
    );
    is_of_one && matches!(class(c), Class::Keep)
}

/// Whether some of it has forms that are chosen by a selector.
pub(super) const fn has_forms(c: char) -> bool {
    is_han(c)
        || matches!(
            c as u32,
            0x30 | 0x1000..=0x109F
                | 0x2190..=0x22FF
                | 0x2A00..=0x2AFF
                | 0x3001..=0x30FF
                | 0xA840..=0xA87F
                | 0xAA60..=0xAA7F
                | 0xFF01..=0xFF60
                | 0x10AC0..=0x10AFF
                | 0x13000..=0x1345F
        )
}

/// Whether it is an ideograph.
pub(super) const fn is_han(c: char) -> bool {
    matches!(
        c as u32,
        0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFD
    )
}

/// Whether it is a letter or a sign of Mongolian.
pub(super) const fn is_mongolian(c: char) -> bool {
    matches!(c as u32, 0x1800..=0x180A | 0x1810..=0x18AF | 0x11660..=0x1167F)
}

/// Whether it is a part of a Korean syllable.
pub(super) const fn is_jamo(c: char) -> bool {
    matches!(c as u32, 0x1100..=0x115E | 0x1161..=0x11FF | 0xA960..=0xA97F | 0xD7B0..=0xD7FF)
}

/// The flags that are spelled with tags behind a black flag: England, Scotland, Wales.
pub(super) const FLAGS: [&str; 3] = [
    "\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];
/// Behind which they stand.
pub(super) const BLACK_FLAG: char = '\u{1F3F4}';
