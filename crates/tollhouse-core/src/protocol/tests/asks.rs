//! What a result asks of its caller: read into our words, written by our encoder.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    examples::{id, json as parsed},
    reading::{needed, text},
    results::encoder,
};
use crate::{Ask, Outcome, Question, protocol::Id};

pub(super) fn result(id: &Id, example: &Value) -> Bytes {
    let asks = example["inputRequests"].as_object().into_iter().flatten();
    let outcome = Outcome::NeedsInput {
        asks: asks
            .map(|(key, ask)| Ask {
                key: key.clone(),
                question: question(ask),
            })
            .collect(),
        state: text(example, "requestState").unwrap_or_default(),
    };
    encoder().outcome(id, &outcome, "{}")
}

pub(super) fn asks(example: &Value) -> Value {
    let message = result(&id(&json!(1)), &json!({"inputRequests": example}));
    parsed(&message)["result"]["inputRequests"].clone()
}

pub(super) fn ask(example: &Value) -> Value {
    asks(&json!({"it": example}))["it"].clone()
}

pub(super) fn elicitation(example: &Value) -> Value {
    ask(&json!({"method": "elicitation/create", "params": example}))["params"].clone()
}

pub(super) fn sampling(example: &Value) -> Value {
    ask(&json!({"method": "sampling/createMessage", "params": example}))["params"].clone()
}

pub(super) fn preferences(example: &Value) -> Value {
    let params = json!({"messages": [], "maxTokens": 1, "modelPreferences": example});
    sampling(&params)["modelPreferences"].clone()
}

pub(super) fn message(example: &Value) -> Value {
    let params = json!({"messages": [example], "maxTokens": 1});
    sampling(&params)["messages"][0].clone()
}

/// One piece of a message.
pub(super) fn piece(example: &Value) -> Value {
    message(&json!({"role": "user", "content": [example]}))["content"][0].clone()
}

/// One field of a form.
pub(super) fn field(example: &Value) -> Value {
    let schema = json!({"type": "object", "properties": {"it": example}});
    let params = json!({"message": "?", "requestedSchema": schema});
    elicitation(&params)["requestedSchema"]["properties"]["it"].clone()
}

fn question(example: &Value) -> Question {
    let params = &example["params"];
    let question = match needed(example, "method").as_str() {
        "roots/list" => Question::Roots,
        "sampling/createMessage" => Question::Sampling(params.clone()),
        "elicitation/create" if params["mode"] == "url" => Question::Url {
            message: needed(params, "message"),
            url: needed(params, "url"),
        },
        "elicitation/create" => Question::Form {
            message: needed(params, "message"),
            schema: params["requestedSchema"].clone(),
        },
        other => panic!("no such question: {other}"),
    };
    assert_eq!(question.problems(), [""; 0]);
    question
}
