//! Tests of the questions and of the check of their answers.

use super::{Checker, Era, FIRST_ID, Scenario};
use crate::session::Session;

#[test]
fn a_request_is_json_under_any_id() {
    for name in ["echo-64", "echo-64k", "list-100", "list", "row"] {
        let scenario = Scenario::named(name).unwrap();
        let mut line = scenario.line();
        let message: serde_json::Value =
            serde_json::from_slice(line.numbered(FIRST_ID + 42)).unwrap();
        assert_eq!(message["id"], FIRST_ID + 42);
        let version = &message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"];
        assert_eq!(version, "2026-07-28");
        let mut post = scenario.post(80, None);
        let post = String::from_utf8(post.numbered(FIRST_ID + 42).to_vec()).unwrap();
        let (head, body) = post.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())));
        assert!(body.contains("\"id\":1000000042,"));
    }
}

fn answer(scenario: &Scenario, id: u64, change: impl FnOnce(String) -> String) -> Vec<u8> {
    let mut line = scenario.line();
    let message: serde_json::Value = serde_json::from_slice(line.numbered(id)).unwrap();
    let text = change(
        message["params"]["arguments"]["text"]
            .as_str()
            .unwrap()
            .to_owned(),
    );
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"complete","content":[{{"type":"text","text":"{text}"}}]}}}}"#
    )
    .into_bytes()
}

#[test]
fn the_first_answer_is_compared_in_whole_and_others_at_their_ends() {
    let scenario = Scenario::named("echo-64k").unwrap();
    let mut checker = Checker::new(&scenario);
    let middle = |text: String| {
        let mut bytes = text.into_bytes();
        bytes[30_000] = b'!';
        String::from_utf8(bytes).unwrap()
    };
    let first = |text: String| text.replacen(|_: char| true, "!", 1);
    let shorter = |text: String| text.chars().skip(1).collect();
    let same = |text: String| text;
    assert!(
        checker
            .check(&answer(&scenario, FIRST_ID, middle), FIRST_ID)
            .is_err()
    );
    assert!(
        checker
            .check(&answer(&scenario, FIRST_ID, same), FIRST_ID)
            .is_ok()
    );
    assert!(
        checker
            .check(&answer(&scenario, FIRST_ID, same), FIRST_ID + 1)
            .is_err()
    );
    assert!(
        checker
            .check(&answer(&scenario, FIRST_ID, first), FIRST_ID)
            .is_err()
    );
    assert!(
        checker
            .check(&answer(&scenario, FIRST_ID, shorter), FIRST_ID)
            .is_err()
    );
}

#[test]
fn an_error_is_not_an_answer() {
    let scenario = Scenario::named("list-100").unwrap();
    let error = br#"{"jsonrpc":"2.0","id":1000000000,"error":{"code":-32601,"message":"no"}}"#;
    let found = Checker::new(&scenario).check(error, FIRST_ID).unwrap_err();
    assert!(found.to_string().contains("-32601"), "{found}");
}

#[test]
fn a_legacy_call_says_its_session_and_no_more() {
    let scenario = Scenario::named("legacy-64").unwrap();
    let session = Session::named("abc");
    let mut post = scenario.post(80, Some(&session));
    let post = String::from_utf8(post.numbered(FIRST_ID + 42).to_vec()).unwrap();
    let (head, body) = post.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("\r\nmcp-session-id: abc\r\n"), "{head}");
    assert!(
        head.contains("\r\nmcp-protocol-version: 2025-11-25\r\n"),
        "{head}"
    );
    assert!(!head.contains("mcp-method"), "{head}");
    let message: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(message["id"], FIRST_ID + 42);
    assert!(message["params"].get("_meta").is_none());
}

#[test]
fn a_handshake_is_for_the_version_that_was_asked_for() {
    let scenario = Scenario::first(Era::Legacy);
    let answer = |version| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{FIRST_ID},"result":{{"protocolVersion":"{version}","capabilities":{{}}}}}}"#
        )
    };
    let check = |version| Checker::new(&scenario).check(answer(version).as_bytes(), FIRST_ID);
    assert!(check("2025-11-25").is_ok());
    assert!(check("2024-11-05").is_err());
}
