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

/// How often the moment is tried for with each tool: it is some tenths of a millisecond long, or some milliseconds.
const TRIES: usize = 40;
/// Of so many kills that found the moment, the rest of the tries is spared.
const ENOUGH: usize = 4;

#[test]
fn r9_case_60_killed_between_commit_and_reply_the_same_call_is_not_done_again() {
    let folder = house();
    let cut: Vec<(&str, String)> = TOOLS
        .into_iter()
        .flat_map(|tool| cuts(folder.path(), tool).map(move |name| (tool, name)))
        .collect();
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
    assert!(
        doubted > 0,
        "what is only remembered was cut off before it was"
    );
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

/// Some names that were written by calls whose answer nobody heard.
fn cuts(folder: &Path, tool: &str) -> impl Iterator<Item = String> {
    let names = (0..TRIES).map(|number| format!("{tool} {number}"));
    let cut = names.filter(|name| is_cut(folder, tool, name));
    let found: Vec<String> = cut.take(ENOUGH).collect();
    assert!(
        !found.is_empty(),
        "{tool}: the moment was missed {TRIES} times"
    );
    found.into_iter()
}

/// Kills a server as soon as a row can be seen from outside. Whether nobody had been told of it by then.
fn is_cut(folder: &Path, tool: &str, name: &str) -> bool {
    let process = Process::start(folder, &["run", "--http", "127.0.0.1:0"]);
    let address = process.address();
    let shop = Connection::open(folder.join("shop.db")).unwrap();
    let calling = {
        let (tool, name) = (tool.to_owned(), name.to_owned());
        thread::spawn(move || call(address, &tool, &name))
    };
    let clock = SystemClock::default();
    while written(&shop, name).is_none() {
        assert!(clock.ticks() < PATIENCE, "{name} is not written");
    }
    drop(process);
    calling.join().unwrap().is_none()
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
