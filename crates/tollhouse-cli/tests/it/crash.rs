//! A server that is killed again and again while clients write: what was acknowledged is there, and nothing twice.
//!
//! The clients keep a ledger of what they sent and what was answered; at the end it is compared with the database and
//! with the audit.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use rusqlite::Connection;
use serde_json::{Value, json};
use tollhouse::{Clock as _, SystemClock};
use tollhouse_store::State;

use crate::process::{PATIENCE, Process, message};

const FILE: &str = r#"
[sources.shop]
type = "sqlite"
path = "shop.db"
seed = "seed.sql"

[limits]
writes = "1000000/min"
key = "1000000/min"
concurrent = "off"
identical = "off"
turn = "off"

[tools.add]
source = "shop"
description = "Write a name down, in a row of its own."
effect = "write"
sql = "INSERT INTO names VALUES (:name)"
params.name = {}
"#;
const WRITERS: usize = 4;
/// Three times what a start is promised to take.
const READY: Duration = Duration::from_secs(9);

/// What one client knows of its calls: the name that each was to write, and whether that was acknowledged.
type Ledger = BTreeMap<String, bool>;

/// What the clients share.
struct Road {
    address: Mutex<Option<SocketAddr>>,
    is_over: AtomicBool,
}

impl Road {
    fn address(&self) -> Option<SocketAddr> {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leads_to(&self, address: Option<SocketAddr>) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }
}

#[test]
fn r9_what_was_acknowledged_outlives_kills() {
    killed(12);
}

#[test]
#[ignore = "takes minutes"]
fn soak_kill_two_hundred_times_under_load() {
    killed(200);
}

fn killed(rounds: usize) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
    write("tollhouse.toml", FILE).unwrap();
    write("seed.sql", "CREATE TABLE names (name TEXT);").unwrap();
    let road = Road {
        address: Mutex::new(None),
        is_over: AtomicBool::new(false),
    };
    let (told, acknowledged) = mpsc::channel();
    let (ledgers, slowest) = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (road, told) = (&road, told.clone());
                scope.spawn(move || writes(writer, road, &told))
            })
            .collect();
        let slowest = kill(folder.path(), &road, &acknowledged, rounds);
        let ledgers = writers.into_iter().map(|writer| writer.join().unwrap());
        (ledgers.collect::<Vec<Ledger>>(), slowest)
    });
    let ledger: Ledger = ledgers.into_iter().flatten().collect();
    let (sent, known) = (ledger.len(), ledger.values().filter(|is| **is).count());
    compare(folder.path(), &ledger);
    say(&format!(
        "{rounds} kills: {sent} calls, {known} acknowledged, all of them there, none twice; \
         slowest start {slowest:?}"
    ));
}

/// Starts and kills the server, each time after some more acknowledgements. Gives how long the slowest start took.
fn kill(folder: &Path, road: &Road, acknowledged: &mpsc::Receiver<()>, rounds: usize) -> Duration {
    let mut slowest = Duration::ZERO;
    for round in 0..=rounds {
        let clock = SystemClock::default();
        let process = Process::start(folder, &["run", "--http", "127.0.0.1:0"]);
        road.leads_to(Some(process.address()));
        // The writers do not stop, so that the kill finds each of them somewhere else.
        for number in 0..=(round * 7) % 23 {
            acknowledged.recv_timeout(PATIENCE).unwrap();
            if number == 0 {
                slowest = slowest.max(clock.ticks());
            }
        }
        if round == rounds {
            road.is_over.store(true, Ordering::Relaxed);
            while acknowledged.recv_timeout(Duration::from_secs(1)).is_ok() {}
        }
        road.leads_to(None);
        drop(process);
        while acknowledged.try_recv().is_ok() {}
    }
    assert!(slowest < READY, "{slowest:?}");
    slowest
}

/// Writes one name after the other. Of one whose answer is lost nobody knows whether it was written.
fn writes(writer: usize, road: &Road, told: &mpsc::Sender<()>) -> Ledger {
    let mut ledger = Ledger::new();
    while !road.is_over.load(Ordering::Relaxed) {
        let name = format!("{writer}-{}", ledger.len());
        ledger.insert(name.clone(), false);
        let Some(reply) = waits(road).and_then(|address| add(address, &name)) else {
            continue;
        };
        let result = &reply["result"];
        assert!(result.is_object() && result["isError"] != true, "{reply}");
        ledger.insert(name, true);
        // Nobody counts at the end.
        told.send(()).unwrap_or_default();
    }
    ledger
}

/// Where the server is, once there is one. `None` at the end.
fn waits(road: &Road) -> Option<SocketAddr> {
    loop {
        match road.address() {
            Some(address) => return Some(address),
            None if road.is_over.load(Ordering::Relaxed) => return None,
            None => thread::sleep(Duration::from_millis(2)),
        }
    }
}

/// One call. `None` if the server went away before it answered.
fn add(address: SocketAddr, name: &str) -> Option<Value> {
    let arguments = json!({"name": name, "clientRequestId": name});
    let call = message(
        "tools/call",
        &json!({"name": "add", "arguments": arguments}),
    )
    .to_string();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n\
         Mcp-Method: tools/call\r\nMcp-Name: add\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{call}",
        call.len()
    );
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut response = String::new();
    stream.read_to_string(&mut response).ok()?;
    let (_, body) = response.split_once("\r\n\r\n")?;
    serde_json::from_str(body).ok()
}

/// The clients' ledger beside the database and the audit.
fn compare(folder: &Path, ledger: &Ledger) {
    let state = folder.join(".tollhouse/state.db");
    let (shop, names) = looked_into(&folder.join("shop.db"));
    let (kept, _) = looked_into(&state);
    assert_eq!((shop.as_str(), kept.as_str()), ("ok", "ok"));
    for (name, count) in &names {
        assert!(ledger.contains_key(name), "{name} was never sent");
        assert_eq!(*count, 1, "{name} was written {count} times");
    }
    let mut lost = ledger.iter().filter(|(_, is_known)| **is_known);
    let lost = lost.find(|(name, _)| !names.contains_key(*name));
    assert_eq!(lost, None, "acknowledged and not there");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let verified = runtime.block_on(async {
        let state = State::open(&state).unwrap();
        state.audit_verify(Vec::new()).await.unwrap()
    });
    assert_eq!(verified.findings, []);
    let known = ledger.values().filter(|is_known| **is_known).count();
    assert!(verified.records >= u64::try_from(known).unwrap());
}

/// Whether a database is whole, and the names in it, if it has names.
fn looked_into(path: &Path) -> (String, BTreeMap<String, i64>) {
    let connection = Connection::open(path).unwrap();
    let check = "PRAGMA integrity_check";
    let whole = connection.query_row(check, [], |row| row.get(0)).unwrap();
    let Ok(mut statement) = connection.prepare("SELECT name, count(*) FROM names GROUP BY name")
    else {
        return (whole, BTreeMap::new());
    };
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    (whole, rows.unwrap().map(Result::unwrap).collect())
}

#[expect(
    clippy::print_stdout,
    reason = "figures are what the long test is run for"
)]
fn say(figures: &str) {
    println!("{figures}");
}
