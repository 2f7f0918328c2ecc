//! A few connections, and the way to run blocking work on them that stops when its caller leaves.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{AcquireError, OwnedSemaphorePermit, Semaphore},
    task,
    time::timeout,
};
use tollhouse_core::Fault;

use super::{
    error,
    file::{self, FileId},
    rope::{Ending, Rope, Stuck},
    session::{self, Access, Session},
};

/// Connections of one kind, opened when they are first needed and used one call at a time.
pub(super) struct Pool {
    path: PathBuf,
    access: Access,
    idle: Mutex<Idle>,
    seats: Arc<Semaphore>,
    sessions_max: usize,
    stuck: Stuck,
}

/// Connections that nobody uses, all to the same file.
struct Idle {
    file: FileId,
    /// The file's write-ahead log, when it was last seen.
    log: FileId,
    /// The log of a file that was replaced. It is held open, so that no other file gets its number.
    foreign: Option<File>,
    sessions: Vec<Session>,
}

impl Pool {
    /// A pool of at most so many connections, one of which may be there already.
    pub(super) fn new(
        path: &Path,
        access: Access,
        sessions: usize,
        first: Option<Session>,
    ) -> Arc<Self> {
        Arc::new(Self {
            path: path.to_owned(),
            access,
            idle: Mutex::new(Idle {
                file: first.as_ref().map_or(FileId::Missing, |first| first.file),
                log: FileId::of(&file::log(path)),
                foreign: None,
                sessions: Vec::from_iter(first),
            }),
            seats: Arc::new(Semaphore::new(sessions)),
            sessions_max: sessions,
            stuck: Stuck::default(),
        })
    }

    /// Whether one more connection could be opened and read from. Those of the pool may all be in use.
    pub(super) fn is_ready(&self) -> bool {
        self.take().is_ok_and(|session| {
            let is_ready = session.look().is_ok();
            self.give_back(session);
            is_ready
        })
    }

    /// Runs work on a connection, on a thread that may block. Waits its turn if all are taken.
    ///
    /// Dropping the future stops the work: at once if it waits, within milliseconds if it runs. The
    /// connection and its place are free again when the work has really ended. What cannot be stopped, such as one
    /// long step of a function of the database, loses its place to who waits for one, so that a few more connections
    /// than the pool has may be open for a while.
    pub(super) async fn run<T, F>(self: &Arc<Self>, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Session) -> rusqlite::Result<T> + Send + 'static,
    {
        let rope = Arc::new(Rope::new(self.seat().await?));
        let held = Held(Arc::clone(self), Arc::clone(&rope));
        let pool = Arc::clone(self);
        let result = task::spawn_blocking(move || {
            let _ending = Ending(&pool.stuck, &rope);
            pool.work(&rope, work)
        });
        let result = result.await?;
        drop(held);
        result.map_err(error::fault)
    }

    /// A place. Whoever waits for long takes that of a call whose caller has left and whose work does not end.
    async fn seat(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        loop {
            let seat = Arc::clone(&self.seats).acquire_owned();
            match timeout(PATIENCE, seat).await {
                Ok(seat) => return seat,
                Err(_elapsed) => self.stuck.free(self.sessions_max),
            }
        }
    }

    fn work<T>(
        &self,
        rope: &Rope,
        work: impl FnOnce(&mut Session) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut session = self.take()?;
        let result = if rope.tie(session.brake()) {
            let result = work(&mut session);
            rope.untie();
            result
        } else {
            Err(session::interrupted())
        };
        self.give_back(session);
        result
    }

    /// A connection to the file that is there now. What is open to another one is closed.
    fn take(&self) -> rusqlite::Result<Session> {
        // Files are closed at the end, without the lock.
        let (session, _gone) = self.idle().take(&self.path)?;
        session.map_or_else(|| Session::open(&self.path, self.access), Ok)
    }

    /// Keeps a connection for the next call. One that is stuck in a transaction, or open to a file that is not
    /// there any more, is closed instead.
    fn give_back(&self, session: Session) {
        let mut idle = self.idle();
        let is_whole = session.connection.is_autocommit() && session.file == idle.file;
        if is_whole && idle.sessions.len() < self.sessions_max {
            idle.sessions.push(session);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        // A panic between lock and unlock cannot leave a list half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle {
    /// A connection to the file that is there now, if one is idle, and those to a file that was there before.
    fn take(&mut self, path: &Path) -> rusqlite::Result<(Option<Session>, Vec<Session>)> {
        let log = file::log(path);
        let now = (FileId::of(path), FileId::of(&log));
        let is_same = self.file == now.0 && self.file != FileId::Missing;
        if is_same {
            self.log = now.1;
            return Ok((self.sessions.pop(), Vec::new()));
        }
        let gone = std::mem::take(&mut self.sessions);
        let was_there = self.foreign.is_some() || self.file != FileId::Missing;
        if was_there && self.log == now.1 && file::is_filled(&log) {
            // SQLite takes the log for that of the file beside it, and would read its rows into the new file.
            self.foreign = self.foreign.take().or_else(|| File::open(&log).ok());
            return Err(session::foreign_log());
        }
        (self.file, self.log) = now;
        self.foreign = None;
        Ok((None, gone))
    }
}

/// The caller's end of the rope.
struct Held(Arc<Pool>, Arc<Rope>);

impl Drop for Held {
    fn drop(&mut self) {
        let Self(pool, rope) = self;
        if rope.pull() {
            pool.stuck.watch(rope);
        }
    }
}

/// Three times and more what a statement takes to see that it is stopped.
const PATIENCE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests;
