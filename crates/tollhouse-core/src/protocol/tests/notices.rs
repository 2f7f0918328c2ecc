//! Notifications of a server: read into our words, written by our encoder.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    examples::{id, json as parsed},
    reading::{needed, text},
};
use crate::{
    Change, Event, Level,
    protocol::{
        Id, Subscription,
        types::{notice, params},
    },
};

pub(super) fn event(example: &Value) -> Value {
    let params = &example["params"];
    let event = match needed(example, "method").as_str() {
        "notifications/progress" => Event::Progress {
            progress: params["progress"].as_f64().unwrap(),
            total: params["total"].as_f64(),
            message: text(params, "message"),
        },
        "notifications/message" => Event::Log {
            level: level(&needed(params, "level")),
            logger: text(params, "logger"),
            data: params["data"].clone(),
        },
        other => panic!("no such event: {other}"),
    };
    let token = Bytes::from(params["progressToken"].to_string());
    parsed(&notice::event(&event, Some(&token), crate::protocol::Revision::NEWEST).unwrap())
}

fn level(name: &str) -> Level {
    let levels = [
        Level::Debug,
        Level::Info,
        Level::Notice,
        Level::Warning,
        Level::Error,
        Level::Critical,
        Level::Alert,
        Level::Emergency,
    ];
    levels
        .into_iter()
        .find(|level| params::level_name(*level) == name)
        .unwrap()
}

pub(super) fn log_params(example: &Value) -> Value {
    event(&json!({"method": "notifications/message", "params": example}))["params"].clone()
}

pub(super) fn progress_params(example: &Value) -> Value {
    event(&json!({"method": "notifications/progress", "params": example}))["params"].clone()
}

pub(super) fn change(example: &Value) -> Value {
    let change = match needed(example, "method").as_str() {
        "notifications/tools/list_changed" => Change::Tools,
        "notifications/prompts/list_changed" => Change::Prompts,
        "notifications/resources/list_changed" => Change::Resources,
        "notifications/resources/updated" => Change::Resource(needed(&example["params"], "uri")),
        other => panic!("no such change: {other}"),
    };
    parsed(&Subscription(&subscription(&example["params"])).changed(&change))
}

/// What is told of a stream by its parameters alone.
pub(super) fn updated_params(example: &Value) -> Value {
    let mut params = example.clone();
    params["_meta"] = json!({SUBSCRIPTION: 1});
    let message = json!({"method": "notifications/resources/updated", "params": params});
    change(&message)["params"].clone()
}

pub(super) fn acknowledged(example: &Value) -> Value {
    let mut granted = BTreeSet::new();
    for (name, value) in example["params"]["notifications"].as_object().unwrap() {
        let uris = value.as_array().into_iter().flatten();
        let uris = uris.map(|uri| Change::Resource(uri.as_str().unwrap().to_owned()));
        match name.as_str() {
            "toolsListChanged" => drop(granted.insert(Change::Tools)),
            "promptsListChanged" => drop(granted.insert(Change::Prompts)),
            "resourcesListChanged" => drop(granted.insert(Change::Resources)),
            "resourceSubscriptions" => granted.extend(uris),
            other => panic!("no such kind of change: {other}"),
        }
    }
    parsed(&Subscription(&subscription(&example["params"])).acknowledged(&granted))
}

pub(super) fn closed(of: &Id, example: &Value) -> Bytes {
    let named = subscription(example);
    let message = super::results::encoder().closed(&named);
    let mut whole = parsed(&message);
    // Bare results have no id; that of the message is the one that opened the stream.
    whole["id"] = serde_json::from_slice(of.json()).unwrap();
    whole.to_string().into()
}

fn subscription(of: &Value) -> Id {
    id(&of["_meta"][SUBSCRIPTION])
}

const SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";
