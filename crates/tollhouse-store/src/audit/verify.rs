//! Whether anything was changed: every chain from its beginning to its end, what stands beside it, and what others
//! were told of it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Transaction, params};
use tollhouse_core::StoreError;

use super::{
    chain::{self, Head},
    checkpoint::{self, Checkpoint, Key},
};
use crate::{State, time};

mod claims;
mod segment;

use claims::{Claims, Excuses};
use segment::{Segment, Walk};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many records stand there.
    pub records: u64,
    /// How many processes have written them.
    pub writers: u64,
    /// How many texts fit their digests.
    pub texts: u64,
    /// How many texts were erased, as it was written down.
    pub erased: u64,
    /// How many records are known to be missing, because there was no room for them.
    pub lost: u64,
    /// How many words from the second place were compared.
    pub checkpoints: u64,
    /// How many of them nobody can tell whether this server made them, because its key is missing.
    pub unproved: u64,
    /// What is wrong, the first of each chain first.
    pub findings: Vec<Finding>,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In whose chain.
    pub writer: i64,
    /// At which record.
    pub seq: u64,
    /// What is wrong.
    pub what: String,
}

impl State {
    /// Reads the whole audit and tells what is wrong with it. `told` are lines of the second place; those that are
    /// no checkpoints are passed over.
    ///
    /// # Errors
    ///
    /// The state cannot be read.
    pub async fn audit_verify(&self, told: Vec<String>) -> Result<Verified, StoreError> {
        let key = self.file().map(checkpoint::key_beside);
        let key = key.and_then(|path| Key::there(&path).ok().flatten());
        self.read(move |state| verify(state, &told, key.as_ref()))
            .await
    }
}

/// What the walk over all chains has learned.
#[derive(Debug, Default)]
struct Seen {
    verified: Verified,
    claims: Claims,
    /// Texts that are not there: whose, with the latest of them and the first place.
    missing: BTreeMap<String, Missing>,
    /// People who are named by a mark.
    people: BTreeMap<String, (i64, u64)>,
}

#[derive(Debug)]
struct Missing {
    texts: u64,
    latest_ms: u64,
    place: (i64, u64),
}

impl Seen {
    fn find(&mut self, writer: i64, seq: u64, what: impl Into<String>) {
        self.verified.findings.push(Finding {
            writer,
            seq,
            what: what.into(),
        });
    }
}

/// A writer, as its row has it.
#[derive(Debug)]
struct Row {
    writer: i64,
    process: String,
    base: Head,
    head: Head,
}

fn verify(
    state: &Transaction<'_>,
    told: &[String],
    key: Option<&Key>,
) -> rusqlite::Result<Verified> {
    let mut seen = Seen::default();
    let rows = rows(state)?;
    for row in &rows {
        walk(state, row, &mut seen)?;
    }
    strangers(state, &rows, &mut seen)?;
    let heads: BTreeMap<i64, (Head, Head)> = rows
        .iter()
        .map(|row| (row.writer, (row.base, row.head)))
        .collect();
    claims::compare(state, &heads, &mut seen)?;
    let excuses = Excuses::vouched(state, told, (&seen.claims, key))?;
    for line in told {
        if let Some(checkpoint) = Checkpoint::read(line) {
            claims::told(state, &heads, (&checkpoint, key, &excuses), &mut seen)?;
        }
    }
    texts(&mut seen);
    people(state, &mut seen)?;
    seen.verified.writers = rows.len() as u64;
    Ok(seen.verified)
}

/// One chain from its beginning to its end. Behind the first bad record nothing can be said of it.
fn walk(state: &Transaction<'_>, row: &Row, seen: &mut Seen) -> rusqlite::Result<()> {
    if row.base.seq == 0 && row.base != Head::before_all(&row.process) {
        seen.find(
            row.writer,
            0,
            "the chain does not begin as its writer began it",
        );
    }
    let mut walk = Walk::new(row.writer, row.base);
    let mut select = state.prepare_cached(SEGMENTS)?;
    let mut segments = select.query([row.writer])?;
    while let Some(found) = segments.next()? {
        let texts: Option<Vec<u8>> = found.get(6)?;
        let segment = Segment {
            first_seq: time::read(found.get(0)?),
            span_ms: (time::read(found.get(1)?), time::read(found.get(2)?)),
            head: found.get(3)?,
            marks: found.get(4)?,
            lines: found.get(5)?,
            texts: texts.unwrap_or_default(),
        };
        if let Err((seq, what)) = walk.over(&segment, seen) {
            seen.find(row.writer, seq, what);
            return Ok(());
        }
    }
    let end = walk.head;
    if end.seq < row.head.seq {
        let what = format!("the records up to {} are cut off the end", row.head.seq);
        seen.find(row.writer, end.seq + 1, what);
    } else if end != row.head {
        seen.find(
            row.writer,
            end.seq,
            "the end of the chain is not the one that was noted",
        );
    }
    Ok(())
}

fn rows(state: &Transaction<'_>) -> rusqlite::Result<Vec<Row>> {
    let mut select = state.prepare_cached(WRITERS)?;
    let rows = select.query_map([], |row| {
        Ok(Row {
            writer: row.get(0)?,
            process: row.get(1)?,
            base: Head {
                seq: time::read(row.get(2)?),
                hash: row.get(3)?,
            },
            head: Head {
                seq: time::read(row.get(4)?),
                hash: row.get(5)?,
            },
        })
    })?;
    rows.collect()
}

/// Records of writers whom nobody knows.
fn strangers(state: &Transaction<'_>, rows: &[Row], seen: &mut Seen) -> rusqlite::Result<()> {
    let known: BTreeSet<i64> = rows.iter().map(|row| row.writer).collect();
    let mut select = state.prepare_cached(WRITERS_OF_SEGMENTS)?;
    let writers: Vec<i64> = select
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for writer in writers.into_iter().filter(|writer| !known.contains(writer)) {
        seen.find(writer, 0, "these records are of a writer that never began");
    }
    Ok(())
}

/// Texts may be missing only where it stands that they were erased.
fn texts(seen: &mut Seen) {
    for (who, missing) in std::mem::take(&mut seen.missing) {
        let before = seen.claims.erased.get(&who).copied().unwrap_or_default();
        if missing.latest_ms < before {
            seen.verified.erased += missing.texts;
        } else {
            let (writer, seq) = missing.place;
            let what = "a text that belongs to it is gone, and no record says that it was erased";
            seen.find(writer, seq, what);
        }
    }
}

/// Marks have to stand for whom they were made.
fn people(state: &Transaction<'_>, seen: &mut Seen) -> rusqlite::Result<()> {
    let mut select = state.prepare_cached(PEOPLE)?;
    let mut rows = select.query(params![])?;
    while let Some(row) = rows.next()? {
        let (mark, salt, subject): ([u8; 16], [u8; 16], String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let place = seen.people.remove(&chain::hex(&mark));
        if let Some((writer, seq)) = place
            && chain::person(&salt, &subject) != mark
        {
            let what = "the name beside it is not that of the one whom it is about";
            seen.find(writer, seq, what);
        }
    }
    for (who, (writer, seq)) in std::mem::take(&mut seen.people) {
        if !seen.claims.erased.contains_key(&who) {
            let what = "the name beside it is gone, and no record says that it was erased";
            seen.find(writer, seq, what);
        }
    }
    Ok(())
}

const WRITERS: &str = "SELECT writer, process, base_seq, base_hash, head_seq, head_hash
    FROM audit_writers ORDER BY writer";
const WRITERS_OF_SEGMENTS: &str = "SELECT DISTINCT writer FROM audit_segments ORDER BY writer";
const SEGMENTS: &str = "SELECT first_seq, from_ms, to_ms, head, marks, lines, texts
    FROM audit_segments LEFT JOIN audit_texts ON segment = number
    WHERE writer = ?1 ORDER BY first_seq";
const PEOPLE: &str = "SELECT mark, salt, subject FROM audit_people";
