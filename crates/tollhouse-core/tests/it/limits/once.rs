//! A call is counted once, and holds its place as long as it runs.

use futures_util::poll;
use serde_json::{Value, json};
use tokio::sync::watch;
use tollhouse_core::{
    Answer, Builder, Ctx, Exchange, Frame, Limits, Quota, Rate, State, testing::TestServer, tool,
};
use tollhouse_wire_check::Revision::R2026_07_28;

use super::{ALL, Came, House, ana, bob};
use crate::access::caller::Caller;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Yes {
    /// Sure?
    sure: bool,
}

async fn careful(ctx: Ctx) -> &'static str {
    match ctx.elicit::<Yes>("sure", "Sure?").await {
        Answer::Accept(Yes { sure: true }) => "done",
        _ => "left",
    }
}

#[tokio::test]
async fn o8_rounds_are_of_one_call_and_a_state_that_is_sent_again_is_another() {
    let limits = Limits {
        writes: Some(Quota::per_minute(4)),
        ..Limits::NONE
    };
    let asks = tool("careful", "Asks first.", careful);
    let house = House::built(|builder| builder.tool(asks).limits(limits));
    let client = TestServer::new(house.server.clone())
        .as_caller(ana())
        .able(json!({"elicitation": {}}));
    let first = client
        .request("tools/call", json!({"name": "careful"}))
        .await;
    let state = first.result()["requestState"].clone();
    assert!(state.is_string(), "{first:?}");
    let again = json!({"name": "careful", "requestState": state,
        "inputResponses": {"sure": {"action": "accept", "content": {"sure": true}}}});
    // The first call and its answer are one. Three are left, whatever they come with.
    let mut done = 0;
    for _ in 0..20 {
        let reply = client.request("tools/call", again.clone()).await;
        done += usize::from(reply.text() == "done");
    }
    assert_eq!(done, 1 + 3);
    let told = client.request("tools/call", again).await.text();
    assert!(told.contains("4/min for careful"), "{told}");
}

#[tokio::test]
async fn a_state_that_is_made_up_runs_nothing() {
    let house = House::open(Limits::default());
    let params = json!({"name": "write", "arguments": {}, "requestState": "AAAA"});
    for _ in 0..200 {
        let came = house
            .ask(R2026_07_28, &ana(), ("tools/call", params.clone()))
            .await;
        assert!(matches!(came, Came::Stopped(200, -32602, _)), "{came:?}");
    }
    assert_eq!(house.ran(), 0);
}

/// Where calls wait.
#[derive(Clone, Debug)]
struct Gate(watch::Receiver<bool>);

async fn wait(gate: State<Gate>) -> &'static str {
    let mut gate = gate.0.0.clone();
    gate.wait_for(|open| *open).await.unwrap();
    "released"
}

fn waiting(builder: Builder, rate: Rate) -> (Builder, watch::Sender<bool>) {
    let (release, gate) = watch::channel(false);
    let wait = tool("wait", "Wait.", wait).read_only().rate(rate);
    (builder.tool(wait).state(Gate(gate)), release)
}

async fn begun(caller: &Caller) -> Box<Exchange> {
    let params = json!({"name": "wait", "arguments": {}});
    let mut exchange = caller.open("tools/call", params);
    assert!(poll!(Box::pin(exchange.next())).is_pending());
    exchange
}

async fn said(exchange: &mut Exchange) -> Value {
    match exchange.next().await {
        Some(Frame::Last(last)) => serde_json::from_slice(&last.body).unwrap(),
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn o8_no_more_run_at_once_than_may_and_a_place_is_free_when_one_leaves() {
    let limits = Limits {
        concurrent: Some(2),
        ..Limits::NONE
    };
    let rate = Rate {
        concurrent: Some(3),
        ..Rate::default()
    };
    let mut release = None;
    let house = House::built(|builder| {
        let (builder, gate) = waiting(builder.limits(limits), rate);
        release = Some(gate);
        builder
    });
    let of_ana = Caller::new(&house.server, R2026_07_28, &ana());
    let of_bob = Caller::new(&house.server, R2026_07_28, &bob());
    let (first, mut second) = (begun(&of_ana).await, begun(&of_ana).await);
    for revision in ALL {
        let came = house.call(revision, &ana(), ("wait", json!({}))).await;
        assert!(
            matches!(&came, Came::Told(text) if text.contains("2 of your calls are running")),
            "{came:?}"
        );
    }
    let mut third = begun(&of_bob).await;
    let came = house.call(R2026_07_28, &bob(), ("wait", json!({}))).await;
    assert!(
        matches!(&came, Came::Told(text) if text.contains("3 calls of wait are running")),
        "{came:?}"
    );
    // Another tool still has places for him.
    assert_eq!(
        house.call(R2026_07_28, &bob(), ("search", json!({}))).await,
        Came::Through
    );
    drop(first);
    // What it left behind ends on the server's own tasks.
    while house.server.running() > 2 {
        tokio::task::yield_now().await;
    }
    let mut fourth = begun(&of_bob).await;
    release.unwrap().send_replace(true);
    for exchange in [&mut second, &mut third, &mut fourth] {
        assert_eq!(
            said(exchange).await["result"]["content"][0]["text"],
            "released"
        );
    }
    assert_eq!(house.through(R2026_07_28, &ana(), ("wait", 9)).await, 9);
}
