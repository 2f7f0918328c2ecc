//! Makes JSON of rows, within the caps.

use rusqlite::{Row, Rows};
use serde_json::{Map, Value};

use super::{offers::Caps, value};

/// What came of a statement.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// Data.
    Data(Value),
    /// A plain text.
    Text(String),
    /// What the database has kept of the same call, which is not done again.
    Before(Value),
    /// There is no such row.
    Miss,
    /// A condition does not hold; this is why.
    Declined(String),
    /// It cannot be cut and is over the cap.
    TooLarge,
    /// The database is not as it was when the statement was checked.
    Unfit,
}

impl Answer {
    pub(super) const fn is_success(&self) -> bool {
        matches!(self, Self::Data(_) | Self::Text(_))
    }
}

/// A column of a result.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) is_json: bool,
}

/// The first row as an object.
pub(super) fn one(rows: &mut Rows<'_>, columns: &[Column], caps: Caps) -> rusqlite::Result<Answer> {
    let Some(row) = rows.next()? else {
        return Ok(Answer::Miss);
    };
    Ok(match object(row, columns, caps.bytes_max)? {
        Some((object, _)) => Answer::Data(object),
        None => Answer::TooLarge,
    })
}

/// The first column of the first row as text.
pub(super) fn text(rows: &mut Rows<'_>, caps: Caps) -> rusqlite::Result<Answer> {
    let Some(row) = rows.next()? else {
        return Ok(Answer::Miss);
    };
    let cell = row.get_ref(0)?;
    if value::json_bytes(cell) > caps.bytes_max {
        return Ok(Answer::TooLarge);
    }
    Ok(match value::read(cell, false) {
        Value::String(text) => Answer::Text(text),
        Value::Null => Answer::Miss,
        other => Answer::Text(other.to_string()),
    })
}

/// As many rows as the caller wants and the caps allow, and whether that was all.
pub(super) fn many(
    rows: &mut Rows<'_>,
    columns: &[Column],
    caps: Caps,
    wanted: Option<&Wanted>,
) -> rusqlite::Result<Answer> {
    let (shown, end) = cut(rows, caps, wanted, |row, bytes_max| {
        object(row, columns, bytes_max)
    })?;
    let mut list = Map::new();
    list.insert("rows".to_owned(), shown.into());
    end.say(&mut list);
    Ok(Answer::Data(list.into()))
}

/// The same, with the names of the columns said once.
pub(super) fn table(
    rows: &mut Rows<'_>,
    columns: &[Column],
    caps: Caps,
    wanted: Option<&Wanted>,
) -> rusqlite::Result<Answer> {
    let (shown, end) = cut(rows, caps, wanted, |row, bytes_max| {
        cells(row, columns, bytes_max)
    })?;
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let mut list = Map::new();
    list.insert("columns".to_owned(), names.into());
    list.insert("rows".to_owned(), shown.into());
    end.say(&mut list);
    Ok(Answer::Data(list.into()))
}

/// Takes rows for as long as they fit.
fn cut(
    rows: &mut Rows<'_>,
    caps: Caps,
    wanted: Option<&Wanted>,
    read: impl Fn(&Row<'_>, usize) -> rusqlite::Result<Option<(Value, usize)>>,
) -> rusqlite::Result<(Vec<Value>, End)> {
    let rows_max = wanted.map_or(caps.rows_max, |wanted| wanted.rows.min(caps.rows_max));
    let mut bytes_left = caps.bytes_max;
    let mut shown = Vec::new();
    while let Some(row) = rows.next()? {
        let fitting = if shown.len() < rows_max {
            read(row, bytes_left)?
        } else {
            None
        };
        let Some((value, bytes)) = fitting else {
            let note = note(shown.len(), rows_max, wanted);
            return Ok((shown, End::Cut(note)));
        };
        bytes_left -= bytes;
        shown.push(value);
    }
    Ok((shown, End::All))
}

/// How a list ended.
enum End {
    All,
    /// There are more; this is why, and how to get them.
    Cut(String),
}

impl End {
    fn say(self, list: &mut Map<String, Value>) {
        list.insert("truncated".to_owned(), matches!(self, Self::Cut(_)).into());
        if let Self::Cut(note) = self {
            list.insert("note".to_owned(), note.into());
        }
    }
}

/// How many rows the caller wants, and by which argument it said so.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) argument: String,
    pub(super) rows: usize,
}

/// What is missing and how to get it.
fn note(shown: usize, rows_max: usize, wanted: Option<&Wanted>) -> String {
    match wanted {
        Some(wanted) if shown == wanted.rows => {
            let argument = &wanted.argument;
            format!("There are more than {shown}. Raise `{argument}` or ask more narrowly.")
        }
        _ if shown == rows_max => {
            format!("There are more than {shown}, the most that is shown. Ask more narrowly.")
        }
        _ => format!("Only the first {shown} fit into one result. Ask more narrowly."),
    }
}

/// A row as an object with its size in bytes; none if it is larger than that.
fn object(
    row: &Row<'_>,
    columns: &[Column],
    bytes_max: usize,
) -> rusqlite::Result<Option<(Value, usize)>> {
    let mut fields = Map::new();
    let mut bytes = ROW_BYTES;
    for (place, column) in columns.iter().enumerate() {
        let cell = row.get_ref(place)?;
        bytes += column.name.len() + FIELD_BYTES + value::json_bytes(cell);
        if bytes > bytes_max {
            return Ok(None);
        }
        fields.insert(column.name.clone(), value::read(cell, column.is_json));
    }
    Ok(Some((Value::Object(fields), bytes)))
}

/// A row as a list with its size in bytes; none if it is larger than that.
fn cells(
    row: &Row<'_>,
    columns: &[Column],
    bytes_max: usize,
) -> rusqlite::Result<Option<(Value, usize)>> {
    let mut list = Vec::with_capacity(columns.len());
    let mut bytes = ROW_BYTES;
    for (place, column) in columns.iter().enumerate() {
        let cell = row.get_ref(place)?;
        bytes += 1 + value::json_bytes(cell);
        if bytes > bytes_max {
            return Ok(None);
        }
        list.push(value::read(cell, column.is_json));
    }
    Ok(Some((Value::Array(list), bytes)))
}

/// Braces or brackets, and a comma.
const ROW_BYTES: usize = 3;
/// Quotes, a colon and a comma.
const FIELD_BYTES: usize = 4;
