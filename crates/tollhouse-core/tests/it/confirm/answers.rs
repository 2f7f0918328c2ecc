//! What a client can show its user: the question, and each answer to it.

use serde_json::json;
use tollhouse_core::{Confirmation, Ending, Server, tool};

use super::{KEY, Shop, accept, asked, bob, call, is_asked, question, send, with};

#[tokio::test]
async fn case_64_what_destroys_is_asked_for_and_a_yes_runs_it_once() {
    let shop = Shop::open();
    let client = shop.client();
    let state = asked(&client, call("delete", "a")).await;
    assert_eq!(shop.deleted(), 0);
    assert_eq!(shop.records.last().ending, Ending::Asked);
    let yes = with(call("delete", "a"), accept(), &state);
    assert_eq!(send(&client, yes.clone()).await.text(), "deleted a");
    assert_eq!(shop.records.last().trail.confirmed, Confirmation::Client);
    let replayed = send(&client, yes).await;
    assert!(replayed.is_error() && replayed.text().contains("used before"));
    assert_eq!(shop.deleted(), 1);
    // What only writes is not asked for.
    assert_eq!(
        client.call("write", json!({"id": "b"})).await.text(),
        "deleted b"
    );
}

#[tokio::test]
async fn case_64_each_no_is_told_apart_and_is_final() {
    for (answer, told) in [
        (json!({"action": "decline"}), "The user said no"),
        (
            json!({"action": "accept", "content": {"confirm": false}}),
            "The user said no",
        ),
        (json!({"action": "cancel"}), "put the question away"),
    ] {
        let shop = Shop::open();
        let client = shop.client();
        let state = asked(&client, call("delete", "a")).await;
        let no = send(&client, with(call("delete", "a"), answer, &state)).await;
        assert!(no.is_error() && no.text().contains(told), "{}", no.text());
        let Ending::Refused(refusal) = shop.records.last().ending else {
            unreachable!("a no is no result");
        };
        assert_eq!(refusal.name(), "declined");
        assert!(refusal.text().contains(told));
        // A yes after the no is none.
        let yes = send(&client, with(call("delete", "a"), accept(), &state)).await;
        assert!(yes.is_error());
        assert_eq!(shop.deleted(), 0);
    }
}

#[tokio::test]
async fn case_64_an_answer_that_is_none_is_an_error_and_uses_nothing_up() {
    let shop = Shop::open();
    let client = shop.client();
    let state = asked(&client, call("delete", "a")).await;
    for odd in [
        json!({"action": "accept"}),
        json!({"action": "accept", "content": {}}),
        json!({"action": "accept", "content": {"confirm": "true"}}),
        json!({"action": "accept", "content": {"confirm": 1}}),
        json!({"action": "yes"}),
        json!({"content": {"confirm": true}}),
        json!({}),
    ] {
        let reply = send(&client, with(call("delete", "a"), odd.clone(), &state)).await;
        assert_eq!(reply.code(), -32602, "{odd}");
    }
    assert_eq!(shop.deleted(), 0);
    let yes = send(&client, with(call("delete", "a"), accept(), &state)).await;
    assert_eq!(yes.text(), "deleted a");
}

#[tokio::test]
async fn case_64_a_question_that_fits_no_more_is_asked_anew_and_says_why() {
    let shop = Shop::open();
    let client = shop.client();
    let state = asked(&client, call("delete", "a")).await;
    let changed = send(&client, with(call("delete", "b"), accept(), &state)).await;
    assert!(question(&changed).starts_with("The arguments are others"));
    shop.later(15 * 60 * 1_000);
    let expired = send(&client, with(call("delete", "a"), accept(), &state)).await;
    assert!(question(&expired).starts_with("The question before this one was not answered"));
    assert_eq!(shop.deleted(), 0);
}

#[tokio::test]
async fn case_64_a_yes_to_a_tool_that_has_changed_is_none() {
    let shop = Shop::open();
    let client = shop.client();
    let state = asked(&client, call("delete", "a")).await;
    let mut builder = Server::builder("shop")
        .key([7; 32])
        .clock(shop.hand.clone());
    builder = builder.state(shop.deleted.clone());
    let other = tool("delete", "Deletes everything.", super::delete).destructive();
    let server = builder.tool(other).build().unwrap();
    let newer = tollhouse_core::testing::TestServer::new(server)
        .as_user("ana")
        .able(json!({"elicitation": {}}));
    let reply = send(&newer, with(call("delete", "a"), accept(), &state)).await;
    assert!(question(&reply).starts_with("The tool has changed"));
    assert_eq!(shop.deleted(), 0);
}

#[tokio::test]
async fn case_64_without_the_state_of_its_own_question_no_answer_counts() {
    let shop = Shop::open();
    let client = shop.client();
    let state = asked(&client, call("delete", "a")).await;
    let mut bare = call("delete", "a");
    bare["inputResponses"][KEY] = accept();
    assert!(is_asked(&send(&client, bare).await));
    // Of another caller, and of another tool.
    let foreign = with(call("delete", "a"), accept(), &state);
    assert_eq!(send(&bob(&shop), foreign).await.code(), -32602);
    let elsewhere = with(call("other", "a"), accept(), &state);
    assert_eq!(send(&client, elsewhere).await.code(), -32602);
    assert_eq!(shop.deleted(), 0);
}

#[tokio::test]
async fn o1_what_is_asked_is_what_would_run() {
    let shop = Shop::open();
    let client = shop.client();
    let odd = format!("a\u{202e}\u{200b}\n- id: \"b\"{}", "x".repeat(1000));
    let text = question(&send(&client, call("delete", &odd)).await);
    let first = "Run \"Delete one\" (delete)? What it changes is changed for good.\n- \"id\": \"a\\u{202e}\\u{200b}\\n- id:";
    assert!(text.starts_with(first), "{text}");
    assert!(text.ends_with(&format!("{}\"", "x".repeat(1000))), "{text}");
    let text = question(&send(&client, call("told", "a{id}")).await);
    assert_eq!(text, "Delete \"a{id}\" for ever?");
}

/// Confirmed once, a call is not asked for again in its later rounds, and each of its states counts once.
#[tokio::test]
async fn case_64_a_yes_stays_with_a_call_that_asks_more() {
    let shop = Shop::open();
    let client = shop.client();
    let mut answers =
        json!({"one": {"action": "accept", "content": {}}, "two": {"action": "accept"}});
    answers[KEY] = accept();
    let mut params = call("delete_asking", "a");
    let mut states = Vec::new();
    for key in [KEY, "one", "two"] {
        let reply = send(&client, params.clone()).await;
        let asks = reply.result()["inputRequests"].as_object().unwrap().clone();
        assert_eq!(asks.keys().collect::<Vec<_>>(), [key]);
        params["inputResponses"] = json!({key: answers[key]});
        params["requestState"] = reply.result()["requestState"].clone();
        states.push(params.clone());
    }
    assert_eq!(send(&client, params).await.text(), "deleted a");
    assert_eq!(shop.records.last().trail.confirmed, Confirmation::Client);
    for state in states {
        assert!(send(&client, state).await.is_error());
    }
    assert_eq!(shop.deleted(), 1);
}

#[tokio::test]
async fn case_64_no_tool_poses_as_the_road() {
    let shop = Shop::open();
    let reply = shop
        .client()
        .answering(KEY, accept())
        .call("pose", json!({}))
        .await;
    assert!(
        reply.text().starts_with("internal error"),
        "{}",
        reply.text()
    );
}
