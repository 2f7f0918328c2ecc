//! What a session is told unasked: changes, and log lines from the level that it set.

use serde_json::json;

use super::{Client, Home, LEGACY, R2025_11_25};

#[tokio::test]
async fn l50_log_lines_come_from_the_level_that_the_session_set() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let mut other = Client::open(&home, revision).await;
        for (place, level) in LEVELS.iter().enumerate() {
            let set = client
                .say("logging/setLevel", json!({"level": level}))
                .await;
            assert_eq!(set["result"], json!({}));
            let mut stream = client.start("speak", json!({})).await;
            let said = client.rest(&mut stream).await;
            let lines = &said[..said.len() - 1];
            let told: Vec<_> = lines.iter().map(|line| &line["params"]["level"]).collect();
            assert_eq!(told, LEVELS[place..]);
            let logger = &lines[0]["params"]["logger"];
            assert_eq!(logger, "speak");
        }
        let request = other.request("tools/call", json!({"name": "speak"}));
        let response = other.post(&request).await;
        assert!(!response.head.is_stream(), "the other session set no level");
    }
}

#[tokio::test]
async fn l51_a_resource_is_told_of_as_long_as_it_is_followed() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let mut own = client.listen(None).await;
        client.call("touch", json!({})).await;
        told(&mut client, &mut own, &[]).await;
        follow(&mut client, "resources/subscribe", "note:hello").await;
        client.call("touch", json!({})).await;
        told(&mut client, &mut own, &["note:hello"]).await;
        follow(&mut client, "resources/subscribe", "note:other").await;
        client.call("touch", json!({})).await;
        told(&mut client, &mut own, &["note:hello", "note:other"]).await;
        follow(&mut client, "resources/unsubscribe", "note:hello").await;
        client.call("touch", json!({})).await;
        told(&mut client, &mut own, &["note:other"]).await;
        // What is not followed may be left.
        follow(&mut client, "resources/unsubscribe", "note:nope").await;
        follow(&mut client, "resources/unsubscribe", "note:other").await;
        client.call("touch", json!({})).await;
        told(&mut client, &mut own, &[]).await;
        client.end();
    }
}

#[tokio::test]
async fn l51_l52_each_session_hears_what_it_follows_and_nothing_of_others() {
    let home = Home::open().await;
    let mut alice = Client::open(&home, R2025_11_25).await;
    let mut bob = Client::open(&home, R2025_11_25).await;
    let mut of_alice = alice.listen(None).await;
    let mut of_bob = bob.listen(None).await;
    follow(&mut alice, "resources/subscribe", "note:hello").await;
    follow(&mut bob, "resources/subscribe", "note:other").await;
    alice.call("touch", json!({})).await;
    told(&mut alice, &mut of_alice, &["note:hello"]).await;
    told(&mut bob, &mut of_bob, &["note:other"]).await;
}

#[tokio::test]
async fn l52_what_changes_while_nobody_listens_is_told_to_who_comes_back() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        follow(&mut client, "resources/subscribe", "note:hello").await;
        client.call("touch", json!({})).await;
        client.call("touch", json!({})).await;
        let mut own = client.listen(None).await;
        told(&mut client, &mut own, &["note:hello"]).await;
        own.leave();
        client.call("touch", json!({})).await;
        let mut own = client.listen(None).await;
        told(&mut client, &mut own, &["note:hello"]).await;
        // Each kind was told once: this is the next one.
        client.call("touch", json!({})).await;
        told(&mut client, &mut own, &["note:hello"]).await;
    }
}

#[tokio::test]
async fn l52_a_changed_catalogue_is_told_of_and_listed() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let mut own = client.listen(None).await;
        home.server.swap(&[]).unwrap();
        let mut methods = Vec::new();
        for _ in 0..3 {
            let told = client.next(&mut own).await.unwrap();
            methods.push(told["method"].as_str().unwrap().to_owned());
        }
        methods.sort_unstable();
        let lists = ["prompts", "resources", "tools"];
        let expected = lists.map(|list| format!("notifications/{list}/list_changed"));
        assert_eq!(methods, expected);
        client.say("tools/list", json!({})).await;
        client.end();
    }
}

#[tokio::test]
async fn l51_a_resource_that_is_not_there_cannot_be_followed() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let long = format!("note:{}", "x".repeat(3000));
    for uri in [long.as_str(), "note:nope"] {
        let message = client.say("resources/subscribe", json!({"uri": uri})).await;
        assert_eq!(message["error"]["code"], -32002, "{message}");
    }
    let message = client.message("resources/subscribe", json!({}));
    client.misspeaks(&message);
    let response = client.post(&client.wrap(&message)).await;
    assert_eq!(response.code(), -32602);
}

/// Follows a resource or leaves it.
async fn follow(client: &mut Client, method: &str, uri: &str) {
    let message = client.say(method, json!({"uri": uri})).await;
    assert_eq!(message["result"], json!({}));
}

/// Asserts that the list of tools and these resources are told of, and nothing else before them.
async fn told(client: &mut Client, own: &mut super::Stream, uris: &[&str]) {
    let told = client.next(own).await.unwrap();
    assert_eq!(told["method"], "notifications/tools/list_changed");
    for uri in uris {
        let told = client.next(own).await.unwrap();
        assert_eq!(told["method"], "notifications/resources/updated");
        assert_eq!(told["params"]["uri"], *uri);
    }
}

const LEVELS: [&str; 8] = [
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
];
