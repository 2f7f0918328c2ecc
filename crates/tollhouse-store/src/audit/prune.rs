//! What is too old, or too much, goes: the oldest records of each writer, so that the rest of its chain verifies.
//!
//! Where a chain begins now is said by a record, so that nobody else can shorten one unseen.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{OptionalExtension as _, Transaction, params};
use serde_json::json;

use super::append;
use crate::time;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keep {
    /// For how long; else for ever.
    pub(super) time: Option<Duration>,
    /// How many bytes at most, of records and texts; else as many as there are.
    pub(super) bytes: Option<u64>,
}

/// How much there is, as its writer last saw it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    bytes: u64,
    /// Up to which segment that is counted.
    counted: i64,
}

impl Size {
    /// Counts what was written since, whoever wrote it. What others have dropped is still in it: the next look tells.
    pub(super) fn grown(self, on: &Transaction<'_>) -> rusqlite::Result<Self> {
        let mut select = on.prepare_cached(NEW_BYTES)?;
        select.query_row([self.counted], |row| {
            Ok(Self {
                bytes: self.bytes.saturating_add(time::read(row.get(0)?)),
                counted: row.get::<_, Option<i64>>(1)?.unwrap_or(self.counted),
            })
        })
    }

    /// Whether it is more than may be kept, as far as this knows.
    pub(super) fn is_over(self, keep: Keep) -> bool {
        keep.bytes.is_some_and(|most| self.bytes > most)
    }

    /// Looks anew at all that is there.
    pub(super) fn look(on: &Transaction<'_>) -> rusqlite::Result<Self> {
        on.query_row(ALL_BYTES, [], |row| {
            Ok(Self {
                bytes: time::read(row.get(0)?),
                counted: row.get(1)?,
            })
        })
    }
}

/// How much is kept, which may change while somebody writes.
#[derive(Debug)]
pub(super) struct Kept(Mutex<(Keep, bool)>);

impl Kept {
    pub(super) const fn new(time: Option<Duration>, bytes: Option<u64>) -> Self {
        Self(Mutex::new((Keep { time, bytes }, false)))
    }

    pub(super) fn set(&self, time: Option<Duration>, bytes: Option<u64>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let keep = Keep { time, bytes };
        *kept = (keep, kept.1 || keep != kept.0);
    }

    /// How much is kept, and whether that is new since this was asked last.
    pub(super) fn get(&self) -> (Keep, bool) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.0, std::mem::take(&mut kept.1))
    }
}

/// Drops what need not be kept, and adds a record of it if there was something.
pub(super) fn prune(
    on: &Transaction<'_>,
    (own, keep): (i64, Keep),
    (seq, now_ms): (u64, u64),
    lines: &mut Vec<u8>,
) -> rusqlite::Result<()> {
    let Some(last) = last(on, keep, now_ms)? else {
        return Ok(());
    };
    let mut records = 0;
    let mut oldest = on.prepare_cached(OLDEST)?;
    let old: Vec<(i64, i64, i64, Vec<u8>, i64)> = oldest
        .query_map([last], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (number, writer, first, head, count) in old {
        let base = params![writer, first + count - 1, head];
        on.prepare_cached(MOVE_BASE)?.execute(base)?;
        on.prepare_cached(DROP_TEXTS)?.execute([number])?;
        on.prepare_cached(DROP)?.execute([number])?;
        records += count;
    }
    if on.execute(DROP_PEOPLE, [own])? > 0 {
        on.execute(ERASED, [])?;
    }
    let gone: Vec<i64> = on
        .prepare_cached(DROP_WRITERS)?
        .query_map([own], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    tracing::info!(records, "old records of the audit were dropped");
    let pruned = json!({
        "seq": seq, "at": now_ms, "kind": "pruned", "records": records, "bases": append::places(on, BASES)?,
        "gone": gone,
    });
    lines.extend_from_slice(format!("{pruned}\n").as_bytes());
    Ok(())
}

/// The last segment that need not be kept. Segments are numbered as they were committed.
fn last(on: &Transaction<'_>, keep: Keep, now_ms: u64) -> rusqlite::Result<Option<i64>> {
    let mut last: Option<i64> = None;
    if let Some(time) = keep.time {
        let keep_ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let before = now_ms.saturating_sub(keep_ms);
        last = on.query_row(LAST_OLD, [time::stored(before)], |row| row.get(0))?;
        if let Some(old) = last
            && is_behind_a_leap(on, old, (now_ms, keep_ms))?
        {
            last = None;
        }
    }
    let Some(most) = keep.bytes else {
        return Ok(last);
    };
    let mut over = Size::look(on)?.bytes.saturating_sub(most);
    if over == 0 {
        return Ok(last);
    }
    // Once there is too much, a little more goes, so that it is not too much again at once.
    over = over.saturating_add(most / 20);
    let mut sizes = on.prepare_cached(SIZES)?;
    let mut rows = sizes.query([])?;
    while let Some(row) = rows.next()? {
        if over == 0 {
            break;
        }
        let number: i64 = row.get(0)?;
        over = over.saturating_sub(time::read(row.get(1)?));
        last = last.max(Some(number));
    }
    tracing::warn!(
        most,
        "the audit has as many bytes as it may; its oldest records go before their time"
    );
    Ok(last)
}

/// Whether between this segment and the next, or now, lies more time than records are kept for. Then the clock may be
/// wrong, and all is kept until as much time has passed with records in it: a leap makes nothing old.
fn is_behind_a_leap(
    on: &Transaction<'_>,
    old: i64,
    (now_ms, keep_ms): (u64, u64),
) -> rusqlite::Result<bool> {
    let old_ms: i64 = on.query_row(TIME, [old], |row| row.get(0))?;
    let next: Option<i64> = on
        .query_row(NEXT, params![old, time::stored(now_ms)], |row| row.get(0))
        .optional()?;
    let next_ms = next.map_or(now_ms, time::read);
    let is_leap = next_ms.saturating_sub(time::read(old_ms)) > keep_ms;
    if is_leap && next.is_none() {
        tracing::warn!(
            now_ms,
            "the newest record of the audit is older than records are kept for; if the clock is right, the old ones go \
             when as much time has passed again, and none before"
        );
    }
    Ok(is_leap)
}

/// Where chains begin that have lost their beginning.
const BASES: &str = "SELECT writer, base_seq, base_hash FROM audit_writers
    WHERE base_seq > 0 ORDER BY writer";
const TIME: &str = "SELECT to_ms FROM audit_segments WHERE number = ?1";
/// What is of a later time than now is of a clock that was wrong.
const NEXT: &str = "SELECT to_ms FROM audit_segments WHERE number > ?1 AND to_ms <= ?2
    ORDER BY number LIMIT 1";
/// Up to the first that is young enough: a clock that went back keeps its records longer.
const LAST_OLD: &str = "SELECT max(number) FROM audit_segments
    WHERE number < coalesce(
        (SELECT min(number) FROM audit_segments WHERE to_ms >= ?1),
        (SELECT max(number) + 1 FROM audit_segments))";
const ALL_BYTES: &str = "SELECT coalesce(sum(bytes), 0),
    (SELECT coalesce(max(number), 0) FROM audit_segments) FROM audit_segments";
const NEW_BYTES: &str = "SELECT coalesce(sum(bytes), 0), max(number) FROM audit_segments
    WHERE number > ?1";
const SIZES: &str = "SELECT number, bytes FROM audit_segments ORDER BY number";
/// At most so many at once, so that nobody waits long for the state.
const OLDEST: &str = "SELECT number, writer, first_seq, head, length(marks) / 8
    FROM audit_segments WHERE number <= ?1 ORDER BY number LIMIT 2000";
const MOVE_BASE: &str = "UPDATE audit_writers SET base_seq = ?2, base_hash = ?3 WHERE writer = ?1";
const DROP_TEXTS: &str = "DELETE FROM audit_texts WHERE segment = ?1";
const DROP: &str = "DELETE FROM audit_segments WHERE number = ?1";
/// Of writers of whom nothing is left. This one may still need its people.
const DROP_PEOPLE: &str = "DELETE FROM audit_people
    WHERE writer <> ?1 AND writer NOT IN (SELECT writer FROM audit_segments)";
/// One that is still there, and had nothing to write for so long, begins a chain anew.
const DROP_WRITERS: &str = "DELETE FROM audit_writers
    WHERE writer <> ?1 AND writer NOT IN (SELECT writer FROM audit_segments) RETURNING writer";
const ERASED: &str = "UPDATE audit_erasures SET number = number + 1";
