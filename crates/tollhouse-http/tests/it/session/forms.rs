//! Forms in the shape that the client's revision has.

use serde_json::{Value, json};

use super::{
    Client, Home, R2025_06_18, R2025_11_25, Revision,
    client::{called, text},
};

#[tokio::test]
async fn t90_a_form_says_that_it_is_one_where_there_are_others() {
    for (revision, mode) in [(R2025_06_18, Value::Null), (R2025_11_25, json!("form"))] {
        let question = asked(revision, field(json!({"type": "string"})))
            .await
            .unwrap();
        assert_eq!(question["params"]["mode"], mode);
        assert_eq!(question["params"]["message"], "Fill it in.");
        assert_eq!(question["params"]["requestedSchema"]["type"], "object");
    }
}

#[tokio::test]
async fn t91_titled_choices_have_their_names_beside_them_where_they_cannot_be_titled() {
    let choices = json!({"type": "string", "default": "s", "oneOf": [
        {"const": "s", "title": "Small"}, {"const": "l", "title": "Large"},
    ]});
    let old = shown(R2025_06_18, choices.clone()).await;
    assert_eq!(
        old,
        json!({"type": "string", "enum": ["s", "l"], "enumNames": ["Small", "Large"]})
    );
    assert_eq!(shown(R2025_11_25, choices.clone()).await, choices);
}

#[tokio::test]
async fn t91_numbers_and_texts_keep_their_bounds_and_lose_what_is_not_known() {
    let number = json!({"type": "integer", "minimum": 1, "maximum": 9, "default": 5});
    assert_eq!(shown(R2025_11_25, number.clone()).await, number);
    let old = shown(R2025_06_18, number).await;
    assert_eq!(old, json!({"type": "integer", "minimum": 1, "maximum": 9}));
    let text = json!({"type": "string", "minLength": 1, "maxLength": 9, "format": "email"});
    let sure = json!({"type": "boolean", "default": true});
    for revision in [R2025_06_18, R2025_11_25] {
        assert_eq!(shown(revision, text.clone()).await, text);
        assert_eq!(shown(revision, sure.clone()).await, sure);
    }
}

#[tokio::test]
async fn t91_a_choice_of_several_is_asked_only_where_it_is_known() {
    let several = json!({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}});
    assert_eq!(shown(R2025_11_25, several.clone()).await, several);
    let refused = asked(R2025_06_18, field(several)).await.unwrap_err();
    assert_eq!(refused["result"]["isError"], true);
    assert!(text(&refused).contains("elicitation"));
}

fn field(field: Value) -> Value {
    let mut schema = json!({"type": "object", "properties": {}});
    schema["properties"]["it"] = field;
    schema
}

/// How a client is shown one field.
async fn shown(revision: Revision, wanted: Value) -> Value {
    let question = asked(revision, field(wanted)).await.unwrap();
    question["params"]["requestedSchema"]["properties"]["it"].clone()
}

/// The question that a client is asked, or else the last message.
async fn asked(revision: Revision, schema: Value) -> Result<Value, Value> {
    let home = Home::open().await;
    let mut client = Client::open(&home, revision).await;
    let params = called("form", json!({"schema": schema}));
    let request = client.request("tools/call", params);
    let request = request.with("Accept", "text/event-stream");
    let mut stream = client.send(&request).await;
    let message = client.next(&mut stream).await.unwrap();
    if message["method"].is_null() {
        return Err(message);
    }
    client.answer(&message, json!({"action": "decline"})).await;
    let rest = client.rest(&mut stream).await;
    assert_eq!(text(&rest[0]), "Decline");
    client.end();
    Ok(message)
}
