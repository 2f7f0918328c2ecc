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
    /// Where a chain begins since its oldest records were dropped, and which records say so.
    bases: BTreeMap<Base, BTreeSet<Said>>,
    /// Writers of whom all records were dropped, and which records say so.
    gone: BTreeMap<i64, BTreeSet<Said>>,
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
        for (writer, head) in bases {
            let base = (writer, head.seq, head.hash);
            self.bases.entry(base).or_default().insert(by);
        }
        for writer in list("gone").filter_map(Value::as_i64) {
            self.gone.entry(writer).or_default().insert(by);
        }
        let before = record.get("before").and_then(Value::as_u64).unwrap_or(0);
        for mark in list("marks").filter_map(Value::as_str) {
            let known = self.erased.entry(mark.to_owned()).or_default();
            *known = before.max(*known);
        }
    }
}

/// Which record says something: whose, and its number.
type Said = (i64, u64);
/// Where a chain begins: whose, behind which record, with which digest.
type Base = (i64, u64, [u8; 32]);

/// What of the claims excuses records that are missing.
pub(super) struct Excuses {
    bases: BTreeSet<Base>,
    gone: BTreeSet<i64>,
}

impl Excuses {
    /// Everything that records say: enough where nobody else speaks of the missing ones. Beginnings were looked at before.
    fn all(claims: &Claims, rows: &BTreeMap<i64, (Head, Head)>) -> Self {
        let bases = rows.iter();
        Self {
            bases: bases
                .map(|(writer, (base, _))| (*writer, base.seq, base.hash))
                .collect(),
            gone: claims.gone.keys().copied().collect(),
        }
    }

    /// Only what is vouched for: said at or before a checkpoint of the same chain, or in a line of the second place.
    /// Whoever has the file can write a chain that says anything.
    pub(super) fn vouched(
        state: &Transaction<'_>,
        told: &[String],
        (claims, key): (&Claims, Option<&Key>),
    ) -> rusqlite::Result<Self> {
        let mut proved: BTreeMap<i64, u64> = BTreeMap::new();
        for checkpoint in told.iter().filter_map(|line| Checkpoint::read(line)) {
            let (writer, head) = (checkpoint.writer, checkpoint.head);
            let is_made = key.is_none_or(|key| key.has_made(&checkpoint));
            if is_made && goes_through(state, writer, head)? {
                let known = proved.entry(writer).or_default();
                *known = head.seq.max(*known);
            }
        }
        let mut second = Claims::default();
        let records = told
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok());
        let kind = |record: &Value| record.get("kind").and_then(Value::as_str) == Some("pruned");
        for record in records.filter(kind) {
            second.learn((0, 0), &record);
        }
        let is_proved =
            |(writer, seq): Said| proved.get(&writer).is_some_and(|proved| seq <= *proved);
        let mut excuses = Self::of(claims, is_proved);
        excuses.bases.extend(second.bases.into_keys());
        excuses.gone.extend(second.gone.into_keys());
        Ok(excuses)
    }

    fn of(claims: &Claims, counts: impl Fn(Said) -> bool) -> Self {
        let said = |by: &BTreeSet<Said>| by.iter().any(|by| counts(*by));
        let bases = claims.bases.iter().filter(|(_, by)| said(by));
        let gone = claims.gone.iter().filter(|(_, by)| said(by));
        Self {
            bases: bases.map(|(base, _)| *base).collect(),
            gone: gone.map(|(writer, _)| *writer).collect(),
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
        let said = (*writer, base.seq, base.hash);
        if base.seq > 0 && !seen.claims.bases.contains_key(&said) {
            seen.find(
                *writer,
                base.seq,
                "the records up to it are missing, and no record says that they were dropped",
            );
        }
    }
    let excuses = Excuses::all(&seen.claims, rows);
    for ((by, at), writer, head) in std::mem::take(&mut seen.claims.heads) {
        if let Some((seq, what)) = differs(state, rows, (writer, head), &excuses)? {
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
    (checkpoint, key, excuses): (&Checkpoint, Option<&Key>, &Excuses),
    seen: &mut Seen,
) -> rusqlite::Result<()> {
    let (writer, head) = (checkpoint.writer, checkpoint.head);
    seen.verified.checkpoints += 1;
    let Some(key) = key else {
        seen.verified.unproved += 1;
        return differing(state, rows, (writer, head, excuses), seen);
    };
    if !key.has_made(checkpoint) {
        seen.find(
            writer,
            head.seq,
            "a checkpoint was not made by this server: its code is wrong",
        );
        return Ok(());
    }
    differing(state, rows, (writer, head, excuses), seen)
}

fn differing(
    state: &Transaction<'_>,
    rows: &BTreeMap<i64, (Head, Head)>,
    (writer, head, excuses): (i64, Head, &Excuses),
    seen: &mut Seen,
) -> rusqlite::Result<()> {
    if let Some((seq, what)) = differs(state, rows, (writer, head), excuses)? {
        seen.find(writer, seq, format!("{what}, says the checkpoint"));
    }
    Ok(())
}

/// What is wrong if the chain of this writer went through this place once.
fn differs(
    state: &Transaction<'_>,
    rows: &BTreeMap<i64, (Head, Head)>,
    (writer, head): (i64, Head),
    excuses: &Excuses,
) -> rusqlite::Result<Option<(u64, String)>> {
    let Some((base, end)) = rows.get(&writer) else {
        let what = format!(
            "all records of this writer are missing, up to {}{UNVOUCHED}",
            head.seq
        );
        return Ok((!excuses.gone.contains(&writer)).then_some((1, what)));
    };
    if head.seq < base.seq || head == *base {
        let what = format!("the records up to {} are missing{UNVOUCHED}", base.seq);
        let is_excused = excuses.bases.contains(&(writer, base.seq, base.hash));
        return Ok((!is_excused).then_some((1, what)));
    }
    if head.seq > end.seq {
        let what = format!("the records up to {} are cut off the end", head.seq);
        return Ok(Some((end.seq + 1, what)));
    }
    let is_same = goes_through(state, writer, head)?;
    let what = "the chain up to it is another one than it was".to_owned();
    Ok((!is_same).then_some((head.seq, what)))
}

/// Whether a segment of this writer ends at this place.
fn goes_through(state: &Transaction<'_>, writer: i64, head: Head) -> rusqlite::Result<bool> {
    let found: Option<(i64, i64, [u8; 32])> = state
        .prepare_cached(SEGMENT)?
        .query_row(params![writer, time::stored(head.seq)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    Ok(found.is_some_and(|(first, records, hash)| {
        time::read(first + records - 1) == head.seq && hash == head.hash
    }))
}

const UNVOUCHED: &str = ", and no record that can be trusted says that they were dropped; if they were, newer lines of \
    the second place say so";

const SEGMENT: &str = "SELECT first_seq, length(marks) / 8, head FROM audit_segments
    WHERE writer = ?1 AND first_seq <= ?2 ORDER BY first_seq DESC LIMIT 1";
