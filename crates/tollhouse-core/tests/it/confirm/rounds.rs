//! How often a call may come back: so many rounds, and for nothing only those that bring an answer.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use tollhouse_core::{Ctx, Limits, Quota, Server, State, testing::TestServer, tool};

use super::{Shop, send};

/// How often a tool was started.
#[derive(Clone, Debug, Default)]
struct Runs(Arc<AtomicUsize>);

/// Asks on and on.
async fn nosy(ctx: Ctx, State(runs): State<Runs>) -> &'static str {
    runs.0.fetch_add(1, Ordering::Relaxed);
    let schema = json!({"type": "object", "properties": {}});
    for round in 0..100 {
        ctx.form(&round.to_string(), "More?", schema.clone()).await;
    }
    "done"
}

fn nosy_server(calls: u32) -> (TestServer, Runs) {
    let runs = Runs::default();
    let limits = Limits {
        writes: Some(Quota::per_minute(calls)),
        ..Limits::NONE
    };
    let server = Server::builder("nosy")
        .state(runs.clone())
        .tool(tool("nosy", "Asks.", nosy))
        .limits(limits)
        .build()
        .unwrap();
    let client = TestServer::new(server)
        .as_user("ana")
        .able(json!({"elicitation": {"form": {}}}));
    (client, runs)
}

fn nosy_call(state: &Value, key: &str) -> Value {
    json!({"name": "nosy", "arguments": {}, "requestState": state,
        "inputResponses": {key: {"action": "accept", "content": {}}}})
}

#[tokio::test]
async fn o8_a_round_that_brings_no_answer_is_a_call_like_any_other() {
    let (client, runs) = nosy_server(5);
    let first = send(&client, json!({"name": "nosy", "arguments": {}})).await;
    let state = first.result()["requestState"].clone();
    for _ in 0..30 {
        let bare = json!({"name": "nosy", "arguments": {}, "requestState": state});
        send(&client, bare).await;
        send(&client, nosy_call(&state, "made up")).await;
    }
    assert_eq!(runs.0.load(Ordering::Relaxed), 5);
}

#[tokio::test]
async fn o8_a_state_brings_its_answer_for_nothing_once() {
    let (client, runs) = nosy_server(5);
    let first = send(&client, json!({"name": "nosy", "arguments": {}})).await;
    let state = first.result()["requestState"].clone();
    // Each run asks more, which gives no new right to come with the same state again.
    for _ in 0..30 {
        send(&client, nosy_call(&state, "0")).await;
    }
    assert_eq!(runs.0.load(Ordering::Relaxed), 5 + 1);
}

#[tokio::test]
async fn o8_a_call_that_asks_for_the_ninth_time_ends() {
    let (client, runs) = nosy_server(1);
    let mut reply = send(&client, json!({"name": "nosy", "arguments": {}})).await;
    for round in 0..8 {
        let state = reply.result()["requestState"].clone();
        assert!(state.is_string(), "{round}: {reply:?}");
        reply = send(&client, nosy_call(&state, &round.to_string())).await;
    }
    assert!(reply.text().starts_with("internal error"), "{reply:?}");
    assert_eq!(runs.0.load(Ordering::Relaxed), 9);
}

/// Decision 18: who reads the records finds the question, the answers to the tool and the run under one id.
#[tokio::test]
async fn a34_rounds_of_one_call_have_one_id_in_the_records() {
    let shop = Shop::open();
    let client = shop.client().confirming();
    let client = ["one", "two"].into_iter().fold(client, |client, key| {
        client.answering(key, json!({"action": "accept", "content": {}}))
    });
    for id in ["a", "b"] {
        let done = client.call("delete_asking", json!({"id": id})).await;
        assert_eq!(done.text(), format!("deleted {id}"));
    }
    let rounds = shop.records.calls();
    assert_eq!(rounds.len(), 8);
    let (first, second) = rounds.split_at(4);
    assert!(first.iter().all(|call| *call == first[0]), "{rounds:?}");
    assert!(second.iter().all(|call| *call == second[0]), "{rounds:?}");
    assert_ne!(first[0], second[0]);
}

/// A state of one call says nothing of another.
#[tokio::test]
async fn a34_a_state_of_other_arguments_begins_a_call() {
    let shop = Shop::open();
    let asked = super::asked(&shop.client(), super::call("delete", "a")).await;
    let other = super::with(super::call("delete", "b"), super::accept(), &asked);
    assert!(super::is_asked(&send(&shop.client(), other).await));
    let calls = shop.records.calls();
    assert_ne!(calls[0], calls[1]);
    assert_eq!(shop.deleted(), 0);
}
