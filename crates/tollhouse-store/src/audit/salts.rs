//! Salts, drawn many at a time: one question to the system for each would cost more than the digest.

use tollhouse_core::draw;

/// Random bytes that were drawn and not given out yet.
#[derive(Debug)]
pub(super) struct Salts {
    drawn: [u8; DRAWN_BYTES],
    next: usize,
}

impl Default for Salts {
    fn default() -> Self {
        Self {
            drawn: [0; DRAWN_BYTES],
            next: DRAWN_BYTES,
        }
    }
}

impl Salts {
    /// Sixteen bytes that nobody can guess. Zeros only if the system has no randomness: then a digest can be tried
    /// out against texts that somebody guesses, and everything else holds.
    pub(super) fn draw(&mut self) -> [u8; 16] {
        if self.next >= DRAWN_BYTES {
            self.drawn = draw().unwrap_or([0; DRAWN_BYTES]);
            self.next = 0;
        }
        let mut salt = [0; 16];
        let from = self.drawn.iter().skip(self.next);
        salt.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        self.next += salt.len();
        salt
    }
}

const DRAWN_BYTES: usize = 4096;
