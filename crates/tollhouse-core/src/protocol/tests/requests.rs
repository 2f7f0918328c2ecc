//! What clients send: through our decoder, and written back from what it understood.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::examples::json as parsed;
use crate::{
    Call, Capabilities, Capability, Change, Completion, Level, Principal, Target,
    protocol::{self, Id, Incoming, List, Method, Offering, Op, Watch, types::params},
};

pub(super) fn request(example: &Value) -> Value {
    let Incoming::Request(request) = decode(example) else {
        panic!("{example} is a request");
    };
    let (method, mut params) = op(&request.op);
    let mut meta = Map::new();
    meta.insert(
        "io.modelcontextprotocol/protocolVersion".to_owned(),
        json!(protocol::Revision::NEWEST.name()),
    );
    let client = match &request.op {
        Op::Call(call, watch) => {
            meta.extend(watched(call, watch.as_ref()));
            call.client
        }
        _ => Capabilities::NONE,
    };
    meta.insert(
        "io.modelcontextprotocol/clientCapabilities".to_owned(),
        declared(client),
    );
    params["_meta"] = Value::Object(meta);
    json!({"jsonrpc": "2.0", "id": written(&request.id), "method": method, "params": params})
}

pub(super) fn params(method: &str, example: &Value) -> Value {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": example});
    request(&message)["params"].clone()
}

pub(super) fn cancelled(example: &Value) -> Value {
    let Incoming::Cancel(id) = decode(example) else {
        panic!("{example} is a cancellation");
    };
    let params = json!({"requestId": written(&id)});
    json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params})
}

pub(super) fn cancelled_params(example: &Value) -> Value {
    let method = "notifications/cancelled";
    cancelled(&json!({"jsonrpc": "2.0", "method": method, "params": example}))["params"].clone()
}

pub(super) fn capabilities(example: &Value) -> Value {
    let name = "io.modelcontextprotocol/clientCapabilities";
    let mut call = call();
    call["_meta"][name] = example.clone();
    params("tools/call", &call)["_meta"][name].clone()
}

pub(super) fn answers(example: &Value) -> Value {
    let mut call = call();
    call["inputResponses"] = example.clone();
    params("tools/call", &call)["inputResponses"].clone()
}

pub(super) fn answer(example: &Value) -> Value {
    answers(&json!({"it": example}))["it"].clone()
}

pub(super) fn root(example: &Value) -> Value {
    answer(&json!({"roots": [example]}))["roots"][0].clone()
}

/// The parameters of a call in which a part can be put.
pub(super) fn call() -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    json!({"name": "it", "_meta": meta})
}

/// Offers every method.
#[derive(Debug)]
pub(super) struct Everything;

impl Offering for Everything {
    fn serves(&self, _: Method) -> bool {
        true
    }
}

fn decode(message: &Value) -> Incoming {
    let body = Bytes::from(message.to_string());
    protocol::decode(
        &body,
        None,
        (&Principal::anonymous(), protocol::Known::Nothing),
        &Everything,
    )
    .unwrap()
}

fn written(id: &Id) -> Value {
    parsed(id.json())
}

/// A method and the parameters that are its own.
fn op(op: &Op) -> (&'static str, Value) {
    match op {
        Op::Discover => ("server/discover", json!({})),
        Op::List(list, cursor) => {
            let method = match list {
                List::Tools => "tools/list",
                List::Resources => "resources/list",
                List::Templates => "resources/templates/list",
                List::Prompts => "prompts/list",
            };
            let params = cursor.as_ref().map(|cursor| json!({"cursor": cursor}));
            (method, params.unwrap_or_else(|| json!({})))
        }
        Op::Call(call, _) => (called(&call.target), arguments(call)),
        Op::Note(_) => panic!("nothing is kept in mind for a client without a session"),
        Op::Listen(changes) => {
            let mut filter = json!({});
            for change in changes {
                match change {
                    Change::Tools => filter["toolsListChanged"] = json!(true),
                    Change::Prompts => filter["promptsListChanged"] = json!(true),
                    Change::Resources => filter["resourcesListChanged"] = json!(true),
                    Change::Resource(uri) => filter["resourceSubscriptions"] = json!([uri]),
                }
            }
            ("subscriptions/listen", json!({"notifications": filter}))
        }
    }
}

fn called(target: &Target) -> &'static str {
    match target {
        Target::Tool(_) => "tools/call",
        Target::Resource(_) => "resources/read",
        Target::Prompt(_) => "prompts/get",
        Target::Completion(_) => "completion/complete",
    }
}

fn arguments(call: &Call) -> Value {
    let mut params = match &call.target {
        Target::Tool(name) | Target::Prompt(name) => json!({"name": name, "arguments": call.args}),
        Target::Resource(uri) => json!({"uri": uri}),
        Target::Completion(completion) => completing(completion, &call.args),
    };
    if !call.answers.is_empty() {
        params["inputResponses"] = json!(call.answers);
    }
    if let Some(state) = &call.state {
        params["requestState"] = json!(state);
    }
    params
}

fn completing(completion: &Completion, filled_in: &Value) -> Value {
    let of = match &completion.of {
        Target::Prompt(name) => json!({"type": "ref/prompt", "name": name}),
        Target::Resource(uri) => json!({"type": "ref/resource", "uri": uri}),
        other => panic!("{other:?} has no suggestions"),
    };
    let argument = json!({"name": completion.argument, "value": completion.value});
    json!({"ref": of, "argument": argument, "context": {"arguments": filled_in}})
}

/// What a caller wants to hear while the call runs, as it says so in `_meta`, and its trace.
fn watched(call: &Call, watch: Option<&Watch>) -> Map<String, Value> {
    let mut meta = Map::new();
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            meta.insert(name.to_owned(), value);
        }
    };
    let token = watch.and_then(|watch| watch.token.as_ref());
    add("progressToken", token.map(|token| parsed(token)));
    let levels = [Level::Debug, Level::Info, Level::Notice, Level::Warning];
    let least = levels.iter().find(|level| call.events.wants_log(**level));
    let least = least.map(|level| json!(params::level_name(*level)));
    add("io.modelcontextprotocol/logLevel", least);
    add(
        "traceparent",
        call.trace.parent.as_ref().map(|text| json!(text)),
    );
    add(
        "tracestate",
        call.trace.state.as_ref().map(|text| json!(text)),
    );
    add(
        "baggage",
        call.trace.baggage.as_ref().map(|text| json!(text)),
    );
    meta
}

fn declared(client: Capabilities) -> Value {
    let mut wire = json!({});
    for (capability, pointer) in [
        (Capability::Form, "elicitation.form"),
        (Capability::Url, "elicitation.url"),
        (Capability::Sampling, "sampling"),
        (Capability::SamplingTools, "sampling.tools"),
        (Capability::SamplingContext, "sampling.context"),
        (Capability::Roots, "roots"),
    ] {
        if client.has(capability) {
            match pointer.split_once('.') {
                Some((outer, inner)) => wire[outer][inner] = json!({}),
                None => wire[pointer] = json!({}),
            }
        }
    }
    wire
}

#[test]
fn everything_that_a_request_may_carry_is_understood() {
    let mut whole = call();
    for (name, value) in [
        ("io.modelcontextprotocol/logLevel", json!("warning")),
        ("progressToken", json!(7)),
        (
            "traceparent",
            json!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ),
        ("tracestate", json!("vendor=1")),
        ("baggage", json!("user=2")),
    ] {
        whole["_meta"][name] = value;
    }
    whole["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({"elicitation": {"form": {}, "url": {}}, "sampling": {"tools": {}, "context": {}}, "roots": {}});
    whole["arguments"] = json!({"deep": [{"a": 1.5}], "empty": {}});
    whole["inputResponses"] = json!({"a": {"action": "decline"}});
    whole["requestState"] = json!("sealed");
    assert_eq!(params("tools/call", &whole), whole);
}
