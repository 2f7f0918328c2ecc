//! A server that is killed when a change is in the database and its caller has not been told.

use std::{net::SocketAddr, path::Path, thread};

use rusqlite::Connection;
use serde_json::Value;
use tollhouse::{Clock as _, SystemClock};

use super::{
    clients::{End, TOOLS, call, end},
    house,
};
use crate::process::{PATIENCE, Process};

#[test]
fn r9_case_60_killed_between_commit_and_reply_the_same_call_is_not_done_again() {
    let folder = house();
    let cut: Vec<(&str, String)> = TOOLS
        .into_iter()
        .flat_map(|tool| [1, 2].map(|number| (tool, format!("{tool} {number}"))))
        .collect();
    for (tool, name) in &cut {
        cut_off(folder.path(), tool, name);
    }
    let process = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let address = process.address();
    let replies: Vec<Value> = thread::scope(|scope| {
        let calls = cut.iter();
        let calls = calls.map(|(tool, name)| scope.spawn(move || settled(address, tool, name)));
        let calls: Vec<_> = calls.collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let shop = Connection::open(folder.path().join("shop.db")).unwrap();
    let mut doubted = 0;
    for ((tool, name), reply) in cut.iter().zip(&replies) {
        let again = settled(address, tool, name);
        assert_eq!(end(&again), end(reply), "{again}");
        if end(reply) == Some(End::Doubted) {
            // It was not known that it was done, and it is not done again.
            assert_eq!(*tool, "add", "{reply}");
            doubted += 1;
        } else {
            is_told_of(written(&shop, name), (name, &reply["result"]));
            is_told_of(written(&shop, name), (name, &again["result"]));
        }
        assert!(written(&shop, name).is_some());
    }
    // What is only remembered was cut off before it could be.
    assert_eq!(doubted, 2);
}

/// What is told is what was done by the call that nobody heard of.
fn is_told_of(row: Option<i64>, (name, result): (&str, &Value)) {
    let told = &result["structuredContent"]["rows"][0];
    assert_eq!(
        (told["row"].as_i64(), told["name"].as_str()),
        (row, Some(name)),
        "{result}"
    );
    assert_eq!(result["_meta"]["dev.tollhouse/replayed"], true, "{result}");
}

/// Kills a server when a row can be seen from outside and nobody has been told of it. So that there is such a moment,
/// however fast the server is, it waits twice: before it writes, until it has written down that it will; and before it
/// remembers, for ever.
fn cut_off(folder: &Path, tool: &str, name: &str) {
    let process = Process::start(folder, &["run", "--http", "127.0.0.1:0"]);
    let address = process.address();
    let [shop, state] = ["shop.db", ".tollhouse/state.db"].map(|file| {
        let connection = Connection::open(folder.join(file)).unwrap();
        connection.busy_timeout(PATIENCE).unwrap();
        connection
    });
    let before = intents(&state);
    shop.execute_batch("BEGIN IMMEDIATE").unwrap();
    let calling = {
        let (tool, name) = (tool.to_owned(), name.to_owned());
        thread::spawn(move || call(address, &tool, &name))
    };
    until(|| intents(&state) > before);
    state.execute_batch("BEGIN IMMEDIATE").unwrap();
    shop.execute_batch("COMMIT").unwrap();
    until(|| written(&shop, name).is_some());
    drop(process);
    assert_eq!(calling.join().unwrap(), None, "{name}");
}

/// How many changes were announced in the audit.
fn intents(state: &Connection) -> usize {
    let sql = "SELECT lines FROM audit_segments";
    let mut statement = state.prepare_cached(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    let all: Vec<Vec<u8>> = rows.map(Result::unwrap).collect();
    let all = String::from_utf8(all.concat()).unwrap();
    all.matches(r#""kind":"intent""#).count()
}

fn until(is_so: impl Fn() -> bool) {
    let clock = SystemClock::default();
    while !is_so() {
        assert!(clock.ticks() < PATIENCE, "it does not come to that");
        thread::yield_now();
    }
}

/// The row of a name, which it has once.
fn written(shop: &Connection, name: &str) -> Option<i64> {
    let sql = "SELECT rowid FROM names WHERE name = ?1";
    let mut statement = shop.prepare_cached(sql).unwrap();
    let rows = statement.query_map([name], |row| row.get(0)).unwrap();
    let rows: Vec<i64> = rows.map(Result::unwrap).collect();
    assert!(rows.len() < 2, "{name} was written {} times", rows.len());
    rows.first().copied()
}

/// Sends a call until it is answered for good.
fn settled(address: SocketAddr, tool: &str, name: &str) -> Value {
    let clock = SystemClock::default();
    loop {
        let reply = call(address, tool, name).unwrap();
        if end(&reply).is_some() {
            return reply;
        }
        assert!(clock.ticks() < PATIENCE, "{reply}");
    }
}
