//! What calls with a key came to, in the database itself: written in the transaction of what they changed, so that
//! both are there or neither is, whatever becomes of the process.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};
use serde_json::{Value, json};
use tollhouse_core::CallKey;

use super::{answer::Answer, error::SqlError};

/// What makes the table that tools with `exactly_once` need, for whoever makes it by other means.
pub const EFFECTS_TABLE: &str = "CREATE TABLE IF NOT EXISTS tollhouse_effects (
    key BLOB NOT NULL PRIMARY KEY,
    arguments BLOB NOT NULL,
    answer TEXT NOT NULL,
    forget_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tollhouse_effects_by_end ON tollhouse_effects (forget_ms);
";

/// Makes the table that tools with `exactly_once` need, where it is missing. False if it was there.
///
/// # Errors
///
/// The file cannot be opened or changed.
pub fn migrate(path: &Path) -> Result<bool, SqlError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let there = "SELECT count(*) FROM sqlite_schema WHERE name = 'tollhouse_effects'";
    let there: i64 = connection.query_row(there, [], |row| row.get(0))?;
    connection.execute_batch(EFFECTS_TABLE)?;
    Ok(there == 0)
}

/// What came of the call before, if there was one.
pub(super) fn find(connection: &Connection, key: &CallKey) -> rusqlite::Result<Option<Answer>> {
    let mut select = connection.prepare_cached(FIND)?;
    let found = select.query_row([key.digest()], |row| Ok((row.get(0)?, row.get(1)?)));
    let found: Option<([u8; 32], String)> = found.optional()?;
    Ok(found.map(|(arguments, answer)| {
        if arguments == *key.arguments() {
            Answer::Before(serde_json::from_str(&answer).unwrap_or_default())
        } else {
            Answer::Declined(REUSED.to_owned())
        }
    }))
}

/// Writes down what came of this one, and takes away what is old.
pub(super) fn note(
    connection: &Connection,
    key: &CallKey,
    answer: &Answer,
) -> rusqlite::Result<()> {
    let answer = match answer {
        Answer::Data(data) => json!({"data": data}),
        Answer::Text(text) => json!({"text": text}),
        // What failed changes nothing and is not kept.
        Answer::Before(_)
        | Answer::Miss
        | Answer::Declined(_)
        | Answer::TooLarge
        | Answer::Unfit => return Ok(()),
    };
    connection.prepare_cached(FORGET)?.execute([])?;
    let forget_ms = i64::try_from(key.forget_ms()).unwrap_or(i64::MAX);
    let row = params![key.digest(), key.arguments(), answer.to_string(), forget_ms];
    connection.prepare_cached(NOTE)?.execute(row)?;
    Ok(())
}

/// The parts of an answer that was written down.
pub(super) fn parts(kept: &Value) -> (Option<Value>, Option<String>) {
    let text = kept.get("text").and_then(Value::as_str);
    (kept.get("data").cloned(), text.map(str::to_owned))
}

pub(super) const FIND: &str = "SELECT arguments, answer FROM tollhouse_effects
    WHERE key = ?1 AND forget_ms > unixepoch() * 1000";
pub(super) const NOTE: &str = "INSERT OR REPLACE INTO tollhouse_effects (key, arguments, answer, forget_ms) VALUES (?1, ?2, ?3, ?4)";
pub(super) const FORGET: &str = "DELETE FROM tollhouse_effects WHERE key IN
    (SELECT key FROM tollhouse_effects WHERE forget_ms <= unixepoch() * 1000 ORDER BY forget_ms LIMIT 16)";
const REUSED: &str =
    "This key was used for other arguments, so nothing was done. For a new action use a new one.";
