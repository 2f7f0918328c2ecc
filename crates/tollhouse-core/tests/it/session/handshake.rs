//! How a session begins on a pair of pipes, and what is refused.

use serde_json::json;

use super::{Client, LEGACY, R2025_11_25, client::message, text};

#[tokio::test]
async fn l01_l02_each_revision_is_answered_with_itself_and_any_other_with_the_newest_of_them() {
    for revision in LEGACY {
        let mut client = Client::new(revision);
        let answer = client.handshake(1, json!({})).await;
        assert_eq!(answer["result"]["protocolVersion"], revision.name());
        assert!(client.end().await.is_empty());
    }
    for other in ["2026-07-28", "2099-01-01", "v999"] {
        let mut client = Client::new(R2025_11_25);
        let params = json!({"protocolVersion": other, "capabilities": {},
            "clientInfo": {"name": "proof", "version": "1"}});
        client.ask(1, "initialize", params).await;
        let answer = client.next().await.unwrap();
        assert_eq!(answer["result"]["protocolVersion"], "2025-11-25", "{other}");
    }
}

#[tokio::test]
async fn l07_a_second_handshake_is_refused_and_the_session_goes_on() {
    for revision in LEGACY {
        let mut client = Client::open(revision).await;
        let params = json!({"protocolVersion": revision.name(), "capabilities": {},
            "clientInfo": {"name": "proof", "version": "1"}});
        client
            .misspeak(&message(json!(1), "initialize", params))
            .await;
        assert_eq!(client.next().await.unwrap()["error"]["code"], -32600);
        assert_eq!(text(&client.call(2, "echo").await), "hello");
        assert!(client.end().await.is_empty());
    }
}

#[tokio::test]
async fn l01_e05_without_a_handshake_nothing_of_a_session_is_served_and_it_can_still_be_said() {
    for revision in LEGACY {
        let mut client = Client::new(revision);
        client
            .raw(&message(json!(91), "ping", json!({})).to_string())
            .await;
        let pong = client.unheard().await.unwrap();
        assert_eq!((&pong["id"], &pong["result"]), (&json!(91), &json!({})));
        for (id, method) in [(90, "tools/list"), (92, "logging/setLevel")] {
            client
                .raw(&message(json!(id), method, json!({})).to_string())
                .await;
            let refused = client.unheard().await.unwrap();
            assert_eq!(refused["id"], id);
            assert_eq!(refused["error"]["code"], -32602, "{refused}");
        }
        for answer in [
            json!({"jsonrpc": "2.0", "id": 1, "result": {}}),
            json!([message(json!(93), "ping", json!({}))]),
        ] {
            client.raw(&answer.to_string()).await;
            assert_eq!(client.unheard().await.unwrap()["error"]["code"], -32600);
        }
        client.handshake(0, json!({})).await;
        assert_eq!(text(&client.call(1, "echo").await), "hello");
    }
}

#[tokio::test]
async fn l07_requests_before_the_client_says_that_it_is_ready_are_served() {
    for revision in LEGACY {
        let mut client = Client::new(revision);
        client.handshake(0, json!({})).await;
        assert_eq!(text(&client.call(1, "echo").await), "hello");
        client.ask(2, "ping", json!({})).await;
        assert_eq!(client.next().await.unwrap()["result"], json!({}));
    }
}

#[tokio::test]
async fn case_9_what_is_no_message_is_answered_and_the_next_one_served() {
    for revision in LEGACY {
        let mut client = Client::open(revision).await;
        for (line, code) in [
            ("{", -32700),
            ("[]", -32600),
            ("{} {}", -32700),
            ("5", -32600),
        ] {
            client.raw(line).await;
            let refused = client.next().await.unwrap();
            assert_eq!(refused["error"]["code"], code, "{line}");
        }
        assert_eq!(text(&client.call(1, "echo").await), "hello");
        assert!(client.end().await.is_empty());
    }
}
