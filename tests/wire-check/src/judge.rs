//! What is wrong with one message of one revision.

use serde_json::Value;

use crate::{
    Revision, errors,
    methods::{Method, Side, method, telling},
    official,
};

/// What is wrong with anything that a side says; the method is that of the request that this answers, if it
/// is known and if this is an answer.
pub(crate) fn problems(
    revision: Revision,
    side: Side,
    answered: Option<&str>,
    message: &Value,
) -> Vec<String> {
    if let Some(batch) = message.as_array() {
        return batch_problems(revision, side, batch);
    }
    let has = |name: &str| message.get(name).is_some();
    let mut problems = match (has("method"), has("id"), has("result"), has("error")) {
        (true, true, false, false) => request_problems(revision, side, message),
        (true, false, false, false) => notification_problems(revision, side, message),
        (false, _, true, false) => result_problems(revision, side, answered, message),
        (false, _, false, true) => errors::problems(revision, answered, message),
        _ => vec!["a message is a request, a notification, a result or an error".to_owned()],
    };
    if !revision.is_modern() {
        key_problems(revision, message, &mut problems);
    }
    problems
}

pub(crate) fn request_problems(revision: Revision, side: Side, message: &Value) -> Vec<String> {
    let name = message.get("method").and_then(Value::as_str);
    match name.and_then(|name| method(revision, side, name)) {
        Some(method) => official::problems(revision, method.request, message),
        None => vec![format!(
            "{} has no request {name:?} of this side",
            revision.name()
        )],
    }
}

pub(crate) fn notification_problems(
    revision: Revision,
    side: Side,
    message: &Value,
) -> Vec<String> {
    let definition = match side {
        Side::Client => "ClientNotification",
        Side::Server => "ServerNotification",
    };
    let mut problems = official::problems(revision, definition, message);
    if message.get("id").is_some() {
        problems.push("a notification has no id".to_owned());
    }
    problems
}

/// Who answers is the other side of who asked.
fn result_problems(
    revision: Revision,
    side: Side,
    answered: Option<&str>,
    message: &Value,
) -> Vec<String> {
    let result = message.get("result").unwrap_or(&Value::Null);
    let sender = match side {
        Side::Client => Side::Server,
        Side::Server => Side::Client,
    };
    let fallback = if revision.is_modern() {
        "subscriptions/listen"
    } else {
        "ping"
    };
    let found = match answered {
        Some(name) => method(revision, sender, name),
        None => telling(revision, sender, result).or_else(|| method(revision, sender, fallback)),
    };
    let Some(method) = found else {
        return vec![format!(
            "{} has no method {answered:?} to answer",
            revision.name()
        )];
    };
    let mut problems = official::problems(revision, revision.result_envelope(), message);
    problems.extend(if revision.is_modern() {
        modern_problems(revision, method, result)
    } else {
        legacy_problems(revision, method, result)
    });
    problems
}

fn legacy_problems(revision: Revision, method: &Method, result: &Value) -> Vec<String> {
    let is_task = revision == Revision::R2025_11_25 && result.get("task").is_some();
    let definition = if is_task {
        "CreateTaskResult"
    } else {
        method.result
    };
    let mut problems = official::problems(revision, definition, result);
    let negotiated = result.get("protocolVersion").and_then(Value::as_str);
    if method.name == "initialize" && negotiated != Some(revision.name()) {
        problems.push(format!("this is a talk in {}", revision.name()));
    }
    problems
}

fn modern_problems(revision: Revision, method: &Method, result: &Value) -> Vec<String> {
    match result.get("resultType").and_then(Value::as_str) {
        Some("complete") => {
            let mut problems = official::problems(revision, method.result, result);
            let server = "/_meta/io.modelcontextprotocol~1serverInfo";
            if result.pointer(server).is_none() {
                problems.push("a result says which server gave it".to_owned());
            }
            problems
        }
        Some("input_required") => question_problems(revision, method, result),
        other => vec![format!("resultType is {other:?}")],
    }
}

/// What a result that asks must keep to (MCP 2026-07-28, "Multi Round-Trip Requests").
fn question_problems(revision: Revision, method: &Method, result: &Value) -> Vec<String> {
    let mut problems = official::problems(revision, "InputRequiredResult", result);
    if !method.asks {
        problems.push("this method may not ask".to_owned());
    }
    let asks = result.get("inputRequests").and_then(Value::as_object);
    if result.get("requestState").is_none() && asks.is_none_or(|asks| asks.is_empty()) {
        problems.push("there is neither a question nor a state".to_owned());
    }
    problems
}

/// Batches are of 2025-03-26 alone: requests and notifications, or answers; never the handshake.
fn batch_problems(revision: Revision, side: Side, batch: &[Value]) -> Vec<String> {
    let mut problems = Vec::new();
    if revision != Revision::R2025_03_26 {
        problems.push(format!("{} has no batches", revision.name()));
    }
    if batch.is_empty() {
        problems.push("a batch is not empty".to_owned());
    }
    let asks = batch.iter().filter(|item| item.get("method").is_some());
    if ![0, batch.len()].contains(&asks.count()) {
        problems.push("a batch has either what asks or what answers".to_owned());
    }
    let is_handshake = |item: &Value| item.get("method").is_some_and(|name| name == "initialize");
    if batch.iter().any(is_handshake) {
        problems.push("the handshake is not in a batch".to_owned());
    }
    let inner = batch.iter().filter(|item| !item.is_array());
    problems.extend(inner.flat_map(|item| self::problems(revision, side, None, item)));
    if batch.iter().any(Value::is_array) {
        problems.push("a batch has no batches in it".to_owned());
    }
    problems
}

/// Keys of `_meta` that the protocol keeps for itself and that this revision does not have.
fn key_problems(revision: Revision, value: &Value, problems: &mut Vec<String>) {
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| key_problems(revision, item, problems)),
        Value::Object(members) => {
            let meta = members.get("_meta").and_then(Value::as_object);
            for key in meta.into_iter().flat_map(serde_json::Map::keys) {
                let name = key.strip_prefix("io.modelcontextprotocol/");
                let is_known =
                    |name: &str| revision == Revision::R2025_11_25 && TASK_KEYS.contains(&name);
                if name.is_some_and(|name| !is_known(name)) {
                    problems.push(format!("{} has no key {key}", revision.name()));
                }
            }
            let inner = members
                .iter()
                .filter(|(name, _)| !FREE.contains(&name.as_str()));
            inner.for_each(|(_, member)| key_problems(revision, member, problems));
        }
        _ => {}
    }
}

const TASK_KEYS: [&str; 2] = ["related-task", "model-immediate-response"];

/// Members whose inside is the author's own.
const FREE: [&str; 5] = [
    "_meta",
    "arguments",
    "structuredContent",
    "inputSchema",
    "outputSchema",
];
