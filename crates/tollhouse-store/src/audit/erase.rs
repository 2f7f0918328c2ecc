//! Erasing what somebody sent and got, and who it was. The records stay and the chain verifies: it has only digests of
//! what goes, and their salts go too.

use std::collections::BTreeSet;

use rusqlite::{Transaction, params};
use serde::Deserialize;
use tollhouse_core::StoreError;

use super::{Audit, chain, draft::Entry, read};
use crate::{State, time};

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Of how many records the texts went.
    pub records: u64,
    /// Whether nobody can tell any more whose those were.
    pub is_nameless: bool,
}

impl Audit {
    /// Erases the texts of somebody's records; without a time also who it was. That it was done is written down
    /// before it is done: whoever is interrupted does it again.
    ///
    /// # Errors
    ///
    /// The state cannot be written.
    pub async fn erase(
        &self,
        state: &State,
        subject: &str,
        (before_ms, now_ms): (Option<u64>, u64),
    ) -> Result<Erased, StoreError> {
        let name = subject.to_owned();
        let marks: Vec<[u8; 16]> = state
            .read(move |state| {
                let mut select = state.prepare_cached(MARKS)?;
                select.query_map([name], |row| row.get(0))?.collect()
            })
            .await?;
        if marks.is_empty() {
            return Ok(Erased::default());
        }
        let shown: Vec<String> = marks.iter().map(|mark| chain::hex(mark)).collect();
        let until_ms = before_ms.unwrap_or_else(|| now_ms.saturating_add(1));
        let is_nameless = before_ms.is_none();
        self.wait(Entry::Erased {
            at_ms: now_ms,
            before_ms: until_ms,
            marks: shown.clone(),
        })
        .await?;
        let mut erased = Erased {
            records: 0,
            is_nameless,
        };
        let mut place = 0;
        loop {
            let shown = shown.clone();
            let some = state.write(move |state| strip(state, (place, until_ms), &shown));
            let (last, records) = some.await?;
            erased.records += records;
            match last {
                Some(last) => place = last,
                None => break,
            }
        }
        // Last, so that whoever is interrupted finds them again; and what went leaves the write-ahead log too.
        let forgotten = state.erase(move |state| match is_nameless {
            true => forget(state, &marks),
            false => Ok(()),
        });
        forgotten.await?;
        Ok(erased)
    }
}

fn forget(state: &Transaction<'_>, marks: &[[u8; 16]]) -> rusqlite::Result<()> {
    for mark in marks {
        state.execute(FORGET, [mark.as_slice()])?;
    }
    state.execute(ERASED, []).map(drop)
}

/// What has to be known of a line.
#[derive(Debug, Deserialize)]
struct Whose<'a> {
    seq: u64,
    at: u64,
    who: Option<&'a str>,
}

/// Takes the texts of these people out of some segments. Gives the last that it has looked at, and of how many records.
fn strip(
    state: &Transaction<'_>,
    (place, until_ms): (i64, u64),
    marks: &[String],
) -> rusqlite::Result<(Option<i64>, u64)> {
    let mut select = state.prepare_cached(SEGMENTS)?;
    let mut rows = select.query(params![place, time::stored(until_ms)])?;
    let (mut last, mut records) = (None, 0);
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        last = Some(number);
        let lines: Vec<u8> = row.get(1)?;
        let texts: Vec<u8> = row.get(2)?;
        let mut gone = BTreeSet::new();
        for line in lines.split(|byte| *byte == b'\n') {
            if let Ok(whose) = serde_json::from_slice::<Whose<'_>>(line)
                && whose.at < until_ms
                && whose
                    .who
                    .is_some_and(|who| marks.iter().any(|mark| mark == who))
            {
                gone.insert(whose.seq);
            }
        }
        let mut left = Vec::with_capacity(texts.len());
        let mut from = 0;
        let mut all = serde_json::Deserializer::from_slice(&texts).into_iter::<read::Beside<'_>>();
        let mut taken = 0;
        while let Some(Ok(beside)) = all.next() {
            let to = all.byte_offset();
            if gone.contains(&beside.seq) {
                taken += 1;
            } else {
                left.extend_from_slice(texts.get(from..to).unwrap_or_default());
            }
            from = to;
        }
        if taken > 0 {
            left.push(b'\n');
            state
                .prepare_cached(REWRITE)?
                .execute(params![number, left])?;
            records += taken;
        }
    }
    Ok((last, records))
}

const MARKS: &str = "SELECT mark FROM audit_people WHERE subject = ?1";
const FORGET: &str = "DELETE FROM audit_people WHERE mark = ?1";
const ERASED: &str = "UPDATE audit_erasures SET number = number + 1";
const SEGMENTS: &str = "SELECT number, lines, texts FROM audit_segments
    JOIN audit_texts ON segment = number WHERE number > ?1 AND from_ms < ?2 ORDER BY number LIMIT 64";
const REWRITE: &str = "UPDATE audit_texts SET texts = ?2 WHERE segment = ?1";
