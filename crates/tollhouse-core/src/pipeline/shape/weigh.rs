//! How much of a reply something takes: its bytes as they are written, every escape counted, and those too that the
//! marks around what others wrote put in later.

use std::io::{self, Write};

use serde_json::Value;

use crate::{fence::Count, results::Leaves};

/// How many bytes a value takes as JSON inside a text, where its quotes are escaped once more. Counting ends a little
/// behind `most`: whoever asks wants to know whether it fits.
pub(super) fn quoted(value: &Value, most: usize, leaves: Leaves) -> usize {
    let mut scale = Scale {
        bytes: 0,
        most,
        per_quote: 2,
        marks: leaves.count(),
    };
    // It ends early on purpose, with what was counted so far.
    drop(serde_json::to_writer(&mut scale, value));
    scale.bytes
}

/// How many bytes a value takes as JSON.
pub(super) fn plain(value: &Value) -> usize {
    let mut scale = Scale {
        bytes: 0,
        most: usize::MAX,
        per_quote: 1,
        marks: None,
    };
    drop(serde_json::to_writer(&mut scale, value));
    scale.bytes
}

/// Whether a value is this text when it is written.
pub(super) fn is_written_as(value: &Value, text: &str) -> bool {
    let mut expected = Expected(text.as_bytes());
    serde_json::to_writer(&mut expected, value).is_ok() && expected.0.is_empty()
}

/// How many bytes a text takes inside a JSON string.
pub(super) fn text(text: &str) -> usize {
    Leaves::Plain.weight().text(text)
}

/// Counts what is written on it.
struct Scale {
    bytes: usize,
    most: usize,
    per_quote: usize,
    marks: Option<Count>,
}

impl Write for Scale {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let quotes = piece.iter().filter(|byte| matches!(byte, b'"' | b'\\'));
        self.bytes += piece.len() + quotes.count() * (self.per_quote - 1);
        if let Some(marks) = &mut self.marks {
            let escapes: usize = piece.iter().map(|&byte| marks.next(byte)).sum();
            self.bytes += escapes * BACKSLASH_BYTES;
        }
        if self.bytes > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is still to be written.
struct Expected<'a>(&'a [u8]);

impl Write for Expected<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let rest = self.0.strip_prefix(piece);
        self.0 = rest.ok_or(io::ErrorKind::InvalidData)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// As it is written.
const BACKSLASH_BYTES: usize = 2;

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;
    use serde_json::{Value, json};

    use super::{is_written_as, plain, quoted, text};
    use crate::results::Leaves;

    proptest! {
        #[test]
        fn p8_what_is_weighed_is_what_is_written(said: String, number: i64) {
            let value = json!({said.as_str(): [&said, number, null]});
            let written = value.to_string();
            assert_eq!(plain(&value), written.len());
            assert!(is_written_as(&value, &written));
            assert!(!is_written_as(&value, &written[1..]));
            assert!(!is_written_as(&value, &format!("{written} ")));
            let twice = Value::String(written).to_string();
            assert_eq!(quoted(&value, usize::MAX, Leaves::Plain), twice.len() - 2);
            assert_eq!(text(&said), Value::String(said).to_string().len() - 2);
        }
    }
}
