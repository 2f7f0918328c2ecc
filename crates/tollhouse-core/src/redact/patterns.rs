//! What looks like a secret in a text: keys with a known beginning, tokens, passwords behind their names.

use std::{borrow::Cow, ops::Range};

use aho_corasick::{AhoCorasick, MatchKind};

use super::{MASK, cards, names};

/// Finds beginnings of secrets.
#[derive(Debug)]
pub(super) struct Patterns(Option<AhoCorasick>);

/// What a beginning begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A key that begins so and goes on for at least so many letters, digits and signs.
    Key(&'static str, usize),
    /// What follows is a token: `Bearer …`.
    Scheme,
    /// A JSON Web Token.
    Token,
    /// A PEM block.
    Pem,
    /// A URL, which may have a password before its host.
    Url,
    /// A name, of which the value follows.
    Name,
}

impl Patterns {
    pub(super) fn new() -> Self {
        let beginnings = table().map(|(beginning, _)| beginning);
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(beginnings);
        Self(finder.ok())
    }

    pub(super) fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut found = self.ranges(text);
        let mut card = cards::find(text.as_bytes(), 0);
        while let Some(range) = card {
            card = cards::find(text.as_bytes(), range.end);
            found.push(range);
        }
        if found.is_empty() {
            return text.into();
        }
        found.sort_by_key(|range| range.start);
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for range in found {
            if range.start >= from {
                out.push_str(text.get(from..range.start).unwrap_or_default());
                out.push_str(MASK);
            }
            from = from.max(range.end);
        }
        out.push_str(text.get(from..).unwrap_or_default());
        out.into()
    }

    fn ranges(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let Some(finder) = &self.0 else {
            return found;
        };
        for hit in finder.find_iter(text) {
            let kind = table().nth(hit.pattern().as_usize());
            if let Some((_, kind)) = kind {
                found.extend(secret(text, hit.range(), kind));
            }
        }
        found
    }
}

/// Every beginning with what it begins.
fn table() -> impl Iterator<Item = (&'static str, Kind)> {
    let keys = KEYS
        .iter()
        .map(|(key, least)| (*key, Kind::Key(key, *least)));
    let names = names::USUAL.iter().chain(&[names::TOKEN, "pwd"]);
    keys.chain([
        ("bearer ", Kind::Scheme),
        ("basic ", Kind::Scheme),
        ("eyJ", Kind::Token),
        ("-----BEGIN ", Kind::Pem),
        ("://", Kind::Url),
    ])
    .chain(names.map(|name| (*name, Kind::Name)))
}

/// What of a text behind a beginning is secret, if it is.
fn secret(text: &str, begins: Range<usize>, kind: Kind) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    match kind {
        Kind::Key(beginning, least) => {
            let is_so =
                text.get(begins.clone()) == Some(beginning) && !is_inside(bytes, begins.start);
            let end = behind(bytes, begins.end, is_key_byte);
            (is_so && end - begins.end >= least).then_some(begins.start..end)
        }
        Kind::Scheme => {
            let end = behind(bytes, begins.end, is_token_byte);
            (!is_inside(bytes, begins.start) && end - begins.end >= 8).then_some(begins.end..end)
        }
        Kind::Token => {
            let end = behind(bytes, begins.start, |byte| {
                is_key_byte(byte) || byte == b'.'
            });
            let parts = text.get(begins.start..end)?.split('.').map(str::len);
            let is_long = parts.clone().take(2).filter(|length| *length >= 8).count() == 2;
            is_long.then_some(begins.start..end)
        }
        Kind::Pem => {
            let rest = text.get(begins.start..)?;
            let title = rest.lines().next()?;
            if !title.contains("PRIVATE KEY") {
                return None;
            }
            let end = rest.find("-----END ").map_or(rest.len(), |end| {
                rest.get(end + 9..)
                    .and_then(|last| last.find("-----"))
                    .map_or(rest.len(), |last| end + 9 + last + 5)
            });
            Some(begins.start..begins.start + end)
        }
        Kind::Url => {
            let is_authority =
                |byte: u8| byte > b' ' && !matches!(byte, b'/' | b'"' | b'\'' | b'?' | b'#');
            let end = behind(bytes, begins.end, is_authority);
            let authority = text.get(begins.end..end)?;
            let (user, _) = authority.rsplit_once('@')?;
            let (name, _) = user.split_once(':')?;
            Some(begins.end + name.len() + 1..begins.end + user.len())
        }
        Kind::Name => value(bytes, begins),
    }
}

/// The value behind a name: `password=…`, `"token": "…"`.
fn value(bytes: &[u8], name: Range<usize>) -> Option<Range<usize>> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_token = bytes
        .get(name.clone())
        .is_some_and(|name| name.eq_ignore_ascii_case(names::TOKEN.as_bytes()));
    let mut place = behind(bytes, name.end, is_letter);
    place = behind(bytes, place, |byte| {
        matches!(byte, b'"' | b'\'' | b'\\' | b' ')
    });
    if !matches!(bytes.get(place), Some(b'=' | b':')) {
        return None;
    }
    let start = behind(bytes, place + 1, |byte| {
        matches!(byte, b'"' | b'\'' | b'\\' | b' ')
    });
    let is_quoted = start
        .checked_sub(1)
        .and_then(|before| bytes.get(before))
        .is_some_and(|byte| matches!(byte, b'"' | b'\''));
    let end = behind(bytes, start, |byte| match byte {
        b'"' | b'\'' | b'\\' | b'\n' => false,
        b' ' | b',' | b';' | b'&' | b')' | b'}' | b']' => is_quoted,
        _ => true,
    });
    let value = bytes.get(start..end)?;
    let is_number = value.iter().all(u8::is_ascii_digit);
    // The name of a scheme, of which the token follows, and a word for where a secret stands.
    let is_word = WORDS.iter().any(|word| {
        value
            .get(..word.len())
            .is_some_and(|begins| begins.eq_ignore_ascii_case(word))
    });
    let is_masked = value == MASK.as_bytes() || is_word;
    let is_one = value.len() >= VALUE_BYTES_MIN && !is_masked && !(is_token && is_number);
    is_one.then_some(start..end)
}

/// The end of the bytes from a place on that are of one kind.
fn behind(bytes: &[u8], from: usize, is_one: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let length = rest.iter().position(|byte| !is_one(*byte));
    from + length.unwrap_or(rest.len())
}

/// Whether a word goes on from before this place.
fn is_inside(bytes: &[u8], place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|before| bytes.get(before));
    before.is_some_and(u8::is_ascii_alphanumeric)
}

const fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// RFC 6750, 2.1.
const fn is_token_byte(byte: u8) -> bool {
    is_key_byte(byte) || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=')
}

/// How keys of well-known makers begin, ours among them, and how long they are at least behind that.
const KEYS: [(&str, usize); 21] = [
    ("th_", 40),
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("rk_live_", 16),
    ("rk_test_", 16),
    ("whsec_", 16),
    ("sk-", 20),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("ghu_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("npm_", 30),
    ("pypi-", 30),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("SG.", 40),
];
const WORDS: [&[u8]; 7] = [
    b"bearer", b"basic", b"digest", b"env:", b"file:", b"exec:", b"${",
];
/// Shorter words behind a colon are most often words.
const VALUE_BYTES_MIN: usize = 4;
