//! The page about SQL, tried: every example in its tables, and its figures.

use serde_json::{Value, json};
use tollhouse_core::Effect;
use tollhouse_sources::sql::{Caps, Statement};

use crate::house::{House, reading, tool};

const PAGE: &str = include_str!("../../../../docs/sql.md");

/// The rows of the table below a heading, each as what stands in its backticks.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let (_, section) = PAGE.split_once(heading).unwrap();
    let table = section.lines().skip_while(|line| !line.starts_with('|'));
    let lines = table.take_while(|line| line.starts_with('|')).skip(2);
    let cells = |line: &'static str| {
        let cells = line.trim_matches('|').split(" | ");
        cells.map(|cell| cell.trim().trim_matches('`')).collect()
    };
    lines.map(cells).collect()
}

#[tokio::test]
async fn values_become_what_the_page_says() {
    let house = House::with("CREATE TABLE t (x)");
    let rows = rows("## From a row to JSON");
    assert!(rows.len() > 10);
    for row in rows {
        let [_, example, expected] = row[..] else {
            panic!("{row:?}");
        };
        let sql = format!("SELECT {example} AS x");
        let server = house.serve(vec![reading(Statement::one(&sql))]);
        let reply = server.call("run", json!({})).await;
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(
            reply.result()["structuredContent"]["x"],
            expected,
            "{example}"
        );
    }
}

#[tokio::test]
async fn arguments_become_what_the_page_says() {
    let house = House::with("CREATE TABLE t (x)");
    let rows = rows("## From an argument to SQL");
    assert!(rows.len() > 5);
    for row in rows {
        let [argument, kind, value] = row[..] else {
            panic!("{row:?}");
        };
        let argument = argument.split('`').next().unwrap();
        let argument: Value = serde_json::from_str(argument).unwrap();
        let sql = "SELECT typeof(:x) AS kind, quote(:x) AS value";
        let server = house.serve(vec![tool(
            Effect::Read,
            &json!({"x": {}}),
            Statement::one(sql),
        )]);
        let reply = server.call("run", json!({"x": argument})).await;
        let expected = json!({"kind": kind, "value": value});
        assert_eq!(reply.result()["structuredContent"], expected, "{argument}");
    }
}

#[test]
fn the_caps_are_those_of_the_page() {
    let Caps {
        rows_max,
        bytes_max,
    } = Caps::default();
    for figure in [
        format!("| {rows_max}, then"),
        format!("| {} KiB; lists", bytes_max / 1024),
    ] {
        assert!(PAGE.contains(&figure), "{figure}");
    }
}
