//! A client that wants a yes that nobody gave: it claims every capability, and makes, edits, borrows and replays answers.

use std::sync::atomic::Ordering;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tollhouse_core::{Limits, Principal, Rules, Server, testing::TestServer};

use super::{KEY, Shop, accept, asked, bob, call, send, with};

/// Ten thousand tries, and none of them runs anything.
#[tokio::test]
async fn o1_ten_thousand_tries_of_a_hostile_client_run_nothing() {
    let shop = Shop::open();
    unlimited(&shop);
    let client = TestServer::new(shop.server.clone())
        .as_user("ana")
        .able(all());
    let states = States::gather(&shop, &client).await;
    let mut tries = 0;
    while tries < 10_000 {
        for attempt in attempts(&states, tries) {
            let reply = send(&client, attempt.clone()).await;
            assert!(
                reply.result()["content"][0]["text"]
                    .as_str()
                    .is_none_or(|text| !text.starts_with("deleted")),
                "{attempt}"
            );
            tries += 1;
        }
    }
    assert_eq!(shop.deleted.0.load(Ordering::Relaxed), 0);
    // And the honest way still leads there, once.
    let state = asked(&client, call("delete", "a")).await;
    let yes = with(call("delete", "a"), accept(), &state);
    join_all((0..50).map(|_| send(&client, yes.clone()))).await;
    assert_eq!(shop.deleted(), 1);
    assert!(client.call("drop", json!({"id": "a"})).await.is_error());
    shop.answer(true).await;
    join_all((0..50).map(|_| client.call("drop", json!({"id": "a"})))).await;
    assert_eq!(shop.deleted(), 2);
}

/// States that were honestly got, for something else.
struct States {
    /// Of another caller, for the same call.
    foreign: Value,
    /// Of another tool.
    other: Value,
    /// Of this tool, with other arguments.
    arguments: Value,
    /// Of this very call, but the user said no.
    declined: Value,
    /// Of this very call. It is never sent as it is with a yes.
    own: Value,
}

impl States {
    async fn gather(shop: &Shop, client: &TestServer) -> Self {
        let declined = asked(client, call("delete", "a")).await;
        let no = with(call("delete", "a"), json!({"action": "decline"}), &declined);
        assert!(send(client, no).await.is_error());
        Self {
            foreign: asked(&bob(shop), call("delete", "a")).await,
            other: asked(client, call("other", "a")).await,
            arguments: asked(client, call("delete", "b")).await,
            declined,
            own: asked(client, call("delete", "a")).await,
        }
    }

    /// The own one with one bit turned.
    fn edited(&self, place: usize) -> Value {
        let mut bytes = self.own.as_str().unwrap().as_bytes().to_vec();
        let place = place % bytes.len();
        bytes[place] ^= 1 << (place % 5);
        json!(String::from_utf8_lossy(&bytes))
    }
}

fn attempts(states: &States, round: usize) -> Vec<Value> {
    let it = || call("delete", "a");
    let mut bare = it();
    bare["inputResponses"][KEY] = accept();
    let mut posing = it();
    posing["_meta"] = json!({"confirm": true, KEY: true, "approved": true});
    let mut meant = it();
    meant["arguments"]["confirm"] = json!(true);
    let mut human = call("drop", "a");
    human["inputResponses"] = json!({KEY: accept(), "approval": format!("apr_{round:016x}")});
    let mut guessed = call("drop", "a");
    guessed["requestState"] = json!(format!("apr_{round:016x}"));
    let short = states.own.as_str().unwrap();
    let short = json!(short[..round % short.len()]);
    let longer = json!(format!("{}A", states.own.as_str().unwrap()));
    vec![
        it(),
        bare,
        posing,
        meant,
        human,
        guessed,
        with(it(), accept(), &states.foreign),
        with(it(), accept(), &states.other),
        with(it(), accept(), &states.arguments),
        with(it(), accept(), &states.declined),
        with(it(), accept(), &states.edited(round)),
        with(it(), accept(), &short),
        with(it(), accept(), &longer),
        with(it(), json!({"action": "accept"}), &states.own),
        with(
            it(),
            json!({"action": "accept", "content": {"confirm": "true"}}),
            &states.own,
        ),
        with(it(), json!(true), &states.own),
        with(call("other", "a"), accept(), &states.own),
        with(call("drop", "a"), accept(), &states.own),
        with(call("delete", "b"), accept(), &states.own),
        with(call("delete_asking", "a"), accept(), &states.own),
    ]
}

fn all() -> Value {
    json!({
        "elicitation": {"form": {}, "url": {}}, "roots": {"listChanged": true},
        "sampling": {"tools": {}, "context": {}}, "experimental": {"confirm": {"always": true}},
    })
}

/// The limits would stop most of it before the step that is tried.
fn unlimited(shop: &Shop) {
    let rules = Rules {
        limits: Limits::NONE,
        ..Rules::default()
    };
    shop.server
        .renew(Server::builder("shop").rules(rules))
        .unwrap();
}

/// A state that says that a call was confirmed is of no use to anybody else, and counts once.
#[tokio::test]
async fn o1_a_state_that_carries_a_yes_is_as_good_as_a_yes_and_no_better() {
    let shop = Shop::open();
    unlimited(&shop);
    let client = shop.client();
    let state = asked(&client, call("delete_asking", "a")).await;
    let yes = with(call("delete_asking", "a"), accept(), &state);
    let carried = send(&client, yes).await.result()["requestState"].clone();
    for (caller, tool, id) in [
        (bob(&shop), "delete_asking", "a"),
        (
            client.clone().as_caller(Principal::anonymous()),
            "delete_asking",
            "a",
        ),
        (client.clone(), "delete_asking", "b"),
        (client.clone(), "delete", "a"),
        (client.clone(), "drop", "a"),
    ] {
        let reply = send(&caller, with(call(tool, id), accept(), &carried)).await;
        assert_eq!(reply.code(), -32602, "{tool} {id}");
    }
    let mut all = call("delete_asking", "a");
    let fine = json!({"action": "accept", "content": {}});
    all["inputResponses"] = json!({"one": fine, "two": fine});
    all["requestState"] = carried;
    join_all((0..50).map(|_| send(&client, all.clone()))).await;
    assert_eq!(shop.deleted(), 1);
}
