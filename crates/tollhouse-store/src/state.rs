//! The state: one file, or memory, behind every port.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::task;
use tollhouse_core::{StoreError, Stores};

use crate::{
    StateError,
    connection::{self, Kind, Place},
    error, file,
    keys::Touches,
    lane::Lane,
    schema::{self, NEWEST, Unfit},
    seals::Seals,
    spills::Files,
    writer::{Then, Writer},
};

/// All that a server keeps. Cloning is cheap; clones share the connections.
#[derive(Clone, Debug)]
pub struct State {
    /// None where all is in memory.
    file: Option<Arc<Path>>,
    /// None where all is in memory: there is one connection then, and whoever writes reads on it too.
    readers: Option<Readers>,
    writer: Arc<Writer>,
    pub(crate) touches: Arc<Touches>,
    seals: Arc<Seals>,
}

#[derive(Clone, Debug)]
struct Readers {
    all: Arc<Lane>,
    /// For what every request waits for: long searches do not stand before it.
    lookups: Arc<Lane>,
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
        let seals = Seals::read(&mut connection).map_err(|error| unfit(path, error.into()))?;
        // Not before, because the mode of the journal stays in the file. Where the mode is not to be had, or
        // another process is just setting it, everything works without.
        if let Err(error) = connection.pragma_update(None, "journal_mode", "wal") {
            tracing::debug!(%error, "the write-ahead log stays off");
        }
        let lane = |connections| {
            let place = Place::new(Kind::Reader(path.to_owned()));
            Lane::new(place, connections)
        };
        Ok(Self {
            file: Some(path.into()),
            readers: Some(Readers {
                all: lane(READERS_MAX),
                lookups: lane(LOOKUPS_MAX),
            }),
            writer: start(path, Place::new(kind), connection)?,
            touches: Arc::default(),
            seals: Arc::new(seals),
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
        let seals = Seals::read(&mut connection).map_err(|error| failed(error.into()))?;
        Ok(Self {
            file: None,
            readers: None,
            writer: start(&nowhere, Place::new(Kind::Memory), connection)?,
            touches: Arc::default(),
            seals: Arc::new(seals),
        })
    }

    /// All that the road keeps, in this state.
    #[must_use]
    pub fn stores(&self) -> Stores {
        Stores {
            approvals: Arc::new(self.clone()),
            ledger: Arc::new(self.clone()),
            taints: Arc::new(self.clone()),
            spills: match self.file() {
                Some(file) => Arc::new(Files::beside(file, self.clone())),
                None => Stores::default().spills,
            },
        }
    }

    /// The keys of sealed texts, the newest first: all processes on a file have the same.
    #[must_use]
    pub fn seals(&self) -> &[[u8; 32]] {
        &self.seals.0
    }

    /// Where the state is kept; `None` for one that ends with the process.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Runs what only reads, on one snapshot.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        match &self.readers {
            Some(readers) => readers.all.run(move |on| snapshot(on, work)).await,
            None => self.write(work).await,
        }
    }

    /// The same for one row by its key.
    pub(crate) async fn look_up<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        match &self.readers {
            Some(readers) => readers.lookups.run(move |on| snapshot(on, work)).await,
            None => self.write(work).await,
        }
    }

    /// Runs one piece of work whole or not at all. It is kept if it is `Ok`, and outlives a power cut when this comes
    /// back. It shares its commit with others that come at the same time, none of which can spoil it.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer.run(Then::Answer, work).await
    }

    /// The same for what takes away: what is gone leaves the write-ahead log too.
    pub(crate) async fn erase<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer.run(Then::EmptyLog, work).await
    }

    /// Empties the write-ahead log, for which it waits longer than others may have to. Whether it is empty now.
    pub(crate) async fn empty_log(&self) -> Result<bool, StoreError> {
        let Some(path) = self.file.clone() else {
            return Ok(true);
        };
        let emptied = task::spawn_blocking(move || {
            let connection = Kind::Writer(path.to_path_buf()).open()?;
            connection::empty_log(&connection, LOG_WAIT)
        });
        emptied.await.map_err(error::failed)?.map_err(error::store)
    }

    /// Removes the files of results of which the rows are gone.
    pub(crate) async fn remove_results(&self, digests: Vec<String>) -> Result<(), StoreError> {
        match self.file() {
            Some(file) => Files::beside(file, self.clone()).remove(digests).await,
            None => Ok(()),
        }
    }
}

fn snapshot<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    let result = work(&transaction)?;
    transaction.commit()?;
    Ok(result)
}

fn start(path: &Path, place: Place, connection: Connection) -> Result<Arc<Writer>, StateError> {
    Writer::start(place, connection).map_err(|error| StateError::Unwritable(path.to_owned(), error))
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
/// For those who read, when something has to leave the log for good.
const LOG_WAIT: Duration = Duration::from_secs(2);

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
        let readers = &state.readers.as_ref().unwrap().all;
        // Each lasts until its other end is dropped.
        let long = |wait: mpsc::Receiver<()>| state.read(move |_| Ok(wait.recv().is_err()));
        let searches = join_all(waits.into_iter().map(long));
        let find = async {
            assert_eq!(readers.free(), 0);
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
