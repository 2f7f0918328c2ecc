//! What a connection lets through when nobody has checked the statement before.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use rusqlite::Connection;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::{sync::oneshot, time::timeout};
use tollhouse_core::{Effect, Offers, Server, Tool, testing::TestServer};

use super::{
    Answer, Caps, Entry, Pool, SqlSource, Statement,
    session::{Access, Session},
    statement::Checked,
    transact,
};

/// A server whose tools were never compared with the database: only the connections guard it.
fn unchecked(path: &Path, effect: Effect, statements: &[&str]) -> TestServer {
    let mut offers = Offers::default();
    let mut entries = BTreeMap::new();
    for (number, sql) in statements.iter().enumerate() {
        let name = format!("run_{number}");
        let mut tool = Tool::new(&name, "Run it.", json!({"type": "object"}));
        tool.effect = effect;
        offers.tools.push(tool);
        let checked = Checked {
            declared: Statement::many(sql),
            sql: (*sql).to_owned(),
            title: name.clone(),
            columns: Vec::new(),
            is_unfit: AtomicBool::new(false),
            parameters: Vec::new(),
            caps: Caps::default(),
        };
        let entry = Entry {
            access: Access::of(effect),
            ..Entry::reading(checked, None)
        };
        entries.insert(name, entry);
    }
    let source = SqlSource {
        lookups: BTreeMap::new(),
        warnings: Vec::new(),
        looks_up: false,
        offers,
        entries,
        readers: Pool::new(path, Access::Read, 2, None),
        writer: Pool::new(path, Access::Write, 1, None),
    };
    TestServer::new(Server::builder("test").source(source).build().unwrap()).confirming()
}

fn checksum(path: &Path) -> Vec<u8> {
    Sha256::digest(fs::read(path).unwrap()).to_vec()
}

fn make(path: &Path, script: &str) {
    Connection::open(path)
        .unwrap()
        .execute_batch(script)
        .unwrap();
}

/// #45: each of these is refused in words, and the file and its folder stay as they were.
#[tokio::test]
async fn case_45_reading_connections_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let script = "
        CREATE TABLE t (x);
        CREATE INDEX t_by_x ON t (x);
        CREATE VIEW v AS SELECT x FROM t;
        CREATE TRIGGER leak INSTEAD OF INSERT ON v BEGIN DELETE FROM t; END;
        INSERT INTO t VALUES (1), (2);";
    make(&path, script);
    let before = checksum(&path);
    let copy = folder.path().join("copy.db").display().to_string();
    let (vacuum, attach) = (
        format!("VACUUM INTO '{copy}'"),
        format!("ATTACH '{copy}' AS copy"),
    );
    let hostile = [
        vacuum.as_str(),
        &attach,
        "SELECT 1 AS x; COMMIT; DROP TABLE t",
        "COMMIT",
        "BEGIN IMMEDIATE",
        "SAVEPOINT here",
        "INSERT INTO t VALUES (3)",
        "INSERT INTO v VALUES (3)",
        "REPLACE INTO t VALUES (3)",
        "UPDATE t SET x = 3",
        "UPDATE t SET x = 3 RETURNING x",
        "DELETE FROM t",
        "DELETE FROM t RETURNING x",
        "WITH all_of_it AS (SELECT x FROM t) DELETE FROM t WHERE x IN all_of_it RETURNING x",
        "EXPLAIN DELETE FROM t",
        "DROP TABLE t",
        "ALTER TABLE t ADD COLUMN y",
        "CREATE TABLE more (x)",
        "CREATE TEMP TABLE more AS SELECT * FROM t",
        "CREATE VIRTUAL TABLE more USING fts5(x)",
        "PRAGMA query_only = OFF",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA writable_schema = ON",
        "PRAGMA user_version = 7",
        "SELECT * FROM pragma_table_list",
        "REINDEX",
        "ANALYZE",
        "VACUUM",
        "DETACH main",
    ];
    let server = unchecked(&path, Effect::Read, &hostile);
    for (number, sql) in hostile.iter().enumerate() {
        let reply = server.call(&format!("run_{number}"), json!({})).await;
        assert!(reply.is_error(), "{sql}");
        let told = "The statement of this tool tried what it may not do and was refused.";
        assert!(reply.text().starts_with(told), "{sql}: {}", reply.text());
    }
    assert_eq!(checksum(&path), before);
    let names = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["test.db"]);
}

/// #45: connections that may write still reach no other file, no setting and no schema.
#[tokio::test]
async fn case_45_writing_connections_only_change_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    make(&path, "CREATE TABLE t (x); INSERT INTO t VALUES (1);");
    let before = checksum(&path);
    let hostile = [
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "DROP TABLE t",
        "CREATE TABLE more (x)",
        "ALTER TABLE t ADD COLUMN y",
        "UPDATE sqlite_schema SET sql = ''",
        "PRAGMA writable_schema = ON",
        "PRAGMA foreign_keys = OFF",
        "SELECT load_extension('evil')",
    ];
    let server = unchecked(&path, Effect::Destroy, &hostile);
    for (number, sql) in hostile.iter().enumerate() {
        let reply = server.call(&format!("run_{number}"), json!({})).await;
        assert!(reply.is_error(), "{sql}: {}", reply.text());
    }
    assert_eq!(checksum(&path), before);
}

/// #45: if the authorizer were not there, the way in which the file was opened would still hold.
#[test]
fn case_45_the_file_is_opened_for_reading_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    make(&path, "CREATE TABLE t (x)");
    let mut session = Session::open(&path, Access::Read).unwrap();
    let none: Option<fn(rusqlite::hooks::AuthContext<'_>) -> rusqlite::hooks::Authorization> = None;
    session.connection.authorizer(none).unwrap();
    session
        .connection
        .pragma_update(None, "query_only", false)
        .unwrap();
    assert!(
        session
            .connection
            .execute("INSERT INTO t VALUES (1)", [])
            .is_err()
    );
    assert!(
        session
            .connection
            .execute("ATTACH 'x.db' AS x", [])
            .is_err()
    );
}

/// #18: the caller may leave between the last row and the commit.
#[test]
fn case_18_a_write_that_is_no_longer_wanted_is_not_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    make(&path, "CREATE TABLE t (x)");
    let mut session = Session::open(&path, Access::Write).unwrap();
    let brake = session.brake();
    let write = |connection: &Connection| {
        connection.execute("INSERT INTO t VALUES (1)", [])?;
        brake.pull();
        Ok(Answer::Text("done".to_owned()))
    };
    assert!(transact(&mut session, None, write).is_err());
    brake.release();
    let count = "SELECT count(*) FROM t";
    let rows: i64 = session
        .connection
        .query_row(count, [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 0);
    assert!(session.connection.is_autocommit());
}

/// #18: a caller who waits for a lock can leave too, and the connection is free while the lock is still held.
#[tokio::test]
async fn case_18_waiting_for_a_lock_ends_when_the_caller_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    make(&path, "CREATE TABLE t (x)");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let pool = Pool::new(&path, Access::Write, 1, None);
    let (begin, began) = oneshot::channel();
    let mut first = Box::pin(pool.run(|session| {
        begin.send(()).unwrap();
        session.connection.execute("INSERT INTO t VALUES (1)", [])
    }));
    tokio::select! {
        result = &mut first => panic!("{result:?}"),
        began = began => began.unwrap(),
    }
    drop(first);
    let next = pool.run(|_| Ok("free"));
    // Without the pull it would wait for the lock, five seconds in all.
    let next = timeout(Duration::from_secs(3), next).await;
    assert_eq!(next.unwrap().unwrap(), "free");
    other.execute_batch("ROLLBACK").unwrap();
    let count = "SELECT count(*) FROM t";
    let rows: i64 = other.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 0);
}

/// A pull that comes too late must not reach whoever has the connection next.
#[tokio::test]
async fn a_late_pull_does_not_stop_the_next_call() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    make(&path, "CREATE TABLE t (x)");
    let pool = Pool::new(&path, Access::Read, 1, None);
    let count = |session: &mut Session| {
        let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT max(i) FROM n";
        session
            .connection
            .query_row(sql, [], |row| row.get::<_, i64>(0))
    };
    for _ in 0..50 {
        let pool = Arc::clone(&pool);
        let mut first = Box::pin(pool.run(count));
        // Dropped at a random moment: before, while and after it runs.
        drop(futures_util::poll!(first.as_mut()));
        tokio::task::yield_now().await;
        drop(first);
        assert_eq!(pool.run(count).await.unwrap(), 20_000);
    }
}
