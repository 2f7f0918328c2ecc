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
        for day in [8, 16, 20] {
            intend(day).await.unwrap();
        }
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

/// The days of the calls that are still there.
async fn left(state: &State) -> Vec<u64> {
    let all = all(state).await.into_iter();
    all.filter(|one| one["kind"] == "call")
        .map(|one| (one.get("at").unwrap().as_u64().unwrap() - super::NOW_MS) / DAY_MS)
        .collect()
}

/// A clock that says 2100 for a while does not make everything old, at a start or later, and however often.
#[tokio::test]
async fn a37_a_clock_that_ran_ahead_drops_nothing() {
    both(async |state| {
        let wrong = 27_000;
        let all = [0, 30, 60, wrong, wrong, wrong + 1, 61, 62];
        for day in all {
            one(state, day, days(90));
        }
        assert_eq!(left(state).await, all);
        // It is right again, and what is old goes as ever.
        one(state, 100, days(90));
        assert_eq!(left(state).await, [&all[1..], &[100]].concat());
        assert_eq!(verify(state).await.findings, []);
    })
    .await;
}

#[tokio::test]
async fn a37_a_clock_that_runs_ahead_meanwhile_drops_nothing() {
    both(async |state| {
        one(state, 0, options());
        let audit = Audit::open(state, days(90)).unwrap();
        for day in [1, 27_000, 60_000] {
            let intent = super::intent("ana", day * DAY_MS);
            audit.intend(intent).await.unwrap();
        }
        audit.close();
        assert_eq!(left(state).await, [0]);
    })
    .await;
}

/// A server that stood still for longer than records are kept has them for as long again.
#[tokio::test]
async fn a37_after_a_long_rest_records_go_one_time_later() {
    both(async |state| {
        for day in [0, 1, 200, 201, 280] {
            one(state, day, days(90));
        }
        assert_eq!(left(state).await, [0, 1, 200, 201, 280]);
        one(state, 292, days(90));
        assert_eq!(left(state).await, [280, 292]);
    })
    .await;
}
