//! From outside: a server that runs, with two keys that are good there.

use std::net::SocketAddr;

use super::{forward, try_auth};
use crate::{
    client::run,
    process::{Process, command},
    site::{Reply, Request, Site},
};

/// A server of ours with two users, each with a key.
fn served(folder: &std::path::Path) -> (Process, [String; 2]) {
    let file = "[server]\nname = \"s\"\n[auth]\nmode = \"keys\"\n[sources.d]\ntype = \"date\"\nscope = \"any\"\n";
    std::fs::write(folder.join("tollhouse.toml"), file).unwrap();
    let keys = ["ana", "bob"].map(|user| {
        let made = run(folder, &["keys", "create", user]);
        made.ends(0).output.trim().to_owned()
    });
    let mut serve = command(folder, &["run", "--http", "127.0.0.1:0"]);
    (Process::spawn(&mut serve), keys)
}

const OUTSIDE: [&str; 9] = [
    "a good credential",
    "no credential",
    "an empty one",
    "garbage",
    "a good one in the URL",
    "a good one in a cookie",
    "a good one twice",
    "a session without a credential",
    "another's session",
];

#[test]
fn u9_our_own_server_keeps_intruders_out() {
    let folder = tempfile::tempdir().unwrap();
    let (server, [ana, bob]) = served(folder.path());
    let url = format!("http://{}/mcp", server.address());
    let words = ["--url", &url, "--token", &ana, "--other-token", &bob];
    let tried = try_auth(folder.path(), &words);
    tried.keeps_out(&OUTSIDE);
    let shown = format!("{}{}", tried.done.output, tried.done.errors);
    assert!(!shown.contains(&ana) && !shown.contains(&bob), "{shown}");
}

/// A proxy in front of a good server undoes what it checks, each in another way.
#[test]
fn u9_a_server_that_lets_intruders_in_is_told_where() {
    type Undo = fn(&Request, &str) -> Option<String>;
    let table: [(Undo, &[&str]); 4] = [
        // Whoever shows nothing is let in as somebody.
        (
            |request, key| {
                request
                    .header("authorization")
                    .is_none()
                    .then(|| key.to_owned())
            },
            &[
                "no credential",
                "a good one in the URL",
                "a good one in a cookie",
                "a session without a credential",
            ],
        ),
        (
            |request, key| {
                request
                    .path
                    .contains("access_token=")
                    .then(|| key.to_owned())
            },
            &["a good one in the URL"],
        ),
        (
            |request, _| {
                let cookie = request.header("cookie")?;
                let token = cookie.split("access_token=").nth(1)?;
                Some(token.split(';').next()?.to_owned())
            },
            &["a good one in a cookie"],
        ),
        // A session is taken for a credential.
        (
            |request, key| request.header("mcp-session-id").map(|_| key.to_owned()),
            &["a session without a credential", "another's session"],
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    let (server, [ana, bob]) = served(folder.path());
    let to = server.address();
    for (undo, expected) in table {
        let key = ana.clone();
        let proxy = Site::start(move |request| undone(to, request, undo(request, &key)));
        let url = proxy.url();
        let words = ["--url", &url, "--token", &ana, "--other-token", &bob];
        try_auth(folder.path(), &words).lets_in(expected);
    }
}

/// Passes a request on, with this credential in place of whatever it showed.
fn undone(to: SocketAddr, request: &Request, credential: Option<String>) -> Reply {
    let lines = request.head.lines().skip(1);
    let lines = lines.filter(|line| {
        let line = line.to_ascii_lowercase();
        let is_replaced = credential.is_some() && line.starts_with("authorization:");
        !line.is_empty() && !line.starts_with("connection:") && !is_replaced
    });
    let lines: Vec<String> = lines.map(|line| format!("{line}\r\n")).collect();
    let shown = credential.map_or_else(String::new, |key| {
        format!("Authorization: Bearer {key}\r\n")
    });
    let head = format!(
        "{} /mcp HTTP/1.1\r\n{}{shown}Connection: close\r\n\r\n",
        request.method,
        lines.concat()
    );
    forward(to, &head, &request.body)
}

#[test]
fn what_has_to_be_said_first_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let url = "http://127.0.0.1:1/mcp";
    for (words, code, part) in [
        (&["--url", url][..], 1, "--token or --key"),
        (
            &["--url", url, "--key", "NOT_SET_ANYWHERE"],
            1,
            "is not set",
        ),
        (
            &["--url", url, "--token", "a", "--other-token", "a"],
            1,
            "another user's",
        ),
        (&["--url", url, "--token", "a"], 4, "does not answer"),
        (&["--token", "a"], 1, "--url"),
        (&["--url", url, "tollhouse.toml"], 1, "cannot be used with"),
    ] {
        let tried = try_auth(folder.path(), words);
        let told = &tried.done.ends(code).errors;
        assert!(told.contains(part), "{words:?}: {told}");
    }
}

/// Where nobody comes in, nothing is proved.
#[test]
fn a_credential_that_is_not_good_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (server, [ana, _]) = served(folder.path());
    let url = format!("http://{}/mcp", server.address());
    try_auth(folder.path(), &["--url", &url, "--token", "wrong"]).lets_in(&["a good credential"]);
    let words = ["--url", &url, "--token", &ana, "--other-token", "wrong"];
    try_auth(folder.path(), &words).lets_in(&["another user's"]);
}
