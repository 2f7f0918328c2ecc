//! The members that every message has, and messages that are no requests.

use serde_json::{Value, json};

use super::{Case, call_message, changed, choose};
use crate::dice::Dice;
use crate::era::Era;

pub(super) fn id(dice: &mut Dice, era: Era) -> Case {
    let (name, id) = choose(
        dice,
        &[
            ("missing", None),
            ("zero", Some(json!(0))),
            ("negative", Some(json!(-7))),
            ("large", Some(json!(9_007_199_254_740_993_i64))),
            ("string", Some(json!("a"))),
            ("empty string", Some(json!(""))),
            ("fraction", Some(json!(1.5))),
            ("null", Some(json!(null))),
            ("boolean", Some(json!(true))),
            ("array", Some(json!([1]))),
            ("object", Some(json!({}))),
        ],
    );
    let message = changed(call_message(era), "/id", id.flatten());
    Case::new(format!("id/{name}"), era.posting(&message))
}

pub(super) fn version(dice: &mut Dice, era: Era) -> Case {
    let (name, version) = choose(
        dice,
        &[
            ("missing", None),
            ("old", Some(json!("1.0"))),
            ("number", Some(json!(2.0))),
            ("null", Some(json!(null))),
        ],
    );
    let message = changed(call_message(era), "/jsonrpc", version.flatten());
    Case::new(format!("jsonrpc/{name}"), era.posting(&message))
}

pub(super) fn params(dice: &mut Dice, era: Era) -> Case {
    let (name, params) = choose(
        dice,
        &[
            ("missing", None),
            ("null", Some(json!(null))),
            ("array", Some(json!([]))),
            ("string", Some(json!("x"))),
            ("empty", Some(json!({}))),
        ],
    );
    let (method, message) = match dice.below(2) {
        0 => ("tools/call", call_message(era)),
        _ => ("tools/list", era.message("tools/list", &json!({}))),
    };
    let message = changed(message, "/params", params.flatten());
    Case::new(format!("params/{method}/{name}"), era.posting(&message))
}

/// What a request says of its sender.
pub(super) fn meta(dice: &mut Dice, era: Era) -> Case {
    let (version, can) = (
        "/params/_meta/io.modelcontextprotocol~1protocolVersion",
        "/params/_meta/io.modelcontextprotocol~1clientCapabilities",
    );
    let level = "/params/_meta/io.modelcontextprotocol~1logLevel";
    let token = "/params/_meta/progressToken";
    let rows: [(&'static str, (&str, Option<Value>)); 14] = [
        ("missing", ("/params/_meta", None)),
        ("null", ("/params/_meta", Some(json!(null)))),
        ("string", ("/params/_meta", Some(json!("x")))),
        ("empty", ("/params/_meta", Some(json!({})))),
        ("no version", (version, None)),
        ("number for a version", (version, Some(json!(1)))),
        ("unknown version", (version, Some(json!("2099-01-01")))),
        ("legacy version", (version, Some(json!("2025-11-25")))),
        ("no capabilities", (can, None)),
        ("array of capabilities", (can, Some(json!([])))),
        ("token", (token, Some(json!("t")))),
        ("object for a token", (token, Some(json!({})))),
        ("level", (level, Some(json!("debug")))),
        ("no such level", (level, Some(json!("loud")))),
    ];
    let (name, row) = choose(dice, &rows);
    let (pointer, value) = row.unwrap_or(("", None));
    let message = changed(call_message(era), pointer, value);
    let mut request = era.posting(&message);
    // Header and body agree about a version that is not served.
    let said = message.pointer(version).and_then(Value::as_str);
    if let (Era::Modern, Some(said)) = (era, said) {
        request = request.with("MCP-Protocol-Version", said);
    }
    Case::new(format!("meta/{name}"), request)
}

pub(super) fn notification(dice: &mut Dice, era: Era) -> Case {
    let rows: [(&'static str, Value); 6] = [
        ("notifications/cancelled", json!({"requestId": 99})),
        ("notifications/cancelled", json!({})),
        ("notifications/initialized", json!({})),
        ("notifications/roots/list_changed", json!({})),
        (
            "notifications/progress",
            json!({"progressToken": "t", "progress": 1}),
        ),
        ("notifications/no/such", json!({})),
    ];
    let (method, params) = choose(dice, &rows);
    let message = era.message(method, &params.unwrap_or_default());
    let message = changed(message, "/id", None);
    Case::new(format!("notification/{method}"), era.posting(&message))
}

/// An answer to what was not asked.
pub(super) fn answer(dice: &mut Dice, era: Era) -> Case {
    let error = json!({"code": -1, "message": "x"});
    let rows: [(&'static str, Value); 4] = [
        ("result", json!({"jsonrpc": "2.0", "id": 99, "result": {}})),
        ("error", json!({"jsonrpc": "2.0", "id": 99, "error": error})),
        (
            "both",
            json!({"jsonrpc": "2.0", "id": 99, "result": {}, "error": error}),
        ),
        ("neither", json!({"jsonrpc": "2.0", "id": 99})),
    ];
    let (name, message) = choose(dice, &rows);
    Case::new(
        format!("answer/{name}"),
        era.posting(&message.unwrap_or_default()),
    )
}
