//! Decision 27: where there is no room for more, records of reads are counted, and what changes something waits.

use std::task::Poll;

use futures_util::poll;
use tollhouse_core::{Journal as _, Payload, Record};

use super::{column, intent, open, read, verify};
use crate::house::House;

/// More than the queue takes twice.
const READS: u64 = 2 * 65_536 + 500;

#[tokio::test]
async fn decision_27_what_finds_no_room_is_a_gap_that_is_told_and_what_changes_something_waits() {
    let house = House::new();
    let state = house.open();
    let audit = open(&state);
    audit.intend(intent("ana", 0)).await.unwrap();
    // Made before, so that all of them come while somebody else writes.
    let reads = (1..=READS).map(|number| Record {
        arguments: Payload::Nothing,
        result: Payload::Nothing,
        ..read("ana", number)
    });
    let reads: Vec<Record> = reads.collect();
    let other = house.connect();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    reads.into_iter().for_each(|record| audit.write(record));
    other.execute_batch("COMMIT").unwrap();
    // All that found room stands before it.
    let mut waits = audit.intend(intent("ana", READS + 1));
    assert!(matches!(poll!(&mut waits), Poll::Pending));
    waits.await.unwrap();
    audit.close();
    let lost = audit.figures().lost;
    assert!(lost > 0);
    let lines: Vec<Vec<u8>> = column(&house, "SELECT lines FROM audit_segments");
    let lines = String::from_utf8(lines.concat()).unwrap();
    let of = |kind: &str| lines.matches(&format!(r#""kind":"{kind}""#)).count() as u64;
    assert_eq!((of("call") + lost, of("intent")), (READS, 2));
    assert!(of("gap") > 0);
    // What the gaps say together is what is missing.
    let verified = verify(&state).await;
    assert_eq!((verified.findings, verified.lost), (vec![], lost));
}
