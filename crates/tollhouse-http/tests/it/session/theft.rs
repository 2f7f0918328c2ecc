//! A session is its owner's alone, and only for as long as it lasts (case 15).

use std::time::Duration;

use serde_json::json;
use tollhouse_http::Options;

use super::{Client, Home, R2025_11_25, client::text, doors::Doors};
use crate::language::Request;

#[tokio::test]
async fn case15_l25_the_session_of_another_is_unknown_in_every_way() {
    let home = Home::with(Options::default().authenticate(Doors)).await;
    let mut alice = Client::presenting(&home, "Bearer of alice").await;
    let mut stream = alice.listen(None).await;
    let mut slow = alice.start("slow", json!({})).await;
    home.book.until(|page| page.begun == 1).await;
    let mut bob = alice.clone();
    for other in [Some("Bearer of bob"), None] {
        bob.credential = other;
        let post = bob.post(&bob.wrap(&ping())).await;
        bob.assert_refused(&post, 404, -32600);
        let get = bob.post(&bob.bare("GET")).await;
        bob.assert_refused(&get, 404, -32600);
        let come_back = bob
            .bare("GET")
            .header("Last-Event-ID", slow_id(&mut slow).await);
        let come_back = bob.post(&come_back).await;
        bob.assert_refused(&come_back, 404, -32600);
        assert_eq!(bob.delete().await, 404);
        let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled",
            "params": {"requestId": alice.newest()}});
        let cancel = bob.post(&bob.wrap(&cancel)).await;
        bob.assert_refused(&cancel, 404, -32600);
    }
    home.book.release();
    assert_eq!(text(&alice.next(&mut slow).await.unwrap()), "released");
    let message = alice.call("touch", json!({})).await;
    assert_eq!(text(&message), "touched");
    let told = alice.next(&mut stream).await.unwrap();
    assert_eq!(told["method"], "notifications/tools/list_changed");
    alice.end();
}

#[tokio::test]
async fn case15_an_idle_session_of_another_is_unknown_too() {
    let home = Home::with(Options::default().authenticate(Doors)).await;
    let mut alice = Client::presenting(&home, "Bearer of alice").await;
    let mut bob = alice.clone();
    bob.credential = Some("Bearer of bob");
    let post = bob.post(&bob.wrap(&ping())).await;
    bob.assert_refused(&post, 404, -32600);
    assert_eq!(bob.delete().await, 404);
    alice.say("ping", json!({})).await;
}

#[tokio::test]
async fn case15_l25_ids_that_were_never_given_are_unknown() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let real = client.id.clone().unwrap();
    let cut = &real[..real.len() - 1];
    let changed = real.replacen(|c: char| c != 'A', "A", 1);
    let long = "x".repeat(8000);
    for id in [
        "",
        "x",
        cut,
        changed.as_str(),
        long.as_str(),
        "../../etc",
        "a b",
    ] {
        client.id = Some(id.to_owned());
        let post = client.post(&client.wrap(&ping())).await;
        client.assert_refused(&post, 404, -32600);
        let get = client.post(&client.bare("GET")).await;
        client.assert_refused(&get, 404, -32600);
        assert_eq!(client.delete().await, 404);
    }
    let odd = Request::message(&ping()).header("Mcp-Session-Id", [0xff, 0xfe]);
    assert_eq!(home.say(&odd).await.status(), 404);
    client.id = Some(real);
    client.say("ping", json!({})).await;
}

#[tokio::test]
async fn case15_l25_l26_l27_after_its_end_a_session_is_unknown_and_all_of_it_is_gone() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut other = Client::open(&home, R2025_11_25).await;
    let mut own = client.listen(None).await;
    let mut slow = client.start("slow", json!({})).await;
    let mut asked = client.start("colour", json!({})).await;
    client.next(&mut asked).await.unwrap();
    home.book.until(|page| page.begun == 1).await;
    assert_eq!(client.delete().await, 204);
    assert!(client.rest(&mut own).await.is_empty());
    assert!(client.rest(&mut slow).await.is_empty());
    // What was asked is taken back.
    let rest = client.rest(&mut asked).await;
    assert!(
        rest.iter()
            .all(|message| message["method"] == "notifications/cancelled")
    );
    home.book.until(|page| page.cancelled() == 1).await;
    home.book.until(|page| page.gone == 1).await;
    let post = client.post(&client.wrap(&ping())).await;
    client.assert_refused(&post, 404, -32600);
    let get = client.post(&client.bare("GET")).await;
    client.assert_refused(&get, 404, -32600);
    let come_back = client.bare("GET").header("Last-Event-ID", slow.last());
    assert_eq!(client.post(&come_back).await.status(), 404);
    // Nor is there a second way to spell it.
    let id = client.id.clone().unwrap();
    let start = &id[..id.len() - 1];
    for last in ('!'..='~').map(|last| format!("{start}{last}")) {
        let respelt = client.wrap(&ping()).with("Mcp-Session-Id", last);
        assert_eq!(client.post(&respelt).await.status(), 404);
    }
    assert_eq!(client.delete().await, 404);
    other.say("ping", json!({})).await;
}

#[tokio::test]
async fn case15_without_a_session_or_with_two_a_stream_is_refused() {
    let home = Home::open().await;
    let client = Client::open(&home, R2025_11_25).await;
    for method in ["GET", "DELETE"] {
        let none = client.bare(method).without("Mcp-Session-Id");
        assert_eq!(client.post(&none).await.status(), 400, "{method}");
        let nobody = none.without("MCP-Protocol-Version");
        let response = client.post(&nobody).await;
        assert_eq!(response.status(), 405, "{method}");
        assert!(response.head.header("allow").is_some());
        let twice = client
            .bare(method)
            .header("Mcp-Session-Id", client.id.clone().unwrap());
        assert_eq!(client.post(&twice).await.status(), 400, "{method}");
    }
}

#[tokio::test]
async fn case31_a_credential_that_fails_ends_the_request_and_makes_nobody_of_its_sender() {
    let home = Home::with(Options::default().authenticate(Doors).http_sse(true)).await;
    let alice = Client::presenting(&home, "Bearer of alice").await;
    let call = || Request::call("echo", json!({"text": "hi"}));
    for (request, credential) in [
        (call(), "Bearer of mallory"),
        (call(), ""),
        (
            call().header("Authorization", "Bearer of alice"),
            "Bearer of bob",
        ),
        (
            alice.wrap(&ping()).without("Authorization"),
            "Bearer of mallory",
        ),
        (
            alice.bare("GET").without("Authorization"),
            "Bearer of mallory",
        ),
        (
            alice.bare("DELETE").without("Authorization"),
            "Bearer of mallory",
        ),
        (Request::bare("GET", "/sse"), "Bearer of mallory"),
        (
            Request::message(&ping()).to("/messages?session_id=x"),
            "Bearer of mallory",
        ),
        (Request::bytes("{"), "Bearer of mallory"),
    ] {
        let response = home.say(&request.header("Authorization", credential)).await;
        // What comes twice is no request that could be answered otherwise.
        let status = if credential == "Bearer of bob" {
            400
        } else {
            401
        };
        assert_eq!(response.status(), status);
        let challenge = response.head.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer "), "{challenge}");
        assert!(!challenge.contains("mallory") && !response.text().contains("mallory"));
    }
    assert_eq!(home.book.read(|page| page.begun), 0);
    assert_eq!(home.say(&call()).await.told(), "hi");
    let known = call().header("Authorization", "Bearer of bob");
    assert_eq!(home.say(&known).await.told(), "hi");
    let subjects: Vec<String> = home.book.read(|page| {
        let records = page.records.iter();
        records.map(|record| record.subject.clone()).collect()
    });
    assert_eq!(subjects, ["guest", "bob"]);
}

#[tokio::test]
async fn case31_a_credential_that_nobody_makes_up_their_mind_about_lets_nobody_in() {
    let options = Options::default().authenticate(Doors);
    let home = Home::with(options.body_timeout(Duration::from_millis(50))).await;
    let call = Request::call("echo", json!({"text": "hi"}));
    let call = call.header("Authorization", "Bearer of somebody else");
    assert_eq!(home.say(&call).await.status(), 503);
    assert_eq!(home.book.read(|page| page.begun), 0);
}

#[tokio::test]
async fn without_a_way_to_tell_callers_apart_credentials_are_not_looked_at() {
    let home = Home::open().await;
    let call = Request::call("echo", json!({"text": "hi"}));
    let call = call.header("Authorization", "Bearer of mallory");
    assert_eq!(home.say(&call).await.told(), "hi");
}

fn ping() -> serde_json::Value {
    json!({"jsonrpc": "2.0", "id": 900, "method": "ping"})
}

/// An event id of this stream.
async fn slow_id(stream: &mut super::Stream) -> String {
    if stream.last.is_none() {
        stream.event().await.unwrap();
    }
    stream.last().to_owned()
}
