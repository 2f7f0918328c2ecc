//! A database that is made on the first start, of a file of SQL.

use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{
    Connection, OpenFlags,
    hooks::{AuthAction, AuthContext, Authorization},
};

/// A database cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// The file cannot be made or written.
    #[error("{0} cannot be written: {1}")]
    Unwritable(PathBuf, #[source] io::Error),
    /// The file is no database, or cannot be opened.
    #[error("{0} cannot be opened: {1}")]
    Unreadable(PathBuf, #[source] rusqlite::Error),
    /// The database does not take the statements. Nothing was made.
    #[error("{0} cannot be filled: {1}")]
    Refused(PathBuf, #[source] rusqlite::Error),
}

/// Makes the database of these statements if its file is missing or empty; any other stays as it is. Tells whether
/// it was made.
///
/// The statements are one transaction: whoever is killed in the middle of it leaves a file that the next start sees
/// as empty. The file is its owner's alone.
///
/// # Errors
///
/// See [`SeedError`].
pub fn seed(path: &Path, sql: &str) -> Result<bool, SeedError> {
    make_private(path).map_err(|error| SeedError::Unwritable(path.to_owned(), error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let unreadable = |error| SeedError::Unreadable(path.to_owned(), error);
    let mut connection = Connection::open_with_flags(path, flags).map_err(unreadable)?;
    connection.busy_timeout(LOCK_WAIT).map_err(unreadable)?;
    if !is_empty(&connection).map_err(unreadable)? {
        return Ok(false);
    }
    let filled = fill(&mut connection, sql);
    filled.map_err(|error| SeedError::Refused(path.to_owned(), error))
}

fn fill(connection: &mut Connection, sql: &str) -> rusqlite::Result<bool> {
    // Readers and the writer then do not wait for each other. Where that is not to be had, it works without.
    if let Err(error) = connection.pragma_update(None, "journal_mode", "wal") {
        tracing::debug!(%error, "the write-ahead log stays off");
    }
    // Whoever leaves without the end of it closes the connection, which takes everything back.
    connection.execute_batch("BEGIN IMMEDIATE")?;
    // Another process may have been faster.
    if !is_empty(connection)? {
        return Ok(false);
    }
    connection.authorizer(Some(within))?;
    connection.execute_batch(sql)?;
    connection.authorizer(NO_AUTHORIZER)?;
    connection.execute_batch("COMMIT")?;
    Ok(true)
}

/// A seed fills one file, whole or not at all: it neither reaches another one nor ends the transaction.
fn within(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Attach { .. } | AuthAction::Detach { .. } | AuthAction::Transaction { .. } => {
            Authorization::Deny
        }
        _ => Authorization::Allow,
    }
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM sqlite_schema";
    let objects: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(objects == 0)
}

/// Creates the file if it is missing; SQLite gives its companions the same mode.
fn make_private(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

const NO_AUTHORIZER: Option<fn(AuthContext<'_>) -> Authorization> = None;
const LOCK_WAIT: Duration = Duration::from_secs(5);
