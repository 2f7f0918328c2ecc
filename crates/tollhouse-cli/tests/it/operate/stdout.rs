//! Standard output has the protocol on it and nothing else, in every way of running.

use serde_json::{Value, json};

use crate::process::{Process, command, post};

/// What a client over a pipe reads while calls are done, fail and are refused, with the log as loud as it gets.
#[test]
fn p20_over_stdio_only_messages_are_written() {
    for arguments in [&[][..], &["run", "--stdio"], &["run", "orders", "--stdio"]] {
        for format in ["json", "pretty"] {
            let folder = tempfile::tempdir().unwrap();
            let mut command = command(folder.path(), arguments);
            command
                .env("TOLLHOUSE_LOG_LEVEL", "trace")
                .env("TOLLHOUSE_LOG_FORMAT", format);
            let mut process = Process::spawn(&mut command);
            process.ask("server/discover", &json!({}));
            process.call("get_order", &json!({"order_id": "ord_abc123"}));
            process.call("get_order", &json!({"order_id": "ord_zzz"}));
            process.call("get_order", &json!({}));
            process.ask("tools/call", &json!({"name": "none", "arguments": {}}));
            process.write("not json");
            assert_eq!(process.read()["error"]["code"], -32700);
            process.close_input();
            let (status, output, errors) = process.ends();
            assert!(status.success());
            assert!(output.is_empty(), "{output:?}");
            assert!(errors.iter().any(|line| line.contains("get_order")));
        }
    }
}

#[test]
#[cfg(unix)]
fn p20_over_http_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["run", "--http", "127.0.0.1:0", "--log-level", "trace"];
    let process = Process::start(folder.path(), &arguments);
    let search = json!({"name": "search_orders", "arguments": {"limit": 1}});
    post(
        process.address(),
        "tools/call",
        Some("search_orders"),
        &search,
    );
    process.signal(rustix::process::Signal::TERM);
    let (status, output, _) = process.ends();
    assert!(status.success());
    assert!(output.is_empty(), "{output:?}");
}

/// A start that fails says so on standard error alone: a client would take it for a message.
#[test]
fn p20_a_start_that_fails_writes_nothing_for_the_client() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tollhouse.toml"), "[sources.x]\n").unwrap();
    for arguments in [&["run", "--stdio"][..], &["run", "no.toml", "--stdio"], &[]] {
        let process = Process::start(folder.path(), arguments);
        let (status, output, errors) = process.ends();
        assert!(!status.success() && !errors.is_empty());
        assert!(output.is_empty(), "{output:?}");
    }
}

/// What is made for programs to read is whole.
#[test]
fn p20_what_is_asked_for_as_json_is_json() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["schema"][..], &["check", "--json"]] {
        let process = Process::start(folder.path(), arguments);
        let (_, output, _) = process.ends();
        let text = output.join("\n");
        assert!(
            serde_json::from_str::<Value>(&text).is_ok(),
            "{arguments:?}: {text}"
        );
    }
}
