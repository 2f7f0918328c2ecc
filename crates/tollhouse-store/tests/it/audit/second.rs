//! The second place: it gets what was committed, holds nobody up, and tells a chain that was cut.

use std::{
    fs, io,
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
    pub(super) fn lines(&self) -> Vec<String> {
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

pub(super) fn with(state: &State, second: impl SecondPlace + 'static) -> Audit {
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
    // Which process it was, so that a place that several servers write to tells them apart.
    assert_eq!(last["process"], records[0]["process"]);
    assert!(last["process"].is_string());
    let verified = state.audit_verify(lines).await.unwrap();
    assert_eq!(verified.findings, []);
    assert!(verified.checkpoints >= 1);
}

/// Programs that take JSON by the letter refuse a member that comes twice (RFC 8259, section 4).
#[tokio::test]
async fn p39_no_line_of_the_second_place_names_its_writer_twice() {
    let house = House::new();
    let (state, kept) = (house.open(), Kept::default());
    let audit = with(&state, kept.clone());
    audit.write(read("ana", 1));
    audit.close();
    let lines = kept.lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for line in &lines {
        assert_eq!(line.matches("\"writer\":").count(), 1, "{line}");
    }
}

/// R21, R22: a tail that was cut off with everything that speaks of it, or an older copy that was put back.
#[tokio::test]
async fn r21_r22_a_tail_cut_is_found_against_the_last_checkpoint() {
    let house = House::new();
    let state = house.open();
    write(&state, "ana", 0..10);
    let old = house.file().with_extension("old");
    drop(state);
    fs::copy(house.file(), &old).unwrap();
    let state = house.open();
    let kept = Kept::default();
    let audit = with(&state, kept.clone());
    audit.write(read("ana", 20));
    audit.close();
    drop((audit, state));
    fs::copy(&old, house.file()).unwrap();
    let state = house.open();
    assert_eq!(verify(&state).await.findings, []);
    let findings = state.audit_verify(kept.lines()).await.unwrap().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].what.contains("missing"), "{findings:?}");
    // The same, of a chain that went on elsewhere.
    let audit = super::open(&state);
    audit.write(read("ben", 30));
    audit.close();
    let findings = state.audit_verify(kept.lines()).await.unwrap().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
}

/// What the second place has when one call was written.
fn told_of_one(state: &State) -> Kept {
    let kept = Kept::default();
    let audit = with(state, kept.clone());
    audit.write(read("ana", 1));
    audit.close();
    kept
}

/// Whoever writes to the second place cannot make up a checkpoint.
#[tokio::test]
async fn a_checkpoint_of_somebody_else_is_found() {
    let house = House::new();
    let state = house.open();
    let kept = told_of_one(&state);
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

/// A crash while the key is made leaves a part of it, with which nobody has told anything yet.
#[tokio::test]
async fn r25_a_key_that_was_not_written_to_its_end_is_made_whole() {
    for torn in ["", "0123456789abcdef"] {
        let house = House::new();
        let state = house.open();
        let key = house.file().with_file_name("audit.key");
        fs::write(&key, torn).unwrap();
        let kept = Kept::default();
        let audit = with(&state, kept.clone());
        audit.write(read("ana", 1));
        audit.close();
        assert_eq!(fs::read_to_string(&key).unwrap().len(), 64, "{torn:?}");
        let verified = state.audit_verify(kept.lines()).await.unwrap();
        assert_eq!((verified.findings, verified.unproved), (vec![], 0));
    }
}

/// What is something else is not written over, and the text says what to do.
#[test]
fn r25_a_file_that_is_no_key_is_left_alone() {
    let house = House::new();
    let state = house.open();
    let key = house.file().with_file_name("audit.key");
    fs::write(&key, "my notes").unwrap();
    let options = AuditOptions {
        second: vec![Box::new(Broken)],
        ..options()
    };
    let refused = Audit::open(&state, options).unwrap_err().to_string();
    assert!(
        refused.contains("audit.key") && refused.contains("copy"),
        "{refused}"
    );
    assert_eq!(fs::read_to_string(&key).unwrap(), "my notes");
}

fn writes_one(state: &State, kept: Kept) {
    let audit = with(state, kept);
    audit.write(read("ana", 1));
    audit.close();
}

/// Several processes that start at once have one key.
#[tokio::test(flavor = "multi_thread")]
async fn r25_who_starts_at_the_same_time_has_the_same_key() {
    let house = House::new();
    let states: Vec<State> = (0..8).map(|_| house.open()).collect();
    let kept = Kept::default();
    std::thread::scope(|scope| {
        for state in &states {
            let kept = kept.clone();
            scope.spawn(move || writes_one(state, kept));
        }
    });
    let verified = states[0].audit_verify(kept.lines()).await.unwrap();
    assert_eq!(verified.findings, []);
    assert!(verified.checkpoints >= 8, "{verified:?}");
}

/// Whoever changes both places takes the key away too: then nothing is proved.
#[tokio::test]
async fn p39_a_missing_key_is_told() {
    let house = House::new();
    let state = house.open();
    let kept = told_of_one(&state);
    fs::remove_file(house.file().with_file_name("audit.key")).unwrap();
    let verified = state.audit_verify(kept.lines()).await.unwrap();
    assert_eq!((verified.unproved, verified.checkpoints), (1, 1));
    assert_eq!(verify(&state).await.unproved, 0);
}

/// What cannot be written at the end is named, to whoever closes and in the second place.
#[tokio::test]
async fn r10_records_that_cannot_be_written_at_the_end_are_named() {
    let house = House::new();
    let state = house.open();
    let kept = Kept::default();
    let audit = with(&state, kept.clone());
    audit.intend(super::intent("ana", 1)).await.unwrap();
    fs::rename(house.file(), house.file().with_extension("away")).unwrap();
    for number in 2..4 {
        audit.write(read("ana@example.com", number));
    }
    let unwritten = audit.close();
    assert_eq!(unwritten.records, 2);
    let calls = ["00000000000000aa00000002", "00000000000000aa00000003"];
    assert_eq!(unwritten.calls, calls.map(Into::into));
    let lines = kept.lines().join("\n");
    assert!(!lines.contains("ana@example.com"), "{lines}");
    for call in calls {
        let told = format!(r#""kind":"unwritten","call":"{call}""#);
        assert!(lines.contains(&told), "{lines}");
    }
    // Once is enough.
    assert_eq!(audit.close().records, 0);
}
