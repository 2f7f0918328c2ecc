//! What a file that changes while it is served means for who may do what.

use std::{fs, net::SocketAddr, path::Path};

use serde_json::json;

use super::{KEY, made, send, serving, status};
use crate::{
    config::folder,
    process::{Process, message},
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
