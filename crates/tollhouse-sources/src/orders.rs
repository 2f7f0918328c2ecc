//! The orders demo: a small shop in an SQLite file that is made on the first start.
//!
//! There is nothing in here that another SQLite file could not have: four tools, two ways to read an order as
//! a resource, and a prompt.

use std::{
    io,
    path::{Path, PathBuf},
};

use tollhouse_core::{PromptFn, prompt};

use crate::sql::{SqlError, SqlSource};

mod database;
mod offers;
mod seed;

/// The demo's database cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrdersError {
    /// The file cannot be made or written.
    #[error("{0} cannot be written: {1}")]
    Unwritable(PathBuf, #[source] io::Error),
    /// The file holds something else.
    #[error(
        "{0} holds something other than the orders demo. Move it away, or choose another folder"
    )]
    Foreign(PathBuf),
    /// The file is of a version that this program does not know.
    #[error(
        "{path} has version {version} of the orders demo, and this program knows up to {known}. \
         Use the newer program, or move the file away to start afresh"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: i64,
        /// The version of this program.
        known: i64,
    },
    /// The database failed.
    #[error("{0}: {1}")]
    Database(PathBuf, #[source] rusqlite::Error),
    /// It cannot be served.
    #[error(transparent)]
    Sql(#[from] SqlError),
}

/// Opens the demo. A file that is missing or empty is filled first, all of it or nothing.
///
/// # Errors
///
/// See [`OrdersError`]; a file that is not the demo's stays as it is.
pub fn open(path: &Path) -> Result<SqlSource, OrdersError> {
    database::prepare(path)?;
    Ok(SqlSource::open(path, offers::offers())?)
}

/// A prompt that goes with the demo.
pub fn standup_summary() -> PromptFn {
    prompt(
        "standup_summary",
        "Sum up the latest orders for a stand-up meeting.",
        || async { STANDUP },
    )
    .title("Stand-up summary")
}

const STANDUP: &str = "\
Sum up the shop's latest orders for our stand-up. Call search_orders with limit 20, and get_order where the \
items matter. Write at most six lines: what came in, what was shipped, what was cancelled, what waits for us, \
and the one order that needs attention first. Name orders by their ids, and say so if the list was cut.";
