//! Work that shares a commit with other work.

use std::{path::Path, sync::mpsc};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};
use rusqlite::Connection;
use tempfile::TempDir;
use tollhouse_core::StoreError;

use crate::State;

/// A state on disk, with a table to write into and a connection of which the state knows nothing.
struct House {
    state: State,
    other: Connection,
    _folder: TempDir,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let state = State::open(&path).unwrap();
        Self {
            state,
            other: with_table(&path),
            _folder: folder,
        }
    }

    fn numbers(&self) -> Vec<i64> {
        let mut select = self.other.prepare("SELECT n FROM t ORDER BY n").unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Keeps the thread busy until the end of the channel that it gives back is dropped.
    fn hold(&self) -> (BoxFuture<'_, Result<bool, StoreError>>, mpsc::Sender<()>) {
        let (release, held) = mpsc::channel();
        let mut holding = self.state.write(move |_| Ok(held.recv().is_err())).boxed();
        assert!((&mut holding).now_or_never().is_none());
        (holding, release)
    }

    fn add(&self, n: i64) -> BoxFuture<'_, Result<usize, StoreError>> {
        let add = move |on: &rusqlite::Transaction<'_>| on.execute("INSERT INTO t VALUES (?)", [n]);
        self.state.write(add).boxed()
    }

    /// The same, which waits already: only while the thread is kept busy.
    fn waiting(&self, n: i64) -> BoxFuture<'_, Result<usize, StoreError>> {
        let mut adding = self.add(n);
        assert!((&mut adding).now_or_never().is_none());
        adding
    }
}

fn with_table(path: &Path) -> Connection {
    let other = Connection::open(path).unwrap();
    other
        .execute_batch(
            "CREATE TABLE t (n INTEGER PRIMARY KEY);
             CREATE TABLE u (n INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED);",
        )
        .unwrap();
    other
}

/// What is acknowledged is there for everybody.
#[tokio::test]
async fn r9_an_answer_comes_after_the_commit() {
    let house = House::new();
    for n in 0..20 {
        assert!(matches!(house.add(n).await, Ok(1)));
        assert_eq!(house.numbers().last(), Some(&n));
    }
}

#[tokio::test]
async fn what_fails_or_panics_is_taken_back_alone() {
    let house = House::new();
    let (holding, release) = house.hold();
    let before = house.waiting(1);
    let failing = house.state.write(|on| {
        on.execute("INSERT INTO t VALUES (2)", [])?;
        on.execute("INSERT INTO t VALUES (1)", [])
    });
    let panicking = house.state.write(|on| -> rusqlite::Result<()> {
        on.execute("INSERT INTO t VALUES (3)", [])?;
        panic!("a piece of work may do this")
    });
    let mut odd = (failing.boxed(), panicking.boxed());
    assert!((&mut odd.0).now_or_never().is_none() && (&mut odd.1).now_or_never().is_none());
    let after = house.waiting(4);
    drop(release);
    assert!(matches!(holding.await, Ok(true)));
    assert!(matches!((before.await, after.await), (Ok(1), Ok(1))));
    assert!(odd.0.await.is_err());
    assert!(
        matches!(odd.1.await, Err(StoreError::Failed(why)) if why.to_string().contains("panicked"))
    );
    assert_eq!(house.numbers(), [1, 4]);
}

/// R10: nobody is told that something is kept which is not.
#[tokio::test]
async fn r10_a_commit_that_fails_fails_all_who_share_it() {
    let house = House::new();
    let (holding, release) = house.hold();
    let before = house.waiting(1);
    // Nothing is wrong with it until the commit.
    let spoiling = house
        .state
        .write(|on| on.execute("INSERT INTO u VALUES (99)", []));
    let mut spoiling = spoiling.boxed();
    assert!((&mut spoiling).now_or_never().is_none());
    let after = house.waiting(2);
    drop(release);
    assert!(holding.await.is_err());
    assert!(before.await.is_err() && spoiling.await.is_err() && after.await.is_err());
    assert_eq!(house.numbers(), [0_i64; 0]);
    assert!(matches!(house.add(3).await, Ok(1)));
    assert_eq!(house.numbers(), [3]);
}

#[tokio::test]
async fn work_that_nobody_waits_for_is_done_whole_or_not_at_all() {
    let house = House::new();
    let (holding, release) = house.hold();
    let kept = house.waiting(1);
    drop(house.waiting(2));
    drop(release);
    assert!(matches!((holding.await, kept.await), (Ok(true), Ok(1))));
    assert_eq!(house.numbers(), [1]);
}

#[tokio::test]
async fn what_waits_for_a_file_that_is_moved_away_is_refused() {
    let house = House::new();
    let path = house.other.path().unwrap().to_owned();
    std::fs::rename(&path, format!("{path}.old")).unwrap();
    let refused = join_all((0..3).map(|n| house.add(n))).await;
    assert!(refused.iter().all(Result::is_err), "{refused:?}");
}

/// Whoever opens the file next meets no connection of the one before.
#[tokio::test]
async fn the_last_handle_closes_the_file() {
    let house = House::new();
    assert!(house.add(1).await.is_ok());
    let path = house.other.path().unwrap().to_owned();
    let House {
        state,
        other,
        _folder,
    } = house;
    drop(other);
    drop(state.clone());
    assert!(Path::new(&format!("{path}-wal")).exists());
    drop(state);
    assert!(!Path::new(&format!("{path}-wal")).exists());
}
