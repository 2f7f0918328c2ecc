//! A connection to the state: how one is opened, and whether its file is still the one that it was opened for.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, ffi};

use crate::file;

/// How a connection is opened.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// It can write the file.
    Writer(PathBuf),
    /// It can read the file.
    Reader(PathBuf),
    /// It is all there is: without it, what it holds is gone.
    Memory,
}

/// Where connections of one kind lead.
#[derive(Debug)]
pub(crate) struct Place {
    kind: Kind,
    /// The file that was there at the start.
    file: Option<(u64, u64)>,
}

impl Kind {
    fn path(&self) -> Option<&Path> {
        match self {
            Self::Writer(path) | Self::Reader(path) => Some(path),
            Self::Memory => None,
        }
    }

    pub(crate) fn open(&self) -> rusqlite::Result<Connection> {
        let way = match self {
            Self::Writer(_) | Self::Memory => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Self::Reader(_) => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let flags = way | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match self {
            Self::Writer(path) | Self::Reader(path) => Connection::open_with_flags(path, flags)?,
            Self::Memory => Connection::open_in_memory()?,
        };
        connection.busy_timeout(LOCK_WAIT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        // What was acknowledged must outlive a power cut, and what was deleted must be gone.
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "secure_delete", true)?;
        Ok(connection)
    }
}

impl Place {
    /// The place as it is now.
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            file: kind.path().and_then(file::identity),
            kind,
        }
    }

    pub(crate) fn open(&self) -> rusqlite::Result<Connection> {
        self.kind.open()
    }

    /// Nothing may be read of a file that was moved away: keys that are ended now are ended in another one.
    pub(crate) fn is_as_it_was(&self) -> rusqlite::Result<()> {
        let Some(path) = self.kind.path() else {
            return Ok(());
        };
        if file::identity(path) == self.file {
            return Ok(());
        }
        let moved = ffi::Error::new(ffi::SQLITE_READONLY_DBMOVED);
        let why = format!(
            "{} was moved or replaced while it was in use; start again, or put it back",
            path.display()
        );
        Err(rusqlite::Error::SqliteFailure(moved, Some(why)))
    }

    /// Whether a connection can be used again. One of a file that is stuck in a transaction is closed instead:
    /// that takes it back for sure.
    pub(crate) fn keeps(&self, connection: &Connection) -> bool {
        connection.is_autocommit() || matches!(self.kind, Kind::Memory)
    }
}

/// Moves what the write-ahead log has into the file, and the log to no length. Waits for those who read only for so
/// long: the next time will do. Whether it is empty now.
pub(crate) fn empty_log(connection: &Connection, wait: Duration) -> rusqlite::Result<bool> {
    connection.busy_timeout(wait)?;
    let is_held = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    connection.busy_timeout(LOCK_WAIT)?;
    is_held.map(|is_held: bool| !is_held)
}

/// Compiled statements that a connection keeps.
const STATEMENTS_KEPT: usize = 64;
const LOCK_WAIT: Duration = Duration::from_secs(5);
