//! Questions in the middle of a call, and every way in which they end.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Client, Home, LEGACY, R2024_11_05, R2025_03_26, R2025_06_18, R2025_11_25, Stream,
    client::{called, text, watched},
};

#[tokio::test]
async fn t92_an_accepted_form_goes_back_into_the_call() {
    for revision in [R2025_06_18, R2025_11_25] {
        let (home, mut client) = able(revision).await;
        let (mut stream, question) = asked(&mut client, "colour").await;
        assert_eq!(question["method"], "elicitation/create");
        let accept = json!({"action": "accept", "content": {"colour": "red"}});
        assert_eq!(client.answer(&question, accept).await, 202);
        assert_eq!(ended(&mut client, &mut stream).await, "accepted red");
        assert_eq!(home.book.read(|page| page.finished), 1);
        client.end();
    }
}

#[tokio::test]
async fn t92_a_declined_and_a_cancelled_form_are_answers() {
    for revision in [R2025_06_18, R2025_11_25] {
        for (action, told) in [("decline", "declined"), ("cancel", "put away")] {
            let (_home, mut client) = able(revision).await;
            let (mut stream, question) = asked(&mut client, "colour").await;
            client.answer(&question, json!({"action": action})).await;
            assert_eq!(ended(&mut client, &mut stream).await, told);
            client.end();
        }
    }
}

#[tokio::test]
async fn t93_an_answer_that_is_none_ends_the_call_and_the_model_reads_why() {
    for revision in [R2025_06_18, R2025_11_25] {
        let (home, mut client) = able(revision).await;
        for (answer, why) in [
            (
                json!({"result": {"action": "accept", "content": {}}}),
                "colour",
            ),
            (json!({"result": {"action": "accept"}}), "colour"),
            (
                json!({"result": {"action": "accept", "content": {"colour": 7}}}),
                "colour",
            ),
            (json!({"result": {"action": "maybe"}}), "action"),
            (json!({"result": {}}), "action"),
            (
                json!({"error": {"code": -32601, "message": "cannot ask"}}),
                "cannot ask",
            ),
            (
                json!({"error": {"code": 1, "message": "x".repeat(9999)}}),
                "xxx",
            ),
        ] {
            let (mut stream, question) = asked(&mut client, "colour").await;
            let mut message = json!({"jsonrpc": "2.0", "id": question["id"]});
            let answer = answer.as_object().unwrap().clone();
            message.as_object_mut().unwrap().extend(answer);
            assert_eq!(client.post(&client.wrap(&message)).await.status(), 202);
            let last = client.rest(&mut stream).await.pop().unwrap();
            assert_eq!(last["result"]["isError"], true, "{last}");
            assert!(text(&last).contains(why), "{last}");
            assert!(text(&last).len() < 1000);
        }
        assert_eq!(home.book.read(|page| page.finished), 0);
    }
}

#[tokio::test]
async fn l18_a_question_goes_on_the_stream_of_its_call_alone() {
    let (_home, mut client) = able(R2025_11_25).await;
    let mut own = client.listen(None).await;
    let mut other = client.start("slow", json!({})).await;
    let (mut stream, question) = asked(&mut client, "colour").await;
    client.call("touch", json!({})).await;
    let told = client.next(&mut own).await.unwrap();
    assert_eq!(told["method"], "notifications/tools/list_changed");
    client.answer(&question, json!({"action": "decline"})).await;
    assert_eq!(ended(&mut client, &mut stream).await, "declined");
    client.cancel(2).await;
    assert!(client.rest(&mut other).await.is_empty());
}

#[tokio::test]
async fn two_questions_at_once_are_answered_in_any_order() {
    for revision in [R2025_06_18, R2025_11_25] {
        let (_home, mut client) = able(revision).await;
        let (mut stream, first) = asked(&mut client, "two").await;
        let second = client.next(&mut stream).await.unwrap();
        assert_ne!(first["id"], second["id"]);
        let is_first = first["params"]["message"] == "The first colour?";
        let colours = if is_first {
            ["blue", "red"]
        } else {
            ["red", "blue"]
        };
        for (question, colour) in [&second, &first].into_iter().zip(colours) {
            let accept = json!({"action": "accept", "content": {"colour": colour}});
            client.answer(question, accept).await;
        }
        assert_eq!(ended(&mut client, &mut stream).await, "red and blue");
        client.end();
    }
}

#[tokio::test]
async fn when_one_of_two_answers_is_an_error_the_other_question_is_taken_back() {
    let (_home, mut client) = able(R2025_11_25).await;
    let (mut stream, first) = asked(&mut client, "two").await;
    let second = client.next(&mut stream).await.unwrap();
    let error = json!({"jsonrpc": "2.0", "id": first["id"], "error": {"code": 1, "message": "no"}});
    assert_eq!(client.tell(&error).await, 202);
    let said = client.rest(&mut stream).await;
    assert_eq!(said.len(), 2);
    assert_eq!(said[0]["method"], "notifications/cancelled");
    assert_eq!(said[0]["params"]["requestId"], second["id"]);
    assert_eq!(said[1]["result"]["isError"], true);
    late(&client, &second).await;
}

#[tokio::test]
async fn a_call_asks_eight_times_and_not_nine() {
    let (_home, mut client) = able(R2025_11_25).await;
    for (steps, is_error) in [(8, false), (9, true)] {
        let params = watched("rounds", json!({"steps": steps}), "t");
        let mut stream = client.begin("tools/call", params).await;
        for round in 1..=8 {
            let told = client.next(&mut stream).await.unwrap();
            assert_eq!(told["params"]["progress"], round);
            let question = client.next(&mut stream).await.unwrap();
            client.answer(&question, json!({"action": "decline"})).await;
        }
        let last = client.rest(&mut stream).await.pop().unwrap();
        assert_eq!(last["result"]["isError"] == true, is_error, "{last}");
    }
}

#[tokio::test]
async fn case18_l54_cancelled_while_asked_the_question_is_taken_back_and_nothing_is_answered() {
    for revision in [R2025_06_18, R2025_11_25] {
        let (home, mut client) = able(revision).await;
        let (mut stream, question) = asked(&mut client, "colour").await;
        client.cancel(client.newest()).await;
        let said = client.rest(&mut stream).await;
        assert_eq!(said.len(), 1);
        assert_eq!(said[0]["method"], "notifications/cancelled");
        assert_eq!(said[0]["params"]["requestId"], question["id"]);
        late(&client, &question).await;
        assert_eq!(home.book.read(|page| page.finished), 0);
        client.end();
        client.say("ping", json!({})).await;
    }
}

#[tokio::test]
async fn r14_a_server_that_closes_while_it_asks_takes_the_question_back_and_ends() {
    for revision in [R2025_06_18, R2025_11_25] {
        let (home, mut client) = able(revision).await;
        let (mut stream, _question) = asked(&mut client, "colour").await;
        // Somebody has asked and left.
        let (left, _question) = asked(&mut client, "colour").await;
        left.leave();
        home.stop();
        let said = client.rest(&mut stream).await;
        assert_eq!(said.len(), 2);
        assert_eq!(said[0]["method"], "notifications/cancelled");
        assert_eq!(said[1]["result"]["isError"], true);
        drop(stream);
        home.stopped().await;
    }
}

#[tokio::test]
async fn t89_a_client_that_cannot_is_not_asked_and_the_model_reads_why() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::unable(&home, revision).await;
        for (tool, needed) in [
            ("colour", "elicitation.form"),
            ("page", "elicitation.url"),
            ("roots", "roots"),
            ("model", "sampling"),
        ] {
            let message = client.call(tool, json!({})).await;
            assert_eq!(message["result"]["isError"], true, "{message}");
            assert!(text(&message).contains(needed), "{message}");
        }
        client.end();
    }
}

#[tokio::test]
async fn t89_what_a_revision_has_no_words_for_its_clients_cannot_do_whatever_they_say() {
    let home = Home::open().await;
    for revision in [R2024_11_05, R2025_03_26, R2025_06_18] {
        let everything = json!({"roots": {}, "elicitation": {"form": {}, "url": {}}});
        let mut client = Client::new(&home, revision);
        let opening = super::client::opening(revision.name(), everything);
        let message = client.message("initialize", opening);
        client.misspeaks(&message);
        let response = client
            .post(&client.wrap(&message).without("MCP-Protocol-Version"))
            .await;
        client.hear(&super::client::parsed(&response.body));
        client.id = response.head.header("mcp-session-id").map(str::to_owned);
        let unknown = [("colour", R2025_06_18), ("page", R2025_11_25)];
        for (tool, _) in unknown.iter().filter(|(_, since)| revision < *since) {
            let message = client.call(tool, json!({})).await;
            assert_eq!(message["result"]["isError"], true);
        }
    }
}

#[tokio::test]
async fn l20_l32_who_leaves_while_asked_comes_back_to_the_question_and_answers_it() {
    for revision in [R2025_06_18, R2025_11_25] {
        let (home, mut client) = able(revision).await;
        let params = watched("rounds", json!({"steps": 1}), "t");
        let mut stream = client.begin("tools/call", params).await;
        client.next(&mut stream).await.unwrap();
        let last = stream.leave();
        let mut again = client.listen(last.as_deref()).await;
        let question = client.next(&mut again).await.unwrap();
        let before = again.leave();
        client.answer(&question, json!({"action": "decline"})).await;
        let mut again = client.listen(before.as_deref()).await;
        assert_eq!(ended(&mut client, &mut again).await, "1 rounds");
        assert_eq!(home.book.read(|page| page.cancelled()), 0);
        client.end();
    }
}

#[tokio::test]
async fn t84_a_question_that_nobody_is_there_to_read_is_taken_back_and_its_call_answered() {
    for revision in [R2025_06_18, R2025_11_25] {
        let (_home, mut client) = able(revision).await;
        let params = watched("rounds", json!({"steps": 1}), "t");
        let mut stream = client.begin("tools/call", params).await;
        client.next(&mut stream).await.unwrap();
        let question = client.next(&mut stream).await.unwrap();
        let last = stream.leave();
        client.noticed().await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(60)).await;
        tokio::time::resume();
        let mut again = client.listen(last.as_deref()).await;
        let said = client.rest(&mut again).await;
        assert_eq!(said.len(), 2, "{said:?}");
        assert_eq!(said[0]["params"]["requestId"], question["id"]);
        assert_eq!(said[1]["result"]["isError"], true);
        client.end();
    }
}

#[tokio::test]
async fn case15_nobody_answers_the_questions_of_another_session() {
    let home = Home::open().await;
    let mut alice = Client::open(&home, R2025_11_25).await;
    let bob = Client::open(&home, R2025_11_25).await;
    let (mut stream, question) = asked(&mut alice, "colour").await;
    let accept = json!({"action": "accept", "content": {"colour": "bob's"}});
    let forged = json!({"jsonrpc": "2.0", "id": question["id"], "result": accept});
    assert_eq!(bob.post(&bob.wrap(&forged)).await.status(), 202);
    let as_text = json!({"jsonrpc": "2.0", "id": question["id"].to_string(), "result": accept});
    assert_eq!(alice.post(&alice.wrap(&as_text)).await.status(), 202);
    let accept = json!({"action": "accept", "content": {"colour": "red"}});
    alice.answer(&question, accept).await;
    late(&alice, &question).await;
    assert_eq!(ended(&mut alice, &mut stream).await, "accepted red");
}

#[tokio::test]
async fn l53_t102_t106_folders_and_models_are_asked_in_every_revision() {
    for revision in LEGACY {
        let (_home, mut client) = able(revision).await;
        let (mut stream, question) = asked(&mut client, "roots").await;
        assert_eq!(question["method"], "roots/list");
        let roots = json!({"roots": [{"uri": "file:///a", "name": "A"}, {"uri": "file:///b"}]});
        client.answer(&question, roots).await;
        assert_eq!(ended(&mut client, &mut stream).await, "file:///afile:///b");
        let (mut stream, question) = asked(&mut client, "model").await;
        assert_eq!(question["method"], "sampling/createMessage");
        let said =
            json!({"role": "assistant", "model": "m", "content": {"type": "text", "text": "word"}});
        client.answer(&question, said).await;
        assert_eq!(ended(&mut client, &mut stream).await, "word");
        client.end();
    }
}

async fn able(revision: super::Revision) -> (Home, Client) {
    let home = Home::open().await;
    let client = Client::open(&home, revision).await;
    (home, client)
}

/// Calls a tool that asks first.
async fn asked(client: &mut Client, tool: &str) -> (Stream, Value) {
    let params = called(tool, json!({}));
    let mut stream = client.begin("tools/call", params).await;
    let question = client.next(&mut stream).await.unwrap();
    (stream, question)
}

/// The text of the result, which is all that still comes.
async fn ended(client: &mut Client, stream: &mut Stream) -> String {
    let said = client.rest(stream).await;
    assert_eq!(said.len(), 1, "{said:?}");
    text(&said[0]).to_owned()
}

/// An answer that nobody waits for any longer is taken and forgotten.
async fn late(client: &Client, question: &Value) {
    let accept = json!({"action": "accept", "content": {"colour": "late"}});
    let answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": accept});
    assert_eq!(client.post(&client.wrap(&answer)).await.status(), 202);
}
