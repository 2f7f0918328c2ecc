//! A37: what somebody sent and got can be erased, with proof, and the chain verifies as before.

use std::fs;

mod beside;

use super::{NOW_MS, all, both, open, read, verify, write};
use crate::house::House;
use tollhouse_core::Journal as _;

#[tokio::test]
async fn a37_a_person_is_erased_and_the_chain_verifies() {
    both(async |state| {
        write(state, "ana@example.com", 0..50);
        let audit = open(state);
        audit.write(read("ana@example.com", 60));
        audit.write(read("ben", 61));
        audit.intend(super::intent("ben", 62)).await.unwrap();
        let erased = audit
            .erase(state, "ana@example.com", (None, NOW_MS + 1000))
            .await
            .unwrap();
        assert_eq!((erased.records, erased.is_nameless), (51, true));
        let records = all(state).await;
        let text = format!("{records:?}");
        assert!(!text.contains("ana"), "{text}");
        assert!(text.contains("ben"));
        let verified = verify(state).await;
        assert_eq!(verified.findings, []);
        // Arguments and the digest of the result, of each.
        assert_eq!(verified.erased, 102);
        // Whoever calls again is somebody else, as far as anybody can tell.
        audit.write(read("ana@example.com", 70));
        audit.close();
        let records = all(state).await;
        let marks = |seq: usize| records[seq]["who"].clone();
        assert_ne!(marks(1), marks(records.len() - 1));
        assert_eq!(records.last().unwrap()["subject"], "ana@example.com");
        assert_eq!(verify(state).await.findings, []);
    })
    .await;
}

/// Nothing of it is left in the file, its log or its companions.
#[tokio::test]
async fn a37_what_is_erased_is_in_no_file() {
    let house = House::new();
    let state = house.open();
    write(&state, "ana@example.com", 0..50);
    let has = |house: &House| {
        let folder = house.file().parent().unwrap().to_owned();
        fs::read_dir(folder).unwrap().any(|file| {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            bytes.windows(15).any(|part| part == b"ana@example.com")
        })
    };
    assert!(has(&house));
    let audit = open(&state);
    let erased = audit.erase(&state, "ana@example.com", (None, NOW_MS + 1000));
    erased.await.unwrap();
    audit.close();
    assert!(!has(&house));
}

#[tokio::test]
async fn a37_older_texts_alone_can_be_erased() {
    both(async |state| {
        write(state, "ana", 0..10);
        let audit = open(state);
        let erased = audit
            .erase(state, "ana", (Some(NOW_MS + 5), NOW_MS + 1000))
            .await
            .unwrap();
        assert_eq!((erased.records, erased.is_nameless), (5, false));
        audit.close();
        let records = all(state).await;
        let with = |name: &str| records.iter().filter(|one| one.get(name).is_some()).count();
        assert_eq!((with("arguments"), with("subject")), (5, 10));
        assert_eq!(verify(state).await.findings, []);
    })
    .await;
}

#[tokio::test]
async fn a37_nobody_is_erased_whom_nobody_knows() {
    both(async |state| {
        write(state, "ana", 0..3);
        let audit = open(state);
        let erased = audit.erase(state, "zoe", (None, NOW_MS)).await.unwrap();
        assert_eq!(erased.records, 0);
        audit.close();
        assert_eq!(all(state).await.len(), 4);
    })
    .await;
}

/// Whoever takes a text or a name out by hand leaves no record of it, and is found.
#[tokio::test]
async fn a37_erasing_by_hand_is_found() {
    for by_hand in [
        "DELETE FROM audit_texts",
        "DELETE FROM audit_people",
        "UPDATE audit_people SET subject = 'ben'",
    ] {
        let house = House::new();
        write(&house.open(), "ana", 0..3);
        house.connect().execute_batch(by_hand).unwrap();
        let findings = verify(&house.open()).await.findings;
        assert_eq!(findings.len(), 1, "{by_hand}: {findings:?}");
    }
}
