//! The counters, each by itself, all together, and under many threads. Time stands still unless it is said.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Caller, Counted, Counters, Denied, Met, SHARDS, ToolCounted, table::CELLS_MAX};
use crate::Quota;

const SECOND: u64 = 1_000_000_000;

fn caller(person: u64) -> Caller {
    Caller {
        person,
        key: person,
        turn: person,
    }
}

fn once() -> Counted {
    Counted {
        weight: 1,
        ..Counted::default()
    }
}

fn of_tool(tool: u64, times: u32) -> Counted {
    Counted {
        tool: Some(ToolCounted {
            tool,
            quota: Some(Quota::per_minute(times)),
            at_once: None,
            same: None,
        }),
        ..once()
    }
}

/// How many of so many calls pass at this time.
fn passed(
    counters: &Counters,
    caller: &Caller,
    (counted, calls): (&Counted, u32),
    now: u64,
) -> u32 {
    let passes = (0..calls).filter(|_| counters.pass(caller, counted, now).is_ok());
    u32::try_from(passes.count()).unwrap()
}

fn met(counters: &Counters, caller: &Caller, counted: &Counted, now: u64) -> Option<Met> {
    let denied = counters.pass(caller, counted, now).err();
    denied.map(|denied| denied.met)
}

const QUOTA: Quota = Quota::per_minute(7);

/// A counter, what it says no with, and who passes nevertheless, with what.
type Row = (Counted, Met, Option<(Caller, Counted)>);

fn table() -> Vec<Row> {
    let same = |call| {
        let tool = ToolCounted {
            quota: None,
            same: Some((call, 7)),
            ..of_tool(1, 1).tool.unwrap()
        };
        with(|counted| counted.tool = Some(tool))
    };
    let key = with(|counted| counted.key = Some(QUOTA));
    let session = with(|counted| counted.session = Some(QUOTA));
    let all = with(|counted| counted.all = Some(QUOTA));
    let mut other_turn = caller(1);
    other_turn.turn = 9;
    let mut other_key = caller(1);
    other_key.key = 9;
    let tool = of_tool(1, 7);
    vec![
        (key, Met::Key(QUOTA), Some((caller(2), key))),
        (key, Met::Key(QUOTA), Some((other_key, key))),
        (session, Met::Session(QUOTA), Some((other_turn, session))),
        (tool, Met::Tool(QUOTA), Some((caller(2), tool))),
        (tool, Met::Tool(QUOTA), Some((caller(1), of_tool(2, 7)))),
        (all, Met::All(QUOTA), None),
        (same(5), Met::Same(7), Some((caller(1), same(6)))),
        (same(5), Met::Same(7), Some((caller(2), same(5)))),
    ]
}

fn with(change: impl FnOnce(&mut Counted)) -> Counted {
    let mut counted = once();
    change(&mut counted);
    counted
}

#[test]
fn o8_case_66_each_counter_lets_its_quota_pass_and_others_are_not_affected() {
    for (counted, no, others) in table() {
        let counters = Counters::default();
        for person in [1, 2] {
            counters.came(&caller(person), 50, SECOND);
        }
        let calls = passed(&counters, &caller(1), (&counted, 20), SECOND);
        assert_eq!(calls, 7, "{no:?}");
        assert_eq!(met(&counters, &caller(1), &counted, SECOND), Some(no));
        let other = match others {
            Some((other, counted)) => met(&counters, &other, &counted, SECOND),
            None => met(&counters, &caller(2), &counted, SECOND).xor(Some(no)),
        };
        assert_eq!(other, None, "{no:?}");
        let later = passed(&counters, &caller(1), (&counted, 20), 61 * SECOND);
        assert_eq!(later, 7, "{no:?}");
    }
}

#[test]
fn o8_a_key_is_counted_over_all_tools_and_a_tool_over_all_keys() {
    let counters = Counters::default();
    let counted = |tool| Counted {
        key: Some(Quota::per_minute(10)),
        ..of_tool(tool, 6)
    };
    assert_eq!(passed(&counters, &caller(1), (&counted(1), 9), 0), 6);
    assert_eq!(
        passed(&counters, &caller(1), (&counted(2), 9), 0),
        4,
        "what was refused counted"
    );
    let other_key = Caller {
        key: 9,
        ..caller(1)
    };
    assert_eq!(passed(&counters, &other_key, (&counted(2), 9), 0), 2);
}

#[test]
fn o8_weights_count_as_so_many_calls() {
    let counters = Counters::default();
    let heavy = Counted {
        weight: 4,
        ..of_tool(1, 10)
    };
    assert_eq!(passed(&counters, &caller(1), (&heavy, 9), 0), 2);
    assert_eq!(passed(&counters, &caller(1), (&of_tool(1, 10), 9), 0), 2);
}

#[test]
fn p45_rows_are_charged_when_they_are_known_and_then_waited_for() {
    let counters = Counters::default();
    let quota = Quota::per_minute(10_000);
    let counted = Counted {
        rows: Some(quota),
        ..once()
    };
    assert_eq!(passed(&counters, &caller(1), (&counted, 100), 0), 100);
    counters.gave(&caller(1), quota, (9_999, 0));
    assert_eq!(passed(&counters, &caller(1), (&counted, 1), 0), 1);
    counters.gave(&caller(1), quota, (5_001, 0));
    let denied = counters.pass(&caller(1), &counted, 0).unwrap_err();
    assert_eq!(denied.met, Met::Rows(quota));
    assert_eq!(denied.wait_ns.div_ceil(SECOND), 31);
    assert!(counters.pass(&caller(2), &counted, 0).is_ok());
    assert!(counters.pass(&caller(1), &counted, denied.wait_ns).is_ok());
}

#[test]
fn o8_places_are_given_back_however_a_call_ends() {
    let counters = Counters::default();
    let counted = Counted {
        at_once: Some(3),
        tool: Some(ToolCounted {
            tool: 1,
            quota: None,
            at_once: Some(4),
            same: None,
        }),
        ..once()
    };
    let pass = |person| counters.pass(&caller(person), &counted, 0);
    let seats: Vec<_> = (0..3).map(|_| pass(1).unwrap()).collect();
    assert_eq!(
        met(&counters, &caller(1), &counted, 0),
        Some(Met::CallerAtOnce(3))
    );
    let last = pass(2).unwrap();
    assert_eq!(
        met(&counters, &caller(2), &counted, 0),
        Some(Met::ToolAtOnce(4))
    );
    drop(last);
    let last = pass(2).unwrap();
    let crash = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _seats = seats;
        panic!("a tool crashes");
    }));
    assert!(crash.is_err());
    drop(last);
    assert!(counters.tools().is_empty());
    assert!(counters.shard(&caller(1)).running.is_empty());
    assert!(counters.shard(&caller(2)).running.is_empty());
}

#[test]
fn a_call_that_meets_a_limit_keeps_no_place_and_uses_nothing_up() {
    let counters = Counters::default();
    let quota = Quota::per_minute(2);
    let counted = Counted {
        at_once: Some(9),
        all: Some(Quota::per_minute(100)),
        tool: Some(ToolCounted {
            tool: 1,
            quota: Some(quota),
            at_once: Some(9),
            same: None,
        }),
        ..once()
    };
    assert_eq!(passed(&counters, &caller(1), (&counted, 50), 0), 2);
    assert!(counters.tools().is_empty());
    let all = Counted {
        all: Some(Quota::per_minute(100)),
        ..once()
    };
    assert_eq!(passed(&counters, &caller(2), (&all, 200), 0), 98);
}

#[test]
fn o8_an_answer_is_not_charged_again_and_one_that_is_sent_twice_is() {
    let counters = Counters::default();
    let first = of_tool(1, 5);
    let answer = Counted {
        answers: Some(1),
        ..first
    };
    assert_eq!(passed(&counters, &caller(1), (&first, 1), 0), 1);
    counters.asked(&caller(1), 1, 0);
    assert_eq!(passed(&counters, &caller(1), (&answer, 1), 0), 1);
    // Four are left: the answer cost nothing the first time, and nobody asked for the others.
    assert_eq!(passed(&counters, &caller(1), (&answer, 9), 0), 4);
    counters.asked(&caller(2), 1, 0);
    assert_eq!(
        passed(&counters, &caller(1), (&answer, 1), 0),
        0,
        "paid for by another"
    );
}

#[test]
fn p37_the_first_call_beyond_the_usual_tells_once_in_a_turn() {
    let counters = Counters::default();
    let told = |now| counters.came(&caller(1), 50, now);
    let calls: Vec<u32> = (1..=400).filter(|_| told(SECOND)).collect();
    assert_eq!(calls, [51]);
    assert_eq!((1..=400).filter(|_| told(40 * SECOND)).count(), 1);
    assert_eq!(counters.turns_over(), 2);
}

#[test]
fn case_66_a_flood_of_strangers_neither_grows_nor_frees_anybody() {
    let counters = Counters::default();
    let counted = Counted {
        key: Some(Quota::per_minute(5)),
        ..of_tool(1, 5)
    };
    assert_eq!(passed(&counters, &caller(7), (&counted, 9), SECOND), 5);
    for stranger in 0..300_000_u64 {
        let person = stranger.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        counters.came(&caller(person), 50, SECOND);
        drop(counters.pass(&caller(person), &counted, SECOND));
    }
    assert_eq!(passed(&counters, &caller(7), (&counted, 9), SECOND), 0);
    for shard in &counters.shards {
        assert!(shard.lock().unwrap().cells.len() <= CELLS_MAX + 4);
    }
    assert_eq!(counters.shards.len(), SHARDS);
    // Whoever comes when all that has passed is counted by himself again.
    assert_eq!(passed(&counters, &caller(8), (&counted, 9), 90 * SECOND), 5);
}

#[test]
fn r19_case_66_400_calls_in_12_seconds_from_many_threads_pass_as_often_as_they_may() {
    let counters = Counters::default();
    let counted = Counted {
        key: Some(Quota::per_minute(100)),
        all: Some(Quota::per_minute(150)),
        ..once()
    };
    let (mine, theirs) = (AtomicU64::new(0), AtomicU64::new(0));
    let call = |(caller, count): (Caller, &AtomicU64), now| {
        if counters.pass(&caller, &counted, now).is_ok() {
            count.fetch_add(1, Ordering::Relaxed);
        }
    };
    let callers = [(caller(1), &mine), (caller(2), &theirs)];
    for step in 0..100 {
        let now = step * 12 * SECOND / 100;
        std::thread::scope(|threads| {
            for who in callers.into_iter().cycle().take(8) {
                let call = &call;
                threads.spawn(move || call(who, now));
            }
        });
    }
    let (mine, theirs) = (mine.into_inner(), theirs.into_inner());
    for count in [mine, theirs] {
        assert!(count <= 100 + 20 * 105 / 100, "{count}");
    }
    let both = mine + theirs;
    assert!((178..=150 + 30 * 105 / 100).contains(&both), "{both}");
}

#[test]
fn the_longest_wait_is_told() {
    let counters = Counters::default();
    let hour = Quota {
        times: 3,
        per: std::time::Duration::from_hours(1),
    };
    let counted = Counted {
        session: Some(hour),
        ..of_tool(1, 3)
    };
    assert_eq!(passed(&counters, &caller(1), (&counted, 3), 0), 3);
    let denied = counters.pass(&caller(1), &counted, 0).unwrap_err();
    let wait_ns = 1_200 * SECOND;
    assert_eq!(
        denied,
        Denied {
            met: Met::Session(hour),
            wait_ns
        }
    );
}

/// Prints what one check costs with every counter on; nothing is asserted of it. Run it alone, optimised:
/// `cargo test --release -p tollhouse-core --lib -- --ignored --nocapture o8_what_one_check_costs`.
#[test]
#[ignore = "it measures"]
#[expect(
    clippy::print_stderr,
    reason = "what was measured is for whoever runs it"
)]
fn o8_what_one_check_costs() {
    use crate::{Clock as _, SystemClock, limit::nanoseconds};

    let (counters, clock) = (Counters::default(), SystemClock::default());
    let often = Quota::per_minute(u32::MAX);
    let counted = |call| Counted {
        key: Some(often),
        session: Some(often),
        all: Some(often),
        rows: Some(often),
        at_once: Some(9),
        tool: Some(ToolCounted {
            tool: 1,
            quota: Some(often),
            at_once: None,
            same: Some((call, u32::MAX)),
        }),
        ..once()
    };
    for callers in [1, 1_000] {
        let began = clock.ticks();
        for call in 0..CHECKS {
            let now = nanoseconds(began) + call;
            drop(
                counters
                    .pass(&caller(call % callers), &counted(call % 8), now)
                    .unwrap(),
            );
        }
        let took = clock.ticks().saturating_sub(began);
        let each = took.as_nanos() / u128::from(CHECKS);
        eprintln!("{callers} callers: {each} ns a check");
    }
}

const CHECKS: u64 = 1_000_000;
