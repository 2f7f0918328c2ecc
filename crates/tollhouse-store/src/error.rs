//! Why the state cannot be used, and how a failure of the database is told.

use std::{error::Error, io, path::PathBuf};

use rusqlite::ErrorCode;
use tollhouse_core::StoreError;

/// Why the state cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The folder or the file cannot be made or written.
    #[error("cannot write {0}: {1}; make it writable for this user, or keep the state elsewhere")]
    Unwritable(PathBuf, #[source] io::Error),
    /// The file is something else.
    #[error(
        "{0} is not the state of a Tollhouse server; move it away, or keep the state elsewhere"
    )]
    Foreign(PathBuf),
    /// A newer release has written the file.
    #[error(
        "{path} has version {found} of the schema, and this release knows versions up to {known}; run a release \
         that knows version {found}, or keep the state elsewhere"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that is known here.
        known: i64,
    },
    /// What stands where the key of the audit stands is none.
    #[error(
        "{0} is no key of an audit; put the right one back from a copy, or move this one away: another is made then, \
         and what a second place was told before cannot be proved with it"
    )]
    NoKey(PathBuf),
    /// The database fails.
    #[error("{0} cannot be used: {1}; if the file is damaged, restore it from a copy")]
    Database(PathBuf, #[source] rusqlite::Error),
}

/// As every port tells it.
pub(crate) fn store(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        _ => failed(error),
    }
}

/// The same of a failure that several share.
pub(crate) fn shared(error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        _ => StoreError::Failed(error.to_string().into()),
    }
}

pub(crate) fn failed(error: impl Error + Send + Sync + 'static) -> StoreError {
    StoreError::Failed(Box::new(error))
}
