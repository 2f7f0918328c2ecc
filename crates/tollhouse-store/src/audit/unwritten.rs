//! Records that could not be written when the audit was closed: told in the log and in the second place, so that
//! whoever looks for them knows what is missing.

use std::{fmt::Write as _, sync::Arc};

use serde_json::json;

use super::{draft::Entry, held::Held};

/// What could not be written before the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unwritten {
    /// How many records, those for which there was no room included.
    pub records: u64,
    /// The calls of those that there was room for.
    pub calls: Vec<Arc<str>>,
}

impl Unwritten {
    /// What is left, and as lines for the second place: each call without what it said and who made it.
    pub(super) fn of(held: &Held, lost: u64) -> (Self, Vec<u8>) {
        let (mut left, mut lines) = (Self::default(), String::new());
        for entry in held.iter() {
            if let Entry::Call(record) = entry {
                let status = record.ending.name();
                let line = json!({"kind": "unwritten", "call": *record.call, "at": record.at_ms, "status": status});
                // Writing to a string does not fail.
                let _ = writeln!(lines, "{line}");
                left.calls.push(Arc::clone(&record.call));
            }
        }
        if lost > 0 {
            let _ = writeln!(lines, "{}", json!({"kind": "unwritten", "lost": lost}));
        }
        left.records = lost.saturating_add(left.calls.len() as u64);
        (left, lines.into_bytes())
    }

    /// Tells the log, with so many names in a line that it stays one.
    pub(super) fn tell(&self) {
        if self.records == 0 {
            return;
        }
        let records = self.records;
        tracing::error!(
            records,
            "records could not be written into the audit before the end; the calls are named in the next lines"
        );
        for some in self.calls.chunks(NAMES) {
            let calls = some.join(" ");
            tracing::error!(calls, "these calls have no record in the audit");
        }
    }
}

const NAMES: usize = 32;
