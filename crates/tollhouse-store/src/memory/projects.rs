//! An owner's projects: made only when somebody says so.

use rusqlite::{OptionalExtension as _, Transaction, params};
use tollhouse_core::memory::{MemoryError, Room};

use super::Stop;
use crate::time;

/// A project that is there.
pub(super) struct Project {
    pub(super) name: String,
    /// What the database calls it.
    pub(super) folded: String,
}

/// The project of this name.
pub(super) fn find(state: &Transaction<'_>, owner: &str, name: &str) -> Result<Project, Stop> {
    let folded = fold(name);
    match named(state, owner, &folded)? {
        Some(name) => Ok(Project { name, folded }),
        None => Err(Stop::Told(MemoryError::NoSuchProject(names(state, owner)?))),
    }
}

/// The project of this name, made if it is not there.
pub(super) fn make(
    state: &Transaction<'_>,
    owner: &str,
    name: &str,
    now_ms: u64,
    room: Room,
) -> Result<Project, Stop> {
    let folded = fold(name);
    if let Some(name) = named(state, owner, &folded)? {
        return Ok(Project { name, folded });
    }
    let count: i64 = state.query_row(COUNT, [owner], |row| row.get(0))?;
    if usize::try_from(count).is_ok_and(|count| count >= room.projects_max) {
        return Err(Stop::Told(MemoryError::ProjectsFull(room.projects_max)));
    }
    let values = params![owner, folded, name, time::stored(now_ms)];
    state.execute(INSERT, values)?;
    Ok(Project {
        name: name.to_owned(),
        folded,
    })
}

/// The names of all of them.
pub(super) fn names(state: &Transaction<'_>, owner: &str) -> rusqlite::Result<Vec<String>> {
    let mut select = state.prepare_cached(NAMES)?;
    select.query_map([owner], |row| row.get(0))?.collect()
}

fn named(state: &Transaction<'_>, owner: &str, folded: &str) -> rusqlite::Result<Option<String>> {
    let mut select = state.prepare_cached(FIND)?;
    select
        .query_row([owner, folded], |row| row.get(0))
        .optional()
}

pub(super) fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

const FIND: &str = "SELECT name FROM projects WHERE owner = ?1 AND folded = ?2";
const NAMES: &str = "SELECT name FROM projects WHERE owner = ?1 ORDER BY folded";
const COUNT: &str = "SELECT count(*) FROM projects WHERE owner = ?1";
const INSERT: &str =
    "INSERT INTO projects (owner, folded, name, created_at_ms) VALUES (?1, ?2, ?3, ?4)";
