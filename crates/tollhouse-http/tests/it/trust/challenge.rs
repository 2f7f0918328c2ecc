//! Whoever lacks scopes is told which, all of them and everywhere alike, so that a client can ask for them.

use serde_json::{Value, json};

use super::{
    at, guarded, resource,
    surfaces::{legacy, session},
};
use crate::language::{House, Request};

#[tokio::test]
async fn t6_rs06_rs07_case33_every_surface_names_all_scopes_that_a_call_needs() {
    let house = House::with(guarded(resource())).await;
    let mut asked = Vec::new();
    for accept in ACCEPTS {
        let call = Request::call("guarded", json!({"text": "hi"})).with("Accept", accept);
        asked.extend([
            call.clone(),
            call.clone().to("/"),
            call.clone().to("/a/mcp"),
            call.watched(),
        ]);
        for version in ["2025-03-26", "2025-06-18", "2025-11-25"] {
            let session = session(&house, version).await;
            let arguments = json!({"name": "guarded", "arguments": {"text": "hi"}});
            let call = session.wrap(&legacy("tools/call", arguments));
            asked.push(call.with("Accept", accept));
        }
    }
    for request in asked {
        let narrow = request.clone().header("Authorization", "Bearer narrow");
        let response = house.say(&narrow).await;
        assert_eq!(response.status(), 403, "{request:?}");
        let path = if request.target() == "/a/mcp" {
            "/a/mcp"
        } else {
            "/mcp"
        };
        let begins = format!(
            "Bearer error=\"insufficient_scope\", scope=\"orders:read orders:write\", \
             resource_metadata=\"https://tools.example.com/.well-known/oauth-protected-resource{path}\", \
             error_description=\""
        );
        let challenge = response.head.header("www-authenticate").unwrap();
        assert!(challenge.starts_with(&begins), "{challenge}");
        assert_eq!(response.head.header("cache-control"), Some("no-store"));
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn rs17_an_array_names_the_scopes_of_all_that_it_asks_for() {
    let house = House::with(guarded(resource())).await;
    let session = session(&house, "2025-03-26").await;
    let arguments = json!({"name": "guarded", "arguments": {"text": "hi"}});
    let read = json!({"jsonrpc": "2.0", "id": 5, "method": "resources/read",
        "params": {"uri": "note:guarded"}});
    let array = json!([legacy("tools/call", arguments), read]);
    for accept in ACCEPTS {
        let request = session.wrap(&array).with("Accept", accept);
        let held = request.clone().header("Authorization", "Bearer right");
        assert_eq!(house.say(&held).await.status(), 200);
        let effects = house.effects();
        let token = "Bearer for https://tools.example.com/mcp";
        let response = house.say(&request.header("Authorization", token)).await;
        assert_eq!(response.status(), 403, "{accept}");
        let challenge = response.head.header("www-authenticate").unwrap();
        let begins = r#"Bearer error="insufficient_scope", scope="orders:read orders:write", "#;
        assert!(challenge.starts_with(begins), "{challenge}");
        assert_eq!(house.effects(), effects);
    }
}

#[tokio::test]
async fn rs06_prompts_and_resources_name_their_scopes_too() {
    let house = House::with(guarded(resource())).await;
    let session = session(&house, "2025-11-25").await;
    let uri = json!({"uri": "note:guarded"});
    let name = json!({"name": "guarded"});
    for request in [
        Request::rpc("resources/read", uri.clone()).header("Mcp-Name", "note:guarded"),
        Request::rpc("prompts/get", name.clone()).header("Mcp-Name", "guarded"),
        session.wrap(&legacy("resources/read", uri)),
        session.wrap(&legacy("prompts/get", name)),
    ] {
        let held = request.clone().header("Authorization", "Bearer right");
        assert_eq!(house.say(&held).await.status(), 200, "{request:?}");
        let token = "Bearer for https://tools.example.com/mcp";
        let response = house.say(&request.header("Authorization", token)).await;
        assert_eq!(response.status(), 403);
        let challenge = response.head.header("www-authenticate").unwrap();
        let begins = r#"Bearer error="insufficient_scope", scope="orders:read", "#;
        assert!(challenge.starts_with(begins), "{challenge}");
    }
}

#[tokio::test]
async fn t6_a_client_that_comes_back_with_the_scopes_that_it_was_told_is_served() {
    let house = House::with(guarded(resource())).await;
    let call = Request::call("guarded", json!({"text": "hi"}));
    let narrow = call.clone().header("Authorization", "Bearer narrow");
    let mut told = Vec::new();
    // The same operation always names the same.
    for _ in 0..3 {
        let response = house.say(&narrow).await;
        told.push(response.head.header("www-authenticate").unwrap().to_owned());
    }
    assert!(
        told.iter().all(|challenge| *challenge == told[0]),
        "{told:?}"
    );
    let response = house
        .say(&call.header("Authorization", "Bearer right"))
        .await;
    assert_eq!(response.told(), "hi");
}

#[tokio::test]
async fn rs06_with_keys_alone_the_scopes_are_named_without_directions() {
    let house = House::with(guarded(at(&[]))).await;
    let call = Request::call("guarded", json!({"text": "hi"}));
    let response = house
        .say(&call.header("Authorization", "Bearer narrow"))
        .await;
    assert_eq!(response.status(), 403);
    let challenge = response.head.header("www-authenticate").unwrap();
    let begins = r#"Bearer error="insufficient_scope", scope="orders:read orders:write", error_description=""#;
    assert!(challenge.starts_with(begins), "{challenge}");
}

#[tokio::test]
async fn p21_what_fails_for_another_reason_has_no_challenge() {
    let house = House::with(guarded(resource())).await;
    let bad: Vec<(&str, Value)> = vec![
        ("guarded", json!({"text": 7})),
        ("nope", json!({})),
        ("boom", json!({})),
    ];
    for (tool, arguments) in bad {
        let call = Request::call(tool, arguments).header("Authorization", "Bearer right");
        let response = house.say(&call).await;
        assert_eq!(response.status(), 200, "{tool}");
        assert_eq!(response.head.header("www-authenticate"), None);
    }
}

const ACCEPTS: [&str; 3] = [
    "application/json, text/event-stream",
    "application/json",
    "text/event-stream",
];
