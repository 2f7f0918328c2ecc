//! What the client is told unasked.

use serde_json::{Value, json};
use tollhouse_core::Change;

use super::{Client, LEGACY, called, client::watched, text};

#[tokio::test]
async fn l04_l52_changes_are_told_only_after_the_client_goes_on() {
    for revision in LEGACY {
        let mut client = Client::new(revision);
        client.handshake(0, json!({})).await;
        client.server.hub().publish(&Change::Tools);
        client.note("notifications/initialized", json!({})).await;
        client.ask(1, "ping", json!({})).await;
        assert_eq!(client.next().await.unwrap()["id"], 1);
        client.server.hub().publish(&Change::Tools);
        let told = client.next().await.unwrap();
        assert_eq!(told["method"], "notifications/tools/list_changed");
        client.ask(2, "ping", json!({})).await;
        assert_eq!(client.next().await.unwrap()["id"], 2);
        assert!(client.end().await.is_empty());
    }
}

#[tokio::test]
async fn l51_a_resource_is_told_of_as_long_as_it_is_followed() {
    for revision in LEGACY {
        let mut client = Client::open(revision).await;
        follow(&mut client, 1, "resources/subscribe").await;
        assert_eq!(touched(&mut client, 2, 3).await, [json!("note:hello")]);
        follow(&mut client, 3, "resources/unsubscribe").await;
        assert!(touched(&mut client, 4, 2).await.is_empty());
        let nope = json!({"uri": "note:nope"});
        client.ask(9, "resources/subscribe", nope).await;
        assert_eq!(client.next().await.unwrap()["error"]["code"], -32002);
        assert!(client.end().await.is_empty());
    }
}

#[tokio::test]
async fn l50_log_lines_come_from_the_level_that_was_set() {
    for revision in LEGACY {
        let mut client = Client::open(revision).await;
        assert_eq!(text(&client.call(1, "speak").await), "said");
        client
            .ask(2, "logging/setLevel", json!({"level": "error"}))
            .await;
        client.next().await.unwrap();
        let line = client.call(3, "speak").await;
        assert_eq!(line["params"]["data"], "error");
        assert_eq!(text(&client.next().await.unwrap()), "said");
        assert!(client.end().await.is_empty());
    }
}

#[tokio::test]
async fn case18_l54_a_cancelled_call_is_stopped_and_never_answered() {
    for revision in LEGACY {
        let mut client = Client::open(revision).await;
        client.ask(1, "tools/call", watched("slow", "t")).await;
        client.next().await.unwrap();
        client.cancel(1).await;
        client.ask(2, "ping", json!({})).await;
        assert_eq!(client.next().await.unwrap()["id"], 2);
        client.release();
        let records = client.records.clone();
        assert!(client.end().await.is_empty());
        assert_eq!(records.endings().len(), 1);
    }
}

async fn follow(client: &mut Client, id: i64, method: &str) {
    client.ask(id, method, json!({"uri": "note:hello"})).await;
    assert_eq!(client.next().await.unwrap()["result"], json!({}));
}

/// Changes things, and gives the resources that this many messages tell of.
async fn touched(client: &mut Client, id: i64, messages: usize) -> Vec<Value> {
    client.ask(id, "tools/call", called("touch")).await;
    let mut uris = Vec::new();
    for _ in 0..messages {
        let message = client.next().await.unwrap();
        uris.extend(message.pointer("/params/uri").cloned());
    }
    uris
}
