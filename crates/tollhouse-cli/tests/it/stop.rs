//! What is stopped really ends: a statement gives its lock back soon after its deadline, or after its caller is gone.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpStream},
    path::Path,
    thread,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tollhouse::{Clock as _, SystemClock};

use crate::process::{PATIENCE, Process, message};

const FILE: &str = r#"
[sources.shop]
type = "sqlite"
path = "shop.db"
seed = "seed.sql"

[limits]
writes = "100000/min"
key = "100000/min"
identical = "off"

[tools.fill]
source = "shop"
description = "Fill a table with numbers, without an end."
effect = "write"
sql = "INSERT INTO numbers WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"

[tools.fill_briefly]
source = "shop"
description = "Fill a table with numbers, until the deadline."
effect = "write"
deadline = "300ms"
sql = "INSERT INTO numbers WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
"#;

/// Of these many tries, one at least shows what the statement takes to end, and not what the machine does besides.
const TRIES: usize = 5;
/// Three times the figure that is promised.
const SOON: Duration = Duration::from_millis(300);

struct House {
    folder: TempDir,
}

impl House {
    fn new() -> Self {
        Self {
            folder: crate::config::seeded(FILE, "CREATE TABLE numbers (i INTEGER);"),
        }
    }

    fn serve(&self) -> (Process, SocketAddr) {
        let process = Process::start(self.folder.path(), &["run", "--http", "127.0.0.1:0"]);
        let address = process.address();
        (process, address)
    }

    fn pipe(&self) -> Process {
        Process::start(self.folder.path(), &["run", "--stdio"])
    }

    /// Waits until the database is locked by a statement, or free.
    fn waits(&self, locked: bool) -> Duration {
        let connection = Connection::open(self.folder.path().join("shop.db")).unwrap();
        connection.busy_timeout(Duration::ZERO).unwrap();
        let clock = SystemClock::default();
        while is_locked(&connection) != locked {
            assert!(clock.ticks() < PATIENCE, "locked: {}", !locked);
            thread::sleep(Duration::from_millis(2));
        }
        clock.ticks()
    }

    /// Runs this several times. Each stops a statement, which then has to have ended and left nothing behind.
    fn stops(&self, mut stop: impl FnMut(&Self)) {
        let took = (0..TRIES).map(|_| {
            stop(self);
            self.waits(false)
        });
        let fastest = took.min().unwrap();
        assert!(fastest < SOON, "{fastest:?}");
        assert_eq!(rows(self.folder.path()), 0);
    }
}

fn is_locked(connection: &Connection) -> bool {
    let taken = connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK");
    let why = taken.as_ref().err().map(rusqlite::Error::sqlite_error_code);
    assert!(
        matches!(why, None | Some(Some(ErrorCode::DatabaseBusy))),
        "{taken:?}"
    );
    taken.is_err()
}

fn rows(folder: &Path) -> i64 {
    let connection = Connection::open(folder.join("shop.db")).unwrap();
    let sql = "SELECT count(*) FROM numbers";
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

const FILL: &str = "fill";

fn call(name: &str) -> Value {
    message("tools/call", &json!({"name": name, "arguments": {}}))
}

/// Sends a message and waits for nothing.
fn send(address: SocketAddr, head: &str, body: &Value) -> TcpStream {
    let body = body.to_string();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\n{head}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

fn newest(name: &str) -> String {
    format!("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: {name}\r\n")
}

#[test]
fn o12_over_http_a_caller_who_leaves_takes_the_statement_along() {
    let house = House::new();
    let (_process, address) = house.serve();
    house.stops(|house| {
        let stream = send(address, &newest(FILL), &call(FILL));
        house.waits(true);
        drop(stream);
    });
}

#[test]
fn o12_over_http_the_deadline_ends_the_statement() {
    let house = House::new();
    let (_process, address) = house.serve();
    house.stops(|_| {
        let (_, reply) = crate::process::post(
            address,
            "tools/call",
            Some("fill_briefly"),
            &json!({"name": "fill_briefly", "arguments": {}}),
        );
        let text = reply["result"]["content"][0]["text"].as_str().unwrap();
        assert!(text.contains("took too long"), "{text}");
    });
}

#[test]
fn o12_over_stdio_a_cancelled_call_takes_the_statement_along() {
    let house = House::new();
    let mut process = house.pipe();
    let mut next = 0;
    drop(process.ask("tools/list", &json!({})));
    house.stops(|house| {
        next += 1;
        cancels(house, &mut process, &call(FILL), next);
    });
}

/// Earlier revisions open with a handshake.
#[test]
fn o12_over_stdio_so_it_does_in_a_session() {
    let house = House::new();
    let mut process = house.pipe();
    process.write(&opening().to_string());
    drop(process.read());
    process.write(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
    let mut next = 1;
    let fill = json!({"jsonrpc": "2.0", "method": "tools/call", "params": {"name": FILL, "arguments": {}}});
    house.stops(|house| {
        next += 1;
        cancels(house, &mut process, &fill, next);
    });
}

fn cancels(house: &House, process: &mut Process, call: &Value, id: i64) {
    let mut call = call.clone();
    call["id"] = id.into();
    process.write(&call.to_string());
    house.waits(true);
    process.write(&cancelled(id).to_string());
}

/// In a session it is a message that cancels; who only leaves comes back for the answer.
#[test]
fn o12_over_http_a_session_cancels_with_a_message() {
    let house = House::new();
    let (_process, address) = house.serve();
    let (head, _) = answer(send(address, "Connection: close\r\n", &opening()));
    let session = head
        .lines()
        .find_map(|line| line.strip_prefix("mcp-session-id: "))
        .unwrap();
    let head = format!(
        "Connection: close\r\nMCP-Protocol-Version: 2025-06-18\r\nMcp-Session-Id: {session}\r\n"
    );
    let mut next = 1;
    house.stops(|house| {
        next += 1;
        let fill = json!({"jsonrpc": "2.0", "id": next, "method": "tools/call", "params": {"name": FILL, "arguments": {}}});
        let left = send(address, &head, &fill);
        house.waits(true);
        drop(left);
        let (head, _) = answer(send(address, &head, &cancelled(next)));
        assert!(head.starts_with("HTTP/1.1 202"), "{head}");
    });
}

fn opening() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}})
}

fn cancelled(id: i64) -> Value {
    json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})
}

/// Head and body of an answer, to the end of the connection.
fn answer(mut stream: TcpStream) -> (String, String) {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut stream, &mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}
