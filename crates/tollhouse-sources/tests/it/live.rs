//! A database that changes, or is replaced, under a running server.

use std::{
    fmt, fs,
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, json};
use tollhouse_core::{Effect, testing::TestServer};
use tollhouse_sources::sql::{SqlOffers, SqlTool, Statement};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::house::{House, reading, tool};

const OLD: &str =
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes VALUES (1, 'old');";
const NEW: &str =
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes VALUES (1, 'new');";

fn tools() -> SqlOffers {
    let add = "INSERT INTO notes (text) VALUES (:text) RETURNING (SELECT text FROM notes WHERE id = 1) AS first";
    let mut add = tool(
        Effect::Write,
        &json!({"text": {"type": "string"}}),
        Statement::one(add),
    );
    add.tool.name = "add".to_owned();
    vec![
        reading(Statement::one("SELECT text FROM notes WHERE id = 1")),
        add,
    ]
    .into()
}

async fn first(server: &TestServer) -> Value {
    let reply = server.call("run", json!({})).await;
    reply.result()["structuredContent"]["text"].clone()
}

async fn add(server: &TestServer) -> Value {
    let reply = server.call("add", json!({"text": "more"})).await;
    reply.result()["structuredContent"]["first"].clone()
}

async fn are_told_to_wait(server: &TestServer) {
    for (name, arguments) in [("run", json!({})), ("add", json!({"text": "x"}))] {
        let reply = server.call(name, arguments).await;
        let told = "The database is not there at the moment";
        assert!(reply.text().starts_with(told), "{}", reply.text());
    }
}

/// A file that another is renamed over: the next call sees the new one, and writes to it.
#[tokio::test]
async fn a_file_that_is_renamed_over_is_noticed() {
    let house = House::with(OLD);
    let server = house.serve(tools());
    assert_eq!(
        (first(&server).await, add(&server).await),
        (json!("old"), json!("old"))
    );
    let other = House::with(NEW);
    fs::rename(house.file(), house.folder().join("kept.db")).unwrap();
    fs::copy(other.file(), house.folder().join("next.db")).unwrap();
    fs::rename(house.folder().join("next.db"), house.file()).unwrap();
    assert_eq!(
        (first(&server).await, add(&server).await),
        (json!("new"), json!("new"))
    );
    assert_eq!(house.number("SELECT count(*) FROM notes"), 2);
}

/// A file that is deleted is not read any more, and one that is made anew is.
#[tokio::test]
async fn a_file_that_is_deleted_is_missed_until_it_is_there_again() {
    let house = House::with(OLD);
    let server = house.serve(tools());
    assert_eq!(first(&server).await, json!("old"));
    fs::remove_file(house.file()).unwrap();
    are_told_to_wait(&server).await;
    assert!(!house.file().exists(), "it was made by a call");
    house.connect().execute_batch(NEW).unwrap();
    assert_eq!(
        (first(&server).await, add(&server).await),
        (json!("new"), json!("new"))
    );
}

/// A database with a write-ahead log is more than its file: rows of the old one never get into the new one.
#[tokio::test]
async fn the_log_of_a_replaced_file_is_not_read_into_the_new_one() {
    let house = House::with(&format!("PRAGMA journal_mode = wal; {OLD}"));
    let server = house.serve(tools());
    // This stands in the log only.
    let written = add(&server).await;
    assert_eq!(
        (first(&server).await, written),
        (json!("old"), json!("old"))
    );
    let other = House::with(&format!("PRAGMA journal_mode = wal; {NEW}"));
    fs::copy(other.file(), house.folder().join("next.db")).unwrap();
    fs::rename(house.folder().join("next.db"), house.file()).unwrap();
    for _ in 0..2 {
        are_told_to_wait(&server).await;
    }
    for name in ["test.db-wal", "test.db-shm"] {
        fs::remove_file(house.folder().join(name)).unwrap();
    }
    assert_eq!(
        (first(&server).await, add(&server).await),
        (json!("new"), json!("new"))
    );
    assert_eq!(house.number("SELECT count(*) FROM notes"), 2);
}

/// Where nothing has been written, the log is empty and in nobody's way.
#[tokio::test]
async fn an_empty_log_keeps_nothing_from_being_replaced() {
    let house = House::with(&format!("PRAGMA journal_mode = wal; {OLD}"));
    let server = house.serve(tools());
    assert_eq!(first(&server).await, json!("old"));
    let other = House::with(&format!("PRAGMA journal_mode = wal; {NEW}"));
    fs::copy(other.file(), house.folder().join("next.db")).unwrap();
    fs::rename(house.folder().join("next.db"), house.file()).unwrap();
    assert_eq!(first(&server).await, json!("new"));
}

/// A call that is under way stays with its file to its end, and its connection is not used again.
#[tokio::test(flavor = "multi_thread")]
async fn calls_across_a_replacement_see_one_file_each() {
    let script = |text: &str| {
        format!(
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) SELECT i, '{text}' FROM n;"
        )
    };
    let house = House::with(&script("0"));
    let others = [House::with(&script("1")), House::with(&script("2"))];
    let sql = "SELECT min(a.text) AS low, max(b.text) AS high FROM notes AS a, notes AS b";
    let server = house.serve(vec![reading(Statement::one(sql))]);
    let next = house.folder().join("next.db");
    for round in 0..10 {
        let calls = futures_util::future::join_all((0..8).map(|_| server.call("run", json!({}))));
        let swap = async {
            fs::copy(others[round % 2].file(), &next).unwrap();
            fs::rename(&next, house.file()).unwrap();
        };
        let (replies, ()) = futures_util::future::join(calls, swap).await;
        for reply in replies {
            let row = &reply.result()["structuredContent"];
            assert!(row["low"].is_string(), "{}", reply.text());
            assert_eq!(row["low"], row["high"]);
        }
        let reply = server.call("run", json!({})).await;
        let expected = (round % 2 + 1).to_string();
        assert_eq!(reply.result()["structuredContent"]["low"], expected);
    }
}

fn select(sql: &str) -> Vec<SqlTool> {
    vec![reading(Statement::many(sql))]
}

async fn told(server: &TestServer) -> (bool, String) {
    let reply = server.call("run", json!({})).await;
    (reply.is_error(), reply.text())
}

/// A column that goes, comes back, or is new is noticed, without a word of the statement to the caller.
#[tokio::test]
async fn a_statement_that_no_longer_fits_says_so_until_it_does() {
    let house = House::with(OLD);
    for (sql, change, back) in [
        (
            "SELECT text FROM notes",
            "ALTER TABLE notes RENAME COLUMN text TO words",
            "ALTER TABLE notes RENAME COLUMN words TO text",
        ),
        (
            "SELECT * FROM notes",
            "ALTER TABLE notes ADD COLUMN password TEXT DEFAULT 'hunter2'",
            "ALTER TABLE notes DROP COLUMN password",
        ),
        (
            "SELECT * FROM notes",
            "ALTER TABLE notes DROP COLUMN text",
            "ALTER TABLE notes ADD COLUMN text TEXT",
        ),
        (
            "SELECT id FROM notes",
            "ALTER TABLE notes RENAME TO gone",
            "ALTER TABLE gone RENAME TO notes",
        ),
    ] {
        let server = house.serve(select(sql));
        assert!(!told(&server).await.0);
        house.connect().execute_batch(change).unwrap();
        for _ in 0..2 {
            let (is_error, text) = told(&server).await;
            assert!(is_error, "{change}");
            assert!(text.contains("no longer fits the database"), "{text}");
            assert!(
                !text.contains("notes") && !text.contains("hunter2"),
                "{text}"
            );
        }
        house.connect().execute_batch(back).unwrap();
        assert!(!told(&server).await.0, "{back}");
    }
    // What does not concern it does not stop it.
    let server = house.serve(select("SELECT id FROM notes"));
    house
        .connect()
        .execute_batch("CREATE TABLE more (x); ALTER TABLE notes ADD COLUMN other")
        .unwrap();
    assert!(!told(&server).await.0);
}

/// A write that no longer fits changes nothing.
#[tokio::test]
async fn a_write_that_no_longer_fits_is_not_done() {
    let house = House::with(OLD);
    let returning = "INSERT INTO notes (text) VALUES ('x') RETURNING *";
    let server = house.serve(vec![tool(
        Effect::Write,
        &json!({}),
        Statement::one(returning),
    )]);
    assert!(!told(&server).await.0);
    house
        .connect()
        .execute_batch("ALTER TABLE notes ADD COLUMN more")
        .unwrap();
    assert!(told(&server).await.1.contains("no longer fits"));
    assert_eq!(house.number("SELECT count(*) FROM notes"), 2);
    house
        .connect()
        .execute_batch("ALTER TABLE notes DROP COLUMN more")
        .unwrap();
    assert!(!told(&server).await.0);
    assert_eq!(house.number("SELECT count(*) FROM notes"), 3);
}

/// The new file may be another database altogether.
#[tokio::test]
async fn a_file_that_has_another_schema_does_not_fit() {
    let house = House::with(OLD);
    let server = house.serve(tools());
    assert_eq!(first(&server).await, json!("old"));
    fs::remove_file(house.file()).unwrap();
    house
        .connect()
        .execute_batch("CREATE TABLE other (x)")
        .unwrap();
    assert!(told(&server).await.1.contains("no longer fits"));
}

/// Keeps what is logged, in the whole process: statements run on threads of their own.
struct Log;

static LOGGED: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        let mut logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
        logged.push(line.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

/// The log says once why a statement does not fit, and once that it fits again.
#[tokio::test]
async fn what_no_longer_fits_is_logged_once() {
    // Another test may have set one; then nothing is kept, and this one fails.
    tracing::subscriber::set_global_default(Log).unwrap();
    let house = House::with(OLD);
    let mut watched = reading(Statement::one("SELECT text FROM notes"));
    watched.tool.name = "watched".to_owned();
    let server = house.serve(vec![watched]);
    for script in [
        "ALTER TABLE notes RENAME COLUMN text TO words",
        "ALTER TABLE notes RENAME COLUMN words TO text",
    ] {
        house.connect().execute_batch(script).unwrap();
        for _ in 0..5 {
            server.call("watched", json!({})).await;
        }
    }
    let logged = LOGGED.lock().unwrap().clone();
    let about = logged
        .iter()
        .filter(|line| line.contains("of=\"tool `watched`\""));
    let [lost, found] = &about.collect::<Vec<_>>()[..] else {
        panic!("{logged:?}");
    };
    assert!(
        lost.starts_with("WARN") && lost.contains("no such column: text"),
        "{lost}"
    );
    assert!(
        found.starts_with("INFO") && found.contains("fits the database again"),
        "{found}"
    );
}
