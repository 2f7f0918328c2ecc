//! A few connections, and the way to run blocking work on them that stops when its caller leaves.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::Semaphore, task};
use tollhouse_core::Fault;

use super::{
    error,
    file::{self, FileId},
    session::{self, Access, Brake, Session},
};

/// Connections of one kind, opened when they are first needed and used one call at a time.
pub(super) struct Pool {
    path: PathBuf,
    access: Access,
    idle: Mutex<Idle>,
    seats: Arc<Semaphore>,
    sessions_max: usize,
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
    /// connection and its place are free again when the work has really ended.
    pub(super) async fn run<T, F>(self: &Arc<Self>, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Session) -> rusqlite::Result<T> + Send + 'static,
    {
        let seat = Arc::clone(&self.seats).acquire_owned().await?;
        let rope = Arc::new(Rope::default());
        let held = Held(Arc::clone(&rope));
        let pool = Arc::clone(self);
        let result = task::spawn_blocking(move || {
            let result = pool.work(&rope, work);
            drop(seat);
            result
        });
        let result = result.await?;
        drop(held);
        result.map_err(error::fault)
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

/// What ties a call to the brake of the connection that it got, for as long as it has it.
#[derive(Default)]
struct Rope(Mutex<State>);

#[derive(Default)]
enum State {
    #[default]
    Waiting,
    Tied(Arc<Brake>),
    Pulled,
    Over,
}

impl Rope {
    /// False if the caller has left already.
    fn tie(&self, brake: Arc<Brake>) -> bool {
        let mut state = self.state();
        if matches!(*state, State::Pulled) {
            return false;
        }
        *state = State::Tied(brake);
        true
    }

    fn pull(&self) {
        let mut state = self.state();
        match &*state {
            State::Waiting => *state = State::Pulled,
            State::Tied(brake) => brake.pull(),
            State::Pulled | State::Over => {}
        }
    }

    /// From here on a pull does not reach the connection, which the next call may have.
    fn untie(&self) {
        let mut state = self.state();
        if let State::Tied(brake) = &*state {
            brake.release();
        }
        *state = State::Over;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is one assignment, so a panic cannot leave it half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The caller's end of the rope.
struct Held(Arc<Rope>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.pull();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use rusqlite::Connection;
    use tokio::{sync::oneshot, time::timeout};

    use super::{Access, Pool, Session};

    const ENDLESS: &str =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

    /// #48: when a caller leaves, its statement really ends: the connection lies idle, and no statement on it is
    /// open.
    #[tokio::test(flavor = "multi_thread")]
    async fn case_48_a_connection_is_idle_after_its_caller_has_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        drop(Connection::open(&path).unwrap());
        let pool = Pool::new(&path, Access::Read, 1, None);
        for _ in 0..5 {
            leave(&pool).await;
            let seat = timeout(Duration::from_secs(3), pool.seats.acquire()).await;
            drop(seat.unwrap().unwrap());
            let idle = pool.idle();
            assert_eq!(idle.sessions.len(), 1);
            let connection = &idle.sessions[0].connection;
            assert!(!connection.is_busy() && connection.is_autocommit());
        }
    }

    /// Work that panics takes its connection along, and nothing else: its place is free, and what it began is gone.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_frees_the_place_and_rolls_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("CREATE TABLE t (x)").unwrap();
        let pool = Pool::new(&path, Access::Write, 1, None);
        let panics = |session: &mut Session| -> rusqlite::Result<()> {
            session
                .connection
                .execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")?;
            panic!("on purpose");
        };
        assert!(pool.run(panics).await.is_err());
        let count = "SELECT count(*) FROM t";
        let work = move |session: &mut Session| {
            session
                .connection
                .query_row(count, [], |row| row.get::<_, i64>(0))
        };
        let found = timeout(Duration::from_secs(3), pool.run(work)).await;
        assert_eq!(found.unwrap().unwrap(), 0);
    }

    /// Begins what never ends, and leaves when it runs.
    async fn leave(pool: &Arc<Pool>) {
        let (begin, began) = oneshot::channel();
        let work = |session: &mut Session| {
            begin.send(()).unwrap();
            let mut statement = session.connection.prepare_cached(ENDLESS)?;
            statement.query_row([], |row| row.get::<_, i64>(0))
        };
        tokio::select! {
            result = pool.run(work) => panic!("{result:?}"),
            began = began => began.unwrap(),
        }
    }
}
