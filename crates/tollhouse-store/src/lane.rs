//! A few connections of one kind, and the way to run blocking work on them.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, ffi};
use tokio::{sync::Semaphore, task};
use tollhouse_core::StoreError;

use crate::{error, file};

/// Connections of one kind, used by one piece of work at a time.
pub(crate) struct Lane {
    kind: Kind,
    /// The file that was there at the start.
    file: Option<(u64, u64)>,
    idle: Mutex<Vec<Connection>>,
    seats: Arc<Semaphore>,
}

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

/// Moves what the write-ahead log has into the file, and the log to no length. Waits for those who read only for
/// a moment: the next time will do.
pub(crate) fn empty_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LOG_WAIT)?;
    let emptied = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    connection.busy_timeout(LOCK_WAIT)?;
    emptied
}

impl Lane {
    /// A lane of at most so many connections, one of which may be there already.
    pub(crate) fn new(kind: Kind, connections: usize, first: Option<Connection>) -> Arc<Self> {
        Arc::new(Self {
            file: kind.path().and_then(file::identity),
            kind,
            idle: Mutex::new(Vec::from_iter(first)),
            seats: Arc::new(Semaphore::new(connections)),
        })
    }

    /// Runs work on a connection, on a thread that may block. Waits its turn if all are taken.
    ///
    /// Dropping the future before its turn means that the work is never done; dropped later, the work goes
    /// on to its end and nobody hears of it.
    pub(crate) async fn run<T, F>(self: &Arc<Self>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let seats = Arc::clone(&self.seats);
        let seat = seats.acquire_owned().await.map_err(error::failed)?;
        let lane = Arc::clone(self);
        let result = task::spawn_blocking(move || {
            let result = Borrowed::take(&lane).and_then(|mut borrowed| borrowed.work(work));
            drop(seat);
            result
        });
        result.await.map_err(error::failed)?.map_err(error::store)
    }

    /// Nothing may be read of a file that was moved away: keys that are ended now are ended in another one.
    fn is_in_place(&self) -> rusqlite::Result<()> {
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

    /// How many more pieces of work could begin at once.
    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.seats.available_permits()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        // A panic between lock and unlock cannot leave a list half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Lane")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A connection that goes back to its lane, also when the work on it panics.
struct Borrowed<'a> {
    lane: &'a Lane,
    connection: Option<Connection>,
}

impl<'a> Borrowed<'a> {
    fn take(lane: &'a Lane) -> rusqlite::Result<Self> {
        lane.is_in_place()?;
        // Taken out first, so that the lock is not held while a file is opened.
        let idle = lane.idle().pop();
        let connection = idle.map_or_else(|| lane.kind.open(), Ok)?;
        Ok(Self {
            lane,
            connection: Some(connection),
        })
    }

    fn work<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.connection
            .as_mut()
            .ok_or(rusqlite::Error::InvalidQuery)
            .and_then(work)
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let connection = self.connection.take();
        // One of a file that is stuck in a transaction is closed instead: that takes it back for sure.
        let is_good = |connection: &Connection| {
            connection.is_autocommit() || matches!(self.lane.kind, Kind::Memory)
        };
        self.lane.idle().extend(connection.filter(is_good));
    }
}

/// Compiled statements that a connection keeps.
const STATEMENTS_KEPT: usize = 64;
const LOCK_WAIT: Duration = Duration::from_secs(5);
const LOG_WAIT: Duration = Duration::from_millis(100);
