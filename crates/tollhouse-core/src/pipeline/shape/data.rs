//! Makes structured data fit, with the text that says the same.

use bytes::Bytes;
use serde_json::Value;

use super::{
    rest::{self, Desk, Shown, Whole},
    shrink::{Short, shrink},
    table::Table,
    weigh,
};
use crate::results::Leaves;

/// Data that fits.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) value: Value,
    /// The same as text, unless the tool said it in its own words.
    pub(super) text: Option<String>,
    /// What is missing, and all of it.
    pub(super) cut: Option<(Whole, Shown)>,
}

/// Makes data fit, and says it as text too unless the tool did (`has_words`).
pub(super) fn fit(desk: Desk<'_>, value: Value, has_words: bool) -> Data {
    // Beside words of its own, data is no text: it has no marks.
    let leaves = match has_words {
        true => Leaves::Plain,
        false => desk.leaves(),
    };
    let room = desk.room().saturating_sub(leaves.around());
    let form = desk.entry.tool.policy.shape.form;
    let table = if has_words {
        None
    } else {
        Table::of(&value, form)
    };
    let whole_fits = weigh::quoted(&value, room, leaves) <= room;
    if whole_fits
        && table
            .as_ref()
            .is_none_or(|table| table.bytes(leaves) <= room)
    {
        let text = match &table {
            _ if has_words => None,
            Some(table) => Some(table.text()),
            None => Some(value.to_string()),
        };
        return Data {
            value,
            text,
            cut: None,
        };
    }
    let left = rest::room_beside_note(room);
    let shrunk = shrink(&value, left, leaves);
    match (table, shrunk.short()) {
        (Some(table), short) if short.is_none_or(|short| short.path == table.path()) => {
            let rows = table
                .fitting(left, leaves)
                .min(short.map_or(usize::MAX, |short| short.shown));
            rows_of(value, &table, rows)
        }
        (_, Some(short)) => {
            let cut = lines(&value, short);
            let text = (!has_words).then(|| shrunk.value.to_string());
            Data {
                cut,
                text,
                value: shrunk.value,
            }
        }
        (_, None) => {
            let text = (!has_words).then(|| shrunk.value.to_string());
            let bytes = weigh::plain(&shrunk.value);
            Data {
                cut: Some(in_whole(&value, bytes)),
                text,
                value: shrunk.value,
            }
        }
    }
}

/// A table of some of its rows; the whole is the table.
fn rows_of(mut value: Value, table: &Table, rows: usize) -> Data {
    let shown = Shown {
        what: "rows",
        shown: rows,
        total: table.rows(),
    };
    if let Some(list) = at(&mut value, &table.path()) {
        list.truncate(rows);
    }
    let (text, whole) = table.part(rows);
    Data {
        value,
        text: Some(text),
        cut: Some((
            Whole {
                from: table.from(rows),
                body: Bytes::from(whole),
                mime_type: table.mime_type().to_owned(),
                is_text: true,
            },
            shown,
        )),
    }
}

/// The items of a list, one on each line.
fn lines(value: &Value, short: &Short) -> Option<(Whole, Shown)> {
    let mut list = value;
    for name in &short.path {
        list = list.get(name)?;
    }
    let mut body = Vec::new();
    let mut from = 0;
    for (place, item) in list.as_array()?.iter().enumerate() {
        if place == short.shown {
            from = body.len() as u64;
        }
        // Writing into memory does not fail.
        drop(serde_json::to_writer(&mut body, item));
        body.push(b'\n');
    }
    let whole = Whole {
        body: body.into(),
        mime_type: "application/jsonl".to_owned(),
        is_text: true,
        from,
    };
    let shown = Shown {
        what: "items",
        shown: short.shown,
        total: short.total,
    };
    Some((whole, shown))
}

/// All of a value, to be read from its beginning: what was shown is no beginning of it.
pub(super) fn in_whole(value: &Value, shown: usize) -> (Whole, Shown) {
    let body = Bytes::from(value.to_string());
    let shown = Shown {
        what: "bytes",
        shown,
        total: body.len(),
    };
    let whole = Whole {
        body,
        mime_type: "application/json".to_owned(),
        is_text: true,
        from: 0,
    };
    (whole, shown)
}

/// The list that stands under these names.
fn at<'a>(value: &'a mut Value, path: &[String]) -> Option<&'a mut Vec<Value>> {
    let mut value = value;
    for name in path {
        value = value.get_mut(name)?;
    }
    value.as_array_mut()
}
