//! Keys: where they go, and that they are not shown.

use std::{io::Write as _, process::Stdio};

use super::{
    Done, end,
    raw::{EVENTS, Raw, respond},
};
use crate::process::{Process, command};

const SECRET: &str = "th_s3cr3t_0123456789abcdef";

/// Calls a server that knows nobody, with a key in the environment or not.
fn call(server: &Raw, key: Option<&str>, words: &[&str]) -> Done {
    let folder = tempfile::tempdir().unwrap();
    let url = server.url();
    let mut command = command(folder.path(), &[&["call", &url, "greet"], words].concat());
    command.stdin(Stdio::null()).env_remove("TOLLHOUSE_KEY");
    if let Some(key) = key {
        command.env("TOLLHOUSE_KEY", key);
    }
    end(&mut command)
}

fn unauthorized() -> Raw {
    Raw::start(|stream| {
        let head = "401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"here\"\r\nContent-Type: application/json";
        respond(stream, head, r#"{"error":"missing_api_key"}"#)
    })
}

#[test]
fn who_has_to_sign_in_is_told_how() {
    let server = unauthorized();
    let done = call(&server, None, &[]);
    let told = &done.ends(3).errors;
    for part in [
        "wants to know who calls (401)",
        "TOLLHOUSE_KEY",
        "Bearer realm=\"here\"",
        "missing_api_key",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert!(
        !server
            .requests
            .recv()
            .unwrap()
            .to_lowercase()
            .contains("authorization")
    );
    let done = call(&server, Some(SECRET), &[]);
    let told = &done.ends(3).errors;
    assert!(told.contains("does not take this key (401)"), "{told}");
    let request = server.requests.recv().unwrap();
    assert!(
        request.contains(&format!("authorization: Bearer {SECRET}\r\n")),
        "{request}"
    );
}

#[test]
fn a_key_goes_where_it_was_said_and_is_not_shown() {
    let server = unauthorized();
    for (key, words) in [
        (Some(SECRET), &["--wire"][..]),
        (None, &["--wire", "--bearer", SECRET]),
        (Some(SECRET), &["--wire", "--key", "TOLLHOUSE_KEY"]),
        (
            None,
            &["--wire", "--header", "X-Mine: th_s3cr3t_0123456789abcdef"],
        ),
        (
            None,
            &[
                "--wire",
                "--header",
                "Authorization: Basic th_s3cr3t_0123456789abcdef",
            ],
        ),
        // What lies around gives way to what was said.
        (
            Some("other"),
            &[
                "--wire",
                "--header",
                "Authorization: Bearer th_s3cr3t_0123456789abcdef",
            ],
        ),
    ] {
        let done = call(&server, key, words);
        assert!(
            server.requests.recv().unwrap().contains(SECRET),
            "{words:?}"
        );
        assert!(!done.ends(3).errors.contains(SECRET), "{}", done.errors);
        assert!(done.errors.contains("****"), "{}", done.errors);
    }
    let words = ["--bearer", SECRET, "--header", "Authorization: Bearer x"];
    assert!(
        call(&server, None, &words)
            .ends(1)
            .errors
            .contains("not both")
    );
}

/// A server may not send the caller, and with it the key, to another.
#[test]
fn a_key_is_carried_nowhere_else() {
    let elsewhere = unauthorized();
    let moved = Raw::start(|stream| respond(stream, "307 Moved\r\nLocation: /elsewhere", ""));
    let done = call(&moved, None, &["--bearer", SECRET]);
    assert!(
        done.ends(4)
            .errors
            .contains("If you trust it, use /elsewhere")
    );
    assert!(
        moved
            .requests
            .try_iter()
            .all(|request| !request.contains("/elsewhere"))
    );
    // Neither may the stream of the older transport, which says where messages are posted.
    let pair = Raw::start(|stream| {
        stream.write_all(EVENTS.as_bytes())?;
        stream.write_all(b"event: endpoint\ndata: http://127.0.0.2:1/messages\n\n")
    });
    let done = call(&pair, None, &["--bearer", SECRET]);
    assert!(!done.ends(4).errors.is_empty());
    assert!(elsewhere.requests.try_recv().is_err());
}

#[test]
fn a_server_of_ours_takes_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = command(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let server = Process::spawn(serve.env("MCP_API_KEY", SECRET));
    let url = format!("http://{}/mcp", server.address());
    let words = ["call", &url, "get_order", "order_id=ord_abc123"];
    let call = |variable: &str, more: &[&str]| {
        let mut command = command(folder.path(), &[&words, more].concat());
        end(command.env_remove("TOLLHOUSE_KEY").env(variable, SECRET))
    };
    call("TOLLHOUSE_KEY", &[]).ends(0);
    call("MCP_API_KEY", &["--key", "MCP_API_KEY"]).ends(0);
    call(
        "MCP_API_KEY",
        &["--header", &format!("x-api-key: {SECRET}")],
    )
    .ends(0);
    let refused = call("MCP_API_KEY", &[]);
    assert!(
        refused.ends(3).errors.contains("missing_api_key"),
        "{}",
        refused.errors
    );
    let refused = call("MCP_API_KEY", &["--bearer", "wrong"]);
    assert!(
        refused.ends(3).errors.contains("does not take this key"),
        "{}",
        refused.errors
    );
}
