//! What comes before a result, and streams of changes.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::{Value, json};
use tollhouse_core::{
    Change, Ctx, Exchange, Frame, Header, Headers, Known, Level, Principal, Received, Server,
    prompt, resource, tool,
};
use tollhouse_wire_check::{check_event, check_reply};

use super::{Client, LEVEL, fixture::Shelf};

async fn chatty(ctx: Ctx) -> String {
    ctx.progress(0.5, None, None);
    ctx.progress(0.5, None, Some("not further"));
    ctx.progress(1.0, Some(f64::INFINITY), Some("half \"way\""));
    ctx.progress(f64::NAN, None, None);
    ctx.progress(2.0, Some(3.0), None);
    for level in [Level::Debug, Level::Info, Level::Error, Level::Emergency] {
        ctx.log(level, json!({"deep": [1, null, "x"]}));
    }
    "done".to_owned()
}

fn client() -> Client {
    let server = Server::builder("chatty")
        .tool(tool("chatty", "Says much.", chatty))
        .prompt(prompt("chatty", "Says much.", chatty))
        .resource(resource("chatty://it", "chatty", chatty));
    Client::new(server.build().unwrap())
}

fn called(events: &[Value], method: &str) -> Vec<Value> {
    let params = events.iter().filter(|event| event["method"] == method);
    params.map(|event| event["params"].clone()).collect()
}

#[tokio::test]
async fn t68_progress_grows_and_goes_to_its_token() {
    for token in [json!("a \"token\""), json!(7), json!("")] {
        let client = client().with_meta("progressToken", token.clone());
        for (method, params) in [
            ("tools/call", json!({"name": "chatty"})),
            ("prompts/get", json!({"name": "chatty"})),
            ("resources/read", json!({"uri": "chatty://it"})),
        ] {
            let reply = client.request(method, params).await;
            let told = called(&reply.events, "notifications/progress");
            assert_eq!(
                told,
                [
                    json!({"progressToken": token, "progress": 0.5}),
                    json!({"progressToken": token, "progress": 1, "message": "half \"way\""}),
                    json!({"progressToken": token, "progress": 2, "total": 3}),
                ]
            );
            assert_eq!(reply.events.len(), 3);
        }
    }
}

#[tokio::test]
async fn t64_t65_log_lines_come_from_the_level_that_was_asked_for() {
    for (level, lines) in [("debug", 4), ("info", 3), ("warning", 2), ("alert", 1)] {
        let client = client().with_meta(LEVEL, json!(level));
        let reply = client.call("chatty").await;
        let told = called(&reply.events, "notifications/message");
        assert_eq!((told.len(), reply.events.len()), (lines, lines), "{level}");
        assert_eq!(told[0]["data"], json!({"deep": [1, null, "x"]}));
    }
    assert!(client().call("chatty").await.events.is_empty());
}

#[tokio::test]
async fn t66_an_unknown_level_is_refused() {
    let client = client().with_meta(LEVEL, json!("loud"));
    let message = client.message("tools/call", json!({"name": "chatty"}));
    assert_eq!(client.send("tools/call", &message).await.code(), -32602);
}

/// A stream of everything that the shelf may tell of.
fn listen(server: &Server, id: &Value, headers: Option<&Headers<'_>>) -> Box<Exchange> {
    let client = Client::new(server.clone());
    let filter = json!({
        "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
        "resourceSubscriptions": ["shelf://text", "shelf://item/1", "nowhere://"],
    });
    let mut message = client.message("subscriptions/listen", json!({"notifications": filter}));
    message["id"] = id.clone();
    tollhouse_wire_check::check_request(&message);
    let body = Bytes::from(message.to_string());
    match server.receive(&body, headers, &Principal::anonymous(), Known::Nothing) {
        Received::Exchange(exchange) => exchange,
        other => unreachable!("{other:?}"),
    }
}

/// The next message of a stream, and whether it is the last; each is checked and names the stream.
async fn next(exchange: &mut Exchange, id: &Value) -> (Value, bool) {
    let (body, is_last) = match exchange.next().await.unwrap() {
        Frame::Event(body) => (body, false),
        Frame::Last(last) => (last.body, true),
        Frame::Question(_) | Frame::Pause => unreachable!("nobody is asked here"),
    };
    let message: Value = serde_json::from_slice(&body).unwrap();
    let inside = if is_last {
        check_reply("subscriptions/listen", &message);
        &message["result"]
    } else {
        check_event(&message);
        &message["params"]
    };
    if message["method"] != "notifications/cancelled" {
        let named = &inside["_meta"]["io.modelcontextprotocol/subscriptionId"];
        assert_eq!(named, id, "{message}");
    }
    (message, is_last)
}

fn shelf() -> Server {
    Server::builder("shelf").source(Shelf).build().unwrap()
}

#[tokio::test]
async fn t37_t39_a_stream_tells_what_was_granted_and_then_the_changes() {
    for id in [json!("a \"stream\""), json!(9)] {
        let server = shelf();
        let mut stream = listen(&server, &id, None);
        let (granted, _) = next(&mut stream, &id).await;
        assert_eq!(
            granted["params"]["notifications"],
            json!({
                "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
                "resourceSubscriptions": ["shelf://item/1", "shelf://text"],
            })
        );
        let changes = [Change::Tools, Change::Prompts, Change::Resources];
        let mut told = BTreeSet::new();
        for change in &changes {
            server.hub().publish(change);
            let (message, _) = next(&mut stream, &id).await;
            told.insert(message["method"].as_str().unwrap().to_owned());
        }
        assert_eq!(told.len(), changes.len());
        let uri = "shelf://text";
        server.hub().publish(&Change::Resource(uri.to_owned()));
        let (updated, _) = next(&mut stream, &id).await;
        assert_eq!(updated["method"], "notifications/resources/updated");
        assert_eq!(updated["params"]["uri"], uri);
    }
}

#[tokio::test]
async fn t42_t43_a_stream_that_the_server_ends_says_so() {
    let id = json!("s");
    let headers = Headers {
        version: Header::One(b"2026-07-28"),
        method: Header::One(b"subscriptions/listen"),
        ..Headers::default()
    };
    for (headers, methods) in [
        (None, vec![json!("notifications/cancelled"), Value::Null]),
        (Some(&headers), vec![Value::Null]),
    ] {
        let server = shelf();
        let mut stream = listen(&server, &id, headers);
        next(&mut stream, &id).await;
        server.drain().await;
        let mut said = Vec::new();
        let mut is_over = false;
        while !is_over {
            let (message, is_last) = next(&mut stream, &id).await;
            said.push(message["method"].clone());
            is_over = is_last;
        }
        assert_eq!(said, methods);
        assert!(stream.next().await.is_none());
    }
}

#[tokio::test]
async fn t36_what_is_not_offered_is_not_granted() {
    let nothing = Server::builder("nothing").build().unwrap();
    let id = json!(1);
    let mut stream = listen(&nothing, &id, None);
    let (granted, _) = next(&mut stream, &id).await;
    assert_eq!(granted["params"]["notifications"], json!({}));
}
