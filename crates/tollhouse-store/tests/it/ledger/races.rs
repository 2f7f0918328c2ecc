//! Two processes on one file that claim the same at the same time.

use std::sync::Barrier;

use futures_util::future::join_all;
use tollhouse_core::ledger::Standing;

use super::{NOW_MS, bid, slot};
use crate::house::House;

/// #60: of all who claim a key, one has it.
#[tokio::test(flavor = "multi_thread")]
async fn case_60_of_two_handles_one_claims_each_of_two_hundred_keys() {
    let house = House::new();
    let ledgers = [house.open().stores().ledger, house.open().stores().ledger];
    let claim =
        |which: usize, key| ledgers[which].claim(bid(slot(1, key), &which.to_string(), NOW_MS));
    for key in 0..200 {
        let standings = join_all([claim(0, key), claim(1, key)]).await;
        let free = standings
            .iter()
            .filter(|one| matches!(one, Ok(Standing::Free)));
        assert_eq!(free.count(), 1, "{standings:?}");
        let running = standings
            .iter()
            .filter(|one| matches!(one, Ok(Standing::Running { .. })));
        assert_eq!(running.count(), 1, "{standings:?}");
    }
}

/// The same on threads that begin at once, each with a handle of its own.
#[test]
fn case_60_of_eight_handles_one_claims() {
    let house = House::new();
    let begin = Barrier::new(8);
    let won: usize = std::thread::scope(|scope| {
        let claims: Vec<_> = (0..8)
            .map(|number: usize| {
                let (house, begin) = (&house, &begin);
                scope.spawn(move || won(house, begin, number))
            })
            .collect();
        claims.into_iter().map(|claim| claim.join().unwrap()).sum()
    });
    assert_eq!(won, 20);
}

/// How many of twenty keys this handle got.
fn won(house: &House, begin: &Barrier, number: usize) -> usize {
    let ledger = house.open().stores().ledger;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    begin.wait();
    let claim = |key| {
        let claim = ledger.claim(bid(slot(1, key), &number.to_string(), NOW_MS));
        usize::from(runtime.block_on(claim).unwrap() == Standing::Free)
    };
    (0..20).map(claim).sum()
}
