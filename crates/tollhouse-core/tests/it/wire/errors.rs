//! Errors of every code.

use bytes::Bytes;
use serde_json::{Value, json};
use tollhouse_core::{
    Capability, Header, Headers, Known, Principal, Received, Refusal, Server, tool,
};
use tollhouse_wire_check::check_reply;

use super::{Client, VERSION, fixture::shelf};

fn message(reply: &tollhouse_core::Last) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

#[tokio::test]
async fn e24_every_code_comes_in_its_shape() {
    let client = shelf();
    let good = client.message("tools/call", json!({"name": "everything"}));
    let with = |pointer: &str, name: &str, value: Value| {
        let mut message = good.clone();
        message.pointer_mut(pointer).unwrap()[name] = value;
        message
    };
    for (message, status, code) in [
        (with("", "jsonrpc", json!("1.0")), 400, -32600),
        (with("", "method", json!("tools/nope")), 404, -32601),
        (with("", "params", json!({})), 400, -32602),
        (
            with("/params/_meta", VERSION, json!("1900-01-01")),
            400,
            -32022,
        ),
        (with("/params", "name", json!("nope")), 200, -32602),
    ] {
        let reply = client.send("tools/call", &message).await;
        assert_eq!((reply.status, reply.code()), (status, code), "{message}");
    }
    let unreadable = client.server.send("{").await;
    check_reply("tools/call", &unreadable.message);
    assert_eq!((unreadable.status, unreadable.code()), (400, -32700));
}

#[tokio::test]
async fn e29_what_is_not_there_is_refused_by_name_and_without_a_status_of_its_own() {
    let client = shelf();
    let filter = json!({"toolsListChanged": 1});
    let argument = json!({"name": "nope", "value": ""});
    let template = json!({"type": "ref/resource", "uri": "shelf://item/{id}"});
    let unknown = json!({"type": "ref/prompt", "name": "nope"});
    for (method, params, code) in [
        ("prompts/get", json!({"name": "nope"}), -32602),
        (
            "prompts/get",
            json!({"name": "every", "arguments": {"nope": "x"}}),
            -32602,
        ),
        ("prompts/get", json!({"name": "refusing"}), -32602),
        ("prompts/get", json!({"name": "broken"}), -32603),
        ("resources/read", json!({"uri": "shelf://missing"}), -32602),
        ("resources/read", json!({"uri": "shelf://nope"}), -32602),
        ("resources/read", json!({"uri": "shelf://item/.."}), -32602),
        ("resources/read", json!({"uri": "shelf://broken"}), -32603),
        (
            "completion/complete",
            json!({"ref": template, "argument": argument}),
            -32602,
        ),
        (
            "completion/complete",
            json!({"ref": unknown, "argument": argument}),
            -32602,
        ),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/tool"}, "argument": argument}),
            -32602,
        ),
        (
            "subscriptions/listen",
            json!({"notifications": filter}),
            -32602,
        ),
        ("subscriptions/listen", json!({}), -32602),
    ] {
        let message = client.message(method, params.clone());
        let reply = client.send(method, &message).await;
        assert_eq!(
            (reply.status, reply.code()),
            (200, code),
            "{method} {params}"
        );
        if let (Some(uri), -32602) = (params.get("uri"), code) {
            assert_eq!(reply.message["error"]["data"], json!({"uri": uri}));
        }
    }
}

#[tokio::test]
async fn e74_what_is_not_advertised_is_not_answered() {
    let nothing = Client::new(Server::builder("nothing").build().unwrap());
    for method in [
        "tools/list",
        "tools/call",
        "resources/list",
        "resources/templates/list",
        "resources/read",
        "prompts/list",
        "prompts/get",
        "completion/complete",
    ] {
        let reply = nothing
            .send(method, &nothing.message(method, json!({})))
            .await;
        assert_eq!((reply.status, reply.code()), (404, -32601), "{method}");
    }
    let found = nothing.request("server/discover", json!({})).await;
    assert_eq!(found.result()["capabilities"], json!({"logging": {}}));
}

#[tokio::test]
async fn e07_e65_methods_of_older_revisions_are_told_apart() {
    let client = shelf();
    for method in [
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "initialize",
    ] {
        let message = client.message(method, json!({}));
        let reply = client.send("tools/call", &message).await;
        assert_eq!((reply.status, reply.code()), (404, -32601), "{method}");
    }
}

#[tokio::test]
async fn e32_headers_that_differ_are_told_in_their_shape() {
    let client = shelf();
    let body = client.message("tools/call", json!({"name": "everything"}));
    let body = Bytes::from(body.to_string());
    let headers = Headers {
        version: Header::One(b"2026-07-28"),
        method: Header::One(b"tools/call"),
        name: Header::One(b"another"),
        params: Vec::new(),
        ..Headers::default()
    };
    let server = Server::builder("shelf")
        .source(super::fixture::Shelf)
        .build();
    let received = server.unwrap().receive(
        &body,
        Some(&headers),
        &Principal::anonymous(),
        Known::Nothing,
    );
    let Received::Refused(last) = received else {
        unreachable!("{received:?}");
    };
    check_reply("tools/call", &message(&last));
    assert_eq!(
        (last.status(), &message(&last)["error"]["code"]),
        (400, &json!(-32020))
    );
}

#[tokio::test]
async fn t78_a_need_that_is_absolute_names_what_is_missing() {
    let mut everything = tool("all", "Needs everything.", || async { "never" });
    for need in [
        Capability::Form,
        Capability::Url,
        Capability::Sampling,
        Capability::SamplingTools,
        Capability::SamplingContext,
        Capability::Roots,
    ] {
        everything = everything.needs(need);
    }
    let client = Client::new(Server::builder("needy").tool(everything).build().unwrap());
    let reply = client.call("all").await;
    assert_eq!((reply.status, reply.code()), (400, -32021));
    assert_eq!(
        reply.message["error"]["data"]["requiredCapabilities"],
        json!({"elicitation": {"form": {}, "url": {}}, "roots": {}, "sampling": {"context": {}, "tools": {}}})
    );
}

#[tokio::test]
async fn e28_what_the_edges_refuse_has_codes_of_its_own() {
    let server = Server::builder("edge").build().unwrap();
    for refusal in [
        Refusal::Busy,
        Refusal::Forbidden(vec!["a".to_owned()]),
        Refusal::Cancelled,
        Refusal::TimedOut,
    ] {
        let last = server.refuse(None, refusal);
        check_reply("tools/call", &message(&last));
    }
}
