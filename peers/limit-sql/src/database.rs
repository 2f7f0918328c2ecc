//! A few connections that take turns, on threads that may block.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use tokio::sync::Semaphore;

use crate::answer::Order;

/// The orders.
pub(crate) struct Database {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    seats: Arc<Semaphore>,
}

impl Database {
    pub(crate) fn open(file: &Path) -> Result<Self> {
        Ok(Self {
            file: file.to_owned(),
            idle: Mutex::new(vec![connect(file)?]),
            seats: Arc::new(Semaphore::new(CONNECTIONS)),
        })
    }

    /// One order by its id.
    pub(crate) async fn order(self: &Arc<Self>, id: String) -> Result<Option<Order>> {
        let seat = Arc::clone(&self.seats).acquire_owned().await?;
        let database = Arc::clone(self);
        let work = move || {
            let connection = match database.lock().pop() {
                Some(connection) => connection,
                None => connect(&database.file)?,
            };
            let order = read(&connection, &id);
            database.lock().push(connection);
            drop(seat);
            order
        };
        tokio::task::spawn_blocking(work).await?
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn connect(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(file, flags).context("cannot open the database")
}

fn read(connection: &Connection, id: &str) -> Result<Option<Order>> {
    let mut statement = connection.prepare_cached(SELECT)?;
    let order = statement.query_row([id], |row| {
        Ok(Order {
            id: row.get(0)?,
            customer_email: row.get(1)?,
            status: row.get(2)?,
            total_cents: row.get(3)?,
            created_at: row.get(4)?,
        })
    });
    Ok(order.optional()?)
}

/// Writes ten thousand orders into a new file.
pub(crate) fn make(file: &Path) -> Result<()> {
    // The first run has none to remove.
    drop(std::fs::remove_file(file));
    let connection = Connection::open(file)?;
    connection
        .execute_batch(MAKE)
        .context("cannot write the orders")
}

const SELECT: &str =
    "SELECT id, customer_email, status, total_cents, created_at FROM orders WHERE id = ?1";
const MAKE: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE orders (
        id TEXT PRIMARY KEY, customer_email TEXT NOT NULL, status TEXT NOT NULL,
        total_cents INTEGER NOT NULL, created_at TEXT NOT NULL
    ) STRICT;
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
    INSERT INTO orders
    SELECT format('ord_%06d', n), format('person%d@example.com', n % 997),
        CASE n % 4 WHEN 0 THEN 'open' WHEN 1 THEN 'paid' WHEN 2 THEN 'shipped' ELSE 'cancelled' END,
        n * 37 % 100000, format('2026-%02d-%02dT12:00:00Z', n % 12 + 1, n % 28 + 1)
    FROM numbers;
";
/// As many as ours has at most on the machine that is measured.
const CONNECTIONS: usize = 4;
