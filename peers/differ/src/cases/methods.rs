//! Methods that there are, and others.

use serde_json::{Value, json};

use super::{Case, call_message, changed, choose};
use crate::dice::Dice;
use crate::era::Era;

/// A good call with any text.
pub(super) fn call(dice: &mut Dice, era: Era) -> Case {
    let length = dice.below(200);
    let letters: Vec<char> = "aZ0 \"\\\n\u{1}\u{7f}é漢\u{1f600}".chars().collect();
    let text: String = (0..length)
        .filter_map(|_| dice.pick(&letters).copied())
        .collect();
    let message = changed(
        call_message(era),
        "/params/arguments/text",
        Some(json!(text)),
    );
    Case::new("call", era.posting(&message))
}

/// A call with other arguments.
pub(super) fn arguments(dice: &mut Dice, era: Era) -> Case {
    let (name, arguments) = choose(
        dice,
        &[
            ("missing", None),
            ("null", Some(json!(null))),
            ("array", Some(json!(["hello"]))),
            ("string", Some(json!("hello"))),
            ("empty", Some(json!({}))),
            ("number", Some(json!({"text": 1}))),
            ("null text", Some(json!({"text": null}))),
            (
                "more",
                Some(json!({"text": "hello", "more": [1, {"a": null}]})),
            ),
        ],
    );
    let message = changed(call_message(era), "/params/arguments", arguments.flatten());
    Case::new(format!("arguments/{name}"), era.posting(&message))
}

/// A call of another tool.
pub(super) fn tool(dice: &mut Dice, era: Era) -> Case {
    let (name, tool) = choose(
        dice,
        &[
            ("missing", None),
            ("unknown", Some(json!("no_such_tool"))),
            ("empty", Some(json!(""))),
            ("capital", Some(json!("Echo"))),
            ("number", Some(json!(1))),
            ("null", Some(json!(null))),
        ],
    );
    let message = changed(call_message(era), "/params/name", tool.flatten());
    Case::new(format!("tool/{name}"), era.posting(&message))
}

/// A list, from here or there on.
pub(super) fn listing(dice: &mut Dice, era: Era) -> Case {
    let (_, method) = choose(
        dice,
        &[
            ("", "tools/list"),
            ("", "resources/list"),
            ("", "resources/templates/list"),
            ("", "prompts/list"),
        ],
    );
    let method = method.unwrap_or_default();
    let (name, params) = choose(
        dice,
        &[
            ("plain", json!({})),
            ("cursor", json!({"cursor": "no such place"})),
            ("empty cursor", json!({"cursor": ""})),
            ("null cursor", json!({"cursor": null})),
            ("number for a cursor", json!({"cursor": 1})),
            ("more", json!({"more": true})),
        ],
    );
    let request = era.request(method, &params.unwrap_or_default());
    Case::new(format!("list/{method}/{name}"), request)
}

/// Methods beside calls and lists, of both eras.
pub(super) fn other(dice: &mut Dice, era: Era) -> Case {
    let prompt = json!({"type": "ref/prompt", "name": "p"});
    let hello = json!({
        "protocolVersion": Era::Legacy.version(),
        "capabilities": {},
        "clientInfo": {"name": "differ", "version": "1.0.0"},
    });
    let rows: [(&'static str, Value); 12] = [
        ("ping", json!({})),
        ("server/discover", json!({})),
        ("initialize", hello),
        ("logging/setLevel", json!({"level": "info"})),
        ("resources/read", json!({"uri": "a:b"})),
        ("resources/subscribe", json!({"uri": "a:b"})),
        ("resources/unsubscribe", json!({"uri": "a:b"})),
        ("prompts/get", json!({"name": "p"})),
        (
            "completion/complete",
            json!({"ref": prompt, "argument": {"name": "a", "value": ""}}),
        ),
        ("tasks/list", json!({})),
        ("tasks/get", json!({"taskId": "t"})),
        (
            "sampling/createMessage",
            json!({"messages": [], "maxTokens": 1}),
        ),
    ];
    let (method, params) = choose(dice, &rows);
    let request = era.request(method, &params.unwrap_or_default());
    Case::new(format!("method/{method}"), request).alone()
}

/// Something else where the method should be.
pub(super) fn unknown(dice: &mut Dice, era: Era) -> Case {
    let (name, method) = choose(
        dice,
        &[
            ("missing", None),
            ("unknown", Some(json!("no/such"))),
            ("empty", Some(json!(""))),
            ("number", Some(json!(1))),
            ("null", Some(json!(null))),
            ("array", Some(json!(["tools/call"]))),
            ("capital", Some(json!("Tools/Call"))),
            (
                "notification with id",
                Some(json!("notifications/initialized")),
            ),
        ],
    );
    let message = changed(call_message(era), "/method", method.flatten());
    Case::new(format!("unknown/{name}"), era.posting(&message)).alone()
}
