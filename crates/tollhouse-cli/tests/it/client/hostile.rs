//! Servers that break every rule: it is told in a few words, within bounds of size and time.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{
    Done, PROGRAM, end,
    raw::{EVENTS, JSON, Raw, Say, respond},
    run,
};
use crate::process::command;

/// A shell as a server.
fn piped(script: &str) -> Done {
    let folder = tempfile::tempdir().unwrap();
    limited(folder.path(), &["--timeout", "5", "--", "sh", "-c", script])
}

fn over_http(say: Say) -> Done {
    let folder = tempfile::tempdir().unwrap();
    let server = Raw::start(say);
    limited(folder.path(), &[&server.url(), "--timeout", "2"])
}

/// `inspect`, with less memory than what never ends would take.
fn limited(folder: &Path, words: &[&str]) -> Done {
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            "ulimit -v 400000; exec \"$0\" inspect \"$@\"",
            PROGRAM,
        ])
        .args(words)
        .current_dir(folder)
        .stdin(Stdio::null());
    end(&mut command)
}

#[track_caller]
fn tells(done: &Done, part: &str) {
    let told = &done.ends(4).errors;
    assert!(told.contains(part), "{told}");
    assert!(told.len() < 2000, "{} bytes", told.len());
    assert!(done.output.is_empty(), "{}", done.output);
}

#[test]
fn pipes_that_say_no_message_are_told() {
    for (script, part) in [
        ("echo hello", "no message of the protocol: expected value"),
        ("yes", "no message of the protocol"),
        ("cat", "not done here"),
        ("true", "the server ended (exit status: 0)"),
        ("echo broken pump >&2; exit 7", "(exit status: 7)"),
        ("echo broken pump >&2; exit 7", "\n  broken pump"),
        ("kill -9 $$", "the server ended (signal: 9"),
        (
            "printf '{\"jsonrpc\":\"2.0\",'",
            "the server ended (exit status: 0)",
        ),
        ("printf '\\377\\n'", "no message of the protocol"),
        ("read -r a; echo '[]'", "no message of the protocol"),
        (
            "read -r a; echo '{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}'",
            "what was not asked",
        ),
        (
            "read -r a; echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"supportedVersions\":[\"2030-01-01\"]}}'",
            "speaks none of 2026-07-28",
        ),
    ] {
        tells(&piped(script), part);
    }
}

#[test]
fn what_never_ends_is_read_within_bounds() {
    tells(&piped("cat /dev/zero"), "a message of more than 16 MiB");
    // What is written beside messages is bounded too.
    tells(
        &piped("cat /dev/zero >&2 & sleep 0.2; kill $!; exit 3"),
        "the server ended (exit status: 3)",
    );
    let endless = "while :; do echo '{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}'; done";
    let done = piped(endless);
    let told = &done.ends(4).errors;
    let is_bounded =
        told.contains("sent 10000 messages and no answer") || told.contains("no answer to");
    assert!(is_bounded, "{told}");
}

#[test]
fn who_is_silent_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["inspect", "--timeout", "1", "--", "sleep", "600"];
    tells(
        &run(folder.path(), &words),
        "no answer to initialize within 1 s",
    );
    tells(
        &over_http(|_| {
            loop {
                std::thread::park();
            }
        }),
        "within 2 s",
    );
}

#[test]
fn responses_that_are_no_answer_are_told() {
    let table: [(Say, &str); 9] = [
        (
            |stream| stream.write_all(b"SSH-2.0-OpenSSH\r\n"),
            "cannot be reached",
        ),
        (|_| Ok(()), "cannot be reached"),
        (
            |stream| respond(stream, "200 OK\r\nContent-Type: text/html", "<p>"),
            "Often it ends with /mcp",
        ),
        (
            |stream| {
                respond(
                    stream,
                    "301 Moved\r\nLocation: https://elsewhere.example/",
                    "",
                )
            },
            "If you trust it, use https://elsewhere.example/",
        ),
        (
            |stream| respond(stream, "500 Oops", "stack\u{1b}[2J"),
            "stack\\u001b[2J",
        ),
        (
            |stream| respond(stream, JSON, "{"),
            "no message of the protocol",
        ),
        (
            |stream| respond(stream, JSON, &"[".repeat(100_000)),
            "no message of the protocol",
        ),
        (
            |stream| stream.write_all(EVENTS.as_bytes()),
            "ended its stream before it had answered",
        ),
        (
            |stream| stream.write_all(format!("{EVENTS}data: hello\n\n").as_bytes()),
            "no message of the protocol",
        ),
    ];
    for (say, part) in table {
        tells(&over_http(say), part);
    }
}

#[test]
fn bodies_and_streams_without_end_are_read_within_bounds() {
    fn flood(stream: &mut std::net::TcpStream, part: &[u8]) -> std::io::Result<()> {
        loop {
            stream.write_all(part)?;
        }
    }
    tells(
        &over_http(|stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")?;
            flood(stream, &[b' '; 65536])
        }),
        "a message of more than 16 MiB",
    );
    tells(
        &over_http(|stream| {
            stream.write_all(EVENTS.as_bytes())?;
            flood(stream, &[b'x'; 65536])
        }),
        "a message of more than 16 MiB",
    );
    tells(
        &over_http(|stream| {
            stream.write_all(format!("{EVENTS}data: x\n").as_bytes())?;
            flood(
                stream,
                b"data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
            )
        }),
        "a message of more than 16 MiB",
    );
    // Comments keep a stream open, and nobody waiting longer.
    tells(
        &over_http(|stream| {
            stream.write_all(EVENTS.as_bytes())?;
            flood(stream, b": still here\n\n")
        }),
        "within 2 s",
    );
}

/// What can be kept from a list that goes on for ever.
#[test]
fn pages_without_end_are_left() {
    let server = r#"
        while read -r line; do
          id=${line#*\"id\":}; id=${id%%,*}
          case $line in
            *server/discover*) result='"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}' ;;
            *) result='"tools":[{"name":"a","inputSchema":{}}],"nextCursor":"again"' ;;
          esac
          echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{$result}}"
        done"#;
    tells(&piped(server), "tools/list has more than 200 pages");
}

/// What a server writes steers no terminal, also where it is not escaped by being JSON.
#[test]
fn names_of_strangers_are_shown_harmless() {
    let server = r#"
        read -r line
        printf '%s\n' '{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"instructions":"a\u001b[2Jb\nc"}}'
        read -r line
        printf '%s\n' '{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"t\u001b]0;x\u0007","inputSchema":{"properties":{"\u202ep":{}}}}]}}'
        read -r line"#;
    let shown = piped(server).ends(0).output.clone();
    assert!(
        !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{shown:?}"
    );
    assert!(
        shown.contains("a\\u001b[2Jb\n") && shown.contains("t\\u001b]0;x\\u0007(\\u202ep?: any)"),
        "{shown}"
    );
}

/// Ctrl-C ends the program, and the server that it started sees the end of its input.
#[test]
fn ctrl_c_ends_both() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let server = "cat >/dev/null; echo over >pipe";
    let mut child = command(
        folder.path(),
        &["inspect", "--wire", "--", "sh", "-c", server],
    )
    .stdin(Stdio::null())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
    // What it sends first; then it waits.
    let first = errors.next().unwrap().unwrap();
    assert!(first.contains("server/discover"), "{first}");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(2));
    assert_eq!(fs::read_to_string(pipe).unwrap(), "over\n");
}
