//! The key of the environment, as clients show it, and what else the environment says of who calls.

use std::{fs, process::Command};

use serde_json::{Value, json};

use super::{KEY, call, serving};
use crate::process::{Process, command};

#[test]
fn n10_a6_the_key_of_the_environment_lets_in_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let process = serving(folder.path(), &[("MCP_API_KEY", KEY)]);
    let address = process.address();
    let bearer = format!("Bearer {KEY}");
    for headers in [
        &[("Authorization", bearer.as_str())][..],
        &[("authorization", &bearer.replace("Bearer", "bearer"))],
        &[("x-api-key", KEY)],
        &[("X-API-Key", KEY), ("Authorization", &bearer)],
    ] {
        let (status, _, body) = call(address, headers);
        assert_eq!(status, 200, "{headers:?}");
        assert!(body.contains("ord_abc123"), "{body}");
    }
    let longer = format!("{KEY}x");
    for (headers, word) in [
        (&[][..], "missing_api_key"),
        (&[("X-Other-Key", KEY)], "missing_api_key"),
        (&[("x-api-key", "wrong")], "invalid_api_key"),
        (&[("x-api-key", "")], "invalid_api_key"),
        (&[("x-api-key", &longer)], "invalid_api_key"),
        (&[("x-api-key", &KEY[1..])], "invalid_api_key"),
        (&[("Authorization", "Bearer wrong")], "invalid_api_key"),
        (
            &[("Authorization", "Bearer th_mistyped")],
            "invalid_api_key",
        ),
        (&[("Authorization", KEY)], "unauthorized"),
        (&[("Authorization", "Basic d3Jvbmc6")], "unauthorized"),
        // A good one does not mend a bad one.
        (
            &[("x-api-key", KEY), ("Authorization", "Bearer wrong")],
            "unauthorized",
        ),
        (
            &[("x-api-key", "wrong"), ("Authorization", &bearer)],
            "unauthorized",
        ),
        (&[("x-api-key", KEY), ("x-api-key", KEY)], "invalid_request"),
    ] {
        let (status, challenge, body) = call(address, headers);
        let expected = if word == "invalid_request" { 400 } else { 401 };
        assert_eq!(
            (status, body),
            (expected, format!(r#"{{"error":"{word}"}}"#)),
            "{headers:?}"
        );
        let challenge = challenge.unwrap();
        assert!(challenge.starts_with("Bearer realm="), "{challenge}");
        assert_eq!(challenge.contains("error="), word != "missing_api_key");
    }
}

#[test]
fn n10_a6_where_a_key_is_demanded_and_none_is_configured_nobody_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let process = serving(folder.path(), &[("MCP_API_KEY", "")]);
    let address = process.address();
    for headers in [
        &[][..],
        &[("x-api-key", "")],
        &[("Authorization", "Bearer")],
        &[("Authorization", "Bearer wrong")],
    ] {
        let expected = r#"{"error":"MCP_API_KEY not configured"}"#.to_owned();
        assert_eq!(call(address, headers), (503, None, expected), "{headers:?}");
    }
}

#[cfg(unix)]
#[test]
fn p10_case86_the_key_of_the_environment_is_in_no_line_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let process = serving(folder.path(), &[("MCP_API_KEY", KEY)]);
    let address = process.address();
    for presented in [KEY.to_owned(), format!("{KEY}x"), format!("x{KEY}")] {
        call(address, &[("x-api-key", &presented)]);
        call(
            address,
            &[("Authorization", &format!("Bearer {presented}"))],
        );
        call(address, &[("Authorization", &presented)]);
    }
    process.signal(rustix::process::Signal::TERM);
    let (_, output, errors) = process.ends();
    let log = [output, errors].concat();
    assert!(
        log.iter().any(|line| line.contains("turned away")),
        "{log:#?}"
    );
    let calls = log.iter().filter(|line| line.contains("duration_ms"));
    assert_eq!(calls.filter(|line| line.contains("api-key")).count(), 2);
    assert!(
        log.iter().all(|line| !line.contains("canary-key")),
        "{log:#?}"
    );
}

#[test]
fn with_a_key_other_machines_may_be_served_and_the_banner_says_how() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["run", "--http", "0.0.0.0:0"];
    let process = Process::spawn(command(folder.path(), &arguments).env("MCP_API_KEY", KEY));
    let told = process.hears("sign-in");
    assert!(
        told.contains("Authorization: Bearer or x-api-key"),
        "{told}"
    );
    let line = process.hears(" call http");
    let add = process.hears("claude mcp add");
    assert!(
        add.ends_with(r#"--header "Authorization: Bearer $MCP_API_KEY""#),
        "{add}"
    );
    let mut shell = Command::new("sh");
    let done = shell
        .args(["-c", &line])
        .env("MCP_API_KEY", KEY)
        .output()
        .unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(
        said.contains("ord_abc123") && said.contains("shipped"),
        "{said}"
    );
}

#[test]
fn a_key_may_stand_in_a_file_and_what_is_no_key_is_told_before_anything_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = place("good", &format!("{KEY}\n"));
    let process = serving(folder.path(), &[("MCP_API_KEY_FILE", &good)]);
    assert_eq!(call(process.address(), &[("x-api-key", KEY)]).0, 200);
    let [empty, spaced, long] = [
        place("empty", " \n"),
        place("spaced", "canary key"),
        place("long", &"x".repeat(5000)),
    ];
    for (variables, mend) in [
        (
            &[("MCP_API_KEY", KEY), ("MCP_API_KEY_FILE", &good)][..],
            "unset one of them",
        ),
        (
            &[("MCP_API_KEY_FILE", "nowhere")],
            "name a file that this user can read",
        ),
        (&[("MCP_API_KEY_FILE", &empty)], "write one into it"),
        (&[("MCP_API_KEY_FILE", &spaced)], "take letters and digits"),
        (&[("MCP_API_KEY_FILE", &long)], "longer than a key"),
        (&[("MCP_API_KEY", "canary kéy")], "take letters and digits"),
    ] {
        let (status, output, errors) = serving(folder.path(), variables).ends();
        assert_eq!(status.code(), Some(1), "{variables:?}");
        assert!(output.is_empty());
        let told = errors.join("\n");
        assert!(told.contains(mend), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
    let weak = serving(folder.path(), &[("MCP_API_KEY", "hunter2")]);
    let told = weak.hears("can be guessed");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn t18_the_environment_names_the_client_over_stdio() {
    let folder = tempfile::tempdir().unwrap();
    for (said, expected) in [
        (Some("desk-7"), "desk-7"),
        (None, "unknown"),
        (Some(""), "unknown"),
    ] {
        let arguments = [
            "run",
            "--stdio",
            "--log-level",
            "info",
            "--log-format",
            "json",
        ];
        let mut command = command(folder.path(), &arguments);
        if let Some(name) = said {
            command.env("MCP_CLIENT_ID", name);
        }
        let mut process = Process::spawn(&mut command);
        process.call("get_order", &json!({"order_id": "ord_abc123"}));
        let line: Value = serde_json::from_str(&process.hears("\"call\"")).unwrap();
        assert_eq!(line["client"], expected);
    }
}
