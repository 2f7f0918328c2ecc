//! Several messages in one array, which only 2025-03-26 has.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Client, Home, R2025_03_26, Stream,
    client::{called, parsed, text, watched},
};
use crate::language::Request;

#[tokio::test]
async fn l37_l39_requests_and_notifications_together_are_answered_by_one_array() {
    let (home, mut client) = home().await;
    let mut messages = vec![note("notifications/initialized")];
    messages.push(client.message("ping", json!({})));
    messages.push(client.message("tools/call", called("echo", json!({"text": "hi"}))));
    messages.push(client.message("tools/list", json!({})));
    messages.push(note("notifications/roots/list_changed"));
    let answers = answered(&mut client, messages).await;
    assert_eq!(ids(&answers), [2, 3, 4]);
    assert_eq!(text(of(&answers, 3)), "hi");
    client.end();
    drop(home);
}

#[tokio::test]
async fn l39_notifications_and_answers_alone_are_accepted() {
    let (_home, mut client) = home().await;
    let notes = json!([
        note("notifications/initialized"),
        note("notifications/roots/list_changed")
    ]);
    assert_eq!(client.tell(&notes).await, 202);
    let answers = json!([
        {"jsonrpc": "2.0", "id": 7, "result": {}},
        {"jsonrpc": "2.0", "id": 8, "error": {"code": -1, "message": "no"}},
    ]);
    let response = client.post(&client.wrap(&answers)).await;
    assert_eq!((response.status(), response.body.len()), (202, 0));
}

#[tokio::test]
async fn l37_l42_an_array_has_from_one_to_a_hundred_messages() {
    let (_home, mut client) = home().await;
    let empty = client.post(&client.wrap(&json!([]))).await;
    client.assert_refused(&empty, 400, -32600);
    let mut hundred: Vec<Value> = Vec::new();
    hundred.resize_with(100, || client.message("ping", json!({})));
    let more = json!([hundred.clone(), vec![note("notifications/initialized")]].concat());
    let refused = client.post(&client.wrap(&more)).await;
    client.assert_refused(&refused, 400, -32600);
    assert_eq!(answered(&mut client, hundred).await.len(), 100);
}

#[tokio::test]
async fn l40_a_handshake_in_an_array_is_refused() {
    let (home, mut client) = home().await;
    let handshake = json!({"jsonrpc": "2.0", "id": "i", "method": "initialize",
        "params": super::client::opening("2025-03-26", json!({}))});
    let outside = home.say(&Request::message(&json!([handshake]))).await;
    outside.assert(400, -32600);
    assert_eq!(outside.head.header("mcp-session-id"), None);
    let ping = client.message("ping", json!({}));
    let response = client.post(&client.wrap(&json!([handshake, ping]))).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.head.header("mcp-session-id"), None);
    let answers = parsed(&response.body);
    R2025_03_26.check_server(&answers);
    let refused = answers.as_array().unwrap().iter();
    let refused = refused.filter(|answer| answer["error"]["code"] == -32600);
    assert!(refused.eq([&answers[0]]), "{answers}");
    assert_eq!(answers[0]["id"], "i");
}

#[tokio::test]
async fn l37_each_message_of_an_array_is_judged_alone() {
    let (_home, mut client) = home().await;
    let ping = client.message("ping", json!({}));
    let mixed = json!([
        ping,
        5,
        [ping],
        {"jsonrpc": "2.0"},
        {"jsonrpc": "2.0", "id": "n", "method": "nope"},
    ]);
    let response = client.post(&client.wrap(&mixed)).await;
    assert_eq!(response.status(), 200);
    let answers = parsed(&response.body);
    R2025_03_26.check_server(&answers);
    let answers = answers.as_array().unwrap();
    let codes = answers
        .iter()
        .filter_map(|answer| answer["error"]["code"].as_i64());
    let mut codes: Vec<i64> = codes.collect();
    codes.sort_unstable();
    assert_eq!(codes, [-32601, -32600, -32600, -32600]);
    assert_eq!(answers.len(), 5);
}

#[tokio::test]
async fn l39_events_come_as_they_are_said_and_then_one_array() {
    let (home, mut client) = home().await;
    home.book.release();
    let first = client.message("tools/call", watched("slow", json!({"steps": 2}), "a"));
    let ping = client.message("ping", json!({}));
    let second = client.message("tools/call", watched("slow", json!({"steps": 2}), "b"));
    let mut stream = begun(&mut client, vec![first, ping, second]).await;
    let said = client.rest(&mut stream).await;
    assert_eq!(said.len(), 5);
    let mut tokens: Vec<&str> = said[..4]
        .iter()
        .map(|told| told["params"]["progressToken"].as_str().unwrap())
        .collect();
    tokens.sort_unstable();
    assert_eq!(tokens, ["a", "a", "b", "b"]);
    assert_eq!(ids(said[4].as_array().unwrap()), [2, 3, 4]);
    client.end();
}

#[tokio::test]
async fn l54_one_of_several_is_cancelled_and_the_others_are_answered() {
    let (home, mut client) = home().await;
    let calls = calls(&mut client, 3);
    let mut stream = begun(&mut client, calls).await;
    for _ in 0..3 {
        client.next(&mut stream).await.unwrap();
    }
    // The cancellation comes in an array too.
    let cancel =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 3}});
    assert_eq!(
        client
            .tell(&json!([cancel, note("notifications/initialized")]))
            .await,
        202
    );
    home.book.until(|page| page.cancelled() == 1).await;
    home.book.release();
    let said = client.rest(&mut stream).await;
    assert_eq!(said.len(), 1);
    assert_eq!(ids(said[0].as_array().unwrap()), [2, 4]);
    client.end();
}

#[tokio::test]
async fn l54_what_is_cancelled_in_its_own_array_is_not_done() {
    let (home, mut client) = home().await;
    home.book.release();
    let calls = calls(&mut client, 2);
    let cancel =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}});
    let mut stream = begun(
        &mut client,
        vec![calls[0].clone(), calls[1].clone(), cancel],
    )
    .await;
    let said = client.rest(&mut stream).await;
    assert_eq!(ids(said.last().unwrap().as_array().unwrap()), [3]);
    home.book.until(|page| page.records.len() == 2).await;
    assert_eq!(
        home.book.read(|page| (page.begun, page.cancelled())),
        (1, 1)
    );
    client.end();
}

#[tokio::test]
async fn l54_when_all_are_cancelled_nothing_is_said() {
    let (home, mut client) = home().await;
    let calls = calls(&mut client, 2);
    let mut stream = begun(&mut client, calls).await;
    for _ in 0..2 {
        client.next(&mut stream).await.unwrap();
    }
    client.cancel(2).await;
    client.cancel(3).await;
    assert!(client.rest(&mut stream).await.is_empty());
    home.book.until(|page| page.cancelled() == 2).await;
    client.end();
}

#[tokio::test]
async fn l20_l32_who_leaves_an_array_has_it_done_and_comes_back_for_it() {
    let (home, mut client) = home().await;
    let calls = calls(&mut client, 2);
    let mut stream = begun(&mut client, calls).await;
    client.next(&mut stream).await.unwrap();
    home.book.until(|page| page.begun == 2).await;
    let last = stream.leave();
    client.noticed().await;
    home.book.release();
    home.book.until(|page| page.finished == 2).await;
    let mut again = client.listen(last.as_deref()).await;
    let said = client.rest(&mut again).await;
    assert_eq!(ids(said.last().unwrap().as_array().unwrap()), [2, 3]);
    assert_eq!(home.book.read(|page| page.cancelled()), 0);
    client.end();
}

#[tokio::test]
async fn l37_what_is_asked_in_an_array_is_asked_before_it_is_answered() {
    let (_home, mut client) = home().await;
    let roots = client.message("tools/call", called("roots", json!({})));
    let ping = client.message("ping", json!({}));
    let mut stream = begun(&mut client, vec![roots, ping]).await;
    let question = client.next(&mut stream).await.unwrap();
    assert_eq!(question["method"], "roots/list");
    let answer = json!([{"jsonrpc": "2.0", "id": question["id"],
        "result": {"roots": [{"uri": "file:///work"}]}}]);
    assert_eq!(client.tell(&answer).await, 202);
    let said = client.rest(&mut stream).await;
    assert_eq!(said.len(), 1);
    assert_eq!(text(of(said[0].as_array().unwrap(), 2)), "file:///work");
    client.end();
}

#[tokio::test]
async fn t84_a_question_of_an_array_that_nobody_is_there_to_read_is_taken_back() {
    let (home, mut client) = home().await;
    let roots = client.message("tools/call", called("roots", json!({})));
    let slow = client.message("tools/call", watched("slow", json!({"steps": 1}), "t"));
    let mut stream = begun(&mut client, vec![roots, slow]).await;
    client.next(&mut stream).await.unwrap();
    client.next(&mut stream).await.unwrap();
    let last = stream.leave();
    client.noticed().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(60)).await;
    tokio::time::resume();
    home.book.release();
    let mut again = client.listen(last.as_deref()).await;
    let said = client.rest(&mut again).await;
    assert_eq!(said.len(), 2);
    assert_eq!(said[0]["method"], "notifications/cancelled");
    let answers = said[1].as_array().unwrap();
    assert_eq!(of(answers, 2)["result"]["isError"], true);
    assert_eq!(text(of(answers, 3)), "released");
    client.end();
}

#[tokio::test]
async fn l37_in_an_array_that_is_answered_as_json_nothing_is_asked() {
    let (_home, client) = home().await;
    let mut client = client.taking_json();
    let roots = client.message("tools/call", called("roots", json!({})));
    let ping = client.message("ping", json!({}));
    let answers = answered(&mut client, vec![roots, ping]).await;
    let refused = of(&answers, 2);
    assert_eq!(refused["result"]["isError"], true);
    assert!(text(refused).contains("roots"));
    client.end();
}

#[tokio::test]
async fn e22_of_several_with_one_id_only_the_first_runs() {
    let (home, mut client) = home().await;
    home.book.release();
    let call = client.message("tools/call", called("slow", json!({})));
    let other = client.message("tools/call", called("slow", json!({})));
    let array = json!([call, call, other]);
    let response = client.post(&client.wrap(&array)).await;
    let answers = if response.head.is_stream() {
        let mut stream = client.send(&client.wrap(&array)).await;
        stream.message().await.unwrap()
    } else {
        parsed(&response.body)
    };
    R2025_03_26.check_server(&answers);
    let answers = answers.as_array().unwrap();
    assert_eq!(ids(answers), [2, 2, 3]);
    let refused = answers
        .iter()
        .filter(|answer| answer["error"]["code"] == -32600);
    assert_eq!(refused.count(), 1);
}

#[tokio::test]
async fn e02_what_stands_alone_is_not_sent_in_an_array() {
    let (home, mut client) = home().await;
    let ping = client.message("ping", json!({}));
    let alone = json!({"jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": {
        "name": "echo",
        "arguments": {"text": "hi"},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    }});
    let response = client.post(&client.wrap(&json!([ping, alone]))).await;
    let answers = parsed(&response.body);
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), 2);
    let refused = answers.iter().find(|answer| answer["id"] == "a").unwrap();
    assert!(refused["error"].is_object(), "{refused}");
    assert_eq!(home.book.read(|page| page.begun), 0);
}

async fn home() -> (Home, Client) {
    let home = Home::open().await;
    let client = Client::open(&home, R2025_03_26).await;
    (home, client)
}

/// So many calls that wait to be released, each with a step of progress.
fn calls(client: &mut Client, many: usize) -> Vec<Value> {
    let mut call = |place: usize| {
        let params = watched("slow", json!({"steps": 1}), &place.to_string());
        client.message("tools/call", params)
    };
    (0..many).map(&mut call).collect()
}

/// Sends an array that one JSON array answers.
async fn answered(client: &mut Client, messages: Vec<Value>) -> Vec<Value> {
    let messages = json!(messages);
    client.says(&messages);
    let response = client.post(&client.wrap(&messages)).await;
    assert_eq!(response.status(), 200);
    let answers = parsed(&response.body);
    client.hear(&answers);
    answers.as_array().unwrap().clone()
}

/// Sends an array that a stream answers.
async fn begun(client: &mut Client, messages: Vec<Value>) -> Stream {
    let messages = json!(messages);
    client.says(&messages);
    client.send(&client.wrap(&messages)).await
}

fn ids(answers: &[Value]) -> Vec<i64> {
    let ids = answers.iter().map(|answer| answer["id"].as_i64().unwrap());
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids
}

/// The answer to this request.
fn of(answers: &[Value], id: i64) -> &Value {
    answers.iter().find(|answer| answer["id"] == id).unwrap()
}

fn note(method: &str) -> Value {
    json!({"jsonrpc": "2.0", "method": method})
}
