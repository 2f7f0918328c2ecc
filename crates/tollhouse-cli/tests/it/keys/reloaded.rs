//! What a file that changes while it is served means for who may do what.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    sync::{Mutex, mpsc},
    thread,
};

use serde_json::json;

use super::{KEY, made, send, serving, status};
use crate::{
    config::folder,
    process::{PATIENCE, Process, message},
    site::{Reply, Site},
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
description = "Count the orders of the shop, whatever their status is."
sql = "SELECT count(*) AS orders FROM orders"
"#;

const LIST: &str = r#"
[tools.list_orders]
source = "shop"
scope = "any"
description = "List the orders of the shop, whatever their status is."
sql = "SELECT id FROM orders"
"#;

fn write(folder: &Path, text: &str) {
    fs::write(folder.join("tollhouse.toml"), text).unwrap();
}

/// The status of a call, and whether rows came back.
fn call(address: SocketAddr, key: Option<&str>, tool: &str) -> (u16, bool) {
    let mut headers = vec![
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", tool),
    ];
    headers.extend(key.map(|key| ("x-api-key", key)));
    let params = json!({"name": tool, "arguments": {}});
    let call = message("tools/call", &params);
    let (head, body) = send(address, "POST", &headers, &call);
    (status(&head), body.contains("structuredContent"))
}

/// A slip of the operator's hand must not give every key what only some may do.
#[test]
fn a_file_that_asks_for_no_keys_any_more_is_not_served_behind_the_old_door() {
    let folder = folder(FILE);
    let key = made(folder.path(), &["weak"]);
    let process = serving(folder.path(), &[]);
    let address = process.address();
    for mode in ["mode = \"none\"", ""] {
        write(folder.path(), &FILE.replace("mode = \"keys\"", mode));
        let told = process.hears("[auth] mode is another one");
        assert!(told.contains("start again"), "{told}");
        process.hears("not reloaded");
        assert_eq!(call(address, Some(&key), "count_orders"), (403, false));
        assert_eq!(call(address, None, "count_orders"), (401, false));
    }
    // What else is in the file comes with the mode as it was.
    write(folder.path(), &format!("{FILE}{LIST}"));
    process.hears("reloaded: +1 ~0 −0 tools");
    assert_eq!(call(address, Some(&key), "list_orders"), (200, true));
}

#[test]
fn what_comes_with_the_wish_for_keys_is_not_served_without_them() {
    let open = FILE.replace("\"keys\"", "\"none\"");
    let folder = folder(&open);
    let process = serving(folder.path(), &[]);
    let address = process.address();
    assert_eq!(call(address, None, "count_orders"), (200, true));
    write(folder.path(), &format!("{FILE}{LIST}"));
    process.hears("[auth] mode is another one");
    process.hears("not reloaded");
    let (_, is_served) = call(address, None, "list_orders");
    assert!(!is_served);
    assert_eq!(call(address, None, "count_orders"), (200, true));
}

#[test]
fn the_key_of_the_environment_and_the_local_user_may_do_what_the_file_adds() {
    let folder = folder(FILE);
    let process = serving(folder.path(), &[("MCP_API_KEY", KEY)]);
    let mut piped = Process::start(folder.path(), &["run", "--stdio"]);
    let address = process.address();
    piped.hears("over stdio");
    assert_eq!(call(address, Some(KEY), "count_orders"), (200, true));
    let scoped = LIST.replace("\"any\"", "\"orders:list\"");
    write(folder.path(), &format!("{FILE}{scoped}"));
    process.hears("reloaded: +1 ~0 −0 tools");
    piped.hears("reloaded: +1 ~0 −0 tools");
    assert_eq!(call(address, Some(KEY), "list_orders"), (200, true));
    let listed = piped.call("list_orders", &json!({}));
    assert!(listed["structuredContent"]["rows"].is_array(), "{listed}");
}

/// However long an issuer takes to answer: what counts is the file of when it has.
#[test]
fn a16_rights_that_a_file_takes_away_while_an_issuer_is_asked_are_gone() {
    let (asks, asked) = mpsc::channel();
    let (allows, allowed) = mpsc::channel::<()>();
    let both = Mutex::new((asks, allowed));
    let issuer = Site::start(move |_| {
        let both = both.lock().unwrap();
        both.0.send(()).unwrap();
        both.1.recv_timeout(PATIENCE).unwrap();
        let said = json!({"active": true, "sub": "ann", "aud": "shop", "roles": ["clerk"]});
        Reply(200, Vec::new(), said.to_string())
    });
    let base = issuer.url().replace("/mcp", "");
    let file = FILE.replace("mode = \"keys\"", &TOKENS.replace("BASE", &base));
    let folder = folder(&file);
    let process = serving(folder.path(), &[("ASK_SECRET", "4711")]);
    let address = process.address();
    let caller = thread::spawn(move || {
        let name = "count_orders";
        let headers = [
            ("MCP-Protocol-Version", "2026-07-28"),
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", name),
            ("Authorization", "Bearer opaque"),
        ];
        let call = message("tools/call", &json!({"name": name, "arguments": {}}));
        status(&send(address, "POST", &headers, &call).0)
    });
    asked.recv_timeout(PATIENCE).unwrap();
    write(folder.path(), &file.replace("[\"orders:read\"]", "[]"));
    process.hears("reloaded");
    // The question may be put again.
    for _ in 0..2 {
        allows.send(()).unwrap();
    }
    assert_eq!(caller.join().unwrap(), 403);
}

const TOKENS: &str = r#"
mode = "external"
roles.clerk = ["orders:read"]

[auth.issuers.own]
url = "BASE"
introspection = "BASE/ask"
client_id = "us"
client_secret = "env:ASK_SECRET"
audience = "shop"
"#;
