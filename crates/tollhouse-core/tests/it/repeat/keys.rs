//! The same key once more, with the same and with other things around it.

use std::{sync::Arc, time::Duration};

use futures_util::future::{BoxFuture, FutureExt as _, join_all, ready};
use serde_json::{Value, json};
use tollhouse_core::{
    Principal, Repeat, StoreError, Stores,
    ledger::{Bid, End, Ledger, Slot, Standing},
    testing::Hands,
};

use super::{Effects, in_a_session, is_replayed, keyed, order, shop};
use crate::{client, road::Records};

#[tokio::test(flavor = "multi_thread")]
async fn case_60_one_key_in_parallel_and_later_has_one_effect_and_one_answer() {
    let effects = Effects::default();
    let server = shop(&effects).tool(order("order")).build().unwrap();
    let client = client(server.clone());
    let same = |_| client.call("order", keyed("tea", "k1"));
    let replies = join_all((0..100).map(same)).await;
    let later = client.call("order", keyed("tea", "k1")).await;
    assert_eq!(effects.count(), 1);
    let first = replies.iter().filter(|reply| !is_replayed(reply)).count();
    assert_eq!(first, 1);
    for reply in replies.iter().chain([&later]) {
        let result = reply.result();
        assert_eq!(result["content"], replies[0].result()["content"]);
        assert_eq!(
            result["structuredContent"],
            replies[0].result()["structuredContent"]
        );
        assert!(!reply.is_error());
    }
    // In a session it is the same call, too.
    let old = in_a_session(
        &server,
        &[("order", keyed("tea", "k1")), ("order", keyed("tea", "k2"))],
    )
    .await;
    assert_eq!(old[0]["result"]["content"], replies[0].result()["content"]);
    assert_eq!(old[0]["result"]["_meta"]["dev.tollhouse/replayed"], true);
    assert_eq!(
        old[1]["result"]["_meta"].get("dev.tollhouse/replayed"),
        None
    );
    assert_eq!(effects.count(), 2);
}

#[tokio::test]
async fn case_61_a_key_is_of_one_caller_one_tool_and_one_set_of_arguments() {
    let effects = Effects::default();
    let records = Records::default();
    let shop = shop(&effects).journal(records.clone());
    let server = shop
        .tool(order("order"))
        .tool(order("reserve"))
        .build()
        .unwrap();
    let anybody = client(server.clone());
    let ann = anybody.clone().as_user("ann");
    assert!(!ann.call("order", keyed("tea", "k")).await.is_error());
    let reused = ann.call("order", keyed("salt", "k")).await;
    assert!(
        reused.is_error() && reused.text().contains("use a new one"),
        "{}",
        reused.text()
    );
    assert!(format!("{:?}", records.last().ending).contains("KeyReused"));
    assert_eq!(effects.count(), 1);
    // Names in another order are the same arguments.
    let other_order = json!({(Repeat::FIELD): "k", "item": "tea"});
    assert!(is_replayed(&ann.call("order", other_order).await));
    assert!(records.last().trail.is_replayed);
    for other in [
        anybody.clone(),
        anybody.clone().as_user("bob"),
        anybody
            .clone()
            .as_caller(Principal::new("ann", []).of_tenant("acme")),
    ] {
        let reply = other.call("order", keyed("salt", "k")).await;
        assert!(!reply.is_error() && !is_replayed(&reply));
    }
    let reply = ann.call("reserve", keyed("salt", "k")).await;
    assert!(!reply.is_error() && !is_replayed(&reply));
    assert_eq!(effects.count(), 5);
}

#[tokio::test]
async fn o2_a_call_without_a_key_is_a_new_one() {
    let effects = Effects::default();
    let client = client(shop(&effects).tool(order("order")).build().unwrap());
    for count in 1..=3 {
        assert!(!is_replayed(
            &client.call("order", json!({"item": "tea"})).await
        ));
        assert_eq!(effects.count(), count);
    }
}

#[tokio::test]
async fn o2_a_key_is_forgotten_after_a_day() {
    let (effects, hand) = (Effects::default(), Hands::default());
    let shop = shop(&effects).clock(hand.clone());
    let client = client(shop.tool(order("order")).build().unwrap());
    let call = || client.call("order", keyed("tea", "k"));
    call().await;
    hand.turn(Duration::from_hours(24) - Duration::from_millis(1));
    assert!(is_replayed(&call().await));
    hand.turn(Duration::from_millis(1));
    assert!(!is_replayed(&call().await));
    assert_eq!(effects.count(), 2);
}

#[tokio::test]
async fn p27_within_its_window_a_call_with_the_same_arguments_is_the_same() {
    let (effects, hand) = (Effects::default(), Hands::default());
    let window = Duration::from_secs(120);
    let shop = shop(&effects).clock(hand.clone());
    let shop = shop.tool(order("order").dedupe_window(window));
    let client = client(shop.build().unwrap());
    let call = |item: &str| client.call("order", json!({"item": item}));
    let first = call("tea").await;
    let second = call("tea").await;
    assert!(is_replayed(&second));
    assert_eq!(first.text(), second.text());
    assert!(!is_replayed(&call("salt").await));
    // A key says what the caller means.
    assert!(!is_replayed(&client.call("order", keyed("tea", "k")).await));
    assert_eq!(effects.count(), 3);
    hand.turn(window);
    assert!(!is_replayed(&call("tea").await));
    assert_eq!(effects.count(), 4);
}

/// A ledger whose disk is gone.
#[derive(Debug)]
struct Broken;

impl Ledger for Broken {
    fn look(&self, _: Slot, _: [u8; 32], _: u64) -> BoxFuture<'_, Result<Standing, StoreError>> {
        ready(Err(StoreError::Busy)).boxed()
    }

    fn claim(&self, _: Bid) -> BoxFuture<'_, Result<Standing, StoreError>> {
        ready(Err(StoreError::Busy)).boxed()
    }

    fn settle(&self, _: Slot, _: Arc<str>, _: End) -> BoxFuture<'_, Result<bool, StoreError>> {
        ready(Err(StoreError::Busy)).boxed()
    }

    fn sweep(&self, _: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        ready(Err(StoreError::Busy)).boxed()
    }
}

#[tokio::test]
async fn r10_without_a_ledger_nothing_with_a_key_is_done() {
    let effects = Effects::default();
    let stores = Stores {
        ledger: Arc::new(Broken),
        ..Stores::default()
    };
    let shop = shop(&effects).stores(stores);
    let client = client(shop.tool(order("order")).build().unwrap());
    let refused = client.call("order", keyed("tea", "k")).await;
    assert!(refused.is_error() && refused.text().contains("nothing was done"));
    assert_eq!(effects.count(), 0);
    let args: Value = json!({"item": "tea"});
    assert!(!client.call("order", args).await.is_error());
    assert_eq!(effects.count(), 1);
}
