//! No statement takes more time or room than it may, and none goes on for a caller who has left.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use tollhouse_core::{Effect, Received, Rules, Shape, testing::TestServer};
use tollhouse_sources::sql::{Caps, SqlOffers, SqlSource, SqlTool, Statement};

use crate::house::{House, reading, tool};

const ENDLESS: &str = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
    SELECT max(n) AS n FROM numbers";
/// More than a source has connections.
const MANY: usize = 40;
/// Far below what one endless statement would take.
const SOON: Duration = Duration::from_secs(3);

fn named(name: &str, mut tool: SqlTool, deadline_ms: u64) -> SqlTool {
    tool.tool.name = name.to_owned();
    tool.tool.policy.deadline = Duration::from_millis(deadline_ms);
    tool
}

fn endless_and_quick(house: &House, deadline_ms: u64) -> TestServer {
    house.serve(vec![
        named("endless", reading(Statement::one(ENDLESS)), deadline_ms),
        named("quick", reading(Statement::one("SELECT 1 AS n")), 25_000),
    ])
}

/// One connection after the other must be free again, or the last of these calls would not get one.
async fn is_quick(server: &TestServer) {
    let calls = (0..MANY).map(|_| server.call("quick", json!({})));
    let replies = timeout(SOON, futures_util::future::join_all(calls))
        .await
        .unwrap();
    for reply in replies {
        assert_eq!(reply.result()["structuredContent"], json!({"n": 1}));
    }
}

/// #48: the deadline of the tool ends the statement, not only the wait for it.
#[tokio::test(flavor = "multi_thread")]
async fn case_48_an_endless_query_is_stopped_by_the_deadline() {
    let house = House::with("CREATE TABLE t (x)");
    let server = endless_and_quick(&house, 100);
    let calls = (0..MANY).map(|_| server.call("endless", json!({})));
    let replies = timeout(SOON, futures_util::future::join_all(calls))
        .await
        .unwrap();
    for reply in replies {
        assert!(reply.is_error());
        assert!(reply.text().contains("took too long"), "{}", reply.text());
    }
    is_quick(&server).await;
}

/// #18, #48: a caller who leaves takes the statement along.
#[tokio::test(flavor = "multi_thread")]
async fn case_18_an_endless_query_is_stopped_when_the_caller_leaves() {
    let house = House::with("CREATE TABLE t (x)");
    let server = endless_and_quick(&house, 600_000);
    for _ in 0..MANY {
        leave(&server, "endless", json!({})).await;
    }
    is_quick(&server).await;
}

/// #18: what was not committed when the caller left never was.
#[tokio::test(flavor = "multi_thread")]
async fn case_18_an_abandoned_write_leaves_nothing_behind() {
    let house = House::with("CREATE TABLE t (x INTEGER)");
    let endless =
        "INSERT INTO t WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
        SELECT n FROM numbers";
    let writing = |sql| tool(Effect::Write, &json!({}), Statement::one(sql));
    let server = house.serve(vec![
        named("endless", writing(endless), 600_000),
        named("quick", writing("INSERT INTO t VALUES (7)"), 25_000),
    ]);
    leave(&server, "endless", json!({})).await;
    let reply = timeout(SOON, server.call("quick", json!({})))
        .await
        .unwrap();
    assert_eq!(reply.result()["structuredContent"], json!({"changed": 1}));
    assert_eq!(house.number("SELECT sum(x) FROM t"), 7);
}

/// Begins a call, and drops it while it runs.
async fn leave(server: &TestServer, name: &str, arguments: Value) {
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": name, "arguments": arguments, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {}
        }}
    });
    let Received::Exchange(mut exchange) = server.open(&message.to_string()) else {
        panic!("not taken");
    };
    let answer = timeout(Duration::from_millis(50), exchange.next()).await;
    assert!(answer.is_err(), "{answer:?}");
}

/// #48: rows are cut at the cap, the cut is told, and the rest is not even computed.
#[tokio::test]
async fn case_48_rows_are_cut_at_the_cap() {
    let house = House::with("CREATE TABLE t (x)");
    let sql =
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1e9)
        SELECT n FROM numbers";
    let server = house.serve_by(roomy(), vec![reading(Statement::many(sql))]);
    let reply = timeout(SOON, server.call("run", json!({}))).await.unwrap();
    let result = &reply.result()["structuredContent"];
    assert_eq!(result["rows"].as_array().unwrap().len(), 5000);
    assert_eq!(result["truncated"], true);
    assert_eq!(
        result["note"],
        "There are more than 5000, the most that is shown. Ask more narrowly."
    );
}

/// #48: bytes are capped as well, by whole rows.
#[tokio::test]
async fn case_48_bytes_are_cut_at_the_cap() {
    let house = House::with("CREATE TABLE t (x)");
    let sql = "SELECT value AS n, hex(zeroblob(10000)) AS text FROM json_each('[1,2,3,4,5,6,7,8]')";
    let caps = Caps {
        bytes_max: 64 * 1024,
        ..Caps::default()
    };
    let offers = SqlOffers {
        caps,
        ..vec![reading(Statement::many(sql))].into()
    };
    let server = house.serve_by(roomy(), offers);
    let reply = server.call("run", json!({})).await;
    let result = &reply.result()["structuredContent"];
    assert_eq!(result["rows"].as_array().unwrap().len(), 3);
    assert_eq!(
        result["note"],
        "Only the first 3 fit into one result. Ask more narrowly."
    );
    assert!(result.to_string().len() <= 64 * 1024);
}

/// P8: what the source gives beyond the budget of one answer is kept, and read on row by row.
#[tokio::test]
async fn p8_rows_beyond_the_budget_are_read_on() {
    let house = House::with("CREATE TABLE t (x)");
    let sql =
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 3000)
        SELECT n, 'row number ' || n AS text FROM numbers";
    let server = house.serve(vec![reading(Statement::many(sql))]);
    let reply = server.call("run", json!({})).await;
    let result = reply.result();
    let mut rows = result["structuredContent"]["rows"]
        .as_array()
        .unwrap()
        .clone();
    assert!((100..3000).contains(&rows.len()), "{}", rows.len());
    assert_eq!(result["structuredContent"]["truncated"], true);
    let cut = &result["_meta"]["dev.tollhouse/truncated"];
    assert_eq!(cut["total"], 3000);
    let mut cursor = cut["cursor"].clone();
    while let Some(next) = cursor.as_str() {
        let reply = server.call("read_more", json!({"cursor": next})).await;
        let text = reply.result()["content"][0]["text"].as_str().unwrap();
        rows.extend(
            text.lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap()),
        );
        cursor = reply.result()["_meta"]["dev.tollhouse/truncated"]["cursor"].clone();
    }
    let numbers: Vec<_> = rows.iter().map(|row| row["n"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=3000).collect::<Vec<_>>());
}

/// As much as a server may give at once, so that the source's own caps are those that cut.
fn roomy() -> Rules {
    Rules {
        tokens: Shape::TOKENS_MAX,
        ..Rules::default()
    }
}

/// #48: a cell of 10 MB, and one that is too large even to be read.
#[tokio::test]
async fn case_48_a_huge_cell_is_refused_in_words() {
    let house = House::with("CREATE TABLE t (x)");
    for (bytes, expected) in [
        (10_000_000, "The result is larger than 1024 KiB"),
        (100_000_000, "A value is larger than this server handles"),
    ] {
        let sql = format!("SELECT zeroblob({bytes}) AS cell");
        for statement in [Statement::one(&sql), Statement::text(&sql)] {
            let server = house.serve(vec![reading(statement)]);
            let reply = server.call("run", json!({})).await;
            assert!(reply.is_error());
            assert!(reply.text().starts_with(expected), "{}", reply.text());
        }
    }
    let server = house.serve(vec![reading(Statement::many(
        "SELECT zeroblob(10000000) AS cell",
    ))]);
    let reply = server.call("run", json!({})).await;
    let note = "Only the first 0 fit into one result. Ask more narrowly.";
    let expected = json!({"rows": [], "truncated": true, "note": note});
    assert_eq!(reply.result()["structuredContent"], expected);
}

/// #48: statements that are huge themselves do not open.
#[test]
fn case_48_huge_statements_are_refused_at_the_start() {
    let house = House::with("CREATE TABLE t (x)");
    let columns: Vec<String> = (0..10_000).map(|n| format!("{n} AS c{n}")).collect();
    let deep = format!("SELECT {}1{} AS n", "(1 + ".repeat(500), ")".repeat(500));
    let compound = vec!["SELECT 1 AS n"; 100].join(" UNION ALL ");
    for sql in [format!("SELECT {}", columns.join(", ")), deep, compound] {
        let tools = vec![reading(Statement::many(&sql))];
        assert!(SqlSource::open(&house.file(), tools).is_err(), "{sql:.60}");
    }
}

/// A write whose result is over the cap is not half told: it does not happen.
#[tokio::test]
async fn a_write_whose_result_is_too_large_is_rolled_back() {
    let house = House::with("CREATE TABLE t (x)");
    let sql = "INSERT INTO t VALUES (hex(zeroblob(600000))) RETURNING x";
    let server = house.serve(vec![tool(Effect::Write, &json!({}), Statement::one(sql))]);
    let reply = server.call("run", json!({})).await;
    assert!(
        reply.text().ends_with("Nothing was changed."),
        "{}",
        reply.text()
    );
    assert_eq!(house.number("SELECT count(*) FROM t"), 0);
}
