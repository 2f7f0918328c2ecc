//! Bits of what stands around the records: the numbers and times of segments, where chains begin and end, who is meant.

use rusqlite::{Connection, types::Value};

use super::Found;

/// Whatever else is said of records. Not among it is what says nothing of them: how many bytes a segment has and who is
/// vouched for up to where, which writers use.
pub(super) const COLUMNS: [&str; 14] = [
    "segments.writer",
    "segments.first_seq",
    "segments.from_ms",
    "segments.to_ms",
    "segments.number",
    "writers.writer",
    "writers.process",
    "writers.base_seq",
    "writers.base_hash",
    "writers.head_seq",
    "writers.head_hash",
    "people.mark",
    "people.salt",
    "people.subject",
];

/// Turns one bit, and says between which records of the writer that has to be found. None if it changes nothing.
pub(super) fn turn(
    file: &Connection,
    (found, end): (&Found, i64),
    (column, bit): (&str, usize),
) -> Option<(i64, i64)> {
    // Who edits a file is held up by no rule of it.
    file.pragma_update(None, "foreign_keys", false).unwrap();
    let (table, name) = column.split_once('.').unwrap();
    let (key, which) = match table {
        "segments" => ("number", found.number),
        _ => ("writer", found.writer),
    };
    let select = format!("SELECT {name} FROM audit_{table} WHERE {key} = ?1");
    let before: Value = file.query_row(&select, [which], |row| row.get(0)).unwrap();
    let after = turned(before, bit);
    let update = format!("UPDATE audit_{table} SET {name} = ?2 WHERE {key} = ?1");
    // Two things of one number cannot stand there.
    file.execute(&update, rusqlite::params![which, after])
        .ok()?;
    match column {
        // Who is in a chain is in its first call.
        "people.mark" | "people.salt" | "people.subject" => Some((2, 2)),
        "segments.writer" => Some((found.first, found.first)),
        // It stands before another now, or leaves a hole.
        "segments.first_seq" => Some((0, found.first)),
        "segments.from_ms" | "segments.to_ms" => Some((found.first, found.last())),
        // Texts belong to a segment by its number.
        "segments.number" => Some((found.first, found.last())),
        "writers.writer" | "writers.base_seq" => Some((1, 1)),
        "writers.process" | "writers.base_hash" => Some((0, 0)),
        _ => Some((end, end + 1)),
    }
}

/// The same with another bit: of a text one that leaves it a text, of a number one that leaves it as it is used.
fn turned(before: Value, bit: usize) -> Value {
    let flip = |bytes: &mut Vec<u8>, kinds: usize| {
        let place = bit / 8 % bytes.len();
        bytes[place] ^= 1 << (bit % kinds);
    };
    match before {
        Value::Integer(number) => Value::Integer(number ^ (1 << (bit % 48))),
        Value::Text(text) => {
            let mut bytes = text.into_bytes();
            flip(&mut bytes, 1);
            Value::Text(String::from_utf8(bytes).unwrap())
        }
        Value::Blob(mut bytes) => {
            flip(&mut bytes, 8);
            Value::Blob(bytes)
        }
        other => other,
    }
}
