//! Messages of both eras on one pair of pipes.

use serde_json::json;

use super::{
    Client, LEGACY, R2025_06_18, R2025_11_25, called,
    client::{alone, message, watched},
    text,
};

#[tokio::test]
async fn e05_e11_who_asks_first_what_is_there_may_begin_with_a_handshake_afterwards() {
    for revision in LEGACY {
        let mut client = Client::new(revision);
        client
            .ask_alone("modern 1", "server/discover", json!({}))
            .await;
        let found = client.next().await.unwrap();
        let versions = found["result"]["supportedVersions"].as_array().unwrap();
        assert!(versions.contains(&json!("2026-07-28")));
        let answer = client.handshake(1, json!({})).await;
        assert_eq!(answer["result"]["protocolVersion"], revision.name());
        client.note("notifications/initialized", json!({})).await;
        assert_eq!(text(&client.call(2, "echo").await), "hello");
        assert!(client.end().await.is_empty());
    }
}

#[tokio::test]
async fn e02_e03_e11_messages_of_both_eras_take_turns() {
    for revision in LEGACY {
        let mut client = Client::open(revision).await;
        for turn in 1..=3 {
            let id = format!("modern {turn}");
            client.ask_alone(&id, "tools/call", called("echo")).await;
            let newer = client.next().await.unwrap();
            assert_eq!(newer["result"]["resultType"], "complete");
            let older = client.call(turn, "echo").await;
            assert_eq!(older["result"].get("resultType"), None);
            assert_eq!((text(&newer), text(&older)), ("hello", "hello"));
        }
        assert!(client.end().await.is_empty());
    }
}

#[tokio::test]
async fn e03_a_session_lends_nothing_to_what_stands_alone() {
    let mut client = Client::open(R2025_11_25).await;
    client
        .ask(1, "logging/setLevel", json!({"level": "debug"}))
        .await;
    client.next().await.unwrap();
    client
        .ask_alone("modern 1", "tools/call", called("speak"))
        .await;
    assert_eq!(text(&client.next().await.unwrap()), "said");
    client
        .ask_alone("modern 2", "tools/call", called("form"))
        .await;
    let asked = client.next().await.unwrap();
    assert_eq!(asked["result"]["resultType"], "input_required");
    client
        .ask_alone("modern 3", "tools/call", called("roots"))
        .await;
    let refused = client.next().await.unwrap();
    assert_eq!(
        refused["error"]["code"], -32021,
        "it did not say that it can"
    );
    let question = client.call(2, "form").await;
    assert_eq!(question["method"], "elicitation/create");
    client.answer(&question, json!({"action": "decline"})).await;
    assert_eq!(text(&client.next().await.unwrap()), "declined");
    let question = client.call(3, "roots").await;
    assert_eq!(question["method"], "roots/list");
    client.answer(&question, json!({"roots": []})).await;
    assert_eq!(text(&client.next().await.unwrap()), "");
    assert!(client.end().await.is_empty());
}

#[tokio::test]
async fn e11_e22_the_ids_of_both_eras_are_of_one_kind() {
    for revision in [R2025_06_18, R2025_11_25] {
        let mut client = Client::open(revision).await;
        client.ask(7, "tools/call", watched("slow", "t")).await;
        client.next().await.unwrap();
        let mut again = alone("modern", "tools/call", called("echo"));
        again["id"] = json!(7);
        let legacy = message(json!(7), "tools/call", called("slow"));
        for taken in [again, legacy] {
            client.raw(&taken.to_string()).await;
            let refused = client.unheard().await.unwrap();
            assert_eq!(refused["id"], 7);
            // What answers at once needs no id for long.
            assert!(refused["error"]["code"] == -32600, "{refused}");
        }
        client
            .ask_alone("modern 8", "tools/call", watched("slow", "modern"))
            .await;
        client.next().await.unwrap();
        client.release();
        let mut answers = [client.next().await.unwrap(), client.next().await.unwrap()];
        answers.sort_by_key(|answer| answer["id"].is_string());
        assert_eq!(
            (text(&answers[0]), text(&answers[1])),
            ("released", "released")
        );
        assert!(client.end().await.is_empty());
    }
}

#[tokio::test]
async fn t37_l52_each_era_is_told_of_changes_in_its_own_way() {
    let mut client = Client::open(R2025_11_25).await;
    let filter = json!({"notifications": {"toolsListChanged": true}});
    client
        .ask_alone("modern 1", "subscriptions/listen", filter)
        .await;
    let told = client.next().await.unwrap();
    assert_eq!(told["method"], "notifications/subscriptions/acknowledged");
    client.ask(1, "tools/call", called("touch")).await;
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(client.next().await.unwrap());
    }
    told.retain(|message| message["method"] == "notifications/tools/list_changed");
    assert_eq!(told.len(), 2);
    let subscription = "/params/_meta/io.modelcontextprotocol~1subscriptionId";
    let marked = told
        .iter()
        .filter(|message| message.pointer(subscription).is_some());
    assert_eq!(marked.count(), 1);
}
