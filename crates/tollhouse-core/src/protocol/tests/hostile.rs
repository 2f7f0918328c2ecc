//! Bytes that nobody would send in good faith: refused, under the right id or none, and never a panic.

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::{prelude::*, sample};
use serde_json::{Value, json, value::RawValue};

use super::{
    examples::json as parsed,
    requests::{Everything, call},
};
use crate::{
    Principal, Refusal, headers,
    protocol::{self, Incoming, Rejected, jsonrpc},
};

fn decode(body: impl Into<Bytes>) -> Result<Incoming, Rejected> {
    protocol::decode(
        &body.into(),
        None,
        (&Principal::anonymous(), protocol::Known::Nothing),
        &Everything,
    )
}

fn message(id: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": call()})
}

/// The code of a refusal, and the id under which it is told.
fn refused(body: impl Into<Bytes>) -> (i32, Option<Value>) {
    let Err(rejected) = decode(body) else {
        panic!("this is to be refused");
    };
    let id = rejected.id.map(|id| parsed(id.json()));
    (rejected.refusal.row().code, id)
}

#[test]
fn e22_an_id_is_a_string_or_an_integer() {
    for id in [
        json!(0),
        json!(-1),
        json!(u64::MAX),
        json!(""),
        json!("a\n\"\u{fc}"),
    ] {
        let Ok(Incoming::Request(request)) = decode(message(&id).to_string()) else {
            panic!("{id} is an id");
        };
        assert_eq!(parsed(request.id.json()), id);
    }
    for id in [
        json!(null),
        json!(1.5),
        json!(true),
        json!([1]),
        json!({"id": 1}),
    ] {
        assert_eq!(refused(message(&id).to_string()), (-32600, None), "{id}");
    }
    let exponent = message(&json!(1))
        .to_string()
        .replace("\"id\":1", "\"id\":1e3");
    assert_eq!(refused(exponent), (-32600, None));
    let escaped = |text: &str| message(&json!("ID")).to_string().replace("ID", text);
    let Ok(Incoming::Request(request)) = decode(escaped("\\u0041")) else {
        panic!("an escaped id is an id");
    };
    assert_eq!(request.id.json(), b"\"A\"");
    assert_eq!(refused(escaped("\\ud800")), (-32600, None));
}

#[test]
fn e23_an_error_is_told_under_the_id_of_its_request() {
    for (name, value, code) in [
        ("jsonrpc", json!("1.0"), -32600),
        ("jsonrpc", json!(2), -32600),
        ("method", json!(null), -32600),
        ("method", json!(5), -32600),
        ("method", json!("nope"), -32601),
        ("params", json!(null), -32602),
        ("params", json!({}), -32602),
        ("params", json!("text"), -32602),
    ] {
        let mut message = message(&json!("me"));
        message[name] = value;
        assert_eq!(
            refused(message.to_string()),
            (code, Some(json!("me"))),
            "{message}"
        );
    }
    for broken in [
        "",
        "{",
        "{\"id\":1,",
        "nonsense",
        "{\"id\":1}{\"id\":2}",
        "\u{feff}{}",
    ] {
        assert_eq!(refused(broken), (-32700, None), "{broken}");
    }
    assert_eq!(refused(&b"{\"id\":1,\"x\":\"\xff\"}"[..]), (-32700, None));
}

#[test]
fn e24_t73_a_notification_that_nobody_understands_gets_no_answer() {
    for params in [
        json!(null),
        json!([1, 2]),
        json!("text"),
        json!({}),
        json!({"requestId": null}),
        json!({"requestId": {"a": 1}}),
        json!({"requestId": 1, "name": 5}),
    ] {
        for method in ["notifications/cancelled", "notifications/unheard/of"] {
            let message = json!({"jsonrpc": "2.0", "method": method, "params": params});
            let decoded = decode(message.to_string());
            assert!(
                matches!(decoded, Ok(Incoming::Notification)),
                "{message}: {decoded:?}"
            );
        }
    }
}

#[test]
fn e26_only_one_object_is_a_message() {
    for body in [
        "[]".to_owned(),
        "[7]".to_owned(),
        json!([message(&json!(1))]).to_string(),
        // What would fit if the members were taken in their order.
        json!(["2.0", 1, "tools/call", call(), null, null]).to_string(),
        json!(["2.0", 1, "tools/call", call()]).to_string(),
        "5".to_owned(),
        "\"text\"".to_owned(),
        "null".to_owned(),
    ] {
        assert_eq!(refused(body.clone()), (-32600, None), "{body}");
    }
    for answer in [
        json!({"result": {}}),
        json!({"error": {"code": 1, "message": ""}}),
    ] {
        let mut message = answer;
        message["jsonrpc"] = json!("2.0");
        message["id"] = json!(9);
        assert_eq!(refused(message.to_string()), (-32600, Some(json!(9))));
    }
}

#[test]
fn an_array_is_never_taken_for_an_object() {
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    let meta = json!(["2026-07-28", {}, null, null, null, null, null]);
    let arrays = [
        ("tools/call", "", json!([meta, "it"])),
        ("tools/call", "/_meta", meta),
        ("tools/call", "/arguments", json!([])),
        ("tools/call", "/inputResponses", json!([])),
        ("completion/complete", "/ref", json!(["ref/prompt", "a"])),
        ("completion/complete", "/argument", json!(["a", "b"])),
        ("completion/complete", "/context", json!([{}])),
        ("completion/complete", "/context", json!({"arguments": []})),
        ("subscriptions/listen", "/notifications", json!([])),
    ];
    for (method, pointer, array) in arrays {
        let mut params = call();
        params["ref"] = json!({"type": "ref/prompt", "name": "a"});
        params["argument"] = json!({"name": "a", "value": "b"});
        match pointer.rsplit_once('/') {
            Some((parent, name)) => params.pointer_mut(parent).unwrap()[name] = array,
            None => params = array,
        }
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        assert_eq!(
            refused(message.to_string()),
            (-32602, Some(json!(1))),
            "{message}"
        );
    }
    for wrong in [
        json!([]),
        json!({"elicitation": []}),
        json!({"sampling": [{}, {}]}),
        json!({"roots": []}),
        json!({"elicitation": {"form": []}}),
    ] {
        let mut message = message(&json!(1));
        message["params"]["_meta"][capabilities] = wrong;
        assert_eq!(
            refused(message.to_string()),
            (-32602, Some(json!(1))),
            "{message}"
        );
    }
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let text = message(&json!(1)).to_string();
    for (once, twice, code) in [
        ("\"id\":1", "\"id\":1,\"id\":2", -32600),
        ("\"id\":1", "\"id\":1,\"i\\u0064\":2", -32600),
        (
            "\"jsonrpc\":\"2.0\"",
            "\"jsonrpc\":\"2.0\",\"jsonrpc\":\"2.0\"",
            -32600,
        ),
        (
            "\"method\":",
            "\"method\":\"tools/list\",\"method\":",
            -32600,
        ),
        ("\"params\":", "\"params\":{},\"params\":", -32600),
        (
            "\"name\":\"it\"",
            "\"name\":\"it\",\"name\":\"other\"",
            -32602,
        ),
        ("\"_meta\":", "\"_meta\":{},\"_meta\":", -32602),
        (
            "{\"io.modelcontextprotocol/protocolVersion\":",
            "{\"io.modelcontextprotocol/protocolVersion\":\"1\",\"io.modelcontextprotocol/protocolVersion\":",
            -32602,
        ),
    ] {
        let doubled = text.replace(once, twice);
        assert_ne!(doubled, text, "{once}");
        let (told, id) = refused(doubled.clone());
        assert_eq!(told, code, "{doubled}");
        let is_clear = !once.contains("\"id\"") && id == Some(json!(1));
        assert!(id.is_none() || is_clear, "{doubled}");
    }
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    let open = "[".repeat(1_000_000);
    let whole = format!("{open}{}", "]".repeat(1_000_000));
    assert_eq!(refused(open.clone()), (-32700, None));
    assert_eq!(refused(whole.clone()), (-32600, None));
    let text = message(&json!(1)).to_string();
    for (place, code) in [
        ("\"params\":{", "\"params\":DEEP,\"more\":{"),
        ("\"_meta\":{", "\"_meta\":DEEP,\"more\":{"),
        (
            "\"name\":\"it\"",
            "\"name\":\"it\",\"arguments\":{\"a\":DEEP}",
        ),
        (
            "\"name\":\"it\"",
            "\"name\":\"it\",\"inputResponses\":{\"a\":DEEP}",
        ),
        (
            "clientCapabilities\":{",
            "clientCapabilities\":{\"roots\":{\"a\":DEEP}",
        ),
    ]
    .map(|(at, with)| text.replace(at, with))
    .into_iter()
    .zip([-32602, -32602, -32700, -32602, -32602])
    {
        assert!(place.contains("DEEP"));
        assert_eq!(refused(place.replace("DEEP", &open)).0, -32700);
        let (told, id) = refused(place.replace("DEEP", &whole));
        assert_eq!((told, id), (code, Some(json!(1))), "{place}");
    }
    // Where nobody looks, nobody minds.
    let ignored = text.replace("\"name\":\"it\"", "\"name\":\"it\",\"more\":DEEP");
    assert!(decode(ignored.replace("DEEP", &whole)).is_ok());
}

#[test]
fn a_long_text_is_not_quoted_in_full() {
    let mut message = message(&json!(1));
    message["params"] = json!("x".repeat(1_000_000));
    let Err(Rejected {
        refusal: Refusal::BadEnvelope(why),
        ..
    }) = decode(message.to_string())
    else {
        panic!("params are no text");
    };
    assert!(why.len() < 1000, "{}", why.len());
}

/// The id that a body really has, if it is an object with one that is legal.
fn true_id(body: &[u8]) -> Option<Value> {
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(body).ok()?;
    let id: Value = serde_json::from_str(members.get("id")?.get()).ok()?;
    (id.is_string() || id.is_number()).then_some(id)
}

/// An id that is told is the one that came.
fn echoes_truly(body: Vec<u8>) {
    let truth = true_id(&body);
    let body = Bytes::from(body);
    let id = match jsonrpc::parse(&body) {
        Ok(jsonrpc::Message::Call(envelope)) => envelope.id,
        Ok(jsonrpc::Message::Response(response)) => response.id,
        Err(rejected) => rejected.id,
    };
    if let Some(id) = id {
        assert_eq!(Some(parsed(id.json())), truth);
    }
    drop(decode(body));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,8}".prop_map(Value::from),
        sample::select(WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, |inner| {
        let name = prop_oneof![sample::select(WORDS).prop_map(str::to_owned), ".{0,4}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..8)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_get_a_wrong_id(body: Vec<u8>) {
        echoes_truly(body);
    }

    #[test]
    fn mutated_messages_never_get_a_wrong_id(
        id in any_json(),
        changes in prop::collection::vec((any::<sample::Index>(), any::<u8>(), 0..4_u8), 0..6),
    ) {
        let mut body = message(&id).to_string().into_bytes();
        for (at, byte, change) in changes {
            let at = at.index(body.len().max(1)).min(body.len().saturating_sub(1));
            match change {
                0 if !body.is_empty() => body[at] = byte,
                1 if !body.is_empty() => drop(body.remove(at)),
                2 => body.truncate(at),
                _ => body.insert(at, b"{}[]\",:0e\\ "[usize::from(byte) % 11]),
            }
        }
        echoes_truly(body);
    }

    #[test]
    fn arbitrary_parameters_are_understood_or_refused_under_their_id(
        method in sample::select(METHODS),
        params in any_json(),
        meta in prop_oneof![Just(call()["_meta"].clone()), any_json()],
    ) {
        let mut message = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        if let Some(params) = message["params"].as_object_mut() {
            params.insert("_meta".to_owned(), meta);
        }
        match decode(message.to_string()) {
            Ok(Incoming::Request(request)) => assert_eq!(request.id.json(), b"7"),
            Ok(other) => panic!("{other:?}"),
            Err(rejected) => assert_eq!(rejected.id.unwrap().json(), b"7"),
        }
    }

    #[test]
    fn e47_a_value_survives_its_header(text: String) {
        let wrapped = format!("=?base64?{}?=", STANDARD.encode(&text));
        assert_eq!(headers::decode(wrapped.as_bytes()), Some(text.clone()));
        let is_plain = text.chars().all(|c| (' '..='~').contains(&c)) && !text.starts_with("=?");
        if is_plain {
            assert_eq!(headers::decode(text.as_bytes()), Some(text));
        }
    }
}

use base64::{Engine as _, engine::general_purpose::STANDARD};

const METHODS: &[&str] = &[
    "server/discover",
    "tools/list",
    "tools/call",
    "resources/read",
    "prompts/get",
    "completion/complete",
    "subscriptions/listen",
    "initialize",
    "unheard/of",
];

/// Names and values that mean something somewhere.
const WORDS: &[&str] = &[
    "_meta",
    "name",
    "uri",
    "cursor",
    "arguments",
    "inputResponses",
    "requestState",
    "notifications",
    "toolsListChanged",
    "resourceSubscriptions",
    "ref",
    "type",
    "ref/prompt",
    "ref/resource",
    "argument",
    "value",
    "context",
    "progressToken",
    "io.modelcontextprotocol/protocolVersion",
    "io.modelcontextprotocol/clientCapabilities",
    "io.modelcontextprotocol/logLevel",
    "traceparent",
    "elicitation",
    "form",
    "2026-07-28",
    "debug",
];
