//! How much room a text takes in a message: every escape counted, and the marks that are put around it when it leaves.

use crate::fence::{AROUND_BYTES, Count};

/// How a text leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaves {
    /// As it is.
    Plain,
    /// Between marks, because others wrote it, and with what could be one escaped inside.
    Marked,
}

impl Leaves {
    /// How much stands around each text.
    pub(crate) const fn around(self) -> usize {
        match self {
            Self::Plain => 0,
            Self::Marked => AROUND_BYTES,
        }
    }

    /// Counts what is escaped, if anything is.
    pub(crate) fn count(self) -> Option<Count> {
        (self == Self::Marked).then(Count::default)
    }

    /// Weighs a text.
    pub(crate) fn weight(self) -> Weight {
        Weight(self.count())
    }
}

/// Weighs a text that comes in pieces, as it is written in a message.
#[derive(Debug)]
pub(crate) struct Weight(Option<Count>);

impl Weight {
    /// What this piece adds.
    pub(crate) fn text(&mut self, text: &str) -> usize {
        match self.0 {
            None => text.bytes().map(escaped).sum(),
            Some(_) => text.bytes().map(|byte| self.byte(byte)).sum(),
        }
    }

    /// What one byte adds.
    pub(super) fn byte(&mut self, byte: u8) -> usize {
        let escapes = self.0.as_mut().map_or(0, |marks| marks.next(byte));
        escaped(byte) + escapes * escaped(b'\\')
    }
}

/// What a byte of a text becomes in a JSON string.
const fn escaped(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    }
}
