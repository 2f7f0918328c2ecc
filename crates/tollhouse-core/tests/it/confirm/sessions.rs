//! The same in sessions of older revisions, over a pair of pipes.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, duplex, split};
use tokio_util::task::TaskTracker;
use tollhouse_core::{Confirmation, Ending, Principal, stdio};

use super::{Shop, accept};

/// Opens a session of this revision, calls `delete`, and answers what is asked with this: what was asked, and the
/// result.
async fn call(
    shop: &Shop,
    (revision, capabilities): (&str, Value),
    answer: impl Fn(&Value) -> Value,
) -> (Option<Value>, Value) {
    let (near, far) = duplex(64 * 1024);
    let server = shop.server.edge();
    let served = TaskTracker::new().spawn(async move {
        stdio::serve(
            &server,
            Principal::anonymous(),
            split(far),
            std::future::pending::<()>(),
        )
        .await
    });
    let (output, mut input) = split(near);
    let mut lines = BufReader::new(output).lines();
    let hello = json!({
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": {
            "protocolVersion": revision, "capabilities": capabilities,
            "clientInfo": {"name": "proof", "version": "1"},
        },
    });
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "delete", "arguments": {"id": "a"}},
    });
    for message in [hello, ready, call] {
        input
            .write_all(format!("{message}\n").as_bytes())
            .await
            .unwrap();
    }
    let mut asked = None;
    loop {
        let line = lines.next_line().await.unwrap().unwrap();
        let message: Value = serde_json::from_str(&line).unwrap();
        if message["method"] == "elicitation/create" {
            let reply = answer(&message);
            input
                .write_all(format!("{reply}\n").as_bytes())
                .await
                .unwrap();
            asked = Some(message);
        } else if message["id"] == 1 {
            drop(input);
            served.abort();
            return (asked, message["result"].clone());
        }
    }
}

fn result(question: &Value, result: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": question["id"], "result": result})
}

fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

fn forms(revision: &str) -> (&str, Value) {
    (revision, json!({"elicitation": {}}))
}

#[tokio::test]
async fn case_64_in_a_session_the_question_goes_out_and_a_yes_runs_it_once() {
    for revision in ["2025-06-18", "2025-11-25"] {
        let shop = Shop::open();
        let (asked, done) = call(&shop, forms(revision), |it| result(it, &accept())).await;
        let params = &asked.unwrap()["params"];
        assert!(
            params["message"]
                .as_str()
                .unwrap()
                .contains("- \"id\": \"a\"")
        );
        assert_eq!(text(&done), "deleted a");
        assert_eq!(shop.records.last().trail.confirmed, Confirmation::Client);
        assert_eq!(shop.deleted(), 1);
    }
}

#[tokio::test]
async fn case_64_in_a_session_each_no_is_told_apart() {
    let no = json!({"action": "accept", "content": {"confirm": false}});
    for (answer, told) in [
        (json!({"action": "decline"}), "The user said no"),
        (no, "The user said no"),
        (json!({"action": "cancel"}), "put the question away"),
    ] {
        let shop = Shop::open();
        let (_, refused) = call(&shop, forms("2025-11-25"), |it| result(it, &answer)).await;
        assert!(text(&refused).contains(told), "{refused}");
        assert_eq!(shop.deleted(), 0);
    }
}

#[tokio::test]
async fn case_64_a_client_that_answers_with_an_error_has_not_said_yes() {
    let shop = Shop::open();
    let (_, refused) = call(&shop, forms("2025-11-25"), |question| {
        json!({"jsonrpc": "2.0", "id": question["id"], "error": {"code": -32603, "message": "no"}})
    })
    .await;
    assert!(text(&refused).contains("Nobody answered"), "{refused}");
    let Ending::Refused(refusal) = shop.records.last().ending else {
        unreachable!("it was refused");
    };
    assert_eq!(refusal.name(), "declined");
    assert_eq!(shop.deleted(), 0);
}

#[tokio::test]
async fn p57_a_session_without_forms_waits_for_a_person() {
    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let shop = Shop::open();
        let able = (revision, json!({}));
        let (asked, waits) = call(&shop, able.clone(), |it| result(it, &accept())).await;
        assert_eq!(asked, None);
        assert!(text(&waits).contains("apr_"), "{waits}");
        shop.answer(true).await;
        let (_, done) = call(&shop, able, |it| result(it, &accept())).await;
        assert_eq!(text(&done), "deleted a");
        assert_eq!(shop.deleted(), 1);
    }
}

/// Nobody is there: the question is taken back, and the record tells that there was no answer.
#[tokio::test(start_paused = true)]
async fn case_64_a_question_that_nobody_answers_is_no_yes() {
    let shop = Shop::open();
    let silent =
        |_: &Value| json!({"jsonrpc": "2.0", "method": "notifications/roots/list_changed"});
    let (asked, refused) = call(&shop, forms("2025-11-25"), silent).await;
    assert!(asked.is_some());
    assert!(text(&refused).contains("Nobody answered"), "{refused}");
    assert_eq!(shop.deleted(), 0);
}
