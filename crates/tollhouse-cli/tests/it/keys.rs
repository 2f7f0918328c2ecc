//! Keys, as people make them and as clients show them.

mod changes;
mod commands;
mod environment;
mod piped;
mod reloaded;
mod served;
mod slots;
mod streams;
mod users;

use std::{net::SocketAddr, path::Path};

use serde_json::{Value, json};

use crate::{
    operate::exchange,
    process::{Process, command, message},
};

const KEY: &str = "canary-key-of-4711-and-0815";
/// A server that asks for keys: one tool for anybody who has one, one for those who may read orders.
const FILE: &str = r#"
[auth]
mode = "keys"
headers = ["authorization", "x-api-key", "MEMCONTEXT-API-KEY"]

[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.get_order]
source = "shop"
scope = "any"
description = "Get one order and who asks for it, by its exact id, for example ord_abc123."
sql = "SELECT id, :user.id AS caller FROM orders WHERE id = :order_id"
returns = "one"
params.order_id = {}

[tools.count_orders]
source = "shop"
scope = "orders:read"
description = "Count all orders that there are in the shop's database."
sql = "SELECT count(*) AS orders FROM orders"
returns = "one"
"#;

const SERVE: [&str; 5] = ["run", "--http", "127.0.0.1:0", "--log-level", "trace"];

pub(crate) fn serving(folder: &Path, variables: &[(&str, &str)]) -> Process {
    Process::spawn(command(folder, &SERVE).envs(variables.iter().copied()))
}

/// Status, challenge and body of a call with these headers.
pub(crate) fn call(address: SocketAddr, headers: &[(&str, &str)]) -> (u16, Option<String>, String) {
    let params = json!({"name": "get_order", "arguments": {"order_id": "ord_abc123"}});
    let own = [
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "get_order"),
    ];
    let headers = [&own, headers].concat();
    let (head, body) = send(address, "POST", &headers, &message("tools/call", &params));
    (
        status(&head),
        header(&head, "www-authenticate").map(str::to_owned),
        body,
    )
}

/// Head and body of what is answered to one message.
fn send(
    address: SocketAddr,
    method: &str,
    headers: &[(&str, &str)],
    message: &Value,
) -> (String, String) {
    let mut head = format!(
        "{method} /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream"
    );
    for (name, value) in headers {
        head += &format!("\r\n{name}: {value}");
    }
    exchange(address, &head, &message.to_string())
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case(wanted).then_some(value)
    })
}

/// A run of `tollhouse keys`: the status, standard output, standard error.
fn keys(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ran(folder, &[&["keys"], arguments].concat())
}

/// The same of `tollhouse users`.
fn users(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ran(folder, &[&["users"], arguments].concat())
}

fn ran(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let done = command(folder, arguments).output().unwrap();
    (
        done.status.code().unwrap(),
        String::from_utf8(done.stdout).unwrap(),
        String::from_utf8(done.stderr).unwrap(),
    )
}

/// A new key.
fn made(folder: &Path, arguments: &[&str]) -> String {
    let (status, output, errors) = keys(folder, &[&["create"], arguments].concat());
    assert_eq!(status, 0, "{errors}");
    output.trim_end().to_owned()
}

/// The same, with the scope that reads orders.
fn reader(folder: &Path, arguments: &[&str]) -> String {
    made(folder, &[arguments, &["--scopes", "orders:read"]].concat())
}
