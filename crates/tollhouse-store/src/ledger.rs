//! Calls by their keys, in SQLite.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use tollhouse_core::{
    StoreError,
    ledger::{ANSWER_BYTES_MAX, Answer, Bid, End, Entry, KEYS_MAX, Ledger, Life, Slot, Standing},
};

use crate::{State, time};

impl Ledger for State {
    fn look(
        &self,
        slot: Slot,
        arguments: [u8; 32],
        now_ms: u64,
    ) -> BoxFuture<'_, Result<Standing, StoreError>> {
        Box::pin(self.look_up(move |state| {
            let entry = find(state, &slot)?;
            Ok(entry.map_or(Standing::Free, |entry| entry.standing(&arguments, now_ms)))
        }))
    }

    fn claim(&self, bid: Bid) -> BoxFuture<'_, Result<Standing, StoreError>> {
        Box::pin(async move {
            let claimed = self.write(move |state| claim(state, &bid)).await?;
            claimed
                .ok_or_else(|| StoreError::Failed("too many keys of one caller are in use".into()))
        })
    }

    fn settle(
        &self,
        slot: Slot,
        holder: Arc<str>,
        end: End,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(self.write(move |state| settle(state, &slot, (&holder, end))))
    }

    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(self.write(move |state| {
            let mut forget = state.prepare_cached(FORGET_ALL)?;
            Ok(forget.execute([time::stored(now_ms)])? as u64)
        }))
    }
}

fn find(state: &Transaction<'_>, slot: &Slot) -> rusqlite::Result<Option<Entry>> {
    let mut select = state.prepare_cached(FIND)?;
    select
        .query_row(params![slot.owner, slot.key], entry)
        .optional()
}

/// How it stands; `None` if there is no room for another.
fn claim(state: &Transaction<'_>, bid: &Bid) -> rusqlite::Result<Option<Standing>> {
    let (slot, now) = (&bid.slot, time::stored(bid.now_ms));
    state.prepare_cached(FORGET)?.execute([now])?;
    let standing = bid.standing(find(state, slot)?);
    if standing != Standing::Free {
        return Ok(Some(standing));
    }
    let of = params![slot.owner, slot.key];
    state.prepare_cached(REMOVE)?.execute(of)?;
    if room(state, slot)?.0 >= KEYS_MAX as u64 {
        let oldest = params![slot.owner];
        if state.prepare_cached(REMOVE_OLDEST)?.execute(oldest)? == 0 {
            return Ok(None);
        }
    }
    state.prepare_cached(CLAIM)?.execute(params![
        slot.owner,
        slot.key,
        bid.arguments,
        &*bid.holder,
        now,
        time::stored(bid.until_ms),
        time::stored(bid.forget_ms),
    ])?;
    Ok(Some(Standing::Free))
}

fn settle(
    state: &Transaction<'_>,
    slot: &Slot,
    (holder, end): (&str, End),
) -> rusqlite::Result<bool> {
    let (owner, key) = (slot.owner, slot.key);
    let changed = match end {
        End::Nothing => state
            .prepare_cached(RELEASE)?
            .execute(params![owner, key, holder])?,
        End::Unknown => state
            .prepare_cached(DOUBT)?
            .execute(params![owner, key, holder])?,
        End::Done(answer) => {
            let (text, bytes) = match &answer {
                Answer::Kept(text) => (Some(text), text.len() as u64),
                Answer::Gone(bytes) => (None, *bytes),
            };
            let row = params![owner, key, holder, text, time::stored(bytes)];
            state.prepare_cached(DONE)?.execute(row)?
        }
    };
    while changed == 1 && room(state, slot)?.1 > ANSWER_BYTES_MAX {
        let oldest = state.prepare_cached(LET_GO)?.execute(params![owner])?;
        if oldest == 0 {
            break;
        }
    }
    Ok(changed == 1)
}

/// How many keys of its owner there are, and how many bytes of answers.
fn room(state: &Transaction<'_>, slot: &Slot) -> rusqlite::Result<(u64, u64)> {
    let mut select = state.prepare_cached(ROOM)?;
    let read = |row: &Row<'_>| Ok((time::read(row.get(0)?), time::read(row.get(1)?)));
    let room = select.query_row(params![slot.owner], read).optional()?;
    Ok(room.unwrap_or_default())
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let answer = || -> rusqlite::Result<Answer> {
        Ok(match row.get("answer")? {
            Some(text) => Answer::Kept(text),
            None => Answer::Gone(time::read(row.get("answer_bytes")?)),
        })
    };
    Ok(Entry {
        arguments: row.get("arguments")?,
        began_ms: time::read(row.get("began_ms")?),
        until_ms: time::read(row.get("until_ms")?),
        forget_ms: time::read(row.get("forget_ms")?),
        life: match row.get("life")? {
            RUNS => Life::Running,
            IS_DONE => Life::Done(answer()?),
            _ => Life::InDoubt,
        },
    })
}

const RUNS: i64 = 0;
const IS_DONE: i64 = 1;
const FIND: &str = "SELECT arguments, began_ms, until_ms, forget_ms, life, answer, answer_bytes
    FROM ledger WHERE owner = ?1 AND key = ?2";
const CLAIM: &str =
    "INSERT INTO ledger (owner, key, arguments, holder, began_ms, until_ms, forget_ms)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
/// Each claim takes away more than it adds, so that what has expired does not pile up.
const FORGET: &str = "DELETE FROM ledger WHERE row IN
    (SELECT row FROM ledger WHERE forget_ms <= ?1 ORDER BY forget_ms LIMIT 16)";
const FORGET_ALL: &str = "DELETE FROM ledger WHERE forget_ms <= ?1";
const REMOVE: &str = "DELETE FROM ledger WHERE owner = ?1 AND key = ?2";
const REMOVE_OLDEST: &str = "DELETE FROM ledger WHERE row IN
    (SELECT row FROM ledger WHERE owner = ?1 AND life = 1 ORDER BY began_ms LIMIT 1)";
const RELEASE: &str =
    "DELETE FROM ledger WHERE owner = ?1 AND key = ?2 AND holder = ?3 AND life <> 1";
const DOUBT: &str =
    "UPDATE ledger SET life = 2 WHERE owner = ?1 AND key = ?2 AND holder = ?3 AND life <> 1";
const DONE: &str = "UPDATE ledger SET life = 1, answer = ?4, answer_bytes = ?5
    WHERE owner = ?1 AND key = ?2 AND holder = ?3 AND life <> 1";
const LET_GO: &str = "UPDATE ledger SET answer = NULL WHERE row IN
    (SELECT row FROM ledger WHERE owner = ?1 AND answer IS NOT NULL ORDER BY began_ms LIMIT 16)";
const ROOM: &str = "SELECT keys, bytes FROM ledger_rooms WHERE owner = ?1";
