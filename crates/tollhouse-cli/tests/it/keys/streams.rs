//! Streams that are open while keys and users change, on two servers with one state.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

use serde_json::json;
use tollhouse::{Clock as _, SystemClock};

use super::{
    keys, made, reader,
    served::{Session, open},
    serving, users,
};
use crate::{
    config::folder,
    operate::exchange,
    process::{PATIENCE, Process, message},
};

const FILE: &str = r#"
[auth]
mode = "keys"

[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.count_orders]
source = "shop"
scope = "orders:read"
description = "Count all orders that there are in the shop's database."
sql = "SELECT count(*) AS orders FROM orders"
returns = "one"
"#;

/// Three times what is promised: a second until it is known, and one until all have ended.
const SOON: Duration = Duration::from_secs(6);

/// A response that is a stream of events.
struct Stream(BufReader<TcpStream>);

impl Stream {
    fn open(address: SocketAddr, head: &str, body: &str) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let length = body.len();
        let request =
            format!("{head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).unwrap();
        let mut opened = Self(BufReader::new(stream));
        assert!(opened.line().unwrap().starts_with("HTTP/1.1 200"));
        opened.hears("content-type: text/event-stream");
        opened
    }

    /// A stream of changes.
    fn listen(address: SocketAddr, key: &str) -> Self {
        let method = "subscriptions/listen";
        let filter = json!({"notifications": {"toolsListChanged": true}});
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n\
             Mcp-Method: {method}\r\nAuthorization: Bearer {key}"
        );
        let mut opened = Self::open(address, &head, &message(method, &filter).to_string());
        opened.hears("acknowledged");
        opened
    }

    /// The stream of a session.
    fn of(session: &Session, address: SocketAddr, key: &str) -> Self {
        let (name, id) = session.header();
        let head = format!(
            "GET /mcp HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n\
             MCP-Protocol-Version: 2025-11-25\r\n{name}: {id}\r\nAuthorization: Bearer {key}"
        );
        Self::open(address, &head, "")
    }

    /// Both kinds, on every server.
    fn everywhere(servers: [SocketAddr; 2], key: &str) -> Vec<Self> {
        let both = servers.map(|address| {
            let session = open(address, key);
            [Self::listen(address, key), Self::of(&session, address, key)]
        });
        both.into_iter().flatten().collect()
    }

    /// Reads up to a line that has this in it.
    fn hears(&mut self, part: &str) {
        while !self.line().unwrap().contains(part) {}
    }

    /// All that still comes.
    fn rest(mut self) -> String {
        std::iter::from_fn(|| self.line()).collect()
    }

    /// The next line; none at the end. That it breaks off is no end.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let bytes = self.0.read_line(&mut line).unwrap();
        (bytes > 0).then_some(line)
    }
}

fn start(folder: &Path) -> ([Process; 2], [SocketAddr; 2]) {
    let processes = [serving(folder, &[]), serving(folder, &[])];
    let servers = [processes[0].address(), processes[1].address()];
    (processes, servers)
}

#[test]
fn case43_rs18_the_streams_of_whoever_is_let_in_no_more_end_on_every_server() {
    for change in [
        &["keys", "revoke", "lost"][..],
        &["keys", "change", "lost", "--expires", "1s"],
        &["users", "block", "ana"],
    ] {
        let folder = folder(FILE);
        let place = folder.path();
        let lost = reader(place, &["lost", "--user", "ana"]);
        let kept = reader(place, &["kept", "--user", "bob"]);
        let (_processes, servers) = start(place);
        let of_lost = Stream::everywhere(servers, &lost);
        let of_kept = Stream::everywhere(servers, &kept);
        let clock = SystemClock::default();
        let ran = match change {
            ["keys", rest @ ..] => keys(place, rest),
            [_, rest @ ..] => users(place, rest),
            [] => unreachable!(),
        };
        assert_eq!(ran.0, 0, "{}", ran.2);
        let rests: Vec<String> = of_lost.into_iter().map(Stream::rest).collect();
        assert!(clock.ticks() < SOON, "{change:?}");
        for listened in rests.iter().step_by(2) {
            assert!(
                listened.contains("\"resultType\":\"complete\""),
                "{listened}"
            );
        }
        // The others go on, and hear of what concerns them.
        assert_eq!(keys(place, &["change", "kept", "--scopes", "none"]).0, 0);
        for mut stream in of_kept {
            stream.hears("notifications/tools/list_changed");
        }
    }
}

#[test]
fn case43_n24_a_stream_that_was_opened_with_a_key_ends_when_its_file_holds_another() {
    let folder = folder(&FILE.replace("mode = \"keys\"", "mode = \"keys\"\nkey = \"file:key\""));
    let place = folder.path().join("key");
    let [before, now] = ["before", "now"].map(|name| format!("secret-{name}-0123456789"));
    fs::write(&place, &before).unwrap();
    let process = serving(folder.path(), &[]);
    let address = process.address();
    let streams = [
        Stream::listen(address, &before),
        Stream::of(&open(address, &before), address, &before),
    ];
    let clock = SystemClock::default();
    fs::write(&place, &now).unwrap();
    for stream in streams {
        stream.rest();
    }
    assert!(clock.ticks() < SOON);
    drop(Stream::listen(address, &now));
}

#[test]
fn p17_a_key_that_may_do_more_or_less_hears_of_it_on_every_server() {
    let folder = folder(FILE);
    let key = made(folder.path(), &["laptop"]);
    let (_processes, servers) = start(folder.path());
    let mut streams = Stream::everywhere(servers, &key);
    for scopes in ["orders:read", "none"] {
        let clock = SystemClock::default();
        let change = ["change", "laptop", "--scopes", scopes];
        assert_eq!(keys(folder.path(), &change).0, 0);
        for stream in &mut streams {
            stream.hears("notifications/tools/list_changed");
        }
        assert!(clock.ticks() < SOON, "{scopes}");
    }
}

#[cfg(unix)]
#[test]
fn case31_w16_a_key_where_none_is_read_lets_nobody_in_and_is_in_no_line_of_the_log() {
    let folder = folder(FILE);
    let key = reader(folder.path(), &["laptop"]);
    let process = serving(folder.path(), &[]);
    let address = process.address();
    let call = message("tools/call", &json!({"name": "count_orders"})).to_string();
    let form = format!("access_token={key}");
    for (target, content, headers, body, status) in [
        (
            format!("/mcp?access_token={key}"),
            "json",
            String::new(),
            &call,
            401,
        ),
        (
            "/mcp".to_owned(),
            "json",
            format!("\r\nCookie: access_token={key}"),
            &call,
            401,
        ),
        (
            "/mcp".to_owned(),
            "x-www-form-urlencoded",
            String::new(),
            &form,
            401,
        ),
        (
            "/mcp".to_owned(),
            "json",
            format!("\r\nAuthorization: Bearer {key}\r\nAuthorization: Bearer {key}"),
            &call,
            400,
        ),
    ] {
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/{content}{headers}"
        );
        let (head, told) = exchange(address, &head, body);
        assert_eq!(super::status(&head), status, "{target}{headers}");
        assert!(!head.contains(&key[9..20]) && !told.contains(&key[9..20]));
    }
    process.signal(rustix::process::Signal::TERM);
    let (_, output, errors) = process.ends();
    let log = [output, errors].concat();
    assert!(log.len() > 10, "it was to say all that it says: {log:#?}");
    let has_part = |line: &String| line.contains(&key[9..20]);
    assert!(!log.iter().any(has_part), "{log:#?}");
}
