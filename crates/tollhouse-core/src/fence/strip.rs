//! Takes out of a text what nobody sees and what steers a terminal. All that is read stays.

use std::fmt::Write as _;

use super::characters::{
    BLACK_FLAG, Class, FLAGS, class, has_forms, is_emoji, is_han, is_jamo, is_joined, is_joining,
    is_mongolian, is_picture,
};

/// A text without what does not belong in it, and how many characters that were.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stripped {
    pub(super) text: String,
    pub(super) removed: u64,
}

/// Takes out what does not belong in a text. `None` if all of it does, which is told without a copy.
pub(super) fn strip(text: &str) -> Option<Stripped> {
    let plain = plain_bytes(text.as_bytes());
    if plain == text.len() {
        return None;
    }
    let mut walk = Walk::new(text, plain);
    while walk.step() {}
    walk.end()
}

/// A pattern with everything that may have to go written as what it is called in patterns. `None` if it has none.
pub(super) fn spelled(pattern: &str) -> Option<String> {
    strip(pattern)?;
    let mut out = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match u16::try_from(u32::from(c)) {
            Ok(code) if class(c) != Class::Keep => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{code:04x}");
            }
            _ => out.push(c),
        }
    }
    Some(out)
}

/// How many bytes from the start are nothing but ASCII that is seen, and line ends.
fn plain_bytes(bytes: &[u8]) -> usize {
    let mut plain = 0;
    for stretch in bytes.chunks(STRETCH_BYTES) {
        // Without a branch inside, the compiler compares many bytes at once.
        let all = stretch.iter().fold(true, |all, &byte| all & is_plain(byte));
        if !all {
            return plain + stretch.iter().take_while(|byte| is_plain(**byte)).count();
        }
        plain += stretch.len();
    }
    plain
}

const fn is_plain(byte: u8) -> bool {
    (byte >= 0x20) & (byte < 0x7F) | (byte == b'\n') | (byte == b'\t')
}

/// One pass over a text.
struct Walk<'a> {
    text: &'a str,
    /// Where the pass is.
    at: usize,
    /// From where on what was read is still to be copied.
    copied: usize,
    /// The last character that stays.
    last: Option<char>,
    out: String,
    removed: u64,
}

impl<'a> Walk<'a> {
    /// Begins behind what is plain.
    fn new(text: &'a str, plain: usize) -> Self {
        let before = text
            .get(..plain)
            .and_then(|before| before.chars().next_back());
        Self {
            text,
            at: plain,
            copied: 0,
            last: before,
            out: String::new(),
            removed: 0,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Reads up to the next character that may have to go, and judges it. False at the end.
    fn step(&mut self) -> bool {
        let rest = self.rest();
        for c in rest.chars() {
            let class = class(c);
            if class != Class::Keep {
                self.judge(c, class);
                return true;
            }
            self.last = Some(c);
            self.at += c.len_utf8();
        }
        false
    }

    fn judge(&mut self, c: char, class: Class) {
        let next = self.rest().chars().nth(1);
        let last = self.last;
        let is_behind = |fits: fn(char) -> bool| last.is_some_and(fits);
        let is_before = |fits: fn(char) -> bool| next.is_some_and(fits);
        let stays = match class {
            Class::Keep => true,
            Class::Never => false,
            Class::Steers => return self.remove(sequence(self.rest())),
            Class::Tag => return self.flag(),
            Class::Return => next == Some('\n'),
            Class::Joiner => {
                (is_behind(is_picture) && is_before(is_joined))
                    || is_behind(is_joining)
                    // What follows may join the letter before, unless that is hidden itself.
                    || (is_before(is_joining) && !is_behind(is_unseen))
            }
            Class::EmojiSelector => {
                is_behind(is_emoji) || (c == '\u{FE0E}' && is_behind(has_forms))
            }
            Class::FormSelector => is_behind(has_forms),
            Class::HanSelector => is_behind(is_han),
            Class::Mongolian => is_behind(is_mongolian),
            Class::Hangul => is_behind(is_jamo) || is_before(is_jamo),
            Class::Mark => !is_behind(is_unseen),
        };
        if stays {
            self.last = Some(c);
            self.at += c.len_utf8();
        } else {
            self.remove(c.len_utf8());
        }
    }

    /// Keeps the tags that spell a flag, and nothing else that is spelled with tags.
    fn flag(&mut self) {
        let rest = self.rest();
        let flag = FLAGS.into_iter().find(|flag| rest.starts_with(flag));
        match flag.filter(|_| self.last == Some(BLACK_FLAG)) {
            Some(flag) => {
                self.last = flag.chars().next_back();
                self.at += flag.len();
            }
            None => self.remove(rest.chars().next().map_or(0, char::len_utf8)),
        }
    }

    /// Leaves out so many bytes.
    fn remove(&mut self, bytes: usize) {
        let kept = self.text.get(self.copied..self.at).unwrap_or_default();
        if self.out.capacity() == 0 {
            self.out.reserve(self.text.len());
        }
        self.out.push_str(kept);
        let gone = self.rest().get(..bytes).unwrap_or_default();
        self.removed += gone.chars().count() as u64;
        self.at += bytes;
        self.copied = self.at;
    }

    fn end(mut self) -> Option<Stripped> {
        if self.removed == 0 {
            return None;
        }
        let kept = self.text.get(self.copied..).unwrap_or_default();
        self.out.push_str(kept);
        Some(Stripped {
            text: self.out,
            removed: self.removed,
        })
    }
}

/// Whether it is there and not seen.
fn is_unseen(c: char) -> bool {
    class(c) != Class::Keep
}

/// How many bytes a sequence has that steers a terminal (ECMA-48, 5.4 and 5.6), with the string in it. One that does
/// not end is only its beginning: what follows is text.
fn sequence(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (kind, begin) = match bytes {
        [0x1B, kind @ 0x20..=0x7E, ..] => (*kind, 2),
        [0x1B, ..] => return 1,
        // The same in one character, which UTF-8 writes as C2 and itself.
        [0xC2, kind, ..] => (kind.wrapping_sub(0x40), 2),
        _ => return rest.chars().next().map_or(0, char::len_utf8),
    };
    let body = bytes.get(begin..).unwrap_or_default();
    match kind {
        b'[' => begin + control(body).unwrap_or(0),
        b']' | b'P' | b'X' | b'^' | b'_' => begin + string(body).unwrap_or(0),
        0x20..=0x2F => begin + intermediate(body),
        _ => begin,
    }
}

/// The parameters of a control sequence, and what ends it.
fn control(body: &[u8]) -> Option<usize> {
    let parameters = body.iter().take_while(|byte| matches!(byte, 0x20..=0x3F));
    let parameters = parameters.count();
    let is_end = |byte: &u8| matches!(byte, 0x40..=0x7E);
    match body.get(parameters) {
        Some(byte) if is_end(byte) => Some(parameters + 1),
        _ => None,
    }
}

/// What follows the first of several characters of one sequence.
fn intermediate(body: &[u8]) -> usize {
    let more = body.iter().take_while(|byte| matches!(byte, 0x20..=0x2F));
    let more = more.count();
    match body.get(more) {
        Some(0x30..=0x7E) => more + 1,
        _ => more,
    }
}

/// A string within a sequence, and what ends it: a bell, or ST. It does not go over lines.
fn string(body: &[u8]) -> Option<usize> {
    let body = body.get(..STRING_BYTES_MAX.min(body.len()))?;
    let mut before = 0;
    for (place, &byte) in body.iter().enumerate() {
        match (before, byte) {
            (_, 0x07) | (0x1B, b'\\') | (0xC2, 0x9C) => return Some(place + 1),
            (_, b'\n') | (0x1B, _) => return None,
            (_, byte) => before = byte,
        }
    }
    None
}

const STRETCH_BYTES: usize = 64;
const STRING_BYTES_MAX: usize = 4096;
