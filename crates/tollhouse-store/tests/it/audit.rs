//! The audit: chained, shared, erasable, and whole after whatever happens.

use std::{fs, sync::Arc, time::Duration};

use serde_json::Value;
use tollhouse_core::{
    Confirmation, Effect, Ending, Intent, Journal as _, Payload, Record, Refusal, Trail,
    approvals::ApprovalId,
};
use tollhouse_store::{Audit, AuditOptions, State, Verified};

use crate::house::House;

mod edits;
mod erasing;
mod gap;
mod keeping;
mod killed;
#[cfg(target_os = "linux")]
mod measured;
mod room;
mod second;
mod vouched;

pub(super) const NOW_MS: u64 = 1_790_000_000_000;

/// A call that reads, with arguments that are written down and a result of which only a digest is.
pub(super) fn read(subject: &str, number: u64) -> Record {
    Record {
        call: format!("00000000000000aa{number:08x}").into(),
        at_ms: NOW_MS + number,
        subject: subject.to_owned(),
        client: Some("desk".to_owned()),
        grant: Some("key_1".to_owned()),
        duration: Duration::from_micros(420),
        trace: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        result_bytes: Some(99),
        definition: Some("d".repeat(64).into()),
        effect: Some(Effect::Read),
        arguments: Payload::Text(format!(r#"{{"customer":"{subject}","page":{number}}}"#)),
        result: Payload::Hash(format!("result {number} for {subject}")),
        ..Record::new("tool", "search_orders", Ending::Done)
    }
}

pub(super) fn intent(subject: &str, number: u64) -> Intent {
    Intent {
        call: format!("00000000000000bb{number:08x}").into(),
        at_ms: NOW_MS + number,
        subject: subject.to_owned(),
        client: None,
        tenant: None,
        grant: None,
        target: "cancel_order".to_owned(),
        definition: "e".repeat(64).into(),
        effect: Effect::Destroy,
        approval: None,
        arguments: Payload::Text(r#"{"id":7}"#.to_owned()),
    }
}

/// Of a call for which a person was asked.
fn approval() -> ApprovalId {
    "apr_0123456789abcdef".parse().unwrap()
}

pub(super) fn open(state: &State) -> Audit {
    Audit::open(state, options()).unwrap()
}

pub(super) fn options() -> AuditOptions {
    AuditOptions {
        version: "1.2.3".to_owned(),
        ..AuditOptions::default()
    }
}

/// Writes so many records, and closes.
pub(super) fn write(state: &State, subject: &str, numbers: std::ops::Range<u64>) {
    let audit = open(state);
    for number in numbers {
        audit.write(read(subject, number));
    }
    audit.close();
}

pub(super) async fn all(state: &State) -> Vec<Value> {
    let (mut place, mut records) = (0, Vec::new());
    loop {
        let page = state.audit_after(place).await.unwrap();
        let Some(last) = page.last else {
            return records;
        };
        records.extend(page.records);
        place = last;
    }
}

pub(super) async fn verify(state: &State) -> Verified {
    state.audit_verify(Vec::new()).await.unwrap()
}

/// Over a file and in memory: one contract.
async fn both(contract: impl AsyncFn(&State)) {
    let house = House::new();
    contract(&house.open()).await;
    contract(&State::in_memory().unwrap()).await;
}

#[tokio::test]
async fn p39_a34_a_call_has_one_record_that_explains_it() {
    both(async |state| {
        let audit = open(state);
        audit.write(Record {
            ending: Ending::Refused(Refusal::Declined("no".to_owned())),
            trail: Trail {
                confirmed: Confirmation::Human,
                approval: Some(approval()),
                is_replayed: true,
                rows: Some(3),
                removed: 2,
                cut_from_bytes: Some(70_000),
                tainted_until_ms: Some(NOW_MS + 60_000),
                is_intended: false,
            },
            ..read("ana", 1)
        });
        audit.close();
        let records = all(state).await;
        let [start, call] = &records[..] else {
            panic!("{records:?}")
        };
        assert_eq!((&start["kind"], &start["version"]), (&"start".into(), &"1.2.3".into()));
        let said = serde_json::json!({
            "seq": 2, "at": NOW_MS + 1, "kind": "call", "call": "00000000000000aa00000001",
            "subject": "ana", "client": "desk", "grant": "key_1", "of": "tool", "target": "search_orders",
            "definition": "d".repeat(64), "effect": "read", "status": "refused", "reason": "declined",
            "step": "confirm", "duration_us": 420, "result_bytes": 99, "result_tokens": 25, "replayed": true,
            "confirmed": "human", "tainted_until": NOW_MS + 60_000, "cut_from": 70_000, "removed": 2, "rows": 3,
            "approval": approval().as_str(),
            "trace": "0af7651916cd43dd8448eb211c80319c", "arguments": {"customer": "ana", "page": 1},
        });
        for (name, value) in said.as_object().unwrap() {
            assert_eq!(&call[name], value, "{name}");
        }
        assert_eq!(call["result_digest"].as_str().unwrap().len(), 80);
        assert!(call.get("result").is_none());
        let verified = verify(state).await;
        assert_eq!(verified.findings, []);
        assert_eq!((verified.records, verified.writers, verified.texts), (2, 1, 2));
    })
    .await;
}

/// Decision 7: what changes something is written down before it runs, and durable by then.
#[tokio::test]
async fn an_intent_stands_there_when_it_is_answered() {
    both(async |state| {
        let audit = open(state);
        audit.write(read("ana", 1));
        let asked = Intent {
            approval: Some(approval()),
            ..intent("ben", 2)
        };
        audit.intend(asked).await.unwrap();
        let kinds: Vec<Value> = all(state)
            .await
            .iter()
            .map(|one| one["kind"].clone())
            .collect();
        assert_eq!(kinds, ["start", "call", "intent"]);
        assert_eq!(all(state).await[2]["approval"], approval().as_str());
        audit.close();
        assert!(audit.intend(intent("ben", 3)).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn who_writes_next_vouches_for_who_wrote_before() {
    both(async |state| {
        write(state, "ana", 0..3);
        write(state, "ben", 3..5);
        let records = all(state).await;
        assert_eq!(records[4]["kind"], "start");
        assert_eq!(records[4]["heads"][0]["writer"], 1);
        assert_eq!(records[4]["heads"][0]["seq"], 4);
        let verified = verify(state).await;
        assert_eq!((verified.findings, verified.writers), (vec![], 2));
    })
    .await;
}

/// Many handles on one file, at the same time: each has its own chain.
#[tokio::test(flavor = "multi_thread")]
async fn many_processes_share_a_file_without_a_fork() {
    let house = House::new();
    let states: Vec<State> = (0..4).map(|_| house.open()).collect();
    std::thread::scope(|scope| {
        for (number, state) in (0..).zip(&states) {
            scope.spawn(move || write(state, &format!("user {number}"), 0..500));
        }
    });
    let verified = verify(&house.open()).await;
    assert_eq!(verified.findings, []);
    assert_eq!((verified.records, verified.writers), (4 * 501, 4));
}

/// A person's mark in the chain is not their name, and the file has no name in any line.
#[tokio::test]
async fn p44_a_line_of_the_chain_names_nobody() {
    let house = House::new();
    let state = house.open();
    write(&state, "ana@example.com", 0..2);
    let lines: Vec<Vec<u8>> = column(&house, "SELECT lines FROM audit_segments");
    for line in lines {
        let line = String::from_utf8(line).unwrap();
        assert!(!line.contains("ana@example.com"), "{line}");
    }
}

/// What a caller wrote as a name of something stands beside the chain too.
#[tokio::test]
async fn names_that_callers_write_are_texts() {
    both(async |state| {
        let audit = open(state);
        audit.write(Record {
            kind: "resource",
            target: "diary://ana/\"2026\"".to_owned(),
            definition: None,
            effect: None,
            ..read("ana", 1)
        });
        audit.close();
        let records = all(state).await;
        assert_eq!(records[1]["target"], "diary://ana/\"2026\"");
        assert!(records[1]["target_digest"].is_string());
        assert_eq!(verify(state).await.findings, []);
    })
    .await;
}

/// A file in which the state of another time was put back is seen by the writer, who begins anew.
#[tokio::test]
async fn r22_an_older_file_is_no_fork() {
    let house = House::new();
    let state = house.open();
    let audit = open(&state);
    audit.intend(intent("ana", 1)).await.unwrap();
    let other = house.connect();
    other
        .execute_batch(
            "DELETE FROM audit_segments; UPDATE audit_writers SET head_seq = 0, head_hash = base_hash;",
        )
        .unwrap();
    audit.intend(intent("ana", 2)).await.unwrap();
    audit.close();
    let verified = verify(&state).await;
    assert_eq!(verified.findings, []);
    assert_eq!(verified.writers, 2);
}

pub(super) fn column<T: rusqlite::types::FromSql>(house: &House, select: &str) -> Vec<T> {
    let other = house.connect();
    let mut select = other.prepare(select).unwrap();
    let rows = select.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn the_key_of_checkpoints_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let house = House::new();
    let state = house.open();
    let second = second::Kept(Arc::default());
    let audit = Audit::open(
        &state,
        AuditOptions {
            second: vec![Box::new(second)],
            ..options()
        },
    );
    audit.unwrap().close();
    let key = house.file().with_file_name("audit.key");
    assert_eq!(
        fs::metadata(key).unwrap().permissions().mode() & 0o777,
        0o600
    );
}
