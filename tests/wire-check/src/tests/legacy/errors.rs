//! Codes of errors, and the ids of errors.

use serde_json::{Value, json};

use super::{LEGACY, NEVER, refused, said};
use crate::Revision::{R2025_11_25, R2026_07_28};

#[test]
fn codes_are_of_their_revision() {
    let error = |code: i64, data: Value| json!({"code": code, "message": "x", "data": data});
    let missing = json!({"uri": "a:b"});
    assert_eq!(
        refused("resources/read", &error(-32002, missing.clone())),
        LEGACY
    );
    assert_eq!(refused("resources/read", &error(-32002, json!({}))), NEVER);
    assert_eq!(
        refused("resources/read", &error(-32602, missing.clone())),
        NEVER
    );
    assert_eq!(
        refused("tools/call", &error(-32002, missing.clone())),
        NEVER
    );
    assert_eq!(refused("tools/call", &error(-32602, json!(null))), LEGACY);
    assert_eq!(refused("tools/call", &error(403, json!(null))), LEGACY);
    for code in [-32001, -32003, -32004, -32020, -32021, -32022] {
        assert_eq!(
            refused("tools/call", &error(code, json!({}))),
            NEVER,
            "{code}"
        );
    }
    let url =
        json!({"mode": "url", "message": "m", "elicitationId": "e", "url": "https://a.example"});
    let asks = json!({"elicitations": [url]});
    assert_eq!(refused("tools/call", &error(-32042, asks)), [R2025_11_25]);
    let form = json!({"elicitations": [{"mode": "form", "message": "m"}]});
    assert_eq!(refused("tools/call", &error(-32042, form)), NEVER);
    let modern = json!({"jsonrpc": "2.0", "id": 1, "error": error(-32602, missing)});
    R2026_07_28.check_reply("resources/read", &modern);
}

#[test]
fn an_error_that_answers_nothing_has_no_id() {
    let of = |code: i64| json!({"jsonrpc": "2.0", "error": {"code": code, "message": "x"}});
    let with = |code: i64, id: Value| {
        let mut message = of(code);
        message["id"] = id;
        message
    };
    assert_eq!(said(&of(-32700)), LEGACY);
    assert_eq!(said(&with(-32700, json!(null))), LEGACY[..3]);
    assert_eq!(said(&with(-32601, json!(null))), NEVER);
    assert_eq!(said(&of(-32601)), [R2025_11_25]);
    assert_eq!(said(&with(-32601, json!("a"))), LEGACY);
}
