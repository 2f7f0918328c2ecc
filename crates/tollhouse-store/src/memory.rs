//! Memories in SQLite: every statement is bound to an owner.
//!
//! A search has two legs. The words of the query are looked up in a full-text index, and a sketch of each
//! memory tells which ones may have words that are nearly the same (`sketch`). What either leg brings is
//! judged by one measure (`likeness`), which knows the owner's memories only: nobody can tell from a figure
//! what others have written.

use futures_util::future::BoxFuture;
use rusqlite::{Row, Transaction, types::Type};
use tollhouse_core::{
    StoreError,
    memory::{
        Category, Deleted, Found, Kept, Memory, MemoryError, MemoryId, Note, Room, Saved, Search,
    },
};

use crate::{State, time};

mod likeness;
mod matching;
mod projects;
mod save;
mod search;
mod sketch;
mod words;

impl Memory for State {
    fn save<'a>(
        &'a self,
        owner: &'a str,
        note: Note,
        room: Room,
    ) -> BoxFuture<'a, Result<Saved, MemoryError>> {
        Box::pin(async move {
            let (reader, content) = (owner.to_owned(), note.content.clone());
            // Before the note is there, which is the most similar of all.
            let similar = self.read(move |state| save::similar(state, &reader, &content));
            let similar = similar.await?;
            let owner = owner.to_owned();
            let saved = self.write(move |state| told(save::save(state, &owner, &note, room)));
            Ok(match saved.await?? {
                Saved::New(_) => Saved::New(similar),
                same @ Saved::Same(_) => same,
            })
        })
    }

    fn search<'a>(
        &'a self,
        owner: &'a str,
        search: Search,
    ) -> BoxFuture<'a, Result<Vec<Found>, MemoryError>> {
        let owner = owner.to_owned();
        Box::pin(async move {
            self.read(move |state| told(search::search(state, &owner, &search)))
                .await?
        })
    }

    fn delete<'a>(
        &'a self,
        owner: &'a str,
        id: MemoryId,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<Deleted, StoreError>> {
        let owner = owner.to_owned();
        Box::pin(self.erase(move |state| save::delete(state, &owner, &id, now_ms)))
    }

    fn projects<'a>(&'a self, owner: &'a str) -> BoxFuture<'a, Result<Vec<String>, StoreError>> {
        let owner = owner.to_owned();
        Box::pin(self.read(move |state| projects::names(state, &owner)))
    }

    fn create_project<'a>(
        &'a self,
        owner: &'a str,
        name: &'a str,
        now_ms: u64,
        room: Room,
    ) -> BoxFuture<'a, Result<String, MemoryError>> {
        let (owner, name) = (owner.to_owned(), name.to_owned());
        Box::pin(async move {
            self.write(move |state| {
                let project = projects::make(state, &owner, &name, now_ms, room);
                told(project.map(|project| project.name))
            })
            .await?
        })
    }
}

/// Why work on memories ended early: what the caller reads, or a failure of the database.
enum Stop {
    Told(MemoryError),
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Sorts out who hears of a failure. Work that stops with a message has changed nothing before.
fn told<T>(result: Result<T, Stop>) -> rusqlite::Result<Result<T, MemoryError>> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::Told(error)) => Ok(Err(error)),
        Err(Stop::Database(error)) => Err(error),
    }
}

/// The owner's memory that has this number.
fn numbered(state: &Transaction<'_>, owner: &str, number: i64) -> rusqlite::Result<Kept> {
    let mut select = state.prepare_cached(NUMBERED)?;
    select.query_row((owner, number), kept)
}

/// A row with the columns of [`NUMBERED`].
fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let id: String = row.get("id")?;
    let id = id.parse().map_err(|error| unreadable(Box::new(error)))?;
    let category: Option<String> = row.get("category")?;
    let category = category.map(|name| {
        Category::named(&name).ok_or_else(|| unreadable(format!("no category {name}").into()))
    });
    Ok(Kept {
        id,
        content: row.get("content")?,
        category: category.transpose()?,
        project: row.get("project")?,
        is_tainted: row.get("is_tainted")?,
        saved_at_ms: time::read(row.get("saved_at_ms")?),
    })
}

fn unreadable(error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error)
}

const NUMBERED: &str =
    "SELECT memories.id, content, category, projects.name AS project, saved_at_ms, is_tainted
    FROM memories LEFT JOIN projects
        ON projects.owner = memories.owner AND projects.folded = memories.project
    WHERE memories.owner = ?1 AND memories.number = ?2";
