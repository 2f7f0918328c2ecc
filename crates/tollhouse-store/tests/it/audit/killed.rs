//! Processes that write the audit and are killed.

use std::{
    io::{BufRead as _, BufReader, Write as _, stdin},
    process::{Command, Stdio},
};

use tokio::runtime::Runtime;
use tollhouse_core::Journal as _;
use tollhouse_store::State;

use super::{all, intent, open, read, verify};
use crate::house::House;

const KILLS: u64 = 6;

/// R9: whatever was answered stands there, and every chain verifies.
#[test]
fn r9_the_chain_verifies_after_every_kill() {
    let house = House::new();
    let runtime = Runtime::new().unwrap();
    let mut acknowledged = 0;
    for round in 1..=KILLS {
        acknowledged += written_until_killed(&house, round * 9);
        let state = house.open();
        let verified = runtime.block_on(verify(&state));
        assert_eq!(verified.findings, [], "round {round}");
        assert_eq!(verified.writers, round);
        let intents = runtime.block_on(all(&state));
        let intents = intents.iter().filter(|one| one["kind"] == "intent").count() as u64;
        // One more may have been written in each round whose acknowledgement was never sent.
        assert!(
            (acknowledged..=acknowledged + round).contains(&intents),
            "{acknowledged} {intents}"
        );
    }
}

/// How many intents a child acknowledged, which is killed some time after so many.
fn written_until_killed(house: &House, wanted: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "audit::killed::child",
            "--ignored",
            "--nocapture",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}", house.file().display()).unwrap();
    let mut acknowledged = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        if line.unwrap().ends_with(ACKNOWLEDGED) {
            acknowledged += 1;
        }
        if acknowledged == wanted {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(acknowledged >= wanted);
    acknowledged
}

#[test]
#[ignore = "the other side of the test above, which starts and kills it"]
fn child() {
    let path = stdin().lines().next().unwrap().unwrap();
    let state = State::open(path.as_ref()).unwrap();
    let audit = open(&state);
    let runtime = Runtime::new().unwrap();
    let mut out = std::io::stdout();
    for number in 0..100_000 {
        for _ in 0..20 {
            audit.write(read("ana", number));
        }
        runtime
            .block_on(audit.intend(intent("ana", number)))
            .unwrap();
        writeln!(out, "{ACKNOWLEDGED}").unwrap();
        out.flush().unwrap();
    }
}

const ACKNOWLEDGED: &str = "written";
