//! What a record costs, printed: `cargo test --release -p tollhouse-store --test it -- --ignored --nocapture what_a_record_costs`.

use std::{
    fs,
    hint::black_box,
    io::{Write as _, stdout},
};

use tollhouse_core::{Clock as _, Journal as _, SystemClock};

use super::{intent, open, read, verify};
use crate::house::House;

const RECORDS: u64 = 200_000;
/// Of what the kernel counts time in, a second has so many.
const TICKS: f64 = 100.0;

/// Seconds of processor time that this process has taken, on all its threads.
fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, rest) = stat.rsplit_once(')').unwrap();
    let ticks = |place: usize| rest.split_whitespace().nth(place).unwrap().parse::<f64>();
    (ticks(11).unwrap() + ticks(12).unwrap()) / TICKS
}

#[tokio::test]
#[ignore = "measures, and proves nothing"]
async fn what_a_record_costs() {
    let house = House::new();
    let state = house.open();
    let clock = SystemClock::default();
    let each = |seconds: f64| seconds * 1e6 / RECORDS as f64;
    let before = processor();
    for number in 0..RECORDS {
        black_box(read("ana", number));
    }
    let made = processor() - before;
    let audit = open(&state);
    let (before, since) = (processor(), clock.ticks());
    for number in 0..RECORDS {
        // No faster than it is written, so that none is lost.
        if number % 16_384 == 0 {
            audit.intend(intent("ana", number)).await.unwrap();
        }
        audit.write(read("ana", number));
    }
    audit.close();
    let all = clock.ticks() - since;
    let taken = processor() - before - made;
    let mut out = stdout();
    writeln!(
        out,
        "one record: {:.2} us of processor, {:.2} us of time, until it is on disk",
        each(taken),
        each(all.as_secs_f64()),
    )
    .unwrap();
    let since = clock.ticks();
    let verified = verify(&state).await;
    assert_eq!((verified.findings, verified.lost), (vec![], 0));
    let rate = verified.records as f64 / (clock.ticks() - since).as_secs_f64();
    writeln!(out, "verify: {rate:.0} records a second").unwrap();
}
