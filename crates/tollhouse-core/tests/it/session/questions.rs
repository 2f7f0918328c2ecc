//! Questions on a pair of pipes, and every way in which they end.

use serde_json::json;

use super::{Client, LEGACY, R2025_06_18, R2025_11_25, text};

#[tokio::test]
async fn t92_each_answer_to_a_form_goes_back_into_the_call() {
    for revision in [R2025_06_18, R2025_11_25] {
        let mut client = Client::open(revision).await;
        let accept = json!({"action": "accept", "content": {"colour": "red"}});
        for (id, answer, told) in [
            (1, accept, "accepted \"red\""),
            (2, json!({"action": "decline"}), "declined"),
            (3, json!({"action": "cancel"}), "put away"),
        ] {
            let question = client.call(id, "form").await;
            client.answer(&question, answer).await;
            assert_eq!(text(&client.next().await.unwrap()), told);
        }
        assert!(client.end().await.is_empty());
    }
}

#[tokio::test]
async fn l53_folders_are_asked_for_in_every_revision() {
    for revision in LEGACY {
        let mut client = Client::open(revision).await;
        let question = client.call(1, "roots").await;
        assert_eq!(question["method"], "roots/list");
        client
            .note("notifications/roots/list_changed", json!({}))
            .await;
        client
            .answer(&question, json!({"roots": [{"uri": "file:///a"}]}))
            .await;
        assert_eq!(text(&client.next().await.unwrap()), "file:///a");
        assert!(client.end().await.is_empty());
    }
}

#[tokio::test]
async fn two_calls_ask_at_once_and_each_has_its_answer() {
    let mut client = Client::open(R2025_11_25).await;
    let first = client.call(1, "form").await;
    let second = client.call(2, "form").await;
    assert_ne!(first["id"], second["id"]);
    for (question, id, colour) in [(second, 2, "blue"), (first, 1, "red")] {
        let accept = json!({"action": "accept", "content": {"colour": colour}});
        client.answer(&question, accept).await;
        let message = client.next().await.unwrap();
        assert_eq!(message["id"], id);
        assert!(text(&message).contains(colour));
    }
    assert!(client.end().await.is_empty());
}

#[tokio::test]
async fn case18_l54_cancelled_while_asked_the_question_is_taken_back() {
    for revision in [R2025_06_18, R2025_11_25] {
        let mut client = Client::open(revision).await;
        let question = client.call(1, "form").await;
        client.cancel(1).await;
        let withdrawn = client.next().await.unwrap();
        assert_eq!(withdrawn["method"], "notifications/cancelled");
        assert_eq!(withdrawn["params"]["requestId"], question["id"]);
        // The answer was on its way.
        let late = json!({"jsonrpc": "2.0", "id": question["id"], "result": {"action": "cancel"}});
        client.raw(&late.to_string()).await;
        assert_eq!(text(&client.call(2, "echo").await), "hello");
        assert!(client.end().await.is_empty());
    }
}

#[tokio::test]
async fn l09_the_end_of_the_input_while_asked_takes_the_question_back_and_ends() {
    for revision in [R2025_06_18, R2025_11_25] {
        let mut client = Client::open(revision).await;
        let question = client.call(1, "form").await;
        let rest = client.end().await;
        assert_eq!(rest.len(), 2);
        assert_eq!(rest[0]["params"]["requestId"], question["id"]);
        assert_eq!(rest[1]["result"]["isError"], true);
    }
}

#[tokio::test]
async fn r14_a_server_that_ends_while_it_asks_takes_the_question_back() {
    let mut client = Client::open(R2025_11_25).await;
    let question = client.call(1, "form").await;
    client.stop();
    let rest = client.rest().await;
    assert_eq!(rest.len(), 2);
    assert_eq!(rest[0]["params"]["requestId"], question["id"]);
    assert_eq!(rest[1]["result"]["isError"], true);
}

#[tokio::test(start_paused = true)]
async fn t84_a_question_that_nobody_answers_is_taken_back_after_a_while() {
    let mut client = Client::open(R2025_11_25).await;
    let question = client.call(1, "form").await;
    // The clock of this test goes on by itself when nothing else happens.
    let withdrawn = client.next().await.unwrap();
    assert_eq!(withdrawn["params"]["requestId"], question["id"]);
    let last = client.next().await.unwrap();
    assert_eq!(last["result"]["isError"], true);
    assert_eq!(text(&client.call(2, "echo").await), "hello");
}

#[tokio::test]
async fn t89_a_client_that_cannot_is_not_asked() {
    for revision in LEGACY {
        let mut client = Client::new(revision);
        client.handshake(0, json!({})).await;
        for (id, tool) in [(1, "form"), (2, "roots")] {
            let message = client.call(id, tool).await;
            assert_eq!(message["result"]["isError"], true);
        }
        assert!(client.end().await.is_empty());
    }
}
