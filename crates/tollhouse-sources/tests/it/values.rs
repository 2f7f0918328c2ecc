//! Arguments that a statement cannot work with: told in words that help, and before they take long.

use serde_json::{Value, json};
use tollhouse_core::{Effect, testing::TestServer};
use tollhouse_sources::sql::{SqlTool, Statement};

use crate::house::{House, tool};

const SEARCHED: &str = "CREATE VIRTUAL TABLE notes USING fts5(text);
    INSERT INTO notes VALUES ('it works well');";

fn taking(property: &Value, sql: &str) -> SqlTool {
    tool(
        Effect::Read,
        &json!({"x": property}),
        Statement::many(sql).looking_further(),
    )
}

async fn told(server: &TestServer, x: Value) -> (bool, String) {
    let reply = server.call("run", json!({"x": x})).await;
    (reply.is_error(), reply.text())
}

/// #48: no function of the database is given two long texts, unless the tool says how long they may be.
#[tokio::test]
async fn case_48_a_text_without_a_rule_is_not_of_any_length() {
    let house = House::with(SEARCHED);
    let sql = "SELECT length(:x) AS bytes";
    let server = house.serve(vec![taking(&json!({"type": "string"}), sql)]);
    let (is_error, text) = told(&server, "a".repeat(64 * 1024).into()).await;
    assert!(!is_error, "{text}");
    let (is_error, text) = told(&server, "a".repeat(64 * 1024 + 1).into()).await;
    let expected = "`x` has 65537 bytes, and this takes 65536 at most. Send a shorter one.";
    assert_eq!((is_error, text.as_str()), (true, expected));
    let list = vec!["a".repeat(1000); 100];
    let server = house.serve(vec![taking(&json!({"type": "array"}), sql)]);
    assert!(told(&server, list.clone().into()).await.0);
    for (property, x) in [
        (
            json!({"type": "string", "maxLength": 200_000}),
            json!("a".repeat(200_000)),
        ),
        (json!({"type": "array", "maxItems": 100}), json!(list)),
    ] {
        let server = house.serve(vec![taking(&property, sql)]);
        let (is_error, text) = told(&server, x).await;
        assert!(!is_error, "{text}");
    }
}

/// #48: how many rows were asked for is what is held against what is there, however it is written.
#[tokio::test]
async fn case_48_a_limit_is_a_number_of_rows() {
    let house = House::with("CREATE TABLE t (n); INSERT INTO t VALUES (1), (2), (3);");
    let property = json!({"type": ["number", "null"]});
    let server = house.serve(vec![taking(&property, "SELECT n FROM t LIMIT :x")]);
    for (x, rows, is_cut) in [
        ("0", 0, true),
        ("1", 1, true),
        ("1.0", 1, true),
        ("2e0", 2, true),
        ("3", 3, false),
        ("1e300", 3, false),
        ("9223372036854775807", 3, false),
        ("null", 3, false),
    ] {
        let arguments: Value = serde_json::from_str(&format!("{{\"x\": {x}}}")).unwrap();
        let reply = server.call("run", arguments).await;
        let result = &reply.result()["structuredContent"];
        assert_eq!(result["rows"].as_array().map(Vec::len), Some(rows), "{x}");
        assert_eq!(result["truncated"], is_cut, "{x}");
    }
    for x in [json!(-1), json!(-2), json!(0.5)] {
        let expected = "`x` is how many rows to return: a whole number, 0 or more.";
        assert_eq!(told(&server, x).await, (true, expected.to_owned()));
    }
}

/// A whole number is one to the database, also where a client writes it with a point.
#[tokio::test]
async fn p12_a_whole_number_is_one_however_it_is_written() {
    let house = House::with(SEARCHED);
    let sql = "SELECT typeof(:x) AS kind, 'no. ' || :x AS text";
    let server = house.serve(vec![taking(&json!({"type": ["integer", "null"]}), sql)]);
    for (x, kind, text) in [
        ("7", "integer", json!("no. 7")),
        ("7.0", "integer", json!("no. 7")),
        ("-7e0", "integer", json!("no. -7")),
        ("null", "null", json!(null)),
    ] {
        let arguments: Value = serde_json::from_str(&format!("{{\"x\": {x}}}")).unwrap();
        let reply = server.call("run", arguments).await;
        let row = &reply.result()["structuredContent"]["rows"][0];
        assert_eq!(row, &json!({"kind": kind, "text": text}), "{x}");
    }
}

/// What people write is seldom what a full-text index takes for a query: the model is told how to write one.
#[tokio::test]
async fn a_query_that_full_text_search_cannot_read_is_told_with_the_mend() {
    let house = House::with(SEARCHED);
    let sql = "SELECT text FROM notes WHERE notes MATCH :x";
    let server = house.serve(vec![taking(&json!({"type": "string"}), sql)]);
    for query in [
        "it's",
        "foo-bar",
        "\"",
        "AND",
        "author:me",
        "*",
        "",
        "NEAR(",
        "*no",
    ] {
        let (is_error, text) = told(&server, query.into()).await;
        assert!(
            is_error && text.contains("double quotes"),
            "{query}: {text}"
        );
    }
    let nested = "(".repeat(1000);
    assert!(
        told(&server, nested.into())
            .await
            .1
            .contains("double quotes")
    );
    for query in ["\"it\" \"works\"", "it works"] {
        let (is_error, text) = told(&server, query.into()).await;
        assert!(!is_error && text.contains("it works well"), "{text}");
    }
}

#[tokio::test]
async fn values_that_do_not_fit_a_statement_are_told() {
    let house = House::with("CREATE TABLE t (n INTEGER PRIMARY KEY);");
    for (sql, x, part) in [
        ("SELECT json(:x) AS x", "{", "not the JSON"),
        ("SELECT value FROM json_each(:x)", "nope", "not the JSON"),
        (
            "SELECT json_extract('{}', :x) AS x",
            "$.[",
            "not the path into JSON",
        ),
        ("SELECT 1 AS x LIMIT 5 OFFSET :x", "ten", "not of the type"),
    ] {
        let server = house.serve(vec![taking(&json!({"type": "string"}), sql)]);
        let (is_error, text) = told(&server, x.into()).await;
        assert!(is_error && text.contains(part), "{sql}: {text}");
    }
    let insert = Statement::one("INSERT INTO t VALUES (CAST(:x AS TEXT))");
    let insert = tool(Effect::Write, &json!({"x": {"type": "string"}}), insert);
    let (is_error, text) = told(&house.serve(vec![insert]), "ten".into()).await;
    assert!(is_error && text.contains("not of the type"), "{text}");
}
