//! A folder of its own for every test.

use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;
use tollhouse_store::{State, StateError};

/// A folder with room for one state.
pub(crate) struct House {
    folder: TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join(".tollhouse").join("state.db")
    }

    /// A handle as another process would have it: nothing is shared but the file.
    pub(crate) fn open(&self) -> State {
        self.try_open().unwrap()
    }

    pub(crate) fn try_open(&self) -> Result<State, StateError> {
        State::open(&self.file())
    }

    /// A connection to the file of which the state knows nothing.
    pub(crate) fn connect(&self) -> Connection {
        std::fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        Connection::open(self.file()).unwrap()
    }
}
