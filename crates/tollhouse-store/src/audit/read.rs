//! Reading records: each as one object, with the texts and the name that stand beside it.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, Transaction, params};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};
use tollhouse_core::StoreError;

use super::chain;
use crate::State;

/// Some records, and where to go on.
#[derive(Clone, Debug, Default)]
pub struct AuditPage {
    /// The records, in the order that was asked for. Each is an object.
    pub records: Vec<Value>,
    /// The place of the last of them, for the next page; `None` if there were none.
    pub last: Option<i64>,
}

impl State {
    /// Records of the audit after a place, the oldest first. Zero is before all.
    ///
    /// # Errors
    ///
    /// The state cannot be read.
    pub async fn audit_after(&self, place: i64) -> Result<AuditPage, StoreError> {
        self.read(move |state| page(state, AFTER, place, false))
            .await
    }

    /// Records of the audit before a place, the newest first. `i64::MAX` is after all.
    ///
    /// # Errors
    ///
    /// The state cannot be read.
    pub async fn audit_before(&self, place: i64) -> Result<AuditPage, StoreError> {
        self.read(move |state| page(state, BEFORE, place, true))
            .await
    }

    /// The place behind all records that are there by now.
    ///
    /// # Errors
    ///
    /// The state cannot be read.
    pub async fn audit_end(&self) -> Result<i64, StoreError> {
        let end = self.look_up(|state| {
            state.query_row(
                "SELECT coalesce(max(number), 0) FROM audit_segments",
                [],
                |row| row.get(0),
            )
        });
        end.await
    }
}

fn page(
    state: &Transaction<'_>,
    select: &str,
    place: i64,
    is_newest_first: bool,
) -> rusqlite::Result<AuditPage> {
    let mut page = AuditPage::default();
    let mut names = Names::default();
    let mut select = state.prepare_cached(select)?;
    let mut rows = select.query(params![place])?;
    while let Some(row) = rows.next()? {
        page.last = Some(row.get(0)?);
        let writer: i64 = row.get(1)?;
        let lines: Vec<u8> = row.get(2)?;
        let texts: Option<Vec<u8>> = row.get(3)?;
        let mut texts = texts_of(texts.as_deref().unwrap_or_default());
        let mut records = Vec::new();
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            let mut record = whole(writer, line);
            let seq = record.get("seq").and_then(Value::as_u64);
            if let Some(beside) = seq.and_then(|seq| texts.remove(&seq)) {
                record.extend(beside);
            }
            if let Some(who) = record.get("who").and_then(Value::as_str)
                && let Some(name) = names.of(state, who)?
            {
                record.insert("subject".to_owned(), Value::String(name));
            }
            records.push(Value::Object(record));
        }
        if is_newest_first {
            records.reverse();
        }
        page.records.append(&mut records);
    }
    Ok(page)
}

/// A line as an object. What is no object any more is shown as what it is.
fn whole(writer: i64, line: &[u8]) -> Map<String, Value> {
    let mut record = Map::new();
    record.insert("writer".to_owned(), writer.into());
    match serde_json::from_slice(line) {
        Ok(Value::Object(said)) => record.extend(said),
        _ => {
            let text = String::from_utf8_lossy(line).into_owned();
            record.insert("unreadable".to_owned(), Value::String(text));
        }
    }
    record
}

/// Texts that stand beside one record.
#[derive(Debug, Deserialize)]
pub(super) struct Beside<'a> {
    pub(super) seq: u64,
    #[serde(borrow)]
    pub(super) target: Option<Salted<'a>>,
    #[serde(borrow)]
    pub(super) arguments: Option<Salted<'a>>,
    #[serde(borrow)]
    pub(super) result: Option<Salted<'a>>,
}

/// A salt, and what it belongs to if that is kept.
#[derive(Debug, Deserialize)]
pub(super) struct Salted<'a> {
    pub(super) salt: &'a str,
    #[serde(borrow)]
    pub(super) text: Option<&'a RawValue>,
}

/// All that stands beside a segment, in the order of its records.
pub(super) fn beside(texts: &[u8]) -> impl Iterator<Item = serde_json::Result<Beside<'_>>> {
    serde_json::Deserializer::from_slice(texts).into_iter()
}

fn texts_of(texts: &[u8]) -> BTreeMap<u64, Map<String, Value>> {
    let mut all = BTreeMap::new();
    for beside in beside(texts).map_while(Result::ok) {
        let mut known = Map::new();
        let named = [
            ("target", &beside.target),
            ("arguments", &beside.arguments),
            ("result", &beside.result),
        ];
        for (name, salted) in named {
            let text = salted.as_ref().and_then(|salted| salted.text);
            if let Some(value) = text.and_then(|text| serde_json::from_str(text.get()).ok()) {
                known.insert(name.to_owned(), value);
            }
        }
        all.insert(beside.seq, known);
    }
    all
}

/// Names that were looked up.
#[derive(Debug, Default)]
struct Names(BTreeMap<String, Option<String>>);

impl Names {
    fn of(&mut self, state: &Transaction<'_>, who: &str) -> rusqlite::Result<Option<String>> {
        if let Some(known) = self.0.get(who) {
            return Ok(known.clone());
        }
        let name = match chain::unhex::<16>(who) {
            Some(mark) => state
                .prepare_cached(NAME)?
                .query_row([mark.as_slice()], |row| row.get(0))
                .optional()?,
            None => None,
        };
        self.0.insert(who.to_owned(), name.clone());
        Ok(name)
    }
}

const AFTER: &str = "SELECT number, writer, lines, texts FROM audit_segments
    LEFT JOIN audit_texts ON segment = number WHERE number > ?1 ORDER BY number LIMIT 32";
const BEFORE: &str = "SELECT number, writer, lines, texts FROM audit_segments
    LEFT JOIN audit_texts ON segment = number WHERE number < ?1 ORDER BY number DESC LIMIT 32";
const NAME: &str = "SELECT subject FROM audit_people WHERE mark = ?1";
