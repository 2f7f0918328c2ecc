//! Erasing what somebody sent and got, and who it was. The records stay and the chain verifies: it has only digests of
//! what goes, and their salts go too.

use std::{borrow::Cow, collections::BTreeSet};

use rusqlite::{Transaction, params};
use serde::Deserialize;
use tollhouse_core::StoreError;

use super::{Audit, chain, draft::Entry, read};
use crate::{State, time};

mod beside;

use beside::Person;

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Of how many records the texts went.
    pub records: u64,
    /// How many answers, kept for calls that come again.
    pub answers: u64,
    /// How many calls that wait for a person, or waited.
    pub approvals: u64,
    /// How many whole results.
    pub results: u64,
    /// Whether nobody can tell any more whose those were.
    pub is_nameless: bool,
    /// Whether the write-ahead log still has it, because somebody reads an older state. To do the same again takes it out.
    pub is_in_log: bool,
}

impl Audit {
    /// Erases the texts of somebody's records, and what else is kept of their calls; without a time also who it was. That
    /// it was done is written down before it is done: whoever is interrupted does it again.
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
        let shown: Vec<String> = marks.iter().map(|mark| chain::hex(mark)).collect();
        let until_ms = before_ms.unwrap_or_else(|| now_ms.saturating_add(1));
        let mut person = Person {
            subject: subject.to_owned(),
            ..Person::default()
        };
        let mut records = 0;
        if !marks.is_empty() {
            self.wait(Entry::Erased {
                at_ms: now_ms,
                before_ms: until_ms,
                marks: shown.clone(),
            })
            .await?;
            records = strip_all(state, (shown, until_ms), &mut person).await?;
        }
        let cleared = state.write(move |state| person.clear(state, before_ms));
        let cleared = cleared.await?;
        let results = cleared.results.len() as u64;
        state.remove_results(cleared.results).await?;
        let is_nameless = before_ms.is_none() && !marks.is_empty();
        // Last, so that whoever is interrupted finds them again; and what went leaves the write-ahead log too.
        let forgotten = state.erase(move |state| match is_nameless {
            true => forget(state, &marks),
            false => Ok(()),
        });
        forgotten.await?;
        Ok(Erased {
            records,
            answers: cleared.answers,
            approvals: cleared.approvals,
            results,
            is_nameless,
            is_in_log: !state.empty_log().await?,
        })
    }
}

/// All segments, some at a time, so that others come to write between them.
async fn strip_all(
    state: &State,
    (marks, until_ms): (Vec<String>, u64),
    person: &mut Person,
) -> Result<u64, StoreError> {
    let (mut place, mut records) = (0, 0);
    loop {
        let (marks, mut known) = (marks.clone(), std::mem::take(person));
        let some = state.write(move |state| {
            let stripped = strip(state, (place, until_ms), (&marks, &mut known))?;
            Ok((stripped, known))
        });
        let ((last, more), known) = some.await?;
        *person = known;
        records += more;
        match last {
            Some(last) => place = last,
            None => return Ok(records),
        }
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
    #[serde(borrow)]
    who: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tenant: Option<Cow<'a, str>>,
    #[serde(borrow)]
    grant: Option<Cow<'a, str>>,
}

/// Takes the texts of these people out of some segments, and notes for whom and under what they called. Gives the last
/// that it has looked at, and of how many records.
fn strip(
    state: &Transaction<'_>,
    (place, until_ms): (i64, u64),
    (marks, person): (&[String], &mut Person),
) -> rusqlite::Result<(Option<i64>, u64)> {
    let mut select = state.prepare_cached(SEGMENTS)?;
    let mut rows = select.query(params![place, time::stored(until_ms)])?;
    let (mut last, mut records) = (None, 0);
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        last = Some(number);
        let lines: Vec<u8> = row.get(1)?;
        let texts: Option<Vec<u8>> = row.get(2)?;
        let mut gone = BTreeSet::new();
        for line in lines.split(|byte| *byte == b'\n') {
            let Ok(whose) = serde_json::from_slice::<Whose<'_>>(line) else {
                continue;
            };
            let who = whose.who.as_deref();
            if whose.at < until_ms && who.is_some_and(|who| marks.iter().any(|mark| mark == who)) {
                gone.insert(whose.seq);
                person.tenants.extend(whose.tenant.map(Cow::into_owned));
                person.grants.extend(whose.grant.map(Cow::into_owned));
            }
        }
        if let Some((left, taken)) = without(&texts.unwrap_or_default(), &gone) {
            let rewritten = params![number, left];
            state.prepare_cached(REWRITE)?.execute(rewritten)?;
            records += taken;
        }
    }
    Ok((last, records))
}

/// The texts that are left, and of how many records some went; `None` if none did.
fn without(texts: &[u8], gone: &BTreeSet<u64>) -> Option<(Vec<u8>, u64)> {
    let mut left = Vec::with_capacity(texts.len());
    let (mut from, mut taken) = (0, 0);
    let mut all = serde_json::Deserializer::from_slice(texts).into_iter::<read::Beside<'_>>();
    while let Some(Ok(beside)) = all.next() {
        let to = all.byte_offset();
        if gone.contains(&beside.seq) {
            taken += 1;
        } else {
            left.extend_from_slice(texts.get(from..to).unwrap_or_default());
        }
        from = to;
    }
    left.push(b'\n');
    (taken > 0).then_some((left, taken))
}

const MARKS: &str = "SELECT mark FROM audit_people WHERE subject = ?1";
const FORGET: &str = "DELETE FROM audit_people WHERE mark = ?1";
const ERASED: &str = "UPDATE audit_erasures SET number = number + 1";
const SEGMENTS: &str = "SELECT number, lines, texts FROM audit_segments
    LEFT JOIN audit_texts ON segment = number WHERE number > ?1 AND from_ms < ?2 ORDER BY number LIMIT 64";
const REWRITE: &str = "UPDATE audit_texts SET texts = ?2 WHERE segment = ?1";
