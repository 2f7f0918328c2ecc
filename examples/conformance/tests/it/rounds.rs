//! Questions: what is asked, what comes of answers, of wrong ones and of none.

use serde_json::{Value, json};
use tollhouse::testing::TestReply;

use super::{accept, asked, bare_client, client, roots, said};

const ELICITATION: &str = "test_input_required_result_elicitation";

#[tokio::test]
async fn a_name_is_asked_for_and_greeted() {
    let reply = client().call(ELICITATION, json!({})).await;
    assert_eq!(reply.result()["resultType"], "input_required");
    let request = &reply.result()["inputRequests"]["user_name"];
    assert_eq!(request["method"], "elicitation/create");
    assert_eq!(request["params"]["message"], "What is your name?");
    assert_eq!(
        request["params"]["requestedSchema"],
        json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]})
    );
    let client = client().answering("user_name", accept(&json!({"name": "Alice"})));
    assert_eq!(
        client.call(ELICITATION, json!({})).await.text(),
        "Hello, Alice!"
    );
}

#[tokio::test]
async fn an_answer_may_come_with_the_first_call() {
    let answer = accept(&json!({"name": "Alice"}));
    let known = json!({"user_name": answer, "unknown_extra_key": answer});
    assert_eq!(answered(known).await.text(), "Hello, Alice!");
}

#[tokio::test]
async fn wrong_answers_do_not_complete() {
    let wrong_key = answered(json!({"wrong_key": accept(&json!({"data": "wrong"}))}));
    assert_eq!(asked(&wrong_key.await), ["user_name"]);
    for wrong in [json!({"user_name": 12345}), Value::Null] {
        let reply = answered(wrong).await;
        assert!(reply.code() != 0 || asked(&reply) == ["user_name"]);
    }
}

#[tokio::test]
async fn a_user_may_decline() {
    let client = client().answering("user_name", json!({"action": "decline"}));
    let reply = client.call(ELICITATION, json!({})).await;
    assert_eq!(reply.text(), "Hello, whoever you are!");
}

#[tokio::test]
async fn a_model_and_a_client_answer() {
    let client = client()
        .answering("capital_question", said("Paris."))
        .answering("client_roots", roots());
    let reply = client
        .call("test_input_required_result_sampling", json!({}))
        .await;
    assert_eq!(reply.text(), "Paris.");
    let reply = client
        .call("test_input_required_result_list_roots", json!({}))
        .await;
    assert_eq!(reply.text(), "Roots: Test Root");
}

#[tokio::test]
async fn the_sampling_question_is_the_expected_one() {
    let reply = client()
        .call("test_input_required_result_sampling", json!({}))
        .await;
    let request = &reply.result()["inputRequests"]["capital_question"];
    assert_eq!(request["method"], "sampling/createMessage");
    assert_eq!(request["params"]["maxTokens"], 100);
    let content = &request["params"]["messages"][0]["content"];
    assert_eq!(content["text"], "What is the capital of France?");
}

#[tokio::test]
async fn a_state_comes_back_unchanged_or_not_at_all() {
    for tool in [
        "test_input_required_result_request_state",
        "test_input_required_result_tampered_state",
    ] {
        let confirming = client().answering("confirm", accept(&json!({"ok": true})));
        assert!(
            confirming
                .call(tool, json!({}))
                .await
                .text()
                .contains("state-ok")
        );
        let first = confirming
            .request("tools/call", json!({"name": tool, "arguments": {}}))
            .await;
        // Rounds are of one server: another has other keys.
        let state = first.result()["requestState"].as_str().unwrap_or_default();
        let params = json!({
            "name": tool,
            "arguments": {},
            "inputResponses": {"confirm": accept(&json!({"ok": true}))},
            "requestState": format!("{state}-TAMPERED"),
        });
        assert_eq!(
            confirming.request("tools/call", params).await.code(),
            -32602
        );
    }
}

#[tokio::test]
async fn several_questions_go_out_together() {
    let tool = "test_input_required_result_multiple_inputs";
    let reply = client().call(tool, json!({})).await;
    assert_eq!(asked(&reply), ["user_name", "greeting", "client_roots"]);
    assert!(reply.result()["requestState"].is_string());
    let client = client()
        .answering("user_name", accept(&json!({"name": "Alice"})))
        .answering("greeting", said("Good day."))
        .answering("client_roots", roots());
    let text = client.call(tool, json!({})).await.text();
    assert_eq!(text, "Good day. Name: Alice. Roots: Test Root.");
}

#[tokio::test]
async fn one_question_follows_another_with_another_state() {
    let tool = "test_input_required_result_multi_round";
    let client = client().answering("step1", accept(&json!({"name": "Alice"})));
    let first = client
        .request("tools/call", json!({"name": tool, "arguments": {}}))
        .await;
    let second = client.call(tool, json!({})).await;
    assert_eq!(
        (asked(&first), asked(&second)),
        (vec!["step1"], vec!["step2"])
    );
    assert_ne!(
        first.result()["requestState"],
        second.result()["requestState"]
    );
    let message = &second.result()["inputRequests"]["step2"]["params"]["message"];
    assert_eq!(message, "Step 2: What is your favorite color?");
    let client = client.answering("step2", accept(&json!({"color": "blue"})));
    assert_eq!(
        client.call(tool, json!({})).await.text(),
        "Alice likes blue."
    );
}

#[tokio::test]
async fn only_what_the_client_can_is_asked() {
    let tool = "test_input_required_result_capabilities";
    for (able, expected) in [
        (json!({"sampling": {}}), vec!["capital_question"]),
        (json!({"elicitation": {}}), vec!["user_name"]),
        (
            json!({"elicitation": {}, "sampling": {}}),
            vec!["user_name", "capital_question"],
        ),
    ] {
        let reply = bare_client().able(able).call(tool, json!({})).await;
        assert_eq!(asked(&reply), expected);
    }
    let reply = bare_client().call(tool, json!({})).await;
    assert_eq!(reply.text(), "Name: unknown. Capital: unknown");
}

#[tokio::test]
async fn answers_are_repeated() {
    let person = json!({"username": "ada", "email": "ada@example.com"});
    let client = client().answering("answer", accept(&person));
    for (tool, arguments) in [
        ("test_elicitation", json!({"message": "Who?"})),
        ("test_streaming_elicitation", json!({})),
    ] {
        let text = client.call(tool, arguments).await.text();
        let expected = r#"content={"username":"ada","email":"ada@example.com"}"#;
        assert_eq!(text, format!("User response: action=accept, {expected}"));
    }
}

#[tokio::test]
async fn a_model_is_asked_what_the_caller_says() {
    let asking = client()
        .call("test_sampling", json!({"prompt": "Why?"}))
        .await;
    let params = &asking.result()["inputRequests"]["answer"]["params"];
    assert_eq!(params["messages"][0]["content"]["text"], "Why?");
    let client = client().answering("answer", said("Because."));
    let reply = client
        .call("test_sampling", json!({"prompt": "Why?"}))
        .await;
    assert_eq!(reply.text(), "LLM response: Because.");
    assert_eq!(
        client
            .call("test_missing_capability", json!({}))
            .await
            .text(),
        "Because."
    );
}

#[tokio::test]
async fn forms_carry_defaults_and_choices() {
    let defaults = form("test_elicitation_sep1034_defaults").await;
    let told = |name: &str| defaults[name]["default"].clone();
    assert_eq!((told("name"), told("age")), (json!("John Doe"), json!(30)));
    assert_eq!(
        (told("score"), told("verified")),
        (json!(95.5), json!(true))
    );
    assert_eq!(told("status"), "active");
    let choices = form("test_elicitation_sep1330_enums").await;
    assert_eq!(choices["untitledSingle"]["enum"][2], "option3");
    assert_eq!(
        choices["titledSingle"]["oneOf"][0],
        json!({"const": "value1", "title": "First Option"})
    );
    assert_eq!(choices["legacyEnum"]["enumNames"][1], "Option Two");
    assert_eq!(choices["untitledMulti"]["items"]["enum"][0], "option1");
    assert_eq!(
        choices["titledMulti"]["items"]["anyOf"][2],
        json!({"const": "value3", "title": "Third Choice"})
    );
}

#[tokio::test]
async fn a_filled_in_form_is_repeated() {
    for tool in [
        "test_elicitation_sep1034_defaults",
        "test_elicitation_sep1330_enums",
    ] {
        let client = client().answering("answer", accept(&json!({})));
        let text = client.call(tool, json!({})).await.text();
        assert_eq!(text, "Elicitation completed: action=accept, content={}");
        let client = client.answering("answer", json!({"action": "cancel"}));
        let text = client.call(tool, json!({})).await.text();
        assert_eq!(text, "Elicitation completed: action=cancel, content={}");
    }
}

/// The fields of the form that a tool shows.
async fn form(tool: &str) -> Value {
    let reply = client().call(tool, json!({})).await;
    reply.result()["inputRequests"]["answer"]["params"]["requestedSchema"]["properties"].clone()
}

/// A first call that already brings answers, and no state.
async fn answered(answers: Value) -> TestReply {
    let params = json!({"name": ELICITATION, "arguments": {}, "inputResponses": answers});
    client().request("tools/call", params).await
}
