//! Records that could not be written yet: a bounded number of them, and of bytes.

use std::collections::VecDeque;

use super::draft::Entry;

/// What waits until the audit can be written again.
#[derive(Debug, Default)]
pub(super) struct Held {
    entries: VecDeque<Entry>,
    bytes: usize,
}

impl Held {
    /// Keeps an entry, if there is room. Its texts are given up before it is.
    pub(super) fn add(&mut self, mut entry: Entry) -> bool {
        if self.entries.len() >= ENTRIES_MAX {
            return false;
        }
        if self.bytes.saturating_add(entry.bytes()) > TEXTS_MAX {
            entry.shorten(true);
        }
        let bytes = self.bytes.saturating_add(entry.bytes());
        if bytes > BYTES_MAX {
            return false;
        }
        self.bytes = bytes;
        self.entries.push_back(entry);
        true
    }

    /// The oldest of them.
    pub(super) fn next(&mut self) -> Option<Entry> {
        let entry = self.entries.pop_front()?;
        self.bytes = self.bytes.saturating_sub(entry.bytes());
        Some(entry)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }
}

const ENTRIES_MAX: usize = 16_384;
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// From here on records are kept without their texts, so that all have room.
const TEXTS_MAX: usize = 48 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use tollhouse_core::{Ending, Payload, Record};

    use super::{BYTES_MAX, ENTRIES_MAX, Entry, Held};

    fn call(bytes: usize) -> Entry {
        Entry::Call(Box::new(Record {
            result: Payload::Hash("a".repeat(bytes)),
            ..Record::new("tool", "search", Ending::Done)
        }))
    }

    fn sum(held: &Held) -> usize {
        held.iter().map(Entry::bytes).sum()
    }

    #[test]
    fn r10_what_is_held_is_bounded_in_bytes_and_texts_go_before_records() {
        let mut held = Held::default();
        let long = (0..12).filter(|_| held.add(call(4 * 1024 * 1024))).count();
        let short = (long..ENTRIES_MAX).filter(|_| held.add(call(1000))).count();
        assert_eq!((long + short, held.len()), (ENTRIES_MAX, ENTRIES_MAX));
        assert!(!held.add(call(1)));
        assert!(sum(&held) <= BYTES_MAX);
        let whole = held.iter().filter(|entry| entry.bytes() > 1000).count();
        assert!(whole > 10 && whole < 4000, "{whole}");
        while held.next().is_some() {}
        assert_eq!(held.bytes, 0);
        assert!(held.add(call(1)));
    }
}
