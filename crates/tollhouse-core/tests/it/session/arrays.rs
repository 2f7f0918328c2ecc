//! Several messages in one line, which only 2025-03-26 has.

use serde_json::{Value, json};

use super::{
    Client, R2024_11_05, R2025_03_26, R2025_06_18, R2025_11_25, called,
    client::{message, watched},
    text,
};

#[tokio::test]
async fn l37_l39_a_line_of_several_is_answered_by_one() {
    let mut client = Client::open(R2025_03_26).await;
    client.say(&array(&[1, 2, 3])).await;
    let answers = client.next().await.unwrap();
    assert_eq!(ids(&answers), [1, 2, 3]);
    client
        .say(&json!([note("notifications/initialized")]))
        .await;
    client.ask(4, "ping", json!({})).await;
    assert_eq!(client.next().await.unwrap()["id"], 4);
    assert!(client.end().await.is_empty());
}

#[tokio::test]
async fn l37_l42_an_array_has_from_one_to_a_hundred_messages() {
    let mut client = Client::open(R2025_03_26).await;
    let hundred: Vec<i64> = (1..=100).collect();
    let more: Vec<i64> = (1..=101).collect();
    for refused in [json!([]), array(&more)] {
        client.raw(&refused.to_string()).await;
        let refused = client.unheard().await.unwrap();
        R2025_03_26.check_server(&refused);
        assert_eq!(refused["error"]["code"], -32600);
    }
    client.say(&array(&hundred)).await;
    assert_eq!(ids(&client.next().await.unwrap()), hundred);
}

#[tokio::test]
async fn l40_a_handshake_in_an_array_is_refused() {
    let mut client = Client::open(R2025_03_26).await;
    let handshake = message(
        json!(1),
        "initialize",
        json!({"protocolVersion": "2025-03-26"}),
    );
    client.raw(&json!([handshake]).to_string()).await;
    let answers = client.unheard().await.unwrap();
    R2025_03_26.check_server(&answers);
    assert_eq!(answers[0]["error"]["code"], -32600);
}

#[tokio::test]
async fn l41_other_revisions_refuse_arrays() {
    for revision in [R2024_11_05, R2025_06_18, R2025_11_25] {
        let mut client = Client::open(revision).await;
        client.raw(&array(&[1]).to_string()).await;
        let refused = client.unheard().await.unwrap();
        revision.check_server(&refused);
        assert_eq!(refused["error"]["code"], -32600);
        assert!(client.end().await.is_empty());
    }
}

#[tokio::test]
async fn l39_events_come_first_and_what_is_asked_is_answered_in_between() {
    let mut client = Client::open(R2025_03_26).await;
    let calls = json!([
        message(json!(1), "tools/call", watched("slow", "t")),
        message(json!(2), "tools/call", called("roots")),
        message(json!(3), "ping", json!({})),
    ]);
    client.say(&calls).await;
    let said = [client.next().await.unwrap(), client.next().await.unwrap()];
    let find = |method: &str| said.iter().find(|message| message["method"] == method);
    assert!(find("notifications/progress").is_some());
    let question = find("roots/list").unwrap().clone();
    // Others are served meanwhile.
    client.ask(4, "ping", json!({})).await;
    assert_eq!(client.next().await.unwrap()["id"], 4);
    let answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": {"roots": []}});
    client.say(&json!([answer])).await;
    client.release();
    let answers = client.next().await.unwrap();
    assert_eq!(ids(&answers), [1, 2, 3]);
    let slow = answers
        .as_array()
        .unwrap()
        .iter()
        .find(|answer| answer["id"] == 1);
    assert_eq!(text(slow.unwrap()), "released");
    assert!(client.end().await.is_empty());
}

#[tokio::test]
async fn l54_one_of_several_is_cancelled_in_an_array() {
    let mut client = Client::open(R2025_03_26).await;
    let calls = json!([
        message(json!(1), "tools/call", watched("slow", "a")),
        message(json!(2), "tools/call", watched("slow", "b")),
    ]);
    client.say(&calls).await;
    client.next().await.unwrap();
    client.next().await.unwrap();
    let cancel =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    client.say(&json!([cancel])).await;
    client.ask(3, "ping", json!({})).await;
    assert_eq!(client.next().await.unwrap()["id"], 3);
    client.release();
    assert_eq!(ids(&client.next().await.unwrap()), [2]);
    assert!(client.end().await.is_empty());
}

#[tokio::test]
async fn e22_an_array_with_an_id_that_is_in_use_is_refused() {
    let mut client = Client::open(R2025_03_26).await;
    client.ask(1, "tools/call", watched("slow", "t")).await;
    client.next().await.unwrap();
    let again = json!([message(json!(1), "tools/call", called("slow"))]);
    client.raw(&again.to_string()).await;
    let refused = client.unheard().await.unwrap();
    R2025_03_26.check_server(&refused);
    let refused = refused.as_array().map_or(&refused, |answers| &answers[0]);
    assert_eq!(refused["error"]["code"], -32600);
    client.release();
    assert_eq!(text(&client.next().await.unwrap()), "released");
    assert!(client.end().await.is_empty());
}

/// An array of pings.
fn array(ids: &[i64]) -> Value {
    ids.iter()
        .map(|id| message(json!(id), "ping", json!({})))
        .collect()
}

fn ids(answers: &Value) -> Vec<i64> {
    let answers = answers.as_array().unwrap().iter();
    let mut ids: Vec<i64> = answers
        .map(|answer| answer["id"].as_i64().unwrap())
        .collect();
    ids.sort_unstable();
    ids
}

fn note(method: &str) -> Value {
    json!({"jsonrpc": "2.0", "method": method})
}
