//! Processes that save, one after the other or at once, and are killed.

use std::{
    io::{BufRead as _, BufReader, Write as _, stdin},
    process::{Command, Stdio},
    thread,
};

use tokio::runtime::Runtime;
use tollhouse_core::memory::Memory as _;
use tollhouse_store::State;

use super::{ROOM, note, save};
use crate::house::House;

const KILLS: usize = 8;

/// R9: nothing that was acknowledged is lost, nothing is half there, and the next start is ready.
#[test]
fn what_was_acknowledged_outlives_a_kill() {
    let house = House::new();
    let mut acknowledged = 0;
    for round in 1..=KILLS {
        acknowledged += saved_until_killed(&house, &format!("round {round}"), round * 7);
        let state = house.open();
        let runtime = Runtime::new().unwrap();
        runtime.block_on(save(&state, "parent", &format!("after kill {round}")));
    }
    let other = house.connect();
    let number = |sql: &str| {
        other
            .query_row::<i64, _, _>(sql, [], |row| row.get(0))
            .unwrap()
    };
    let kept = number("SELECT count(*) FROM memories WHERE owner = 'child'");
    // One more may have been written in each round whose acknowledgement was never sent.
    let most = acknowledged + i64::try_from(KILLS).unwrap();
    assert!(
        (acknowledged..=most).contains(&kept),
        "{acknowledged} {kept}"
    );
    assert_eq!(
        number("SELECT count(*) FROM memories"),
        number("SELECT count(*) FROM sketches")
    );
    assert_eq!(
        number("SELECT count(*) FROM memories"),
        number("SELECT count(*) FROM memory_words")
    );
    let check: String = other
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
}

/// N1: two processes that save the same at once lose nothing, and save nothing twice.
#[test]
fn two_processes_share_a_file() {
    let house = House::new();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| saved_until_killed(&house, "both", 60));
        }
    });
    let other = house.connect();
    let number = |sql: &str| {
        other
            .query_row::<i64, _, _>(sql, [], |row| row.get(0))
            .unwrap()
    };
    let kept = number("SELECT count(*) FROM memories");
    assert!(kept >= 60);
    // Each counts from nothing, so what is there is the first so many, each once.
    assert_eq!(number("SELECT count(DISTINCT content) FROM memories"), kept);
    let last = number("SELECT max(cast(content AS INTEGER)) FROM memories");
    assert_eq!(last, kept - 1);
}

/// How many saves a child acknowledged, which is killed some time after so many.
fn saved_until_killed(house: &House, tag: &str, wanted: usize) -> i64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}\n{tag}", house.file().display()).unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = 0;
    for line in lines {
        if line.unwrap().ends_with(ACKNOWLEDGED) {
            acknowledged += 1;
        }
        if acknowledged == i64::try_from(wanted).unwrap() {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(acknowledged >= i64::try_from(wanted).unwrap());
    acknowledged
}

#[test]
#[ignore = "the other side of the test above, which starts and kills it"]
fn child() {
    let mut lines = stdin().lines().map(Result::unwrap);
    let (path, tag) = (lines.next().unwrap(), lines.next().unwrap());
    let state = State::open(path.as_ref()).unwrap();
    let runtime = Runtime::new().unwrap();
    let mut out = std::io::stdout();
    for number in 0..10_000 {
        let note = note(&format!("{number} of {tag}"));
        runtime.block_on(state.save("child", note, ROOM)).unwrap();
        writeln!(out, "{ACKNOWLEDGED}").unwrap();
        out.flush().unwrap();
    }
}

const CHILD: &str = "memory::killed::child";
const ACKNOWLEDGED: &str = "saved";
