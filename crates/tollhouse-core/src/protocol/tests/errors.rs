//! Errors: read into the refusal of their code, written by our encoder.

use serde_json::{Value, json};

use super::{
    examples::{id, json as parsed},
    reading::needed,
    results::encoder,
};
use crate::{Capabilities, Capability, Refusal};

pub(super) fn message(example: &Value) -> Value {
    let refusal = refusal(&example["error"]);
    parsed(&encoder().refusal(Some(&id(&example["id"])), &refusal, false))
}

pub(super) fn error(example: &Value) -> Value {
    message(&json!({"id": 1, "error": example}))["error"].clone()
}

fn refusal(error: &Value) -> Refusal {
    let text = needed(error, "message");
    let after = |start: &str| text.strip_prefix(start).map(str::to_owned);
    match error["code"].as_i64().unwrap() {
        -32700 => Refusal::Unreadable(text),
        -32600 => Refusal::NotAMessage(text),
        -32601 => Refusal::UnknownMethod(text),
        -32602 => after("Unknown tool: ")
            .map(Refusal::UnknownTool)
            .or_else(|| after("Unknown prompt: ").map(Refusal::UnknownPrompt))
            .unwrap_or(Refusal::BadParams(text)),
        -32603 => Refusal::Internal("1".to_owned()),
        -32020 => Refusal::HeaderMismatch(after("Header mismatch: ").unwrap()),
        -32021 => {
            assert_eq!(
                error["data"]["requiredCapabilities"],
                json!({"elicitation": {}})
            );
            Refusal::MissingCapability(Capabilities::NONE.with(Capability::Form))
        }
        -32022 => Refusal::UnsupportedVersion(needed(&error["data"], "requested")),
        code => panic!("no refusal has the code {code}"),
    }
}
