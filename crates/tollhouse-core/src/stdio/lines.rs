//! Cuts a stream of bytes into lines, within a length.

use bytes::{Bytes, BytesMut};
use memchr::memchr;

use super::LINE_BYTES_MAX;

/// Bytes that have come and are not yet a line.
#[derive(Debug, Default)]
pub(super) struct Lines {
    buffer: BytesMut,
    /// How much of the buffer is known to hold no end of a line.
    searched: usize,
    /// Whether the rest of a line that was too long is still coming.
    skipping: bool,
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// All of it, with its end.
    Whole(Bytes),
    /// More than it may be; its bytes are gone.
    TooLong,
}

impl Lines {
    /// Where the next bytes go.
    pub(super) fn room(&mut self) -> &mut BytesMut {
        self.buffer.reserve(READ_BYTES);
        &mut self.buffer
    }

    /// The next line that has come.
    pub(super) fn next(&mut self) -> Option<Line> {
        loop {
            let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
            let Some(end) = memchr(b'\n', unsearched) else {
                self.searched = self.buffer.len();
                return self.give_up();
            };
            let line = self.buffer.split_to(self.searched + end + 1).freeze();
            self.searched = 0;
            if !std::mem::take(&mut self.skipping) {
                return Some(Line::Whole(line));
            }
        }
    }

    /// Drops a line that has grown too long; it is told once.
    fn give_up(&mut self) -> Option<Line> {
        if self.buffer.len() <= LINE_BYTES_MAX {
            return None;
        }
        self.buffer = BytesMut::new();
        self.searched = 0;
        let told = std::mem::replace(&mut self.skipping, true);
        (!told).then_some(Line::TooLong)
    }
}

const READ_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::{LINE_BYTES_MAX, Line, Lines};

    fn whole(text: &str) -> Option<Line> {
        Some(Line::Whole(text.to_owned().into()))
    }

    #[test]
    fn lines_are_found_across_reads() {
        let mut lines = Lines::default();
        lines.room().extend_from_slice(b"one\ntw");
        assert_eq!(lines.next(), whole("one\n"));
        assert_eq!(lines.next(), None);
        lines.room().extend_from_slice(b"o\n\n");
        assert_eq!(lines.next(), whole("two\n"));
        assert_eq!(lines.next(), whole("\n"));
        assert_eq!(lines.next(), None);
    }

    #[test]
    fn a_line_that_is_too_long_is_told_once_and_the_next_is_read() {
        let mut lines = Lines::default();
        for told in [true, false, false] {
            lines
                .room()
                .extend_from_slice(&vec![b'x'; LINE_BYTES_MAX + 1]);
            assert_eq!(lines.next(), told.then_some(Line::TooLong));
        }
        lines.room().extend_from_slice(b"xx\nshort\n");
        assert_eq!(lines.next(), whole("short\n"));
    }
}
