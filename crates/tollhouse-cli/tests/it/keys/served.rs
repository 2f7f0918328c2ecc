//! Keys that were made, as a running server takes them.

use std::{net::SocketAddr, thread, time::Duration};

use serde_json::{Value, json};
use tollhouse::{Clock as _, SystemClock};

use super::{FILE, call, header, keys, made, send, serving, status};
use crate::{
    config::folder,
    process::{PATIENCE, Process, message},
};

#[test]
fn n10_c1_c2_the_first_key_ends_the_503_and_lets_in_by_every_header() {
    let folder = folder(FILE);
    let process = serving(folder.path(), &[]);
    let address = process.address();
    let unset = r#"{"error":"MCP_API_KEY not configured"}"#.to_owned();
    assert_eq!(call(address, &[]), (503, None, unset.clone()));
    assert_eq!(call(address, &[("x-api-key", "wrong")]), (503, None, unset));
    let key = made(folder.path(), &["laptop", "--user", "ana"]);
    for (name, value) in [
        ("Authorization", format!("Bearer {key}")),
        ("x-api-key", key.clone()),
        ("MEMCONTEXT-API-KEY", key.clone()),
    ] {
        let (status, _, body) = call(address, &[(name, &value)]);
        assert_eq!(status, 200, "{name}: {body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["result"]["structuredContent"]["caller"], "ana");
    }
    // It was asked for within the last second whether there is any key.
    let (status, ..) = until(|| call(address, &[]), |(status, ..)| *status != 503);
    assert_eq!(status, 401);
    let mut typo = key.into_bytes();
    typo.swap(20, 21);
    typo[30] = if typo[30] == b'x' { b'y' } else { b'x' };
    let typo = String::from_utf8(typo).unwrap();
    let (status, challenge, body) = call(address, &[("x-api-key", &typo)]);
    assert_eq!(
        (status, body.as_str()),
        (401, r#"{"error":"invalid_api_key"}"#)
    );
    assert!(challenge.unwrap().contains("typing error"));
}

#[test]
fn case43_a_revoked_key_ends_within_a_second_in_every_era_and_others_go_on() {
    let folder = folder(FILE);
    let [lost, kept] = ["lost", "kept"].map(|name| made(folder.path(), &[name]));
    let process = serving(folder.path(), &[]);
    let address = process.address();
    let session = open(address, &lost);
    assert_eq!(call(address, &[("x-api-key", &lost)]).0, 200);
    assert_eq!(
        ping(address, "POST", &[("x-api-key", &lost), session.header()]),
        200
    );
    assert_eq!(keys(folder.path(), &["revoke", "lost"]).0, 0);
    let clock = SystemClock::default();
    let (_, _, body) = until(
        || call(address, &[("x-api-key", &lost)]),
        |(status, ..)| *status == 401,
    );
    // Three times what is promised.
    assert!(clock.ticks() < Duration::from_secs(3));
    assert_eq!(body, r#"{"error":"invalid_api_key"}"#);
    for method in ["POST", "GET", "DELETE"] {
        let headers = [("x-api-key", lost.as_str()), session.header()];
        assert_eq!(ping(address, method, &headers), 401, "{method}");
    }
    assert_eq!(call(address, &[("x-api-key", &kept)]).0, 200);
}

#[test]
fn a_key_ends_by_itself() {
    let folder = folder(FILE);
    let process = serving(folder.path(), &[]);
    let address = process.address();
    let key = made(folder.path(), &["brief", "--expires", "3s"]);
    assert_eq!(call(address, &[("x-api-key", &key)]).0, 200);
    let (status, ..) = until(
        || call(address, &[("x-api-key", &key)]),
        |(status, ..)| *status != 200,
    );
    // It was the only one.
    assert!(matches!(status, 401 | 503), "{status}");
    let (_, listed, _) = keys(folder.path(), &["list"]);
    assert!(listed.contains("  expired 20"), "{listed}");
}

#[test]
fn p13_case15_the_session_of_one_user_is_unknown_to_another() {
    let folder = folder(FILE);
    let [ana, bob] = ["ana", "bob"].map(|name| made(folder.path(), &[name]));
    let second = made(folder.path(), &["phone", "--user", "ana"]);
    let process = serving(folder.path(), &[]);
    let address = process.address();
    let session = open(address, &ana);
    for method in ["POST", "GET", "DELETE"] {
        let headers = [("x-api-key", bob.as_str()), session.header()];
        assert_eq!(ping(address, method, &headers), 404, "{method}");
        // A session is no credential.
        assert_eq!(ping(address, method, &[session.header()]), 401, "{method}");
    }
    for key in [&ana, &second] {
        let headers = [("x-api-key", key.as_str()), session.header()];
        assert_eq!(ping(address, "POST", &headers), 200);
    }
}

#[test]
fn a_key_may_do_what_its_scopes_say_and_sees_nothing_else() {
    let folder = folder(FILE);
    let reader = made(folder.path(), &["reader", "--scopes", "orders:read"]);
    let plain = made(folder.path(), &["plain"]);
    let process = serving(
        folder.path(),
        &[("MCP_API_KEY", "an-operators-key-of-its-own")],
    );
    let address = process.address();
    for (key, tools) in [
        (reader.as_str(), &["count_orders", "get_order"][..]),
        (&plain, &["get_order"]),
        // Whoever has the key of the environment can change the file as well.
        (
            "an-operators-key-of-its-own",
            &["count_orders", "get_order"],
        ),
    ] {
        let headers = [
            ("x-api-key", key),
            ("MCP-Protocol-Version", "2026-07-28"),
            ("Mcp-Method", "tools/list"),
        ];
        let (_, body) = send(
            address,
            "POST",
            &headers,
            &message("tools/list", &json!({})),
        );
        let body: Value = serde_json::from_str(&body).unwrap();
        let listed = body["result"]["tools"].as_array().unwrap().iter();
        let mut listed: Vec<_> = listed.map(|tool| tool["name"].as_str().unwrap()).collect();
        listed.retain(|name| *name != "read_more");
        listed.sort_unstable();
        assert_eq!(listed, tools);
    }
    let (_, _, errors) = keys(folder.path(), &["create", "odd", "--scopes", "orders:raed"]);
    assert!(
        errors.contains("asks for the scope orders:raed"),
        "{errors}"
    );
}

#[test]
fn who_is_not_asked_for_a_key_is_not_asked_for_scopes_either() {
    let list = |process: &mut Process| {
        let reply = process.ask("tools/list", &json!({}));
        reply["result"]["tools"].as_array().unwrap().len()
    };
    let open = FILE.replace("\"keys\"", "\"none\"");
    let open = open
        .replace("headers =", "# headers =")
        .replace(", :user.id AS caller", "");
    for file in [FILE, &open] {
        let folder = folder(file);
        let mut piped = Process::start(folder.path(), &["run", "--stdio"]);
        // Two, and the one that reads on in what is too long.
        assert_eq!(list(&mut piped), 3);
        let process = serving(folder.path(), &[]);
        let address = process.address();
        let told = process.hears("  tools ");
        assert!(
            told.contains("count_orders") && told.contains("get_order"),
            "{told}"
        );
        let headers = [
            ("MCP-Protocol-Version", "2026-07-28"),
            ("Mcp-Method", "tools/list"),
        ];
        let (head, body) = send(
            address,
            "POST",
            &headers,
            &message("tools/list", &json!({})),
        );
        let names_it = body.contains("count_orders");
        assert_eq!(
            (status(&head) == 200, names_it),
            (file != FILE, file != FILE),
            "{body}"
        );
    }
}

#[cfg(unix)]
#[test]
fn p10_case86_keys_are_in_no_line_of_the_log_and_their_use_is_noted() {
    let folder = folder(FILE);
    let key = made(folder.path(), &["laptop"]);
    let process = serving(folder.path(), &[]);
    let address = process.address();
    for presented in [key.clone(), format!("{key}x"), key.replace("th_", "TH_")] {
        call(address, &[("x-api-key", &presented)]);
        call(address, &[("MEMCONTEXT-API-KEY", &presented)]);
        call(
            address,
            &[("Authorization", &format!("Bearer {presented}"))],
        );
    }
    until(
        || keys(folder.path(), &["list", "--json"]).1,
        |listed| {
            let listed: Value = serde_json::from_str(listed).unwrap();
            listed["keys"][0]["last_used"].is_string()
        },
    );
    keys(folder.path(), &["revoke", "laptop"]);
    until(
        || call(address, &[("x-api-key", &key)]).0,
        |status| *status != 200,
    );
    process.signal(rustix::process::Signal::TERM);
    let (_, output, errors) = process.ends();
    let log = [output, errors].concat();
    assert!(
        log.iter()
            .any(|line| line.contains("a key that has ended came"))
    );
    let has_part = |line: &String| line.contains(&key[9..20]);
    assert!(!log.iter().any(has_part), "{log:#?}");
}

/// A session, by its id.
pub(super) struct Session(String);

impl Session {
    pub(super) fn header(&self) -> (&str, &str) {
        ("Mcp-Session-Id", &self.0)
    }
}

pub(super) fn open(address: SocketAddr, key: &str) -> Session {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "proof", "version": "1"}
    }});
    let (head, body) = send(address, "POST", &[("x-api-key", key)], &message);
    assert_eq!(status(&head), 200, "{body}");
    Session(header(&head, "mcp-session-id").unwrap().to_owned())
}

/// The status of a ping in a session, or of what has no message.
fn ping(address: SocketAddr, method: &str, headers: &[(&str, &str)]) -> u16 {
    let message = json!({"jsonrpc": "2.0", "id": 2, "method": "ping"});
    let headers = [&[("MCP-Protocol-Version", "2025-11-25")], headers].concat();
    status(&send(address, method, &headers, &message).0)
}

/// Asks until it is so.
fn until<T>(ask: impl Fn() -> T, is_so: impl Fn(&T) -> bool) -> T {
    let clock = SystemClock::default();
    loop {
        let told = ask();
        if is_so(&told) {
            return told;
        }
        assert!(clock.ticks() < PATIENCE, "it never came");
        thread::sleep(Duration::from_millis(20));
    }
}
