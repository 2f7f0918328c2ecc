//! The same read, asked by several at the same time, runs once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::{future::join_all, poll};
use serde_json::{Value, json};
use tokio::sync::watch;
use tollhouse_core::{Frame, Limits, Principal, Rate, Server, tool};
use tollhouse_wire_check::Revision::R2026_07_28;

use super::{ana, bob};
use crate::access::caller::Caller;

/// A read that waits to be released, how often it ran, and what releases it.
fn house() -> (Server, Arc<AtomicUsize>, watch::Sender<bool>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let (release, gate) = watch::channel(false);
    let counted = Arc::clone(&runs);
    let look = move |_: Value| {
        let number = counted.fetch_add(1, Ordering::Relaxed) + 1;
        let mut gate = gate.clone();
        async move {
            gate.wait_for(|open| *open).await.unwrap();
            format!("run {number}")
        }
    };
    let rate = Rate {
        is_shared: true,
        ..Rate::default()
    };
    let any = json!({"type": "object"});
    let writes = tool("change", "Change it.", look.clone()).rate(rate.clone());
    let look = tool("look", "Look.", look).read_only().rate(rate);
    let server = Server::builder("shared")
        .tool(look.input_schema(any.clone()))
        .tool(writes.input_schema(any))
        .limits(Limits::NONE)
        .build()
        .unwrap();
    (server, runs, release)
}

async fn text(server: &Server, who: Principal, (tool, arguments): (&str, Value)) -> String {
    let caller = Caller::new(server, R2026_07_28, &who);
    let params = json!({"name": tool, "arguments": arguments});
    let reply = caller.ask("tools/call", params).await;
    reply.message["result"]["content"][0]["text"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// What some calls say that are all begun before any of them may end.
async fn together(calls: Vec<(Principal, &str, Value)>) -> (Vec<String>, usize) {
    let (server, runs, release) = house();
    let calls = calls
        .into_iter()
        .map(|(who, tool, arguments)| text(&server, who, (tool, arguments)));
    let mut all = Box::pin(join_all(calls));
    assert!(poll!(&mut all).is_pending());
    release.send_replace(true);
    (all.await, runs.load(Ordering::Relaxed))
}

#[tokio::test]
async fn p5_identical_reads_by_callers_with_the_same_rights_run_once() {
    let other_key = ana().under_grant("key-9");
    let calls = (0..25).flat_map(|_| [ana(), other_key.clone()]);
    let calls = calls.map(|who| (who, "look", json!({"id": 1}))).collect();
    let (said, runs) = together(calls).await;
    assert_eq!((said, runs), (vec!["run 1".to_owned(); 50], 1));
}

#[tokio::test]
async fn sec_nobody_gets_what_was_read_with_other_rights_or_arguments() {
    let scoped = ana().holding(["more".to_owned()]);
    let roled = ana().in_roles(["more".to_owned()]);
    let callers = [
        ana(),
        bob(),
        scoped,
        roled,
        ana().of_tenant("acme"),
        ana().by_client("robot"),
        ana().with_email("ana@example.com"),
        ana().holding_all(),
        Principal::anonymous(),
        Principal::new("anonymous", []),
    ];
    let mut calls: Vec<_> = callers
        .into_iter()
        .map(|who| (who, "look", json!({"id": 1})))
        .collect();
    calls.push((ana(), "look", json!({"id": 2})));
    // What writes is never shared.
    calls.push((ana(), "change", json!({"id": 1})));
    calls.push((ana(), "change", json!({"id": 1})));
    let count = calls.len();
    let (mut said, runs) = together(calls).await;
    said.sort_unstable();
    said.dedup();
    assert_eq!((said.len(), runs), (count, count));
}

#[tokio::test]
async fn p5_who_leaves_takes_nobody_along() {
    let (server, runs, release) = house();
    let caller = Caller::new(&server, R2026_07_28, &ana());
    let params = json!({"name": "look", "arguments": {"id": 1}});
    let mut exchanges: Vec<_> = (0..4)
        .map(|_| caller.open("tools/call", params.clone()))
        .collect();
    for exchange in &mut exchanges {
        assert!(poll!(Box::pin(exchange.next())).is_pending());
    }
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    let mut others = exchanges.split_off(1);
    drop(exchanges);
    // The work of whoever left ends on the server's own tasks; then the next of them runs.
    let mut answers = Box::pin(join_all(others.iter_mut().map(|exchange| exchange.next())));
    while runs.load(Ordering::Relaxed) < 2 {
        assert!(poll!(&mut answers).is_pending());
        tokio::task::yield_now().await;
    }
    release.send_replace(true);
    for frame in answers.await {
        let Some(Frame::Last(last)) = frame else {
            panic!("{frame:?}");
        };
        let message: Value = serde_json::from_slice(&last.body).unwrap();
        assert_eq!(message["result"]["content"][0]["text"], "run 2");
    }
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}
