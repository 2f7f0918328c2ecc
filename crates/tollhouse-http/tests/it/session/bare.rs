//! A server that keeps no sessions: handshakes are answered, and each request is served for itself.

use serde_json::{Value, json};
use tollhouse_http::Options;

use super::{
    Client, Home, LEGACY, R2025_03_26, R2025_06_18,
    client::{called, parsed, text},
};
use crate::language::{Peer, Request};

#[tokio::test]
async fn l30_without_sessions_no_id_is_given_and_requests_are_served() {
    let home = home().await;
    for revision in LEGACY {
        // Before there was a header, who says nothing is taken for 2025-03-26.
        let revision = revision.max(R2025_03_26);
        let mut client = Client::open(&home, revision).await;
        assert_eq!(client.id, None);
        client.say("ping", json!({})).await;
        client.say("tools/list", json!({})).await;
        assert_eq!(
            text(&client.call("echo", json!({"text": "hi"})).await),
            "hi"
        );
        let level = client
            .say("logging/setLevel", json!({"level": "debug"}))
            .await;
        assert_eq!(level["result"], json!({}));
        assert_eq!(text(&client.call("speak", json!({})).await), "said");
        let nope = client
            .say("resources/read", json!({"uri": "note:nope"}))
            .await;
        assert_eq!(nope["error"]["code"], -32002);
        client.end();
    }
}

#[tokio::test]
async fn l30_an_id_that_a_client_brings_along_is_not_looked_at() {
    let home = home().await;
    let mut client = Client::open(&home, R2025_06_18).await;
    client.id = Some("of-another-server".to_owned());
    client.say("ping", json!({})).await;
}

#[tokio::test]
async fn l30_nothing_is_asked_and_the_model_reads_why() {
    let home = home().await;
    for revision in [R2025_03_26, R2025_06_18] {
        let mut client = Client::open(&home, revision).await;
        for tool in ["colour", "page", "roots", "model"] {
            let message = client.call(tool, json!({})).await;
            assert_eq!(message["result"]["isError"], true);
        }
        let answer = json!({"jsonrpc": "2.0", "id": 1, "result": {}});
        let response = client.post(&client.wrap(&answer)).await;
        client.assert_refused(&response, 400, -32600);
    }
}

#[tokio::test]
async fn l15_l26_l30_there_are_no_streams_to_open_and_no_sessions_to_end() {
    let home = home().await;
    let client = Client::open(&home, R2025_06_18).await;
    for method in ["GET", "DELETE"] {
        let response = client.post(&client.bare(method)).await;
        assert_eq!(response.status(), 405);
        assert_eq!(response.head.header("allow"), Some("POST"));
    }
}

#[tokio::test]
async fn l13_l54_notifications_are_accepted() {
    let home = home().await;
    let mut client = Client::open(&home, R2025_06_18).await;
    assert_eq!(
        client.note("notifications/initialized", json!({})).await,
        202
    );
    client.cancel(99).await;
}

#[tokio::test]
async fn l37_l41_arrays_are_taken_where_the_revision_has_them() {
    let home = home().await;
    let mut client = Client::open(&home, R2025_03_26).await;
    let array = json!([
        client.message("ping", json!({})),
        client.message("tools/list", json!({}))
    ]);
    client.says(&array);
    let response = client.post(&client.wrap(&array)).await;
    assert_eq!(response.status(), 200);
    client.hear(&parsed(&response.body));
    client.end();
    let mut client = Client::open(&home, R2025_06_18).await;
    let array = json!([client.message("ping", json!({}))]);
    let response = client.post(&client.wrap(&array)).await;
    client.assert_refused(&response, 400, -32600);
}

#[tokio::test]
async fn l40_a_handshake_in_an_array_is_refused() {
    let home = home().await;
    let client = Client::new(&home, R2025_03_26);
    let params = super::client::opening("2025-03-26", json!({}));
    let handshake = json!({"jsonrpc": "2.0", "id": "i", "method": "initialize", "params": params});
    let response = client.post(&client.wrap(&json!([handshake]))).await;
    assert_eq!(response.status(), 200);
    let answers = parsed(&response.body);
    R2025_03_26.check_server(&answers);
    assert_eq!(answers[0]["id"], "i");
    assert_eq!(answers[0]["error"]["code"], -32600);
}

#[tokio::test]
async fn case18_l20_who_leaves_has_its_calls_done() {
    let home = home().await;
    let mut client = Client::open(&home, R2025_03_26).await;
    let call = client.message("tools/call", called("slow", json!({})));
    left(&home, &mut client, &call, 1).await;
    let more = |client: &mut Client| client.message("tools/call", called("slow", json!({})));
    let array = json!([more(&mut client), more(&mut client)]);
    left(&home, &mut client, &array, 3).await;
    home.book.release();
    home.book.until(|page| page.finished == 3).await;
    home.book.until(|page| page.records.len() == 3).await;
    assert_eq!(home.book.read(|page| page.cancelled()), 0);
}

#[tokio::test]
async fn e02_newer_requests_are_served_beside() {
    let home = home().await;
    let request = Request::call("echo", json!({"text": "hi"}));
    let response = home.say(&request).await;
    assert_eq!(response.at("/result/resultType"), "complete");
    for version in ["v999", "2026-07-28"] {
        let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
        let request = Request::message(&ping).header("MCP-Protocol-Version", version);
        assert_eq!(home.say(&request).await.status(), 400);
    }
}

/// Sends this and leaves when so many calls have begun in all.
async fn left(home: &Home, client: &mut Client, message: &Value, begun: usize) {
    let mut peer = Peer::connect(home.address).await;
    peer.send(client.wrap(message).wire()).await;
    home.book.until(|page| page.begun == begun).await;
    peer.reset();
    client.noticed().await;
}

async fn home() -> Home {
    Home::with(Options::default().sessionless(true)).await
}
