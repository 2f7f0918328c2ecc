//! The orders demo, as a model uses it.

use serde_json::{Value, json};
use tollhouse_core::{Change, testing::TestServer};

use crate::house::{self, House};

fn rows(result: &Value) -> &Vec<Value> {
    result["structuredContent"]["rows"].as_array().unwrap()
}

#[tokio::test]
async fn search_finds_by_part_of_an_email_by_name_by_status_and_by_id() {
    let house = House::empty();
    let server = house.orders();
    for (query, field, expected) in [
        ("ana.SILVA@", "customer_email", "ana.silva@example.com"),
        ("o'brien", "customer_name", "Hugo O'Brien"),
        ("cancel", "status", "cancelled"),
        ("ord_abc123", "id", "ord_abc123"),
    ] {
        let reply = server.call("search_orders", json!({"query": query})).await;
        let found = rows(reply.result());
        assert!(!found.is_empty(), "{query}");
        assert!(found.iter().all(|row| row[field] == expected), "{query}");
    }
}

#[tokio::test]
async fn search_shows_the_newest_first_and_says_whether_there_are_more() {
    let house = House::empty();
    let server = house.orders();
    let first = server.call("search_orders", json!({})).await;
    assert_eq!(rows(first.result()).len(), 10);
    assert_eq!(first.result()["structuredContent"]["truncated"], true);
    let note = &first.result()["structuredContent"]["note"];
    assert_eq!(
        note,
        "There are more than 10. Raise `limit` or ask more narrowly."
    );
    let all = server.call("search_orders", json!({"limit": 50})).await;
    assert_eq!(rows(all.result()).len(), 40);
    assert_eq!(all.result()["structuredContent"]["truncated"], false);
    let times = rows(all.result())
        .iter()
        .map(|row| row["created_at"].as_str().unwrap());
    assert!(times.is_sorted_by(|earlier, later| earlier >= later));
    let exactly = server.call("search_orders", json!({"limit": 40})).await;
    assert_eq!(exactly.result()["structuredContent"]["truncated"], false);
}

#[tokio::test]
async fn every_status_has_orders() {
    let house = House::empty();
    let server = house.orders();
    for status in ["open", "paid", "shipped", "cancelled"] {
        let reply = server
            .call("search_orders", json!({"status": status, "limit": 50}))
            .await;
        let found = rows(reply.result());
        assert!(!found.is_empty(), "{status}");
        assert!(found.iter().all(|row| row["status"] == status), "{status}");
    }
}

#[tokio::test]
async fn the_status_of_the_example_order_has_an_answer() {
    let house = House::empty();
    let server = house.orders();
    let reply = server
        .call("get_order", json!({"order_id": "ord_abc123"}))
        .await;
    let order = &reply.result()["structuredContent"];
    assert_eq!(order["status"], "shipped");
    assert!(order["customer"]["email"].as_str().unwrap().contains('@'));
    let items = order["items"].as_array().unwrap();
    let sum: i64 = items
        .iter()
        .map(|item| item["quantity"].as_i64().unwrap() * item["unit_price_cents"].as_i64().unwrap())
        .sum();
    assert_eq!(order["total_cents"], sum);
    let said: Value = serde_json::from_str(&reply.text()).unwrap();
    assert_eq!(said, *order);
    let summary = server
        .call("summarize_order", json!({"order_id": "ord_abc123"}))
        .await;
    assert!(
        summary.text().starts_with("Order ord_abc123 of "),
        "{}",
        summary.text()
    );
    assert!(summary.text().contains("is shipped"), "{}", summary.text());
}

#[tokio::test]
async fn a_miss_names_the_way_on() {
    let house = House::empty();
    let server = house.orders();
    for tool in ["get_order", "summarize_order", "cancel_order"] {
        let reply = server.call(tool, json!({"order_id": "ord_zzz"})).await;
        assert!(reply.is_error(), "{tool}");
        let text = "No order found: ord_zzz. Use search_orders to find the right id.";
        assert_eq!(reply.text(), text, "{tool}");
    }
}

/// #58: what does not fit is named, and does not reach the database.
#[tokio::test]
async fn case_58_bad_arguments_are_named() {
    let house = House::empty();
    let server = house.orders();
    for (tool, arguments, named) in [
        ("get_order", json!({"order_id": "abc123"}), "order_id"),
        (
            "get_order",
            json!({"order_id": "ord_abc123 (probably)"}),
            "order_id",
        ),
        ("get_order", json!({"order_id": null}), "order_id"),
        ("get_order", json!({}), "order_id"),
        (
            "get_order",
            json!({"order_id": "ord_abc123", "verbose": true}),
            "verbose",
        ),
        ("search_orders", json!({"limit": 51}), "limit"),
        ("search_orders", json!({"limit": "10"}), "limit"),
        ("search_orders", json!({"status": "returned"}), "status"),
    ] {
        let reply = server.call(tool, arguments.clone()).await;
        assert!(reply.is_error(), "{arguments}");
        assert!(
            reply.text().contains(named),
            "{arguments}: {}",
            reply.text()
        );
    }
}

/// #58, #45: text that looks like SQL is only text.
#[tokio::test]
async fn case_58_sql_in_arguments_matches_nothing_and_breaks_nothing() {
    let house = House::empty();
    let server = house.orders();
    for hostile in [
        "' OR 1=1--",
        "'; DROP TABLE orders; --",
        "%",
        "_",
        "\" UNION SELECT sql FROM sqlite_schema --",
        "\u{0}",
        "'||(SELECT name FROM customers)||'",
    ] {
        let reply = server
            .call("search_orders", json!({"query": hostile}))
            .await;
        assert!(!reply.is_error(), "{hostile}: {}", reply.text());
        assert!(
            rows(reply.result()).is_empty(),
            "{hostile}: {}",
            reply.text()
        );
    }
    assert_eq!(house.number("SELECT count(*) FROM orders"), 40);
}

#[tokio::test]
async fn cancelling_works_once() {
    let house = House::empty();
    let server = house.orders();
    let open = server
        .call("search_orders", json!({"status": "open", "limit": 1}))
        .await;
    let id = rows(open.result())[0]["id"].clone();
    let before = house.number("SELECT count(*) FROM orders WHERE status = 'cancelled'");
    let calls = (0..8).map(|_| server.call("cancel_order", json!({"order_id": id})));
    let replies = futures_util::future::join_all(calls).await;
    let done: Vec<_> = replies.iter().filter(|reply| !reply.is_error()).collect();
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].result()["structuredContent"]["status"], "cancelled");
    let refused = replies
        .iter()
        .find(|reply| reply.is_error())
        .unwrap()
        .text();
    assert!(refused.contains("is cancelled and stays so"), "{refused}");
    let after = house.number("SELECT count(*) FROM orders WHERE status = 'cancelled'");
    assert_eq!(after, before + 1);
}

#[tokio::test]
async fn what_was_shipped_stays_shipped() {
    let house = House::empty();
    let server = house.orders();
    let reply = server
        .call("cancel_order", json!({"order_id": "ord_abc123"}))
        .await;
    assert!(reply.is_error());
    assert_eq!(
        reply.text(),
        "Order ord_abc123 is shipped and stays so: only open and paid orders can be cancelled. Nothing was changed."
    );
    assert_eq!(
        house.number("SELECT count(*) FROM orders WHERE id = 'ord_abc123' AND status = 'shipped'"),
        1
    );
}

#[tokio::test]
async fn orders_can_be_read_as_resources() {
    let house = House::empty();
    let server = house.orders();
    let read = async |uri: &str| server.request("resources/read", json!({"uri": uri})).await;
    let order = read("orders://ord_abc123").await;
    let contents = &order.result()["contents"][0];
    assert_eq!(contents["uri"], "orders://ord_abc123");
    assert_eq!(contents["mimeType"], "application/json");
    let order: Value = serde_json::from_str(contents["text"].as_str().unwrap()).unwrap();
    assert_eq!(order["id"], "ord_abc123");
    let recent = read("orders://recent").await;
    let recent = recent.result()["contents"][0]["text"].as_str().unwrap();
    let recent: Value = serde_json::from_str(recent).unwrap();
    assert_eq!(recent["rows"].as_array().unwrap().len(), 10);
    assert_eq!(read("orders://ord_zzz").await.code(), -32602);
    assert_eq!(read("orders://' OR 1=1--").await.code(), -32602);
}

#[tokio::test]
async fn subscribers_hear_of_a_cancelled_order() {
    let house = House::empty();
    let inner = house.orders_server();
    let server = TestServer::new(inner.clone()).confirming();
    let open = server
        .call("search_orders", json!({"status": "open", "limit": 1}))
        .await;
    let id = rows(open.result())[0]["id"].as_str().unwrap().to_owned();
    let uri = format!("orders://{id}");
    let hearing = inner.hub().listen([Change::Resource(uri.clone())].into());
    server.call("cancel_order", json!({"order_id": id})).await;
    assert_eq!(hearing.next().await, Change::Resource(uri));
}

#[tokio::test]
async fn the_prompt_is_offered() {
    let house = House::empty();
    let server = house.orders();
    let reply = server
        .request("prompts/get", json!({"name": "standup_summary"}))
        .await;
    let text = reply.result()["messages"][0]["content"]["text"]
        .as_str()
        .unwrap();
    assert!(text.contains("search_orders"));
}

/// What a model reads before it chooses has to be worth its tokens.
#[tokio::test]
async fn the_catalogue_is_small_closed_and_described() {
    let house = House::empty();
    let reply = house.orders().request("tools/list", json!({})).await;
    let tools = house::offered(&reply);
    let names: Vec<_> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "search_orders",
            "get_order",
            "summarize_order",
            "cancel_order"
        ]
    );
    for tool in &tools {
        assert!(tool.to_string().len() / 4 < 600, "{tool}");
        assert_eq!(tool["inputSchema"]["additionalProperties"], false);
        for (name, property) in tool["inputSchema"]["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{name}");
        }
    }
    assert_eq!(tools[0]["annotations"]["readOnlyHint"], true);
    assert_eq!(tools[3]["annotations"]["destructiveHint"], true);
}
