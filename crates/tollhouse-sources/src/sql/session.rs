//! One connection, closed to everything that the statements of tools do not need, with a brake.
//!
//! No single measure makes a connection safe, so there are several: how the file is opened, what the
//! connection is configured to do, what the authorizer lets a statement be, and limits on its size.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use rusqlite::{
    Connection, ErrorCode, InterruptHandle, OpenFlags,
    config::DbConfig,
    ffi,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
};
use tollhouse_core::Effect;

use super::file::FileId;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// It cannot change anything.
    Read,
    /// It changes rows, not the schema.
    Write,
}

impl Access {
    pub(super) const fn of(effect: Effect) -> Self {
        match effect {
            Effect::Read => Self::Read,
            Effect::Write | Effect::Destroy => Self::Write,
        }
    }
}

/// A guarded connection.
pub(super) struct Session {
    pub(super) connection: Connection,
    /// The file that it has open.
    pub(super) file: FileId,
    brake: Arc<Brake>,
}

/// Stops what a connection is doing.
pub(super) struct Brake {
    pulled: AtomicBool,
    /// How often a statement may still look whether it must stop, before it must.
    looks_left: AtomicU32,
    handle: InterruptHandle,
}

impl Session {
    /// Opens an existing database.
    pub(super) fn open(path: &Path, access: Access) -> rusqlite::Result<Self> {
        let way = match access {
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let flags = way | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let before = FileId::of(path);
        let connection = Connection::open_with_flags(path, flags)?;
        // SQLite opens what it may not write for reading only, and does not say so.
        if access == Access::Write && connection.is_readonly("main")? {
            return Err(unwritable());
        }
        // If the file was replaced meanwhile, nobody knows which one was opened: good for one call.
        let file = match FileId::of(path) {
            after if after == before => after,
            _ => FileId::Missing,
        };
        let brake = Arc::new(Brake {
            pulled: AtomicBool::new(false),
            looks_left: AtomicU32::new(UNLIMITED),
            handle: connection.get_interrupt_handle(),
        });
        let mut session = Self {
            connection,
            file,
            brake,
        };
        session.install_brake()?;
        session.configure(access)?;
        session
            .connection
            .authorizer(Some(move |context: AuthContext<'_>| {
                if allows(access, context.action) {
                    Authorization::Allow
                } else {
                    Authorization::Deny
                }
            }))?;
        Ok(session)
    }

    /// Reads the file, which opening alone does not: one that is no database is told here.
    pub(super) fn look(&self) -> rusqlite::Result<()> {
        let sql = "SELECT count(*) FROM sqlite_schema";
        let looked = self.connection.query_row(sql, [], |_| Ok(()));
        looked.map_err(needs_folder)
    }

    pub(super) fn brake(&self) -> Arc<Brake> {
        Arc::clone(&self.brake)
    }

    /// Lets a pulled brake end statements and the wait for a lock.
    fn install_brake(&mut self) -> rusqlite::Result<()> {
        let brake = self.brake();
        self.connection
            .progress_handler(INSTRUCTIONS_BETWEEN_LOOKS, Some(move || brake.must_stop()))?;
        let brake = self.brake();
        self.connection.busy_handler(Some(move |tries| {
            thread::sleep(LOCK_PAUSE);
            tries < LOCK_TRIES_MAX && !brake.is_pulled()
        }))
    }

    fn configure(&self, access: Access) -> rusqlite::Result<()> {
        let connection = &self.connection;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
        for (limit, value) in LIMITS {
            connection.set_limit(limit, value)?;
        }
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        // For all connections of the process together: one statement cannot take the machine along.
        connection.pragma_update(None, "hard_heap_limit", HEAP_BYTES_MAX)?;
        if access == Access::Read {
            connection.pragma_update(None, "query_only", true)?;
            // What does not fit into memory would be written beside.
            connection.pragma_update(None, "temp_store", "memory")?;
        }
        Ok(())
    }
}

impl Brake {
    /// Stops the statement that runs now, and every one until the release.
    pub(super) fn pull(&self) {
        self.pulled.store(true, Ordering::Relaxed);
        // Some long instructions look at this only.
        self.handle.interrupt();
    }

    /// Whether work may go on.
    pub(super) fn check(&self) -> rusqlite::Result<()> {
        if self.is_pulled() {
            return Err(interrupted());
        }
        Ok(())
    }

    /// Lets work go on for so many looks. What it has not reached by then it does without.
    pub(super) fn within(
        &self,
        looks: u32,
        work: impl FnOnce() -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        self.looks_left.store(looks, Ordering::Relaxed);
        let result = work();
        let left = self.looks_left.swap(UNLIMITED, Ordering::Relaxed);
        match result {
            Err(_) if left == 0 => self.check(),
            other => other,
        }
    }

    pub(super) fn release(&self) {
        self.pulled.store(false, Ordering::Relaxed);
    }

    /// Asked by the statement that runs, every so many instructions.
    fn must_stop(&self) -> bool {
        let left = self.looks_left.load(Ordering::Relaxed);
        if left != UNLIMITED {
            self.looks_left
                .store(left.saturating_sub(1), Ordering::Relaxed);
        }
        left == 0 || self.is_pulled()
    }

    fn is_pulled(&self) -> bool {
        self.pulled.load(Ordering::Relaxed)
    }
}

/// What a statement fails with when it is stopped.
pub(super) fn interrupted() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_INTERRUPT), None)
}

/// Who only reads a database with a write-ahead log writes beside it: where that cannot be, SQLite's words mislead.
fn needs_folder(error: rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqliteFailure(code, _) if code.code == ErrorCode::ReadOnly => {
            let why = "it has a write-ahead log, and its folder cannot be written: make the folder writable, or \
                       switch the log off elsewhere with `PRAGMA journal_mode = delete`";
            rusqlite::Error::SqliteFailure(code, Some(why.to_owned()))
        }
        other => other,
    }
}

fn unwritable() -> rusqlite::Error {
    let why = "tools write to it, and this user may not: make the file and its folder writable";
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CANTOPEN), Some(why.to_owned()))
}

/// What a file cannot be opened with: the log of the one that stood in its place.
pub(super) fn foreign_log() -> rusqlite::Error {
    let why = "the file was replaced, and the write-ahead log of the old one stands beside it: \
               move the files that end in -wal and -shm away";
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CANTOPEN), Some(why.to_owned()))
}

/// What a statement may be made of. Everything not named here is refused: other files, settings, the schema.
fn allows(access: Access, action: AuthAction<'_>) -> bool {
    match action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => {
            !function_name.eq_ignore_ascii_case("load_extension")
        }
        // Full-text tables ask whether others have written; it changes nothing.
        AuthAction::Pragma {
            pragma_name: "data_version",
            pragma_value: None,
        } => true,
        AuthAction::Insert { table_name }
        | AuthAction::Update { table_name, .. }
        | AuthAction::Delete { table_name } => {
            // What the database keeps for itself is not rows of anybody.
            access == Access::Write && !is_own(table_name)
        }
        AuthAction::Transaction { .. } => access == Access::Write,
        _ => false,
    }
}

fn is_own(table: &str) -> bool {
    table
        .get(..OWN.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(OWN))
}

const OWN: &str = "sqlite_";
const HEAP_BYTES_MAX: i64 = 256 * 1024 * 1024;
/// Compiled statements that a connection keeps.
const STATEMENTS_KEPT: usize = 128;
const INSTRUCTIONS_BETWEEN_LOOKS: i32 = 1000;
const UNLIMITED: u32 = u32::MAX;
/// Five seconds in all.
const LOCK_TRIES_MAX: i32 = 2500;
const LOCK_PAUSE: Duration = Duration::from_millis(2);
const LIMITS: [(Limit, i32); 8] = [
    (Limit::SQLITE_LIMIT_LENGTH, 16 * 1024 * 1024),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (Limit::SQLITE_LIMIT_VDBE_OP, 100_000),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    // Matching takes as long as the pattern times the text, and nothing can stop it on the way.
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 500),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 50),
];
