//! Keys as people and programs read them.

use jiff::Timestamp;
use serde_json::{Value, json};
use tollhouse::Key;

/// A line for each key, under a line of what stands where.
pub(super) fn table(keys: &[Key], now_ms: u64) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(keys.iter().map(|key| row(key, now_ms)));
    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{}\n", cells.join("  ").trim_end())
    });
    lines.collect()
}

fn row(key: &Key, now_ms: u64) -> [String; COLUMNS] {
    let scopes = key
        .scopes
        .as_ref()
        .map_or_else(|| NOTHING.to_owned(), |scopes| scopes.join(" "));
    [
        key.name.clone(),
        format!("{}…", key.prefix),
        key.subject.clone(),
        scopes,
        minute(key.created_at_ms),
        end(key, now_ms),
        key.last_used_at_ms.map_or_else(|| NEVER.to_owned(), minute),
        key.id.clone(),
    ]
}

/// When a key ends, or how it ended.
pub(super) fn end(key: &Key, now_ms: u64) -> String {
    match (key.revoked_at_ms, key.expires_at_ms) {
        (Some(at_ms), _) => format!("revoked {}", minute(at_ms)),
        (None, None) => NEVER.to_owned(),
        (None, Some(at_ms)) if at_ms <= now_ms => format!("expired {}", minute(at_ms)),
        (None, Some(at_ms)) => minute(at_ms),
    }
}

pub(super) fn as_json(key: &Key, now_ms: u64) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "user": key.subject,
        "scopes": key.scopes,
        "created": second(key.created_at_ms),
        "expires": key.expires_at_ms.map(second),
        "revoked": key.revoked_at_ms.map(second),
        "last_used": key.last_used_at_ms.map(second),
        "living": key.revoked_at_ms.is_none() && key.expires_at_ms.is_none_or(|at_ms| at_ms > now_ms),
    })
}

fn minute(at_ms: u64) -> String {
    time(at_ms, "%Y-%m-%d %H:%MZ")
}

/// ISO 8601.
fn second(at_ms: u64) -> String {
    time(at_ms, "%Y-%m-%dT%H:%M:%SZ")
}

fn time(at_ms: u64, form: &str) -> String {
    let at = i64::try_from(at_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    // Later than any calendar goes.
    at.map_or_else(|| NEVER.to_owned(), |at| at.strftime(form).to_string())
}

const COLUMNS: usize = 8;
const HEAD: [&str; COLUMNS] = [
    "NAME",
    "KEY",
    "USER",
    "SCOPES",
    "CREATED",
    "EXPIRES",
    "LAST USED",
    "ID",
];
const NEVER: &str = "never";
const NOTHING: &str = "-";
