//! The second place: it gets what was committed, holds nobody up, and tells a chain that was cut.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tollhouse_core::Journal as _;
use tollhouse_store::{Audit, AuditOptions, SecondPlace, State};

use super::{all, options, read, verify, write};
use crate::house::House;

/// Keeps what it gets; the end of it is seen from outside.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(pub(super) Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

impl SecondPlace for Kept {
    fn take(&mut self, lines: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().extend_from_slice(lines);
        Ok(())
    }
}

/// Takes nothing, ever.
#[derive(Debug)]
struct Broken;

impl SecondPlace for Broken {
    fn take(&mut self, _lines: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

/// Never comes back.
#[derive(Debug)]
struct Stuck;

impl SecondPlace for Stuck {
    fn take(&mut self, _lines: &[u8]) -> io::Result<()> {
        loop {
            std::thread::park();
        }
    }
}

fn with(state: &State, second: impl SecondPlace + 'static) -> Audit {
    let options = AuditOptions {
        second: vec![Box::new(second)],
        ..options()
    };
    Audit::open(state, options).unwrap()
}

#[tokio::test]
async fn p39_the_second_place_gets_every_record_and_where_the_chain_ends() {
    let house = House::new();
    let state = house.open();
    let kept = Kept::default();
    let audit = with(&state, kept.clone());
    for number in 0..700 {
        audit.write(read("ana", number));
    }
    audit.close();
    let lines = kept.lines();
    let records: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let seqs: Vec<u64> = records
        .iter()
        .filter(|one| one["kind"] != "checkpoint")
        .map(|one| one["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, (1..=701).collect::<Vec<_>>());
    assert!(records.iter().all(|one| one["writer"] == 1));
    let last = records.last().unwrap();
    assert_eq!(
        (&last["kind"], &last["seq"]),
        (&"checkpoint".into(), &701.into())
    );
    let verified = state.audit_verify(lines).await.unwrap();
    assert_eq!(verified.findings, []);
    assert!(verified.checkpoints >= 1);
}

/// R21, R22: a tail that was cut off with everything that speaks of it, or an older copy that was put back.
#[tokio::test]
async fn r21_r22_a_tail_cut_is_found_against_the_last_checkpoint() {
    let house = House::new();
    let state = house.open();
    write(&state, "ana", 0..10);
    let old = house.file().with_extension("old");
    drop(state);
    std::fs::copy(house.file(), &old).unwrap();
    let state = house.open();
    let kept = Kept::default();
    let audit = with(&state, kept.clone());
    audit.write(read("ana", 20));
    audit.close();
    drop((audit, state));
    std::fs::copy(&old, house.file()).unwrap();
    let state = house.open();
    assert_eq!(verify(&state).await.findings, []);
    let findings = state.audit_verify(kept.lines()).await.unwrap().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].what.contains("missing"), "{findings:?}");
    // The same, of a chain that went on elsewhere.
    let audit = open_quiet(&state);
    audit.write(read("ben", 30));
    audit.close();
    let findings = state.audit_verify(kept.lines()).await.unwrap().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
}

fn open_quiet(state: &State) -> Audit {
    super::open(state)
}

/// Whoever writes to the second place cannot make up a checkpoint.
#[tokio::test]
async fn a_checkpoint_of_somebody_else_is_found() {
    let house = House::new();
    let state = house.open();
    let kept = Kept::default();
    let audit = with(&state, kept.clone());
    audit.write(read("ana", 1));
    audit.close();
    let mut lines = kept.lines();
    let last = lines.last_mut().unwrap();
    *last = last.replace("\"seq\":2", "\"seq\":1");
    let findings = state.audit_verify(lines).await.unwrap().findings;
    assert!(findings[0].what.contains("code"), "{findings:?}");
}

/// R24: the calls and the state do not depend on it.
#[tokio::test]
async fn r24_a_second_place_that_is_broken_or_stuck_holds_nobody_up() {
    let places: [fn(&State) -> Audit; 2] =
        [|state| with(state, Broken), |state| with(state, Stuck)];
    for make in places {
        let state = State::in_memory().unwrap();
        let audit = make(&state);
        for part in 0..200 {
            (0..10).for_each(|number| audit.write(read("ana", part * 10 + number)));
            audit.intend(super::intent("ana", part * 10)).await.unwrap();
        }
        audit.close();
        assert_eq!(all(&state).await.len(), 2201);
        assert_eq!(verify(&state).await.findings, []);
    }
}
