//! Processes that are killed between the claim of a key and its end.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _, stdin},
    process::{Command, Stdio},
};

use tokio::runtime::Runtime;
use tollhouse_core::ledger::Standing;
use tollhouse_store::State;

use super::{NOW_MS, RUNS_MS, answered, bid, done, slot};
use crate::house::House;

const KILLS: usize = 8;

/// R9: what was told to be done is done, what was claimed is never free again before its time, and after that it is
/// in doubt.
#[test]
fn r9_a_kill_leaves_every_key_claimed_or_done() {
    let house = House::new();
    for round in 0..KILLS {
        let told = run_until_killed(&house, round * 1_000, round * 9 + 3);
        let state = house.open();
        let ledger = state.stores().ledger;
        let runtime = Runtime::new().unwrap();
        for (key, is_done) in told {
            let look = |now_ms| runtime.block_on(ledger.look(slot(1, key), [1; 32], now_ms));
            let (now, later) = (look(NOW_MS).unwrap(), look(NOW_MS + RUNS_MS).unwrap());
            let was_done = now == answered("done") && later == now;
            let (began_ms, runs) = (NOW_MS, matches!(now, Standing::Running { .. }));
            let is_in_doubt = runs && later == Standing::InDoubt { began_ms };
            // The end of one may have been kept and not told.
            assert!(
                was_done || (is_in_doubt && !is_done),
                "{key}: {now:?} {later:?}"
            );
        }
    }
}

/// The keys that a child says it claimed, and which of them are done, when it is killed after so many lines.
fn run_until_killed(house: &House, first: usize, lines_wanted: usize) -> BTreeMap<u64, bool> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}\n{first}", house.file().display()).unwrap();
    let mut told = BTreeMap::new();
    let mut lines = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let [.., number, word @ ("claimed" | "done")] = words[..] else {
            continue;
        };
        let key = number.parse().unwrap();
        told.insert(key, word == "done");
        lines += 1;
        if lines == lines_wanted {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(lines >= lines_wanted);
    told
}

#[test]
#[ignore = "the other side of the test above, which starts and kills it"]
fn child() {
    let mut lines = stdin().lines().map(Result::unwrap);
    let (path, first) = (lines.next().unwrap(), lines.next().unwrap());
    let first: u64 = first.parse().unwrap();
    let ledger = State::open(path.as_ref()).unwrap().stores().ledger;
    let runtime = Runtime::new().unwrap();
    let mut out = std::io::stdout();
    let mut tell = |key: u64, word: &str| {
        writeln!(out, "\n {key} {word}").unwrap();
        out.flush().unwrap();
    };
    for key in first..first + 1_000 {
        let one = slot(1, key);
        let claimed = runtime.block_on(ledger.claim(bid(one, "child", NOW_MS)));
        assert_eq!(claimed.unwrap(), Standing::Free);
        tell(key, "claimed");
        let settled = runtime.block_on(ledger.settle(one, "child".into(), done("done")));
        assert!(settled.unwrap());
        tell(key, "done");
    }
}

const CHILD: &str = "ledger::killed::child";
