//! Saving and deleting.

use rusqlite::{OptionalExtension as _, Transaction, params};
use sha2::{Digest as _, Sha256};
use tollhouse_core::memory::{
    Category, Deleted, Filing, Kept, MemoryError, MemoryId, Note, Room, Saved,
};

use super::{
    Stop,
    likeness::Text,
    matching, numbered,
    projects::{self, Project},
    sketch::Sketch,
    words::{spaced, words},
};
use crate::time;

/// Saves a note, and leaves to the caller what is similar.
pub(super) fn save(
    state: &Transaction<'_>,
    owner: &str,
    note: &Note,
    room: Room,
) -> Result<Saved, Stop> {
    if let Filing::In(name) = &note.filing {
        projects::find(state, owner, name)?;
    }
    let digest = digest(note);
    if let Some(number) = same(state, owner, &digest)? {
        if note.is_tainted {
            state.execute(TAINT, [number])?;
        }
        return Ok(Saved::Same(numbered(state, owner, number)?));
    }
    let count: i64 = state.query_row(COUNT, [owner], |row| row.get(0))?;
    if usize::try_from(count).is_ok_and(|count| count >= room.memories_max) {
        return Err(Stop::Told(MemoryError::Full(room.memories_max)));
    }
    let project = match &note.filing {
        Filing::Nowhere => None,
        Filing::In(name) => Some(projects::find(state, owner, name)?),
        Filing::InNew(name) => Some(projects::make(state, owner, name, note.now_ms, room)?),
    };
    let sketch = Sketch::of(&words(&note.content));
    insert(state, owner, note, project.as_ref(), &digest)?;
    let number = state.last_insert_rowid();
    state.execute(INSERT_SKETCH, params![owner, number, sketch.as_bytes()])?;
    let indexed = (number, matching::owner_word(owner), spaced(&note.content));
    state.execute(INSERT_WORDS, indexed)?;
    Ok(Saved::New(Vec::new()))
}

pub(super) fn delete(
    state: &Transaction<'_>,
    owner: &str,
    id: &MemoryId,
    now_ms: u64,
) -> rusqlite::Result<Deleted> {
    let number: Option<i64> = state
        .query_row(DELETE, [owner, id.as_str()], |row| row.get(0))
        .optional()?;
    let Some(number) = number else {
        let is_forgotten = state.query_row(IS_FORGOTTEN, [owner, id.as_str()], |row| row.get(0))?;
        return Ok(if is_forgotten {
            Deleted::Before
        } else {
            Deleted::Unknown
        });
    };
    state.execute(DELETE_WORDS, [number])?;
    state.execute(FORGET, params![owner, id.as_str(), time::stored(now_ms)])?;
    state.execute(FORGET_FORGOTTEN, params![owner, FORGOTTEN_MAX])?;
    Ok(Deleted::Now)
}

fn same(state: &Transaction<'_>, owner: &str, digest: &[u8]) -> rusqlite::Result<Option<i64>> {
    state
        .query_row(SAME, params![owner, digest], |row| row.get(0))
        .optional()
}

fn insert(
    state: &Transaction<'_>,
    owner: &str,
    note: &Note,
    project: Option<&Project>,
    digest: &[u8],
) -> rusqlite::Result<()> {
    let values = params![
        note.id.as_str(),
        owner,
        note.content,
        note.category.map(Category::name),
        project.map(|project| &project.folded),
        digest,
        time::stored(note.now_ms),
        note.is_tainted,
    ];
    state.execute(INSERT, values).map(drop)
}

/// The owner's memories that say nearly the same, the nearest first.
///
/// It looks at every sketch of the owner, so it is not for the one connection that writes.
pub(super) fn similar(
    state: &Transaction<'_>,
    owner: &str,
    content: &str,
) -> rusqlite::Result<Vec<Kept>> {
    let sketch = Sketch::of(&words(content));
    let mut likely = Vec::new();
    let mut select = state.prepare_cached(SKETCHES)?;
    let mut rows = select.query([owner])?;
    while let Some(row) = rows.next()? {
        let other = Sketch::read(row.get_ref("bits")?.as_blob()?);
        let likeness = other.map_or(0.0, |other| sketch.likeness(&other));
        if likeness >= LIKELY {
            likely.push((likeness, row.get::<_, i64>("number")?));
        }
    }
    likely.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let text = Text::new(content);
    let mut similar = Vec::new();
    for (_, number) in likely.into_iter().take(COMPARED_MAX) {
        let kept = numbered(state, owner, number)?;
        let likeness = text.likeness(&Text::new(&kept.content));
        if likeness >= SIMILAR {
            similar.push((likeness, kept));
        }
    }
    similar.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let similar = similar.into_iter().take(SIMILAR_MAX);
    Ok(similar.map(|(_, kept)| kept).collect())
}

/// What two notes share if they are the same one: content and project.
fn digest(note: &Note) -> [u8; 32] {
    let mut digest = Sha256::new();
    match &note.filing {
        Filing::Nowhere => digest.update([0]),
        Filing::In(name) | Filing::InNew(name) => {
            digest.update([1]);
            digest.update(projects::fold(name));
            // No name has it, so that no name runs into a content.
            digest.update([0]);
        }
    }
    digest.update(&note.content);
    digest.finalize().into()
}

const SAME: &str = "SELECT number FROM memories WHERE owner = ?1 AND digest = ?2";
const COUNT: &str = "SELECT count(*) FROM memories WHERE owner = ?1";
const INSERT: &str =
    "INSERT INTO memories (id, owner, content, category, project, digest, saved_at_ms, is_tainted)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const TAINT: &str = "UPDATE memories SET is_tainted = 1 WHERE number = ?1";
const INSERT_SKETCH: &str = "INSERT INTO sketches (owner, number, bits) VALUES (?1, ?2, ?3)";
const INSERT_WORDS: &str = "INSERT INTO memory_words (rowid, owner, words) VALUES (?1, ?2, ?3)";
const SKETCHES: &str = "SELECT number, bits FROM sketches WHERE owner = ?1";
const DELETE: &str = "DELETE FROM memories WHERE owner = ?1 AND id = ?2 RETURNING number";
const DELETE_WORDS: &str = "DELETE FROM memory_words WHERE rowid = ?1";
const FORGET: &str =
    "INSERT OR REPLACE INTO forgotten (owner, id, forgotten_at_ms) VALUES (?1, ?2, ?3)";
const IS_FORGOTTEN: &str = "SELECT EXISTS (SELECT 1 FROM forgotten WHERE owner = ?1 AND id = ?2)";
const FORGET_FORGOTTEN: &str = "DELETE FROM forgotten WHERE owner = ?1 AND id IN (
    SELECT id FROM forgotten WHERE owner = ?1 ORDER BY forgotten_at_ms DESC LIMIT -1 OFFSET ?2)";
/// Ids that are known to be gone, of each owner.
const FORGOTTEN_MAX: i64 = 1000;
/// From here on a sketch is worth a look at its text.
const LIKELY: f64 = 0.5;
const COMPARED_MAX: usize = 8;
/// From here on two texts say nearly the same.
const SIMILAR: f64 = 0.7;
const SIMILAR_MAX: usize = 3;
