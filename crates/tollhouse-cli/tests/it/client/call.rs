//! One tool, called in every way there is.

use std::{fs, io::Write as _, process::Stdio};

use serde_json::{Value, json};

use super::{PROGRAM, REVISIONS, peer::Peer, run};
use crate::process::{Process, command};

const ORDER: &str = "order_id=ord_abc123";

#[test]
fn a_tool_of_the_demo_is_called_in_this_process() {
    let folder = tempfile::tempdir().unwrap();
    for words in [
        &["call", "orders", "get_order", ORDER][..],
        // What is served when nothing is named.
        &["call", "get_order", ORDER],
        &[
            "call",
            "orders",
            "get_order",
            r#"{"order_id": "ord_abc123"}"#,
        ],
    ] {
        let done = run(folder.path(), words);
        done.ends(0);
        let order: Value = serde_json::from_str(&done.output).unwrap();
        assert_eq!(order["id"], "ord_abc123");
        let told = done.errors.trim();
        assert!(
            told.starts_with("done in ") && told.ends_with(" ms"),
            "{told}"
        );
    }
}

#[test]
fn a_file_is_called_in_this_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = "[server]\nname = \"sums\"\n[sources.none]\ntype = \"sqlite\"\npath = \"none.db\"\n\
                [tools.add]\nsource = \"none\"\ndescription = \"Add two whole numbers.\"\n\
                sql = \"SELECT :a + :b AS sum\"\nreturns = \"one\"\n\
                [tools.add.params]\na = { type = \"integer\", description = \"One\" }\n\
                b = { type = \"integer\", description = \"The other\" }\n";
    fs::write(folder.path().join("sums.toml"), file).unwrap();
    fs::write(folder.path().join("none.db"), "").unwrap();
    let done = run(folder.path(), &["call", "sums.toml", "add", "a=40", "b=2"]);
    let sum: Value = serde_json::from_str(&done.ends(0).output).unwrap();
    assert_eq!(sum["sum"], 42);
    fs::write(folder.path().join("odd.toml"), "[server]\nnmae = \"x\"\n").unwrap();
    let done = run(folder.path(), &["call", "odd.toml", "add"]);
    assert!(
        done.ends(2).errors.contains("did you mean `name`?"),
        "{}",
        done.errors
    );
    let done = run(folder.path(), &["call", "missing.toml", "add"]);
    assert!(
        done.ends(1).errors.contains("missing.toml"),
        "{}",
        done.errors
    );
}

/// The revision that was agreed on stands in what goes over the wire.
#[test]
fn every_revision_is_spoken_over_http_and_over_pipes() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let url = format!("http://{}/mcp", server.address());
    let piped = ["--", PROGRAM, "run", "orders", "--stdio"];
    for revision in REVISIONS {
        let options = ["get_order", ORDER, "--wire", "--revision", revision];
        for words in [
            [&["call", &url][..], &options].concat(),
            [&["call"][..], &options, &piped].concat(),
            [&["call", "orders"][..], &options].concat(),
        ] {
            let done = run(folder.path(), &words);
            assert!(
                done.ends(0).output.contains("ord_abc123"),
                "{}",
                done.errors
            );
            assert!(done.errors.contains(revision), "{}", done.errors);
            let newer = REVISIONS.iter().filter(|other| **other > revision);
            for other in newer {
                assert!(!done.errors.contains(other), "{}", done.errors);
            }
        }
    }
    for words in [
        [&["call", &url][..], &["get_order", ORDER, "--wire"]].concat(),
        [&["call", "get_order", ORDER, "--wire"][..], &piped].concat(),
    ] {
        let done = run(folder.path(), &words);
        assert!(
            done.ends(0).errors.contains("server/discover"),
            "{}",
            done.errors
        );
        assert!(!done.errors.contains("initialize"), "{}", done.errors);
    }
}

#[test]
fn the_older_transport_of_two_addresses_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(tollhouse::http::Options::default().http_sse(true));
    let url = peer.url().replace("/mcp", "/sse");
    let words = [
        "call",
        &url,
        "greet",
        "--answer",
        r#"{"name":"Ana"}"#,
        "--wire",
    ];
    let done = run(folder.path(), &words);
    assert_eq!(done.ends(0).output, "Hello, Ana!\n");
    assert!(done.errors.contains("GET http://"), "{}", done.errors);
}

#[test]
fn the_whole_result_is_one_document() {
    let folder = tempfile::tempdir().unwrap();
    let done = run(
        folder.path(),
        &["call", "orders", "get_order", ORDER, "--json"],
    );
    let result: Value = serde_json::from_str(&done.ends(0).output).unwrap();
    assert_eq!(result["structuredContent"]["id"], "ord_abc123");
    let failed = ["call", "orders", "get_order", "order_id=ord_zzz", "--json"];
    let done = run(folder.path(), &failed);
    let result: Value = serde_json::from_str(&done.ends(5).output).unwrap();
    assert_eq!(result["isError"], true);
}

#[test]
fn arguments_come_from_a_file_or_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = json!({"status": "paid", "limit": 1}).to_string();
    fs::write(folder.path().join("arguments.json"), &arguments).unwrap();
    let words = ["call", "orders", "search_orders", "@arguments.json"];
    let from_file = run(folder.path(), &words);
    let mut child = command(folder.path(), &["call", "orders", "search_orders", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(arguments.as_bytes())
        .unwrap();
    let piped = child.wait_with_output().unwrap();
    assert_eq!(
        String::from_utf8(piped.stdout).unwrap(),
        from_file.ends(0).output
    );
    let words = ["call", "orders", "search_orders", "status=paid", "limit=1"];
    assert_eq!(run(folder.path(), &words).output, from_file.output);
}

#[test]
fn what_is_no_text_is_shown_by_kind_and_size() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(tollhouse::http::Options::default());
    let done = run(folder.path(), &["call", &peer.url(), "show"]);
    assert_eq!(done.ends(0).output, "a\u{1b}[31mred\n[image/png, 3 KiB]\n");
}

/// 2025-11-25, Transports: a stream that ends early is come back to.
#[test]
fn a_stream_that_the_server_lets_go_is_come_back_to() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(tollhouse::http::Options::default());
    for revision in ["2025-11-25", "2026-07-28"] {
        let words = [
            "call",
            &peer.url(),
            "come_back",
            "--wire",
            "--revision",
            revision,
        ];
        let done = run(folder.path(), &words);
        assert_eq!(done.ends(0).output, "You came back.\n");
        let came_back = done.errors.contains("last-event-id");
        assert_eq!(came_back, revision == "2025-11-25", "{}", done.errors);
    }
}

#[test]
fn who_does_not_answer_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(tollhouse::http::Options::default());
    for revision in ["2026-07-28", "2025-11-25"] {
        let words = [
            "call",
            &peer.url(),
            "never",
            "--timeout",
            "1",
            "--wire",
            "--revision",
            revision,
        ];
        let done = run(folder.path(), &words);
        let told = "error: no answer to tools/call within 1 s; --timeout gives it more\n";
        assert!(done.ends(4).errors.ends_with(told), "{}", done.errors);
        // The newest revision says it by leaving.
        let is_told = done.errors.contains("notifications/cancelled");
        assert_eq!(is_told, revision == "2025-11-25", "{}", done.errors);
    }
}

#[test]
fn a_file_is_called_as_somebody() {
    let folder = tempfile::tempdir().unwrap();
    let file = "[server]\nname = \"who\"\nlocal_user = \"ana\"\n[sources.none]\ntype = \"sqlite\"\n\
                path = \"none.db\"\n[tools.who]\nsource = \"none\"\n\
                description = \"Tell who calls this tool.\"\n\
                sql = \"SELECT :user.id AS who\"\nreturns = \"one\"\n";
    fs::write(folder.path().join("who.toml"), file).unwrap();
    fs::write(folder.path().join("none.db"), "").unwrap();
    for (words, who) in [
        (&["call", "who.toml", "who"][..], "ana"),
        (&["call", "who.toml", "who", "--as", "bob"], "bob"),
    ] {
        let done = run(folder.path(), words);
        let told: Value = serde_json::from_str(&done.ends(0).output).unwrap();
        assert_eq!(told["who"], who);
    }
}
