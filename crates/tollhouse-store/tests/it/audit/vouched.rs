//! What excuses records that are missing has to be vouched for, where a second place speaks of them.

use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};
use tollhouse_core::Journal as _;
use tollhouse_store::{Audit, AuditOptions, State};

use super::{
    intent, options, read,
    second::{Kept, with},
    verify,
};
use crate::house::House;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// A file with what somebody did, and what the second place was told.
fn done() -> (House, State, Kept) {
    let (house, kept) = (House::new(), Kept::default());
    let state = house.open();
    let audit = with(&state, kept.clone());
    for number in 0..5 {
        audit.write(read("eve", number));
    }
    audit.close();
    (house, state, kept)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a whole chain of a process that never was, as anybody can who has the file.
fn forge(file: &Connection, said: &str) {
    let mut head: Vec<u8> = Sha256::digest(b"tollhouse audit 1\0nobody").to_vec();
    let base = head.clone();
    let lines = [
        "{\"seq\":1,\"at\":1,\"kind\":\"start\"}\n".to_owned(),
        format!("{{\"seq\":2,\"at\":1,\"kind\":\"pruned\",\"records\":6,{said}}}\n"),
    ];
    let mut marks = Vec::new();
    for line in &lines {
        head.extend_from_slice(line.as_bytes());
        head = Sha256::digest(&head).to_vec();
        marks.extend(head.iter().take(8));
    }
    let writer =
        "INSERT INTO audit_writers (writer, process, began_at_ms, base_hash, head_seq, head_hash)
        VALUES (77, 'nobody', 1, ?1, 2, ?2)";
    file.execute(writer, params![base, head]).unwrap();
    let segment =
        "INSERT INTO audit_segments (writer, first_seq, from_ms, to_ms, bytes, head, marks, lines)
        VALUES (77, 1, 1, 1, 1, ?1, ?2, ?3)";
    let lines = lines.concat().into_bytes();
    file.execute(segment, params![head, marks, lines]).unwrap();
}

#[tokio::test]
async fn r21_nobody_excuses_missing_records_with_a_chain_of_their_own() {
    let (house, state, kept) = done();
    let file = house.connect();
    let gone = "DELETE FROM audit_texts; DELETE FROM audit_segments; DELETE FROM audit_people;
        DELETE FROM audit_writers;";
    file.execute_batch(gone).unwrap();
    forge(&file, "\"gone\":[1]");
    assert_eq!(verify(&state).await.findings, []);
    let findings = state.audit_verify(kept.lines()).await.unwrap().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].what.contains("all records of this writer"),
        "{findings:?}"
    );
}

#[tokio::test]
async fn r21_nobody_excuses_a_cut_beginning_with_a_chain_of_their_own() {
    let (house, state, kept) = done();
    let file = house.connect();
    let made_up = [7_u8; 32];
    let cut = "DELETE FROM audit_texts; DELETE FROM audit_segments; DELETE FROM audit_people;";
    file.execute_batch(cut).unwrap();
    let moved =
        "UPDATE audit_writers SET base_seq = 90, base_hash = ?1, head_seq = 90, head_hash = ?1";
    file.execute(moved, [made_up]).unwrap();
    let hash = hex(&made_up);
    forge(
        &file,
        &format!("\"bases\":[{{\"writer\":1,\"seq\":90,\"hash\":\"{hash}\"}}]"),
    );
    assert_eq!(verify(&state).await.findings, []);
    let findings = state.audit_verify(kept.lines()).await.unwrap().findings;
    assert_eq!((findings.len(), findings[0].writer), (1, 1), "{findings:?}");
}

/// What was dropped because its time had come is vouched for by who dropped it.
#[tokio::test]
async fn r21_a37_what_was_dropped_in_time_is_excused() {
    let (_house, state, kept) = done();
    let open = || {
        let options = AuditOptions {
            keep: Some(std::time::Duration::from_hours(240)),
            second: vec![Box::new(kept.clone())],
            ..options()
        };
        Audit::open(&state, options).unwrap()
    };
    let first = kept.lines();
    let audit = open();
    for day in [1, 5, 9, 11, 16] {
        audit.intend(intent("ben", day * DAY_MS)).await.unwrap();
    }
    audit.close();
    let all = kept.lines();
    let findings = state.audit_verify(all.clone()).await.unwrap().findings;
    assert_eq!(findings, []);
    let of = |kind: &str| -> Vec<String> {
        let named = format!("\"kind\":\"{kind}\"");
        let lines = all.iter().filter(|line| line.contains(&named));
        lines.cloned().collect()
    };
    // Either of the two vouches for it.
    for kind in ["pruned", "checkpoint"] {
        let told = [first.clone(), of(kind)].concat();
        let findings = state.audit_verify(told).await.unwrap().findings;
        assert_eq!(findings, [], "{kind}");
    }
    let findings = state.audit_verify(first).await.unwrap().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].what.contains("newer lines"), "{findings:?}");
}
