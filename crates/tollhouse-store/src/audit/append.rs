//! Adding a draft to the chain, in one piece of work: the place in the chain is decided here and nowhere else.

use rusqlite::{OptionalExtension as _, Transaction, params};
use serde_json::{Value, json};

use super::{
    chain::{self, Head},
    draft::Draft,
    prune::{self, Keep, Size},
};
use crate::time;

/// Who writes, as the file knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The number of the writer.
    pub(super) writer: i64,
    /// Where its chain ends.
    pub(super) head: Head,
}

/// What is to be appended, by whom.
#[derive(Debug)]
pub(super) struct Appending {
    /// None if this process has written nothing yet.
    pub(super) place: Option<Place>,
    /// What tells this process from others.
    pub(super) process: String,
    /// The release that writes.
    pub(super) version: String,
    pub(super) draft: Draft,
    /// How often people had been erased when the draft was made.
    pub(super) erasures: u64,
    /// What may stay.
    pub(super) keep: Keep,
    /// Whether it is time to look at it, whatever the size.
    pub(super) is_time: bool,
    /// How much there is, as this writer knows it.
    pub(super) size: Size,
}

/// How it went.
#[derive(Debug)]
pub(super) enum Appended {
    /// It stands there, and this is the place behind it. The lines are as they stand there.
    Done(Place, Vec<u8>, Size),
    /// People were erased meanwhile, so often by now: the draft is to be made anew.
    Stale(u64),
    /// The chain of this writer ends elsewhere: another file was put in place. It is to begin anew.
    Moved,
}

/// The number of the first record of a draft of whoever writes from here.
pub(super) const fn first_seq(place: Option<Place>) -> u64 {
    match place {
        // Behind the record that opens the chain.
        None => 2,
        Some(place) => place.head.seq.saturating_add(1),
    }
}

pub(super) fn append(on: &Transaction<'_>, this: Appending) -> rusqlite::Result<Appended> {
    let erasures = on
        .prepare_cached(ERASURES)?
        .query_row([], |row| row.get::<_, i64>(0))?
        .cast_unsigned();
    if erasures != this.erasures {
        return Ok(Appended::Stale(erasures));
    }
    let mut draft = this.draft;
    let (from_ms, to_ms) = draft.span_ms.unwrap_or_default();
    let (place, first) = match this.place {
        Some(place) if is_there(on, place)? => (place, None),
        Some(_) => return Ok(Appended::Moved),
        None => {
            let (place, opening) = enlist(on, (&this.process, &this.version), from_ms)?;
            (place, Some(opening))
        }
    };
    let mut lines = first.unwrap_or_default();
    lines.append(&mut draft.lines);
    let mut size = this.size.grown(on)?;
    if this.is_time || size.is_over(this.keep) {
        let before = count(&lines);
        let seq = place.head.seq.saturating_add(before).saturating_add(1);
        prune::prune(on, (place.writer, this.keep), (seq, to_ms), &mut lines)?;
        size = Size::look(on)?;
    }
    let mut marks = Vec::new();
    let mut head = place.head;
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        head = head.behind(line);
        marks.extend_from_slice(&head.mark());
    }
    let bytes = lines.len() + draft.texts.len();
    on.prepare_cached(INSERT)?.execute(params![
        place.writer,
        time::stored(place.head.seq.saturating_add(1)),
        time::stored(from_ms),
        time::stored(to_ms),
        i64::try_from(bytes).unwrap_or(i64::MAX),
        head.hash.as_slice(),
        marks,
        lines,
    ])?;
    if !draft.texts.is_empty() {
        let segment = on.last_insert_rowid();
        on.prepare_cached(INSERT_TEXTS)?
            .execute(params![segment, draft.texts])?;
    }
    for (mark, salt, subject) in &draft.people {
        let row = params![mark.as_slice(), salt.as_slice(), subject, place.writer];
        on.prepare_cached(INSERT_PERSON)?.execute(row)?;
    }
    let end = params![place.writer, time::stored(head.seq), head.hash.as_slice()];
    on.prepare_cached(MOVE_HEAD)?.execute(end)?;
    let place = Place { head, ..place };
    Ok(Appended::Done(place, lines, size))
}

/// How many lines there are.
pub(super) fn count(lines: &[u8]) -> u64 {
    lines.iter().filter(|byte| **byte == b'\n').count() as u64
}

fn is_there(on: &Transaction<'_>, place: Place) -> rusqlite::Result<bool> {
    let head = on
        .prepare_cached(HEAD)?
        .query_row([place.writer], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .optional()?;
    Ok(
        head.is_some_and(|(seq, hash)| {
            time::read(seq) == place.head.seq && hash == place.head.hash
        }),
    )
}

/// Makes a writer, and the record that opens its chain: it vouches for what others have written so far.
fn enlist(
    on: &Transaction<'_>,
    (process, version): (&str, &str),
    at_ms: u64,
) -> rusqlite::Result<(Place, Vec<u8>)> {
    let heads = places(on, UNNAMED)?;
    on.execute(NAME_ALL, [])?;
    let head = Head::before_all(process);
    on.execute(
        ENLIST,
        params![process, time::stored(at_ms), head.hash.as_slice()],
    )?;
    let place = Place {
        writer: on.last_insert_rowid(),
        head,
    };
    let opening = json!({
        "seq": 1, "at": at_ms, "kind": "start", "writer": place.writer, "process": process,
        "version": version, "heads": heads,
    });
    Ok((place, format!("{opening}\n").into_bytes()))
}

/// Places in chains, as records say them: of each row the writer, the number and the digest.
pub(super) fn places(on: &Transaction<'_>, select: &str) -> rusqlite::Result<Vec<Value>> {
    let mut select = on.prepare_cached(select)?;
    let rows = select.query_map([], |row| {
        Ok(json!({
            "writer": row.get::<_, i64>(0)?,
            "seq": row.get::<_, i64>(1)?,
            "hash": chain::hex(&row.get::<_, Vec<u8>>(2)?),
        }))
    })?;
    rows.collect()
}

const ERASURES: &str = "SELECT number FROM audit_erasures";
const HEAD: &str = "SELECT head_seq, head_hash FROM audit_writers WHERE writer = ?1";
/// Where other chains end, of those of which that was not said before.
const UNNAMED: &str = "SELECT writer, head_seq, head_hash FROM audit_writers
    WHERE head_seq > named_seq ORDER BY writer";
const NAME_ALL: &str = "UPDATE audit_writers SET named_seq = head_seq WHERE head_seq > named_seq";
const ENLIST: &str =
    "INSERT INTO audit_writers (process, began_at_ms, base_hash, head_seq, head_hash)
    VALUES (?1, ?2, ?3, 0, ?3)";
const INSERT: &str = "INSERT INTO audit_segments
    (writer, first_seq, from_ms, to_ms, bytes, head, marks, lines)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const INSERT_TEXTS: &str = "INSERT INTO audit_texts (segment, texts) VALUES (?1, ?2)";
const INSERT_PERSON: &str = "INSERT OR IGNORE INTO audit_people (mark, salt, subject, writer)
    VALUES (?1, ?2, ?3, ?4)";
const MOVE_HEAD: &str = "UPDATE audit_writers SET head_seq = ?2, head_hash = ?3 WHERE writer = ?1";
