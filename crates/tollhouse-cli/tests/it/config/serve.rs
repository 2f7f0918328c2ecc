//! Good files, served.

use serde_json::{Value, json};

use super::{checked, folder};
use crate::process::{Process, post};

/// Ten lines, and the first tool that is of use.
pub(crate) const FIRST: &str = r#"[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.list_orders]
source = "shop"
description = "List orders with a status, newest first. Returns id, status and total in cents."
sql = "SELECT id, status, total_cents FROM orders WHERE status = :status ORDER BY created_at DESC LIMIT :limit"
params.status = { enum = ["open", "paid", "shipped", "cancelled"], description = "The status" }
params.limit = { type = "integer", min = 1, max = 50, default = 3 }
"#;

#[test]
fn ten_lines_are_a_tool_over_stdio() {
    assert!(FIRST.lines().count() <= 12);
    let folder = folder(FIRST);
    let report = checked(folder.path(), "tollhouse.toml");
    assert_eq!(
        (&report["ok"], &report["problems"]),
        (&json!(true), &json!([]))
    );
    for arguments in [
        &["run", "--stdio"][..],
        &["run", "tollhouse.toml", "--stdio"],
        &[],
    ] {
        let mut process = Process::start(folder.path(), arguments);
        let tools = process.ask("tools/list", &json!({}));
        let tool = &tools["result"]["tools"][0];
        assert_eq!(tool["name"], "list_orders");
        assert_eq!(tool["annotations"]["readOnlyHint"], true);
        assert_eq!(tool["inputSchema"]["required"], json!(["status"]));
        let found = process.call("list_orders", &json!({"status": "open"}));
        let rows = found["structuredContent"]["rows"].as_array().unwrap();
        assert_eq!((rows.len(), &rows[0]["status"]), (3, &json!("open")));
        assert_eq!(found["structuredContent"]["truncated"], true);
        let refused = process.call("list_orders", &json!({"status": "opne"}));
        assert_eq!(refused["isError"], true);
    }
}

#[test]
fn ten_lines_are_a_tool_over_http_where_the_file_says() {
    let folder = folder(&format!("server.listen = \"127.0.0.1:0\"\n{FIRST}"));
    let process = Process::start(folder.path(), &["run"]);
    let address = process.address();
    let entry = process.hears("mcpServers");
    let entry: Value = serde_json::from_str(entry.trim()).unwrap();
    let arguments = &entry["mcpServers"]["tollhouse"]["args"];
    let file = folder.path().join("tollhouse.toml");
    assert_eq!(
        *arguments,
        json!(["run", file.to_str().unwrap(), "--stdio"])
    );
    let call = json!({"name": "list_orders", "arguments": {"status": "paid", "limit": 1}});
    let (status, message) = post(address, "tools/call", Some("list_orders"), &call);
    assert_eq!(status, 200);
    let rows = &message["result"]["structuredContent"]["rows"];
    assert_eq!(rows[0]["status"], "paid");
}

const ALL: &str = r#"
[server]
name = "shop"
title = "The shop"
instructions = "Amounts are in cents."

[sources.shop]
url = "sqlite:${FOLDER:-.}/orders.db"

[tools.get_order]
source = "shop"
description = "Get one order with its items by its exact id."
sql = """
SELECT id, status, (
    SELECT json_group_array(name ORDER BY line) FROM order_items WHERE order_id = orders.id
) AS items
FROM orders WHERE id = :order_id"""
json = ["items"]
returns = "one"
not_found = "No order {order_id}. Use list_orders to find the right id."
params.order_id = { pattern = "^ord_[a-z0-9]+$" }

[tools.count_orders]
source = "shop"
description = "Count the orders by status."
sql = "SELECT status, count(*) AS orders FROM orders GROUP BY status ORDER BY status"
returns = "table"

[tools.say_order]
source = "shop"
description = "Say in one sentence how an order stands."
sql = "SELECT format('Order %s is %s.', id, status) AS text FROM orders WHERE id = :order_id"
returns = "text"
params.order_id = {}

[tools.cancel_order]
source = "shop"
description = "Cancel an order that has not been shipped."
sql = "UPDATE orders SET status = 'cancelled' WHERE id = :order_id AND status IN ('open', 'paid') RETURNING id, status"
effect = "destructive"
returns = "one"
not_found = "Order {order_id} is not there or has left."
params.order_id = {}
"#;

#[test]
fn every_kind_of_answer_comes_as_it_was_declared() {
    let folder = folder(ALL);
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let hello = process.ask("server/discover", &json!({}));
    assert_eq!(hello["result"]["instructions"], "Amounts are in cents.");
    let order = process.call("get_order", &json!({"order_id": "ord_abc123"}));
    assert_eq!(order["structuredContent"]["status"], "shipped");
    assert!(order["structuredContent"]["items"].is_array(), "{order}");
    let missed = process.call("get_order", &json!({"order_id": "ord_zzz"}));
    let why = "No order ord_zzz. Use list_orders to find the right id.";
    assert_eq!(
        (&missed["isError"], &missed["content"][0]["text"]),
        (&json!(true), &json!(why))
    );
    let table = process.call("count_orders", &json!({}));
    let table = &table["structuredContent"];
    assert_eq!(table["columns"], json!(["status", "orders"]));
    assert_eq!(
        (&table["rows"][0][0], &table["truncated"]),
        (&json!("cancelled"), &json!(false))
    );
    let said = process.call("say_order", &json!({"order_id": "ord_abc123"}));
    assert_eq!(said["content"][0]["text"], "Order ord_abc123 is shipped.");
    let kept = process.call("cancel_order", &json!({"order_id": "ord_abc123"}));
    assert_eq!(
        kept["content"][0]["text"],
        "Order ord_abc123 is not there or has left."
    );
    let tools = process.ask("tools/list", &json!({}));
    let cancel = &tools["result"]["tools"][3];
    assert_eq!(
        (&cancel["name"], &cancel["annotations"]["destructiveHint"]),
        (&json!("cancel_order"), &json!(true))
    );
}

/// What is odd is said at the start, and served.
#[test]
fn warnings_are_said_and_the_file_is_served() {
    let folder = folder(&format!("{FIRST}scope = \"orders:read\"\n"));
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    process.hears("W208");
    let found = process.call("list_orders", &json!({"status": "open"}));
    assert_eq!(found["isError"], json!(null));
}
