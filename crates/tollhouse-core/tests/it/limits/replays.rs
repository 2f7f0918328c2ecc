//! A call that is answered like the first time has cost the tool nothing: it is counted by key and in no limit of the tool.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use tollhouse_core::{
    Limits, Quota, Repeat, Server, State,
    testing::{Hands, TestServer},
    tool,
};

/// How often something was written.
#[derive(Clone, Debug, Default)]
struct Written(Arc<AtomicUsize>);

fn house(limits: Limits) -> (TestServer, Written) {
    let written = Written::default();
    let write = |_: Value, State(written): State<Written>| async move {
        format!("written {}", written.0.fetch_add(1, Ordering::Relaxed) + 1)
    };
    let server = Server::builder("house")
        .state(written.clone())
        .tool(tool("write", "Writes it.", write).input_schema(json!({"type": "object"})))
        .limits(limits)
        .clock(Hands::default())
        .build()
        .unwrap();
    (TestServer::new(server).as_user("ana"), written)
}

fn keyed(key: u32) -> Value {
    json!({"what": "same", (Repeat::FIELD): key.to_string()})
}

#[tokio::test]
async fn case_66_a_replay_costs_the_limit_of_the_key_and_no_other() {
    let limits = Limits {
        key: Some(Quota::per_minute(40)),
        writes: Some(Quota::per_minute(2)),
        identical: Some(2),
        ..Limits::NONE
    };
    let (client, written) = house(limits);
    for key in [1, 2] {
        assert_eq!(
            client.call("write", keyed(key)).await.text(),
            format!("written {key}")
        );
    }
    // The tool's own are used up, and what was done is answered all the same.
    let third = client.call("write", keyed(3)).await;
    assert!(third.text().contains("Nothing was done"), "{third:?}");
    let mut replayed = 0;
    for _ in 0..50 {
        replayed += usize::from(client.call("write", keyed(1)).await.status == 200);
    }
    // Two calls were charged, and the third for nothing.
    assert_eq!(replayed, 40 - 2);
    assert_eq!(written.0.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn case_66_the_first_identical_call_too_many_is_refused_whatever_its_key() {
    let limits = Limits {
        identical: Some(20),
        ..Limits::NONE
    };
    let (client, written) = house(limits);
    for key in 1..=20 {
        let done = client.call("write", keyed(key)).await;
        assert!(!done.is_error(), "{done:?}");
        // Answers of what was done are not among the twenty.
        assert!(!client.call("write", keyed(key)).await.is_error());
    }
    let refused = client.call("write", keyed(21)).await;
    assert!(
        refused.text().contains("20 times with these arguments"),
        "{refused:?}"
    );
    assert_eq!(written.0.load(Ordering::Relaxed), 20);
}
