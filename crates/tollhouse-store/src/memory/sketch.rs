//! A sketch of a text: one bit for each three letters in a row that occur in it, by a hash.
//!
//! It tells in nanoseconds what a text cannot have, and what it may have; who wants to be sure reads the
//! text. Sketches are kept, so what a bit means never changes.

/// So many bits that a page of text sets less than half of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sketch([u8; BYTES]);

impl Sketch {
    pub(super) fn of(words: &[String]) -> Self {
        let mut bits = [0; BYTES];
        for (byte, mask) in words.iter().flat_map(|word| places(word)) {
            if let Some(byte) = bits.get_mut(byte) {
                *byte |= mask;
            }
        }
        Self(bits)
    }

    /// One that was kept; `None` for anything else.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How much the two have in common of all that either has, from 0 to 1.
    pub(super) fn likeness(&self, other: &Self) -> f64 {
        let pairs = || self.0.iter().zip(&other.0);
        let shared = ones(pairs().map(|(here, there)| here & there));
        let all = ones(pairs().map(|(here, there)| here | there));
        share(shared, all)
    }
}

/// One word, ready to be looked for in many sketches: the few bits that it would set.
pub(super) struct Wanted(Vec<(usize, u8)>);

impl Wanted {
    pub(super) fn of(word: &str) -> Self {
        let mut bits: Vec<(usize, u8)> = places(word).collect();
        bits.sort_unstable();
        bits.dedup();
        Self(bits)
    }

    /// How much of the word is in a sketch, from 0 to 1.
    pub(super) fn share_in(&self, sketch: &Sketch) -> f64 {
        let is_set = |(byte, mask): &&(usize, u8)| {
            let there = sketch.0.get(*byte);
            there.is_some_and(|there| there & mask != 0)
        };
        let shared = self.0.iter().filter(is_set).count();
        shared as f64 / self.0.len().max(1) as f64
    }
}

/// The hashes of each three letters in a row of a word, its ends included: in order, each once.
pub(super) fn trigrams(word: &str) -> Vec<u32> {
    let letters: Vec<char> = [' '].into_iter().chain(word.chars()).chain([' ']).collect();
    let mut hashes: Vec<u32> = letters.windows(3).map(hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// How many hashes two such lists share.
pub(super) fn shared(one: &[u32], other: &[u32]) -> usize {
    one.iter()
        .filter(|hash| other.binary_search(hash).is_ok())
        .count()
}

fn places(word: &str) -> impl Iterator<Item = (usize, u8)> {
    trigrams(word).into_iter().map(|hash| {
        let bit = hash % (8 * BYTES as u32);
        ((bit / 8) as usize, 1 << (bit % 8))
    })
}

/// FNV-1a, which is the same everywhere and forever.
fn hash(letters: &[char]) -> u32 {
    let bytes = letters
        .iter()
        .flat_map(|&letter| u32::from(letter).to_le_bytes());
    bytes.fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

fn ones(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.map(u8::count_ones).sum()
}

fn share(part: u32, all: u32) -> f64 {
    f64::from(part) / f64::from(all.max(1))
}

const BYTES: usize = 256;
