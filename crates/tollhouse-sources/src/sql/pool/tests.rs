//! What stays behind when callers leave, and when work does not end.

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

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

/// Begins what no brake stops, and leaves when it runs. It ends when what comes back is dropped.
async fn get_stuck(pool: &Arc<Pool>) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel();
    let (begin, began) = oneshot::channel();
    let work = move |_: &mut Session| {
        begin.send(()).unwrap();
        // Only its end is waited for.
        assert!(released.recv().is_err());
        Ok(())
    };
    tokio::select! {
        result = pool.run(work) => panic!("{result:?}"),
        began = began => began.unwrap(),
    }
    release
}

async fn is_served(pool: &Arc<Pool>, within: Duration) -> bool {
    let work = |session: &mut Session| session.look();
    matches!(timeout(within, pool.run(work)).await, Ok(Ok(())))
}

/// #48: what cannot be stopped takes no place from others for long, up to a bound, and leaves none behind.
#[tokio::test(flavor = "multi_thread")]
async fn case_48_work_that_does_not_end_loses_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    drop(Connection::open(&path).unwrap());
    let pool = Pool::new(&path, Access::Read, 2, None);
    let soon = Duration::from_secs(6);
    let first = [get_stuck(&pool).await, get_stuck(&pool).await];
    assert!(is_served(&pool, soon).await);
    let second = [get_stuck(&pool).await, get_stuck(&pool).await];
    // As many have lost theirs as there are places: the rest waits.
    assert!(!is_served(&pool, 4 * super::PATIENCE).await);
    drop(first);
    assert!(is_served(&pool, soon).await);
    drop(second);
    // All places are there again, and no more.
    let all = timeout(soon, pool.seats.acquire_many(2)).await;
    drop(all.unwrap().unwrap());
    assert_eq!(pool.seats.available_permits(), 2);
}

/// R8: callers who leave leave nothing behind.
#[tokio::test(flavor = "multi_thread")]
async fn r8_a_thousand_who_leave_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    drop(Connection::open(&path).unwrap());
    let pool = Pool::new(&path, Access::Read, 4, None);
    leave(&pool).await;
    for _ in 0..1000 {
        leave(&pool).await;
    }
    let all = timeout(Duration::from_secs(3), pool.seats.acquire_many(4)).await;
    drop(all.unwrap().unwrap());
    assert!(pool.idle().sessions.len() <= 4);
    #[cfg(target_os = "linux")]
    {
        let open = std::fs::read_dir("/proc/self/fd").unwrap();
        let is_ours = |entry: std::io::Result<std::fs::DirEntry>| {
            let target = std::fs::read_link(entry.unwrap().path());
            target.is_ok_and(|target| target == path)
        };
        assert!(open.map(is_ours).filter(|is| *is).count() <= 4);
    }
}
