//! What the table shows.

use super::Table;

#[test]
fn every_outcome_has_its_mark_and_its_remark() {
    let mut table = Table::default();
    let failures = add(
        &mut table,
        ["orders", "inspector", "http", "auto"],
        r#"{"list":{"ok":true,"detail":"3 tools"},
            "error":{"ok":false,"detail":"no text"},
            "progress":{"ok":null,"detail":"cannot\nshow it"},
            "elicitation":{"ok":null,"detail":"cannot\nshow it"},
            "reconnect":{"ok":true,"detail":"a new one","mark":"anew"}}"#,
    );
    assert_eq!(failures, ["FAILED: inspector 2 http auto, error: no text"]);
    let shown = table.to_string();
    let rows: Vec<&str> = shown.lines().collect();
    assert_eq!(rows[1], "orders");
    let words = |row: &str| -> Vec<String> { row.split_whitespace().map(str::to_owned).collect() };
    let heads = "client way era list error progress elicit reconnect";
    assert_eq!(words(rows[2]), words(heads));
    assert_eq!(
        words(rows[3]),
        words("inspector 2 http auto ok FAILED n/a n/a anew")
    );
    assert_eq!(
        rows[4..],
        [
            "  FAILED: inspector 2 http auto, error: no text",
            "  n/a: inspector 2, progress, elicitation: cannot show it",
            "  anew: inspector 2, reconnect: a new one",
        ]
    );
}

#[test]
fn a_reason_that_holds_for_several_rows_is_given_once_for_each_server() {
    let mut table = Table::default();
    let steps = r#"{"progress":{"ok":null,"detail":"cannot show it"}}"#;
    for fixture in ["conformance", "orders"] {
        for way in ["http", "stdio"] {
            add(&mut table, [fixture, "inspector", way, "auto"], steps);
        }
    }
    let shown = table.to_string();
    assert_eq!(shown.matches("cannot show it").count(), 2, "{shown}");
    assert_eq!(shown.matches("\norders\n").count(), 1, "{shown}");
}

fn add(table: &mut Table, head: [&str; 4], steps: &str) -> Vec<String> {
    let line = format!(r#"{{"version":"2","steps":{steps}}}"#);
    table.add(head, serde_json::from_str(&line).unwrap())
}
