//! What is no message, in a session and outside of one (case 9).

use serde_json::{Value, json};

use super::{
    Client, Home, LEGACY, R2025_03_26, R2025_11_25,
    client::{called, opening, parsed},
};
use crate::language::{Peer, Request};

#[tokio::test]
async fn case9_l41_what_is_no_message_is_refused_in_every_revision() {
    let home = Home::open().await;
    for revision in LEGACY {
        let client = Client::open(&home, revision).await;
        let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
        let mut lines: Vec<(Vec<u8>, i64)> = vec![
            (b"{".to_vec(), -32700),
            (b"".to_vec(), -32700),
            (b" ".to_vec(), -32700),
            (b"\xff\xfe{}".to_vec(), -32700),
            (
                b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}".to_vec(),
                -32700,
            ),
            (format!("{ping}{ping}").into(), -32700),
            (b"5".to_vec(), -32600),
            (b"null".to_vec(), -32600),
            (b"{}".to_vec(), -32600),
            (b"[]".to_vec(), -32600),
            (
                br#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#.to_vec(),
                -32600,
            ),
            (
                br#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#.to_vec(),
                -32600,
            ),
        ];
        if revision != R2025_03_26 {
            lines.push((format!("[{ping}]").into(), -32600));
        }
        for (body, code) in lines {
            let request = client.wrap(&json!({})).body(body.clone());
            let response = client.post(&request).await;
            let told = String::from_utf8_lossy(&body).into_owned();
            assert_eq!(response.status(), 400, "{told}");
            client.assert_refused(&response, 400, code);
        }
    }
    assert_eq!(home.book.read(|page| page.begun), 0);
}

#[tokio::test]
async fn case9_a_broken_array_is_refused_where_arrays_are_known() {
    let home = Home::open().await;
    let client = Client::open(&home, R2025_03_26).await;
    for (body, code) in [
        ("[", -32700),
        ("[{]", -32700),
        ("[] []", -32700),
        ("[]", -32600),
    ] {
        let request = client.wrap(&json!({})).body(body);
        client.assert_refused(&client.post(&request).await, 400, code);
    }
}

#[tokio::test]
async fn case9_e43_nobody_outside_a_session_has_anything_to_answer() {
    let home = Home::open().await;
    for answer in [
        json!({"jsonrpc": "2.0", "id": 1, "result": {}}),
        json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -1, "message": "no"}}),
    ] {
        let response = home.say(&Request::message(&answer)).await;
        response.assert(400, -32600);
        let lost = Request::message(&answer).header("Mcp-Session-Id", "never-given");
        assert_eq!(home.say(&lost).await.status(), 404);
    }
}

#[tokio::test]
async fn l13_answers_that_nobody_waits_for_are_taken_and_forgotten() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        for id in [json!(1), json!(99), json!("text"), json!(-1)] {
            let answer = json!({"jsonrpc": "2.0", "id": id, "result": {}});
            let response = client.post(&client.wrap(&answer)).await;
            assert_eq!((response.status(), response.body.len()), (202, 0));
        }
        client.say("ping", json!({})).await;
    }
}

#[tokio::test]
async fn e35_an_unknown_method_or_tool_is_told_with_200() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        for (method, params, code) in [
            ("nope", json!({}), -32601),
            ("server/discover", json!({}), -32601),
            ("subscriptions/listen", json!({}), -32601),
            ("tools/call", json!({"name": "nope"}), -32602),
            (
                "tools/call",
                json!({"name": "echo", "arguments": 5}),
                -32602,
            ),
            ("prompts/get", json!({"name": "nope"}), -32602),
            ("tools/list", json!({"cursor": "nope"}), -32602),
            ("resources/read", json!({"uri": "note:nope"}), -32002),
            ("resources/subscribe", json!({"uri": "note:nope"}), -32002),
            ("logging/setLevel", json!({"level": "loud"}), -32602),
        ] {
            let message = client.message(method, params);
            client.misspeaks(&message);
            let response = client.post(&client.wrap(&message)).await;
            assert_eq!(response.status(), 200, "{method}");
            let message = parsed(&response.body);
            client.hear(&message);
            assert_eq!(message["error"]["code"], code, "{method}: {message}");
        }
    }
}

#[tokio::test]
async fn l13_other_forms_and_methods_are_refused_by_the_transport() {
    let home = Home::open().await;
    let client = Client::open(&home, R2025_11_25).await;
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let text = client.wrap(&ping).with("Content-Type", "text/plain");
    assert_eq!(client.post(&text).await.status(), 415);
    let picture = client.wrap(&ping).with("Accept", "image/png");
    assert_eq!(client.post(&picture).await.status(), 406);
    for method in ["PUT", "PATCH"] {
        let put = client.wrap(&ping).verb(method);
        assert_eq!(client.post(&put).await.status(), 405);
    }
}

#[tokio::test]
async fn case9_no_message_with_one_byte_changed_makes_the_server_fail() {
    let home = Home::open().await;
    for revision in [R2025_03_26, R2025_11_25] {
        let mut client = Client::open(&home, revision).await;
        let call = called("echo", json!({"text": "hi"}));
        for message in [
            json!({"jsonrpc": "2.0", "id": 1, "method": "initialize",
                "params": opening(revision.name(), json!({"elicitation": {}}))}),
            json!([{"jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": call}]),
            json!({"jsonrpc": "2.0", "method": "notifications/cancelled",
                "params": {"requestId": 1}}),
            json!({"jsonrpc": "2.0", "id": "q", "error": {"code": 1, "message": "no"}}),
        ] {
            spoil(&client, &message).await;
        }
        client.say("ping", json!({})).await;
    }
}

/// Says a message again and again, each time with another byte changed.
async fn spoil(client: &Client, message: &Value) {
    let request = client.wrap(message);
    let body = request.content().to_vec();
    let mut peer = Peer::connect(client.address).await;
    for (place, byte) in (0..body.len()).flat_map(|place| BYTES.map(|byte| (place, byte))) {
        let mut spoilt = body.clone();
        spoilt[place] = byte;
        let response = peer.say(&request.clone().body(spoilt)).await;
        assert!(
            [200, 202, 400].contains(&response.status()),
            "{message} {place}"
        );
        if response.status() != 202 {
            client.revision.check_server(&parsed(&response.body));
        }
    }
}

const BYTES: [u8; 6] = [b'"', b'{', b'0', b'\\', 0xff, b' '];
