//! A server that is killed again and again while clients write: what was acknowledged is there, and nothing twice.
//!
//! The clients keep a ledger of what they sent and what was answered, and send again with the same key whatever had no
//! answer; at the end it is compared with the database and with the audit.

use std::{collections::BTreeMap, path::Path, sync::mpsc, thread, time::Duration};

use rusqlite::Connection;
use tempfile::TempDir;
use tollhouse::{Clock as _, SystemClock};
use tollhouse_sources::sql::EFFECTS_TABLE;
use tollhouse_store::State;

use crate::{
    operate::exchange,
    process::{PATIENCE, Process},
};

mod between;
mod clients;
#[cfg(target_os = "linux")]
mod traced;

use clients::{End, Ledger, Road, TOOLS};

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

[tools.add_once]
source = "shop"
description = "Write a name down, in a row of its own, exactly once."
effect = "write"
sql = "INSERT INTO names VALUES (:name) RETURNING name, rowid AS row"
exactly_once = true
deadline = "1s"
params.name = {}

[tools.add]
source = "shop"
description = "Write a name down, in a row of its own."
effect = "write"
sql = "INSERT INTO names VALUES (:name) RETURNING name, rowid AS row"
deadline = "1s"
params.name = {}
"#;
const WRITERS: usize = 4;
/// What was under way when the server was killed has an answer only when its time is over: more of them wait at once.
const RESENDERS: usize = 8;
/// What a start is promised to take, from the program's first moment until it says where it listens and a probe is told
/// that it is ready.
const READY: Duration = Duration::from_secs(3);

#[test]
fn r9_what_was_acknowledged_outlives_kills_and_what_is_sent_again_is_not_done_twice() {
    // Other tests run beside it: three times the promise is its bound.
    killed(12, READY * 3);
}

#[test]
#[ignore = "takes minutes"]
fn soak_kill_two_hundred_times_under_load_and_be_ready_within_three_seconds() {
    killed(200, READY);
}

/// A folder with the file and what the database is made of.
fn house() -> TempDir {
    let seed = format!("CREATE TABLE names (name TEXT);{EFFECTS_TABLE}");
    crate::config::seeded(FILE, &seed)
}

fn killed(rounds: usize, ready: Duration) {
    let folder = house();
    let (told, settled) = mpsc::channel();
    let road = Road::new(told);
    let slowest = thread::scope(|scope| {
        for writer in 0..WRITERS {
            let road = &road;
            scope.spawn(move || road.writes(writer));
        }
        for _ in 0..RESENDERS {
            scope.spawn(|| road.resends());
        }
        kill(folder.path(), &road, &settled, rounds)
    });
    assert!(slowest < ready, "{slowest:?}");
    let ledger = road.ledger();
    compare(folder.path(), &ledger);
    let count = |end| {
        let ends = ledger.values().filter(|fate| fate.end == Some(end));
        ends.count()
    };
    let again = ledger.values().filter(|fate| fate.sent > 1).count();
    say(&format!(
        "{rounds} kills: {} calls, {again} of them sent again with their key; {} acknowledged, all of them there, {} in \
         doubt, none done twice; slowest start {slowest:?}",
        ledger.len(),
        count(End::Acknowledged),
        count(End::Doubted),
    ));
}

/// Starts and kills the server, each time after some more answers. Gives how long the slowest took to be ready.
fn kill(folder: &Path, road: &Road, settled: &mpsc::Receiver<()>, rounds: usize) -> Duration {
    let mut slowest = Duration::ZERO;
    for round in 0..=rounds {
        let clock = SystemClock::default();
        let process = Process::start(folder, &["run", "--http", "127.0.0.1:0"]);
        let address = process.address();
        let (head, _) = exchange(address, "GET /readyz HTTP/1.1\r\nHost: probe", "");
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        slowest = slowest.max(clock.ticks());
        road.leads_to(Some(address));
        // The writers do not stop, so that the kill finds each of them somewhere else.
        for _ in 0..=(round * 7) % 23 {
            settled.recv_timeout(PATIENCE).unwrap();
        }
        if round == rounds {
            road.ends();
            while !road.is_settled() {
                settled.recv_timeout(PATIENCE).unwrap();
            }
        }
        road.leads_to(None);
        drop(process);
        while settled.try_recv().is_ok() {}
    }
    slowest
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
    let lost = |(name, fate): &(&String, &clients::Fate)| {
        fate.end == Some(End::Acknowledged) && !names.contains_key(*name)
    };
    assert_eq!(ledger.iter().find(lost), None, "acknowledged and not there");
    let is_once = |name: &&String| name.starts_with(TOOLS[0]);
    let once = ledger.keys().filter(is_once).count();
    assert_eq!(
        names.keys().filter(is_once).count(),
        once,
        "all that is done exactly once"
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let verified = runtime.block_on(async {
        let state = State::open(&state).unwrap();
        state.audit_verify(Vec::new()).await.unwrap()
    });
    assert_eq!(verified.findings, []);
    assert!(verified.records >= u64::try_from(ledger.len()).unwrap());
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
