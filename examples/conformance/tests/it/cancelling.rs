//! Calls that are cancelled, by word and by leaving.

use serde_json::json;
use tollhouse::{Exchange, Frame, Received, testing::TestServer};

use super::client;

#[tokio::test]
async fn a_call_that_is_cancelled_is_counted_and_not_answered() {
    let client = client();
    let mut call = begun(&client).await;
    call.cancellers()[0].1.cancel();
    assert!(call.next().await.is_none());
    assert_eq!(cancellations(&client).await, "1");
}

#[tokio::test]
async fn a_caller_who_leaves_is_counted() {
    let client = client();
    drop(begun(&client).await);
    // What is left of the call runs beside us.
    for _ in 0..1000 {
        if cancellations(&client).await == "1" {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the rest of the call does not end");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_cancels_fails_and_is_not_counted() {
    let client = client();
    let reply = client.call("test_cancellable", json!({})).await;
    assert!(reply.is_error());
    assert_eq!(reply.text(), "Nobody cancelled this call.");
    assert_eq!(cancellations(&client).await, "0");
}

/// A call that has told that it began.
async fn begun(client: &TestServer) -> Box<Exchange> {
    let message = json!({
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": {"name": "test_cancellable", "_meta": {
            "progressToken": 0,
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        }},
    });
    let Received::Exchange(mut call) = client.open(&message.to_string()) else {
        panic!("the call is refused");
    };
    assert!(matches!(call.next().await, Some(Frame::Event(_))));
    call
}

async fn cancellations(client: &TestServer) -> String {
    client.call("test_cancellations", json!({})).await.text()
}
