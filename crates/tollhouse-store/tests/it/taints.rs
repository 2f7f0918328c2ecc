//! Taints: one suite for every store, and what several handles on one file see.

use std::sync::Arc;

use tollhouse_core::{
    Principal, Stores,
    taints::{Holder, Taint, Tainted, Taints},
};
use tollhouse_store::State;

use crate::house::House;

const NOW_MS: u64 = 1_800_000_000_000;

/// Every store, each with room of its own.
fn everywhere() -> (House, Vec<Arc<dyn Taints>>) {
    let house = House::new();
    let stores = vec![
        Stores::default().taints,
        State::in_memory().unwrap().stores().taints,
        house.open().stores().taints,
    ];
    (house, stores)
}

fn holder(grant: &str) -> Holder {
    Holder::of(&Principal::new("ana", []).under_grant(grant), None)
}

async fn mark(store: &dyn Taints, grant: &str, by: &str, (now_ms, until_ms): (u64, u64)) {
    let taint = Taint {
        holder: holder(grant),
        by: by.to_owned(),
        now_ms,
        until_ms,
    };
    store.mark(taint).await.unwrap();
}

async fn seen(store: &dyn Taints, grant: &str, now_ms: u64) -> Option<(u64, String)> {
    let found = store.look(holder(grant), now_ms).await.unwrap();
    found.map(|Tainted { until_ms, by }| (until_ms, by))
}

#[tokio::test]
async fn p14_who_has_read_counts_until_the_end_and_nobody_else_does() {
    let (_house, stores) = everywhere();
    for store in stores {
        let store = store.as_ref();
        assert_eq!(seen(store, "a", NOW_MS).await, None);
        mark(store, "a", "fetch", (NOW_MS, NOW_MS + 10)).await;
        let is = Some((NOW_MS + 10, "fetch".to_owned()));
        assert_eq!(seen(store, "a", NOW_MS).await, is);
        assert_eq!(seen(store, "a", NOW_MS + 9).await, is);
        assert_eq!(seen(store, "a", NOW_MS + 10).await, None);
        assert_eq!(seen(store, "b", NOW_MS).await, None);
    }
}

#[tokio::test]
async fn p14_of_several_ends_the_latest_holds() {
    let (_house, stores) = everywhere();
    for store in stores {
        let store = store.as_ref();
        mark(store, "a", "first", (NOW_MS, NOW_MS + 10)).await;
        mark(store, "a", "short", (NOW_MS + 1, NOW_MS + 5)).await;
        let first = Some((NOW_MS + 10, "first".to_owned()));
        assert_eq!(seen(store, "a", NOW_MS + 1).await, first);
        mark(store, "a", "long", (NOW_MS + 2, NOW_MS + 20)).await;
        let long = Some((NOW_MS + 20, "long".to_owned()));
        assert_eq!(seen(store, "a", NOW_MS + 12).await, long);
        // What is over is no longer in the way.
        mark(store, "a", "later", (NOW_MS + 30, NOW_MS + 40)).await;
        let later = Some((NOW_MS + 40, "later".to_owned()));
        assert_eq!(seen(store, "a", NOW_MS + 30).await, later);
    }
}

#[tokio::test]
async fn p14_what_is_over_is_swept_away_and_nothing_else() {
    let (_house, stores) = everywhere();
    for store in stores {
        let store = store.as_ref();
        mark(store, "a", "short", (NOW_MS, NOW_MS + 10)).await;
        mark(store, "b", "long", (NOW_MS, NOW_MS + 20)).await;
        assert_eq!(store.sweep(NOW_MS + 9).await.unwrap(), 0);
        assert_eq!(store.sweep(NOW_MS + 10).await.unwrap(), 1);
        assert!(seen(store, "b", NOW_MS + 19).await.is_some());
        assert_eq!(store.sweep(NOW_MS + 20).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn p14_a_person_takes_it_back() {
    let (_house, stores) = everywhere();
    for store in stores {
        let store = store.as_ref();
        mark(store, "a", "fetch", (NOW_MS, NOW_MS + 10)).await;
        mark(store, "b", "fetch", (NOW_MS, NOW_MS + 10)).await;
        assert!(store.forget(holder("a")).await.unwrap());
        assert!(!store.forget(holder("a")).await.unwrap());
        assert_eq!(seen(store, "a", NOW_MS).await, None);
        assert!(seen(store, "b", NOW_MS).await.is_some());
    }
}

/// Another process on the same file, and one that begins when the first has ended.
#[tokio::test]
async fn p14_other_processes_know_it_and_so_do_later_ones() {
    let house = House::new();
    let (here, there) = (house.open(), house.open());
    mark(&here, "a", "fetch", (NOW_MS, NOW_MS + 10)).await;
    assert!(seen(&there, "a", NOW_MS).await.is_some());
    drop((here, there));
    assert!(seen(&house.open(), "a", NOW_MS).await.is_some());
}

/// What nobody asks for any more does not stay in the file for ever.
#[tokio::test]
async fn p14_what_is_over_leaves_the_file() {
    let house = House::new();
    let store = house.open();
    for number in 0..20 {
        let grant = number.to_string();
        mark(
            &store,
            &grant,
            "fetch",
            (NOW_MS + number, NOW_MS + number + 5),
        )
        .await;
    }
    let count = "SELECT count(*) FROM taints";
    let left: i64 = house
        .connect()
        .query_row(count, [], |row| row.get(0))
        .unwrap();
    assert!(left <= 5, "{left}");
}
