//! The chain: of every record a digest over the digest before it and the record's own bytes.

use sha2::{Digest as _, Sha256};

/// A place in the chain of one writer: the number of a record, and the digest over everything up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) seq: u64,
    pub(super) hash: [u8; 32],
}

impl Head {
    /// The place before the first record of a writer.
    pub(super) fn before_all(process: &str) -> Self {
        let mut digest = Sha256::new();
        digest.update(BEGINNING);
        digest.update(process);
        Self {
            seq: 0,
            hash: digest.finalize().into(),
        }
    }

    /// The place behind one more record.
    pub(super) fn behind(self, line: &[u8]) -> Self {
        let mut digest = Sha256::new();
        digest.update(self.hash);
        digest.update(line);
        Self {
            seq: self.seq.saturating_add(1),
            hash: digest.finalize().into(),
        }
    }

    /// What of the digest stands beside the record, so that the first bad one is found in a whole segment.
    pub(super) fn mark(self) -> [u8; MARK_BYTES] {
        let mut mark = [0; MARK_BYTES];
        mark.iter_mut()
            .zip(self.hash)
            .for_each(|(to, from)| *to = from);
        mark
    }
}

/// The digest under which a text that may be erased stands in a record.
pub(super) fn sealed(salt: &[u8], text: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(salt);
    digest.update(text);
    digest.finalize().into()
}

/// What stands behind the digest of a text that is not kept, so that its salt cannot be exchanged unseen.
pub(super) fn salt_check(salt: &[u8]) -> [u8; MARK_BYTES] {
    let digest: [u8; 32] = Sha256::digest(salt).into();
    let mut check = [0; MARK_BYTES];
    check
        .iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = from);
    check
}

/// The mark of a person.
pub(super) fn person(salt: &[u8], subject: &str) -> [u8; 16] {
    let digest = sealed(salt, subject.as_bytes());
    let mut mark = [0; 16];
    mark.iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = from);
    mark
}

/// Bytes as hexadecimal digits, behind what is there.
pub(super) fn push_hex(bytes: &[u8], out: &mut Vec<u8>) {
    let digit = |value: u8| match value {
        0..10 => b'0' + value,
        _ => b'a' + value - 10,
    };
    out.extend(
        bytes
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]),
    );
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len() * 2);
    push_hex(bytes, &mut out);
    // Digits are always text.
    String::from_utf8(out).unwrap_or_default()
}

/// The bytes of hexadecimal digits, if they are so many.
pub(super) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let &[high, low] = pair else {
            return None;
        };
        *byte = value(high)? << 4 | value(low)?;
    }
    Some(bytes)
}

/// Only as they are written here: another case would be another line.
const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

const BEGINNING: &[u8] = b"tollhouse audit 1\0";
pub(super) const MARK_BYTES: usize = 8;
