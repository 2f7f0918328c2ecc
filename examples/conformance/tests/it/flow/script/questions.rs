//! What a server asks: on the wire while a call runs, or as a result that wants answers.

use serde_json::{Value, json};
use tollhouse_wire_check::Revision;

use super::super::{
    Client, House,
    client::{Reply, person},
};

pub(crate) async fn a_person_is_asked(house: &House, client: &mut Client) {
    if !has_forms(client) {
        return;
    }
    client.asked();
    let tool = "test_input_required_result_elicitation";
    assert_eq!(client.call(tool, json!({})).await.text(), "Hello, Alice!");
    let asked = client.asked();
    let (method, params) = &asked[0];
    assert_eq!((asked.len(), method.as_str()), (1, "elicitation/create"));
    assert_eq!(params["message"], "What is your name?");
    assert_eq!(params["requestedSchema"]["required"], json!(["name"]));
    for action in ["decline", "cancel"] {
        let mut other = house.client().able(json!({"elicitation": {}}));
        other = other.answering("What is your name?", json!({"action": action}));
        other.greet().await;
        let reply = other.call(tool, json!({})).await;
        assert_eq!(reply.text(), "Hello, whoever you are!");
        other.leave().await;
    }
}

pub(crate) async fn one_question_follows_another(_: &House, client: &mut Client) {
    if !has_forms(client) {
        return;
    }
    client.asked();
    let reply = client
        .call("test_input_required_result_multi_round", json!({}))
        .await;
    assert_eq!(reply.text(), "Alice likes blue.");
    let asked = client.asked();
    let messages: Vec<&Value> = asked.iter().map(|(_, params)| &params["message"]).collect();
    let expected = [
        "Step 1: What is your name?",
        "Step 2: What is your favorite color?",
    ];
    assert_eq!(messages, expected);
    let reply = client
        .call("test_input_required_result_multiple_inputs", json!({}))
        .await;
    assert_eq!(reply.text(), "Good day. Name: Alice. Roots: Test Root.");
    assert_eq!(client.asked().len(), 3);
    let reply = client
        .call("test_input_required_result_request_state", json!({}))
        .await;
    assert_eq!(reply.text(), "state-ok: confirmed");
}

pub(crate) async fn a_model_is_asked(_: &House, client: &mut Client) {
    client.asked();
    let reply = client
        .call("test_sampling", json!({"prompt": "Why?"}))
        .await;
    assert_eq!(reply.text(), "LLM response: Because.");
    let asked = client.asked();
    let (method, params) = &asked[0];
    assert_eq!(
        (asked.len(), method.as_str()),
        (1, "sampling/createMessage")
    );
    assert_eq!(params["maxTokens"], 100);
    assert_eq!(params["messages"][0]["content"]["text"], "Why?");
    let reply = client.call("test_missing_capability", json!({})).await;
    assert_eq!(reply.text(), "Anything.");
}

pub(crate) async fn roots_are_asked_for(_: &House, client: &mut Client) {
    client.asked();
    let reply = client
        .call("test_input_required_result_list_roots", json!({}))
        .await;
    assert_eq!(reply.text(), "Roots: Test Root");
    let asked = client.asked();
    assert_eq!((asked.len(), asked[0].0.as_str()), (1, "roots/list"));
}

pub(crate) async fn forms_are_those_of_the_revision(_: &House, client: &mut Client) {
    if !has_forms(client) {
        return;
    }
    client.asked();
    let done = "Elicitation completed: action=accept, content={}";
    let (defaults, choices) = (
        "test_elicitation_sep1034_defaults",
        "test_elicitation_sep1330_enums",
    );
    assert_eq!(client.call(defaults, json!({})).await.text(), done);
    let knows = client.revision() >= Revision::R2025_11_25;
    let fields = &client.asked()[0].1["requestedSchema"]["properties"];
    assert_eq!(fields["name"]["default"].is_string(), knows);
    assert_eq!(fields["verified"]["default"], true);
    let reply = client.call(choices, json!({})).await;
    let asked = client.asked();
    if knows {
        assert_eq!(reply.text(), done);
        let fields = &asked[0].1["requestedSchema"]["properties"];
        assert!(fields["titledSingle"]["oneOf"].is_array());
    } else {
        // There are no words yet for a choice of several.
        assert!(asked.is_empty() && failed(&reply), "{}", reply.message());
    }
    let reply = client
        .call("test_elicitation", json!({"message": "Who?"}))
        .await;
    let answer = r#"content={"username":"ada","email":"ada@example.com"}"#;
    assert_eq!(
        reply.text(),
        format!("User response: action=accept, {answer}")
    );
}

pub(crate) async fn a_refused_question_ends_the_call(house: &House, client: &mut Client) {
    if client.is_modern() {
        return;
    }
    let refused = json!({"error": {"code": -1, "message": "the user will not have it"}});
    let mut other = house.client().able(json!({"sampling": {}}));
    other = other.answering("Why?", refused);
    other.greet().await;
    let reply = other.call("test_sampling", json!({"prompt": "Why?"})).await;
    assert!(failed(&reply), "{}", reply.message());
    other.leave().await;
}

pub(crate) async fn a_call_is_cancelled_while_it_asks(house: &House, client: &mut Client) {
    if client.is_modern() {
        return;
    }
    let mut other = house.client().able(json!({"sampling": {}}));
    other = other.answering("Why?", person::silence());
    other.greet().await;
    let arguments = json!({"prompt": "Why?"});
    let params = json!({"name": "test_sampling", "arguments": arguments});
    let id = other.start("tools/call", params).await;
    other.question().await;
    other.cancel(&id).await;
    // An answer that came all the same would be refused.
    let after = other.call("test_simple_text", json!({})).await;
    assert!(!after.is_error());
    other.leave().await;
}

pub(crate) async fn who_cannot_answer_is_not_asked(house: &House, client: &mut Client) {
    let mut other = house.client();
    other.greet().await;
    let able = other
        .call("test_input_required_result_capabilities", json!({}))
        .await;
    assert_eq!(able.text(), "Name: unknown. Capital: unknown");
    for tool in [
        "test_missing_capability",
        "test_input_required_result_elicitation",
        "test_input_required_result_sampling",
        "test_input_required_result_list_roots",
    ] {
        let reply = other.call(tool, json!({})).await;
        assert!(failed(&reply), "{tool}: {}", reply.message());
        if client.is_modern() {
            assert_eq!(reply.code(), -32021, "{tool}");
        }
    }
    assert_eq!(other.asked(), []);
    other.leave().await;
}

/// Whether a call came to nothing, however that is told.
fn failed(reply: &Reply) -> bool {
    reply.code() != 0 || reply.is_error()
}

fn has_forms(client: &Client) -> bool {
    client.revision() >= Revision::R2025_06_18
}
