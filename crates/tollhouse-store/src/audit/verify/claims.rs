//! What records and the second place say of chains, compared with the chains.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension as _, Transaction, params};
use serde_json::Value;

use super::Seen;
use crate::{
    audit::{
        chain::{self, Head},
        checkpoint::{Checkpoint, Key},
    },
    time,
};

/// What records say.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Where a chain ended once, as another writer saw it: which record says it, and what.
    heads: Vec<((i64, u64), i64, Head)>,
    /// Where a chain begins since its oldest records were dropped.
    bases: BTreeSet<(i64, u64, [u8; 32])>,
    /// Writers of whom all records were dropped.
    gone: BTreeSet<i64>,
    /// Whose texts were erased, of records before when.
    pub(super) erased: BTreeMap<String, u64>,
}

impl Claims {
    /// Notes what a record says.
    pub(super) fn learn(&mut self, by: (i64, u64), record: &Value) {
        let list = |name: &str| {
            record
                .get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        let heads = list("heads").filter_map(place);
        self.heads
            .extend(heads.map(|(writer, head)| (by, writer, head)));
        let bases = list("bases").filter_map(place);
        self.bases
            .extend(bases.map(|(writer, head)| (writer, head.seq, head.hash)));
        self.gone.extend(list("gone").filter_map(Value::as_i64));
        let before = record.get("before").and_then(Value::as_u64).unwrap_or(0);
        for mark in list("marks").filter_map(Value::as_str) {
            let known = self.erased.entry(mark.to_owned()).or_default();
            *known = before.max(*known);
        }
    }
}

fn place(said: &Value) -> Option<(i64, Head)> {
    let head = Head {
        seq: said.get("seq")?.as_u64()?,
        hash: chain::unhex(said.get("hash")?.as_str()?)?,
    };
    Some((said.get("writer")?.as_i64()?, head))
}

/// Every chain with what others say of it.
pub(super) fn compare(
    state: &Transaction<'_>,
    rows: &BTreeMap<i64, (Head, Head)>,
    seen: &mut Seen,
) -> rusqlite::Result<()> {
    for (writer, (base, _)) in rows {
        let vouched = (*writer, base.seq, base.hash);
        if base.seq > 0 && !seen.claims.bases.contains(&vouched) {
            seen.find(
                *writer,
                base.seq,
                "the records up to it are missing, and no record says that they were dropped",
            );
        }
    }
    for ((by, at), writer, head) in std::mem::take(&mut seen.claims.heads) {
        if let Some((seq, what)) = differs(state, rows, (writer, head), &seen.claims.gone)? {
            let what = format!("{what}, says record {by}-{at}");
            seen.find(writer, seq, what);
        }
    }
    Ok(())
}

/// One line of the second place.
pub(super) fn told(
    state: &Transaction<'_>,
    rows: &BTreeMap<i64, (Head, Head)>,
    (checkpoint, key): (&Checkpoint, Option<&Key>),
    seen: &mut Seen,
) -> rusqlite::Result<()> {
    let (writer, head) = (checkpoint.writer, checkpoint.head);
    seen.verified.checkpoints += 1;
    let Some(key) = key else {
        seen.verified.unproved += 1;
        return differing(state, rows, (writer, head), seen);
    };
    if !key.has_made(checkpoint) {
        seen.find(
            writer,
            head.seq,
            "a checkpoint was not made by this server: its code is wrong",
        );
        return Ok(());
    }
    differing(state, rows, (writer, head), seen)
}

fn differing(
    state: &Transaction<'_>,
    rows: &BTreeMap<i64, (Head, Head)>,
    place: (i64, Head),
    seen: &mut Seen,
) -> rusqlite::Result<()> {
    if let Some((seq, what)) = differs(state, rows, place, &seen.claims.gone)? {
        seen.find(place.0, seq, format!("{what}, says the checkpoint"));
    }
    Ok(())
}

/// What is wrong if the chain of this writer went through this place once.
fn differs(
    state: &Transaction<'_>,
    rows: &BTreeMap<i64, (Head, Head)>,
    (writer, head): (i64, Head),
    gone: &BTreeSet<i64>,
) -> rusqlite::Result<Option<(u64, String)>> {
    let Some((base, end)) = rows.get(&writer) else {
        let what = format!("all records of this writer are missing, up to {}", head.seq);
        return Ok((!gone.contains(&writer)).then_some((1, what)));
    };
    if head.seq < base.seq || head == *base {
        return Ok(None);
    }
    if head.seq > end.seq {
        let what = format!("the records up to {} are cut off the end", head.seq);
        return Ok(Some((end.seq + 1, what)));
    }
    let found: Option<(i64, i64, [u8; 32])> = state
        .prepare_cached(SEGMENT)?
        .query_row(params![writer, time::stored(head.seq)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let is_same = found.is_some_and(|(first, records, hash)| {
        time::read(first + records - 1) == head.seq && hash == head.hash
    });
    let what = "the chain up to it is another one than it was".to_owned();
    Ok((!is_same).then_some((head.seq, what)))
}

const SEGMENT: &str = "SELECT first_seq, length(marks) / 8, head FROM audit_segments
    WHERE writer = ?1 AND first_seq <= ?2 ORDER BY first_seq DESC LIMIT 1";
