//! The keys of sealed texts: what one process seals, another one opens, and one that comes after a restart.

use std::fmt;

use rusqlite::{Connection, TransactionBehavior, params};
use tollhouse_core::draw;

/// Keys for sealed texts, the newest first.
#[derive(Clone)]
pub(crate) struct Seals(pub(crate) Vec<[u8; 32]>);

impl Seals {
    /// The keys of a file; makes the first where there is none.
    pub(crate) fn read(connection: &mut Connection) -> rusqlite::Result<Self> {
        // Begun as a write, so that of two processes that start together one finds what the other has made.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut keys = select(&transaction)?;
        if keys.is_empty() {
            // Without randomness nothing is kept, and the server says so when it draws its own.
            if let Some(key) = draw::<32>() {
                transaction.execute("INSERT INTO seals (key) VALUES (?1)", params![key])?;
                keys.push(key);
            }
        }
        transaction.commit()?;
        Ok(Self(keys))
    }
}

fn select(connection: &Connection) -> rusqlite::Result<Vec<[u8; 32]>> {
    let mut select = connection.prepare("SELECT key FROM seals ORDER BY number DESC")?;
    select.query_map([], |row| row.get(0))?.collect()
}

impl fmt::Debug for Seals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Seals({})", self.0.len())
    }
}
