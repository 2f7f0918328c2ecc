//! The façade, as a program of its own.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

/// The example, which cargo builds beside the tests.
fn noisy(arguments: &[&str]) -> Child {
    let tests = env::current_exe().unwrap();
    let built: PathBuf = tests
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples/noisy");
    Command::new(built)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn call(id: u32) -> String {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({"name": "shout", "arguments": {}, "_meta": meta});
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}).to_string()
}

#[test]
fn e77_g7_what_a_tool_prints_or_reads_does_not_touch_the_protocol() {
    let mut server = noisy(&["--stdio"]);
    let mut input = server.stdin.take().unwrap();
    for id in 1..=3 {
        writeln!(input, "{}", call(id)).unwrap();
    }
    drop(input);
    let output = BufReader::new(server.stdout.take().unwrap());
    let messages: Vec<Value> = output
        .lines()
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect();
    assert_eq!(messages.len(), 3);
    for (message, id) in messages.iter().zip(1..) {
        assert_eq!(message["id"], id);
        let text = &message["result"]["content"][0]["text"];
        assert_eq!(text, "child ended: true, read 0 bytes");
    }
    assert!(server.wait().unwrap().success());
    let errors = std::io::read_to_string(server.stderr.take().unwrap()).unwrap();
    assert_eq!(errors.matches("forged").count(), 3);
    assert_eq!(errors.matches("from a child").count(), 3);
}

#[test]
fn a_program_without_arguments_serves_who_pipes() {
    let mut server = noisy(&[]);
    writeln!(server.stdin.take().unwrap(), "{}", call(1)).unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains("child ended"), "{line}");
    assert!(server.wait().unwrap().success());
}

#[test]
fn what_cannot_be_served_is_told_with_its_mend() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (arguments, told) in [
        (
            &["--http", address.as_str()][..],
            "Choose another with --http",
        ),
        (&["--http", "0.0.0.0:0"], "Listen on 127.0.0.1"),
        (&["--htp"], "usage: [--stdio | --http ADDRESS]"),
    ] {
        let ended = noisy(arguments).wait_with_output().unwrap();
        assert!(!ended.status.success());
        let errors = String::from_utf8(ended.stderr).unwrap();
        assert!(errors.contains(told), "{errors}");
    }
}
