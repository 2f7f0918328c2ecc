//! Two processes that share a key, and two that do not.

use serde_json::json;
use tollhouse_http::Options;

use super::{
    Client, Home, LEGACY, R2025_11_25,
    client::{text, watched},
    doors::Doors,
};

#[tokio::test]
async fn l25_a_session_of_one_process_goes_on_at_another_with_the_same_key() {
    let (first, second) = (keyed(7).await, keyed(7).await);
    for revision in LEGACY {
        let client = Client::open(&first, revision).await;
        let mut client = client.at(&second);
        client.say("ping", json!({})).await;
        let mut own = client.listen(None).await;
        client.call("touch", json!({})).await;
        let told = client.next(&mut own).await.unwrap();
        assert_eq!(told["method"], "notifications/tools/list_changed");
        // The terms have come along: what the client can do, and what its revision knows.
        let mut stream = client.start("roots", json!({})).await;
        let question = client.next(&mut stream).await.unwrap();
        client.answer(&question, json!({"roots": []})).await;
        client.rest(&mut stream).await;
        assert_eq!(own.retry_ms.is_some(), revision == R2025_11_25);
        let mut client = client.at(&first);
        client.say("ping", json!({})).await;
        client.end();
    }
}

#[tokio::test]
async fn l25_without_the_key_a_session_is_unknown() {
    let first = keyed(7).await;
    for second in [keyed(8).await, Home::open().await] {
        for revision in LEGACY {
            let client = Client::open(&first, revision).await;
            let mut stranger = client.clone().at(&second);
            let request = stranger.request("ping", json!({}));
            stranger.assert_refused(&stranger.post(&request).await, 404, -32600);
            assert_eq!(stranger.delete().await, 404);
            let get = stranger.post(&stranger.bare("GET")).await;
            stranger.assert_refused(&get, 404, -32600);
            client.at(&first).say("ping", json!({})).await;
        }
    }
}

#[tokio::test]
async fn case15_the_owner_is_known_at_another_process_too() {
    let options = || Options::default().authenticate(Doors);
    let first = Home::built(options(), |builder| builder.key([7; 32])).await;
    let second = Home::built(options(), |builder| builder.key([7; 32])).await;
    let mut alice = Client::presenting(&first, "Bearer of alice")
        .await
        .at(&second);
    let mut bob = alice.clone();
    bob.credential = Some("Bearer of bob");
    let request = bob.request("ping", json!({}));
    bob.assert_refused(&bob.post(&request).await, 404, -32600);
    assert_eq!(bob.delete().await, 404);
    alice.say("ping", json!({})).await;
}

#[tokio::test]
async fn l36_a_reply_is_kept_by_the_process_that_gave_it() {
    let (first, second) = (keyed(7).await, keyed(7).await);
    first.book.release();
    let mut client = Client::open(&first, R2025_11_25).await;
    let params = watched("slow", json!({"steps": 1}), "t");
    let mut stream = client.begin("tools/call", params).await;
    client.rest(&mut stream).await;
    let mut elsewhere = client.clone().at(&second);
    let come_back = elsewhere.bare("GET").header("Last-Event-ID", stream.last());
    elsewhere.assert_refused(&elsewhere.post(&come_back).await, 404, -32600);
    // The session itself is known there.
    assert_eq!(
        text(&elsewhere.call("echo", json!({"text": "hi"})).await),
        "hi"
    );
}

async fn keyed(key: u8) -> Home {
    Home::built(Options::default(), |builder| builder.key([key; 32])).await
}
