//! A key as it is made: a beginning by which people and scanners know it, 256 random bits, and a checksum.

use std::fmt;

use sha2::{Digest as _, Sha256};
use tollhouse::{KeyHash, draw};

/// A new key. Its text is shown once and kept nowhere.
pub(crate) struct Secret(String);

impl Secret {
    /// `None` only if the system has no randomness.
    pub(crate) fn draw() -> Option<Self> {
        let random = in_digits::<RANDOM_DIGITS>(draw::<32>()?);
        Some(Self(format!("{BEGINNING}{random}{}", checksum(&random))))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// What of it may be shown later. What is left of it is still far too much to guess.
    pub(crate) fn prefix(&self) -> String {
        self.0.chars().take(PREFIX_CHARS).collect()
    }

    pub(crate) fn hash(&self) -> KeyHash {
        hash(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// What kept keys are known by.
pub(crate) fn hash(key: &[u8]) -> KeyHash {
    KeyHash(Sha256::digest(key).into())
}

/// What can be seen of a key without looking it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// It may have been made here.
    Whole,
    /// It begins like one of ours, and a letter of it is wrong or missing.
    Mistyped,
    /// It was not made here.
    Foreign,
}

/// Whether it begins like one of ours, whole or not.
pub(super) fn begins(key: &[u8]) -> bool {
    key.starts_with(BEGINNING.as_bytes())
}

pub(super) fn form(key: &[u8]) -> Form {
    let Some(rest) = key.strip_prefix(BEGINNING.as_bytes()) else {
        return Form::Foreign;
    };
    let parts = rest.split_at_checked(RANDOM_DIGITS);
    let is_whole = parts.is_some_and(|(random, sum)| {
        let random = std::str::from_utf8(random);
        random.is_ok_and(|random| checksum(random).as_bytes() == sum)
    });
    if is_whole {
        Form::Whole
    } else {
        Form::Mistyped
    }
}

fn checksum(random: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(random).into();
    let [first, second, third, fourth, ..] = digest;
    in_digits::<CHECKSUM_DIGITS>([first, second, third, fourth])
}

/// A number in so many digits of base 62; they are enough for it.
fn in_digits<const DIGITS: usize>(mut number: impl AsMut<[u8]>) -> String {
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0_u32;
        for byte in number.as_mut() {
            let value = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(value / BASE).unwrap_or(u8::MAX);
            rest = value % BASE;
        }
        *digit = letter(u8::try_from(rest).unwrap_or_default());
    }
    digits.map(char::from).iter().collect()
}

const fn letter(value: u8) -> u8 {
    match value {
        0..10 => b'0' + value,
        10..36 => b'A' + value - 10,
        _ => b'a' + value - 36,
    }
}

const BEGINNING: &str = "th_";
const BASE: u32 = 62;
/// 62 to the power of 43 is just above 2 to the power of 256, and to that of 6 above 2 to the power of 32.
const RANDOM_DIGITS: usize = 43;
const CHECKSUM_DIGITS: usize = 6;
const PREFIX_CHARS: usize = 9;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Form, Secret, begins, form, in_digits};

    #[test]
    fn a_key_is_long_whole_and_no_other() {
        let keys: Vec<_> = (0..100).map(|_| Secret::draw().unwrap()).collect();
        let texts: BTreeSet<_> = keys.iter().map(Secret::reveal).collect();
        assert_eq!(texts.len(), keys.len());
        for key in &keys {
            let text = key.reveal();
            assert_eq!((text.len(), form(text.as_bytes())), (52, Form::Whole));
            assert!(text.starts_with(&key.prefix()));
            assert!(
                text.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            );
            assert!(!format!("{key:?}").contains(text));
        }
    }

    #[test]
    fn a_slip_in_any_place_is_seen_without_looking_the_key_up() {
        let key = Secret::draw().unwrap().reveal().to_owned();
        for place in 3..key.len() {
            let mut spoilt = key.clone().into_bytes();
            spoilt[place] = if spoilt[place] == b'x' { b'y' } else { b'x' };
            assert_eq!(form(&spoilt), Form::Mistyped, "{place}");
            assert!(begins(&spoilt));
            assert_eq!(form(&key.as_bytes()[..place]), Form::Mistyped);
            let mut swapped = key.clone().into_bytes();
            swapped.swap(place - 1, place);
            if place > 3 && swapped != key.as_bytes() {
                assert_eq!(form(&swapped), Form::Mistyped, "{place}");
            }
        }
        assert_eq!(form(format!("{key}x").as_bytes()), Form::Mistyped);
        for foreign in [&b""[..], b"x", b"mc_your_key", &[0xff; 52]] {
            assert_eq!((form(foreign), begins(foreign)), (Form::Foreign, false));
        }
        assert_eq!(
            form(&[b"th_".as_slice(), &[0xff; 49]].concat()),
            Form::Mistyped
        );
    }

    #[test]
    fn numbers_are_written_as_by_hand() {
        assert_eq!(in_digits::<6>([0, 0, 0, 61]), "00000z");
        assert_eq!(in_digits::<6>([0, 0, 1, 0]), "000048");
        assert_eq!(in_digits::<6>([255; 4]), "4gfFC3");
        assert_eq!(in_digits::<43>([0; 32]), "0".repeat(43));
    }
}
