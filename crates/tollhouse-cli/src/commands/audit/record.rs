//! One record, as it is shown, and whether somebody wants to see it.

use serde_json::Value;
use tollhouse::{Clock as _, SystemClock};

use crate::{arguments::Filter, commands::listing::NOTHING};

/// A filter with its times fixed.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    filter: &'a Filter,
    since_ms: u64,
    until_ms: u64,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(filter: &'a Filter) -> Self {
        let now_ms = SystemClock::default().unix_ms();
        Self {
            filter,
            since_ms: filter.since.map_or(0, |then| then.ms(now_ms)),
            until_ms: filter.until.map_or(u64::MAX, |then| then.ms(now_ms)),
        }
    }

    pub(super) fn is(&self, record: &Value) -> bool {
        let is_so = |wanted: &Option<String>, name: &str| {
            let wanted = wanted.as_deref();
            wanted.is_none_or(|wanted| text(record, name) == wanted)
        };
        let is_error = || {
            matches!(text(record, "status"), "failed" | "refused") || text(record, "kind") == "gap"
        };
        is_so(&self.filter.tool, "target")
            && is_so(&self.filter.user, "subject")
            && is_so(&self.filter.client, "client")
            && (self.since_ms..self.until_ms).contains(&at_ms(record))
            && (!self.filter.errors || is_error())
    }

    /// Whether everything before this record is too old. Clocks of several processes differ a little.
    pub(super) fn is_over(&self, record: &Value) -> bool {
        at_ms(record).saturating_add(SLACK_MS) < self.since_ms
    }
}

/// When it was.
pub(super) fn at_ms(record: &Value) -> u64 {
    record.get("at").and_then(Value::as_u64).unwrap_or(0)
}

/// What a member says, if it is text.
pub(super) fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// What tells it from every other: whose it is, and its place there.
pub(super) fn number(record: &Value) -> String {
    let part = |name: &str| record.get(name).and_then(Value::as_u64).unwrap_or(0);
    format!("{}-{}", part("writer"), part("seq"))
}

/// What one cell says.
pub(super) fn cell(record: &Value, name: &str) -> String {
    match record.get(name) {
        None | Some(Value::Null) => NOTHING.to_owned(),
        Some(Value::String(text)) => short(text),
        Some(other) => short(&other.to_string()),
    }
}

fn short(text: &str) -> String {
    text.chars().take(CELL_CHARS_MAX).collect()
}

const SLACK_MS: u64 = 24 * 60 * 60 * 1000;
const CELL_CHARS_MAX: usize = 128;
