//! Statements and arguments that mean harm. None reaches more than rows, and none goes on for ever.

use std::{collections::BTreeSet, fs, time::Duration};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;
use tollhouse_core::{Effect, Policy, Tool, testing::TestServer};
use tollhouse_sources::sql::{SqlSource, SqlTool, Statement};

use crate::house::{House, reading, tool};

mod arguments;
mod endless;

const SHOP: &str = "PRAGMA user_version = 5;
    CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT NOT NULL);
    CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT);
    CREATE VIRTUAL TABLE notes USING fts5(text);
    INSERT INTO orders VALUES ('ord_1', 'open'), ('ord_2', 'paid');
    INSERT INTO counted (text) VALUES ('one');
    INSERT INTO notes VALUES ('a word');
    ANALYZE;";

/// What no tool may do, however it is declared.
const NEVER: &[&str] = &[
    "SELECT 1 AS x; COMMIT; DROP TABLE orders",
    "SELECT 1 AS x; SELECT 2 AS y",
    "SELECT 1 AS x /* ; */; -- ;\nDELETE FROM orders",
    "SELECT 1 AS x --\n; DELETE FROM orders",
    "SELECT 'a'';' AS x; DELETE FROM orders",
    "DELETE FROM orders; SELECT 1 AS x",
    "ATTACH 'other.db' AS other",
    "ATTACH ':memory:' AS other",
    "ATTACH 'file:other.db?mode=rwc' AS other",
    "DETACH main",
    "VACUUM",
    "VACUUM INTO 'copy.db'",
    "BEGIN",
    "BEGIN EXCLUSIVE",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT here",
    "RELEASE here",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA journal_mode = WAL",
    "PRAGMA user_version = 7",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA trusted_schema = ON",
    "PRAGMA hard_heap_limit = 0",
    "PRAGMA temp_store_directory = '/tmp'",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA incremental_vacuum",
    "PRAGMA optimize",
    "PRAGMA table_info(orders)",
    "SELECT * FROM pragma_database_list",
    "CREATE TABLE more (x)",
    "CREATE TEMP TABLE more (x)",
    "CREATE TEMP TABLE more AS SELECT * FROM orders",
    "CREATE TABLE more AS SELECT * FROM orders",
    "CREATE INDEX more ON orders (status)",
    "CREATE VIEW more AS SELECT 1 AS x",
    "CREATE TRIGGER more AFTER DELETE ON orders BEGIN DELETE FROM counted; END",
    "CREATE TEMP TRIGGER more AFTER DELETE ON orders BEGIN DELETE FROM counted; END",
    "CREATE VIRTUAL TABLE more USING fts5(x)",
    "CREATE VIRTUAL TABLE more USING csv('/etc/passwd')",
    "DROP TABLE orders",
    "DROP TABLE IF EXISTS orders",
    "ALTER TABLE orders ADD COLUMN more",
    "ALTER TABLE orders RENAME TO others",
    "REINDEX",
    "ANALYZE",
    "EXPLAIN DELETE FROM orders",
    "EXPLAIN QUERY PLAN SELECT * FROM orders",
    "EXPLAIN ANALYZE DELETE FROM orders",
    "UPDATE sqlite_schema SET sql = ''",
    "DELETE FROM sqlite_schema",
    "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 0, '')",
    "UPDATE sqlite_sequence SET seq = 9e18",
    "DELETE FROM SQLITE_STAT1",
    "INSERT INTO notes_data VALUES (1, x'00')",
    "DELETE FROM notes_content",
    "UPDATE notes_config SET v = 0",
    "SELECT load_extension('evil') AS x",
    "SELECT writefile('out', 'x') AS x",
    "SELECT readfile('/etc/passwd') AS x",
    "SELECT edit('x') AS x",
    "SELECT fts3_tokenizer('x', x'00') AS x",
    "SELECT * FROM generate_series(1, 1000000000)",
    "SET TRANSACTION READ WRITE",
    "DO $$ BEGIN DELETE FROM orders; END $$",
    "COPY orders TO PROGRAM 'sh'",
    "SELECT pg_sleep(60) AS x",
    "SELECT set_config('x', 'y', false) AS x",
    "SELECT lo_create(0) AS x",
    "",
    ";",
    "-- nothing",
    "/* SELECT 1 AS x",
    "SELECT 'open",
];

/// What only tools that write may do.
const WRITES: &[&str] = &[
    "INSERT INTO orders VALUES ('x', 'y')",
    "INSERT INTO orders VALUES ('x', 'y') RETURNING id",
    "REPLACE INTO orders VALUES ('ord_1', 'y')",
    "INSERT OR REPLACE INTO orders SELECT id, 'gone' FROM orders",
    "INSERT INTO orders VALUES ('ord_1', 'y') ON CONFLICT DO UPDATE SET status = 'gone'",
    "UPDATE orders SET status = 'gone'",
    "UPDATE orders SET status = 'gone' RETURNING id",
    "UPDATE OR REPLACE orders SET id = 'ord_1'",
    "DELETE FROM orders",
    "DELETE FROM orders RETURNING id",
    "WITH every (id) AS (SELECT id FROM orders) DELETE FROM orders WHERE id IN every RETURNING id",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) INSERT INTO counted SELECT i, '' FROM n WHERE i > 1",
    "/* SELECT */ DELETE FROM orders -- SELECT",
    "INSERT INTO notes (notes) VALUES ('delete-all')",
    "INSERT INTO notes (notes, rank) VALUES ('integrity-check', 1)",
];

fn writing(effect: Effect, sql: &str) -> SqlTool {
    tool(effect, &json!({}), Statement::many(sql))
}

fn checksum(house: &House) -> Vec<u8> {
    Sha256::digest(fs::read(house.file()).unwrap()).to_vec()
}

fn files(house: &House) -> BTreeSet<String> {
    let entries = fs::read_dir(house.folder()).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    entries.map(|entry| name(entry.unwrap())).collect()
}

/// The schema and the settings that stand in the file.
fn schema(house: &House) -> (String, i64) {
    let sql = "SELECT group_concat(type || name || coalesce(sql, ''), char(10)) FROM (SELECT * FROM sqlite_schema ORDER BY name)";
    let text = house.connect().query_row(sql, [], |row| row.get(0));
    (text.unwrap(), house.number("PRAGMA user_version"))
}

/// #45: refused when the source opens, or failed in words when it is called.
async fn is_harmless(house: &House, offered: SqlTool) -> bool {
    let Ok(source) = SqlSource::open(&house.file(), vec![offered]) else {
        return true;
    };
    let server = tollhouse_core::Server::builder("test").source(source);
    let server = TestServer::new(server.build().unwrap()).confirming();
    let reply = server.call("run", json!({})).await;
    assert!(!reply.message.is_null());
    assert!(!reply.is_error() || !reply.text().is_empty());
    reply.is_error()
}

/// #45: none of these is a tool that reads, and the file stays as it is to the last byte.
#[tokio::test]
async fn case_45_nothing_that_writes_is_a_tool_that_reads() {
    let house = House::with(SHOP);
    let (before, names) = (checksum(&house), files(&house));
    for sql in NEVER.iter().chain(WRITES) {
        assert!(
            is_harmless(&house, reading(Statement::many(sql))).await,
            "{sql}"
        );
        assert_eq!(checksum(&house), before, "{sql}");
    }
    assert_eq!(files(&house), names);
}

/// #45: none of these is a tool that writes either: rows are all that a tool can change.
#[tokio::test]
async fn case_45_tools_that_write_change_rows_only() {
    let house = House::with(SHOP);
    let (before, names, made) = (checksum(&house), files(&house), schema(&house));
    for sql in NEVER {
        for effect in [Effect::Write, Effect::Destroy] {
            assert!(is_harmless(&house, writing(effect, sql)).await, "{sql}");
        }
        assert_eq!(checksum(&house), before, "{sql}");
    }
    for sql in WRITES {
        is_harmless(&house, writing(Effect::Destroy, sql)).await;
        assert_eq!(schema(&house), made, "{sql}");
    }
    assert_eq!(files(&house), names);
    assert!(NEVER.len() + WRITES.len() >= 40);
}

/// A tool that only reads is none that writes, or what it is listed as would be wrong.
#[test]
fn case_45_what_reads_is_not_listed_as_writing() {
    let house = House::with(SHOP);
    let open = SqlSource::open(&house.file(), vec![writing(Effect::Write, "SELECT 1 AS x")]);
    assert!(open.is_err());
}
