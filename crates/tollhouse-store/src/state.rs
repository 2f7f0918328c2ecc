//! The state: one file, or memory, behind every port.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tollhouse_core::StoreError;

use crate::{
    StateError, file,
    keys::Touches,
    lane::{self, Kind, Lane},
    schema::{self, NEWEST, Unfit},
};

/// All that a server keeps. Cloning is cheap; clones share the connections.
#[derive(Clone, Debug)]
pub struct State {
    readers: Arc<Lane>,
    /// For what every request waits for: long searches do not stand before it.
    lookups: Arc<Lane>,
    writer: Arc<Lane>,
    pub(crate) touches: Arc<Touches>,
}

impl State {
    /// Opens the file, makes it if it is missing, and brings it to the newest version of the schema.
    ///
    /// The file is for its owner alone, and so is a folder that has to be made. It blocks for as long as
    /// another process upgrades the same file.
    ///
    /// # Errors
    ///
    /// The file cannot be written, is something else, or is newer than this release.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        file::make_private(path)?;
        let kind = Kind::Writer(path.to_owned());
        let mut connection = kind.open().map_err(|error| unfit(path, error.into()))?;
        schema::upgrade(&mut connection).map_err(|error| unfit(path, error))?;
        // Not before, because the mode of the journal stays in the file. Where the mode is not to be had, or
        // another process is just setting it, everything works without.
        if let Err(error) = connection.pragma_update(None, "journal_mode", "wal") {
            tracing::debug!(%error, "the write-ahead log stays off");
        }
        let readers = Kind::Reader(path.to_owned());
        Ok(Self {
            lookups: Lane::new(readers.clone(), LOOKUPS_MAX, None),
            readers: Lane::new(readers, READERS_MAX, None),
            writer: Lane::new(kind, 1, Some(connection)),
            touches: Arc::default(),
        })
    }

    /// Tells what can be told against a file without changing it or making it.
    ///
    /// # Errors
    ///
    /// It stands where no file can stand, or is something else.
    pub fn look(path: &Path) -> Result<(), StateError> {
        file::look(path)
    }

    /// A state that ends with the process.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
    pub fn in_memory() -> Result<Self, StateError> {
        let nowhere = PathBuf::from(":memory:");
        let failed = |error: Unfit| unfit(&nowhere, error);
        let mut connection = Kind::Memory.open().map_err(|error| failed(error.into()))?;
        schema::upgrade(&mut connection).map_err(failed)?;
        let lane = Lane::new(Kind::Memory, 1, Some(connection));
        Ok(Self {
            readers: Arc::clone(&lane),
            lookups: Arc::clone(&lane),
            writer: lane,
            touches: Arc::default(),
        })
    }

    /// Runs what only reads, on one snapshot.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let deferred = TransactionBehavior::Deferred;
        self.readers
            .run(move |on| transact(on, deferred, work))
            .await
    }

    /// The same for one row by its key.
    pub(crate) async fn look_up<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let deferred = TransactionBehavior::Deferred;
        self.lookups
            .run(move |on| transact(on, deferred, work))
            .await
    }

    /// Runs one transaction. It is committed if the work is `Ok`.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        // One that reads first and writes then may find that it cannot.
        let immediate = TransactionBehavior::Immediate;
        self.writer
            .run(move |on| transact(on, immediate, work))
            .await
    }

    /// The same for what takes away: what is gone leaves the write-ahead log too.
    pub(crate) async fn erase<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let immediate = TransactionBehavior::Immediate;
        self.writer
            .run(move |on| {
                let done = transact(on, immediate, work)?;
                if let Err(error) = lane::empty_log(on) {
                    tracing::debug!(%error, "what was deleted stays in the write-ahead log for now");
                }
                Ok(done)
            })
            .await
    }
}

fn transact<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.transaction_with_behavior(behavior)?;
    let result = work(&transaction)?;
    transaction.commit()?;
    Ok(result)
}

fn unfit(path: &Path, unfit: Unfit) -> StateError {
    let path = path.to_owned();
    match unfit {
        Unfit::Foreign => StateError::Foreign(path),
        Unfit::Newer(found) => StateError::Newer {
            path,
            found,
            known: NEWEST,
        },
        Unfit::Database(error) => StateError::Database(path, error),
    }
}

/// Statements of a state are short; more at once would only wait for the same disk.
const READERS_MAX: usize = 4;
const LOOKUPS_MAX: usize = 2;

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use futures_util::future::{join, join_all};
    use tokio::time::timeout;
    use tollhouse_core::{KeyHash, Keys as _, Presented};

    use super::{READERS_MAX, State};

    /// However many search long, whoever presents a key is known at once.
    #[tokio::test(flavor = "multi_thread")]
    async fn keys_are_found_while_all_readers_are_busy() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("state.db")).unwrap();
        let (release, waits): (Vec<_>, Vec<_>) =
            (0..2 * READERS_MAX).map(|_| mpsc::channel::<()>()).unzip();
        // Each lasts until its other end is dropped.
        let long = |wait: mpsc::Receiver<()>| state.read(move |_| Ok(wait.recv().is_err()));
        let searches = join_all(waits.into_iter().map(long));
        let find = async {
            assert_eq!(state.readers.free(), 0);
            let found = timeout(Duration::from_secs(3), state.find(KeyHash([7; 32]), 0)).await;
            drop(release);
            found
        };
        let (searches, found) = join(searches, find).await;
        assert!(matches!(found, Ok(Ok(Presented::Unknown))), "{found:?}");
        assert!(
            searches
                .into_iter()
                .all(|search| matches!(search, Ok(true)))
        );
    }
}
