//! Records go when their time has come or there are too many, and the rest verifies.

use std::time::Duration;

use tollhouse_core::Journal as _;
use tollhouse_store::{Audit, AuditOptions, State};

use super::{all, both, options, read, verify, write};
use crate::house::House;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// One record, so many days later.
fn one(state: &State, day: u64, options: AuditOptions) {
    let audit = Audit::open(state, options).unwrap();
    audit.write(read("ana", day * DAY_MS));
    audit.close();
}

fn days(days: u64) -> AuditOptions {
    AuditOptions {
        keep: Some(Duration::from_hours(days * 24)),
        ..options()
    }
}

#[tokio::test]
async fn a37_records_are_kept_for_their_time() {
    both(async |state| {
        for day in [0, 5, 10, 92, 99, 150] {
            one(state, day, days(90));
            assert_eq!(verify(state).await.findings, [], "day {day}");
        }
        let records = all(state).await;
        let calls: Vec<u64> = records
            .iter()
            .filter(|one| one["kind"] == "call")
            .map(|one| (one["at"].as_u64().unwrap() - super::NOW_MS) / DAY_MS)
            .collect();
        assert_eq!(calls, [92, 99, 150]);
        assert_eq!(
            records.iter().filter(|one| one["kind"] == "pruned").count(),
            3
        );
    })
    .await;
}

#[tokio::test]
async fn a37_one_writer_loses_its_beginning_and_verifies() {
    both(async |state| {
        let audit = Audit::open(state, days(10)).unwrap();
        for day in [0, 1, 2, 11, 12, 30] {
            audit.write(read("ana", day * DAY_MS));
            audit
                .intend(super::intent("ana", day * DAY_MS))
                .await
                .unwrap();
        }
        audit.close();
        let records = all(state).await;
        assert!(records[0]["seq"].as_u64().unwrap() > 1, "{records:?}");
        assert_eq!(verify(state).await.findings, []);
    })
    .await;
}

#[tokio::test]
async fn the_oldest_go_when_there_is_too_much() {
    both(async |state| {
        for part in 0..20 {
            write(state, "ana", part * 100..part * 100 + 100);
        }
        let before = all(state).await.len();
        let options = AuditOptions {
            bytes_max: Some(300_000),
            ..options()
        };
        one(state, 1, options);
        let after = all(state).await.len();
        assert!(after < before && after > 100, "{before} {after}");
        assert_eq!(verify(state).await.findings, []);
    })
    .await;
}

/// Without a record that says so, a chain that has lost its beginning is found.
#[tokio::test]
async fn r21_a_beginning_that_was_cut_off_is_found() {
    let house = House::new();
    let state = house.open();
    for part in 0..2 {
        write(&state, "ana", part * 10..part * 10 + 10);
    }
    let cut = "UPDATE audit_writers SET (base_seq, base_hash) =
            (SELECT 11, head FROM audit_segments WHERE writer = 1) WHERE writer = 1;
        DELETE FROM audit_texts WHERE segment = 1;
        DELETE FROM audit_segments WHERE writer = 1;";
    house.connect().execute_batch(cut).unwrap();
    let findings = verify(&state).await.findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    let all = "DELETE FROM audit_writers WHERE writer = 1";
    house.connect().execute_batch(all).unwrap();
    let findings = verify(&state).await.findings;
    assert_eq!((findings.len(), findings[0].writer), (1, 1), "{findings:?}");
}

/// What a file says anew counts for the server that runs.
#[tokio::test]
async fn a37_how_long_records_are_kept_can_change_while_they_are_written() {
    both(async |state| {
        one(state, 0, options());
        let audit = Audit::open(state, options()).unwrap();
        let intend = |day: u64| audit.intend(super::intent("ana", day * DAY_MS));
        intend(20).await.unwrap();
        let pruned = async || {
            let all = all(state).await;
            all.iter().filter(|one| one["kind"] == "pruned").count()
        };
        assert_eq!(pruned().await, 0);
        audit.keep(Some(Duration::from_hours(240)), None);
        intend(20).await.unwrap();
        assert_eq!(pruned().await, 1);
        audit.close();
        assert_eq!(verify(state).await.findings, []);
    })
    .await;
}

/// Who says nothing of it drops nothing, however old.
#[tokio::test]
async fn a37_by_default_everything_is_kept() {
    both(async |state| {
        for day in [0, 5_000] {
            one(state, day, AuditOptions::default());
        }
        assert!(all(state).await.iter().all(|one| one["kind"] != "pruned"));
    })
    .await;
}
