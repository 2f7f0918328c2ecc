//! Decision 27: where there is no room for more, records of reads are counted, and what changes something waits.

use std::task::Poll;

use futures_util::poll;
use tollhouse_core::Journal as _;

use super::{all, intent, open, read, verify};
use crate::house::House;

/// More than the queue takes, with a commit that is held up.
const READS: u64 = 80_000;

#[tokio::test]
async fn decision_27_what_finds_no_room_is_a_gap_that_is_told_and_what_changes_something_waits() {
    let house = House::new();
    let state = house.open();
    let audit = open(&state);
    audit.intend(intent("ana", 0)).await.unwrap();
    // Somebody else writes for long.
    let other = house.connect();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for number in 1..=READS {
        audit.write(read("ana", number));
    }
    let mut waits = audit.intend(intent("ana", READS + 1));
    assert!(matches!(poll!(&mut waits), Poll::Pending));
    other.execute_batch("COMMIT").unwrap();
    waits.await.unwrap();
    audit.close();
    let (lost, records) = (audit.figures().lost, all(&state).await);
    let of = |kind: &'static str| records.iter().filter(move |one| one["kind"] == kind);
    assert!(lost > 0);
    assert_eq!(
        (of("call").count() as u64 + lost, of("intent").count()),
        (READS, 2)
    );
    let told: u64 = of("gap").map(|gap| gap["lost"].as_u64().unwrap()).sum();
    assert_eq!(told, lost);
    let verified = verify(&state).await;
    assert_eq!((verified.findings, verified.lost), (vec![], lost));
}
