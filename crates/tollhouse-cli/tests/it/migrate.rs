//! `tollhouse migrate`: the table that tools with `exactly_once` need, where it is missing.

use rusqlite::Connection;

use crate::config::{folder, run, text};

const FILE: &str = r#"
[sources.shop]
type = "sqlite"
path = "orders.db"

[sources.notes]
type = "memory"

[tools.pay]
source = "shop"
description = "Mark an order as paid."
sql = "UPDATE orders SET status = 'paid' WHERE id = :order_id RETURNING id"
effect = "write"
exactly_once = true
params.order_id = {}
"#;

#[test]
fn o2_without_its_table_a_tool_is_not_served_and_one_command_makes_it() {
    let folder = folder(FILE);
    let place = folder.path();
    let says = |words: &[&str]| {
        let done = run(place, words);
        let told = text(&[done.stdout, done.stderr].concat());
        (done.status.code().unwrap(), told)
    };
    let tables = || {
        let shop = Connection::open(place.join("orders.db")).unwrap();
        let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'tollhouse_effects'";
        let count: i64 = shop.query_row(sql, [], |row| row.get(0)).unwrap();
        count
    };
    for command in ["check", "run"] {
        let (code, told) = says(&[command]);
        assert!(code != 0 && told.contains("tollhouse migrate"), "{told}");
    }
    let (code, sql) = says(&["migrate", "shop", "--dry-run"]);
    assert_eq!((code, tables()), (0, 0), "it prints, and changes nothing");
    let copy = Connection::open_in_memory().unwrap();
    copy.execute_batch(&sql).unwrap();
    let (code, told) = says(&["migrate", "shop"]);
    assert!(code == 0 && told.contains("made the table"), "{told}");
    let (code, told) = says(&["migrate", "shop", "tollhouse.toml"]);
    assert!(code == 0 && told.contains("was there already"), "{told}");
    assert_eq!(tables(), 1);
    let (code, told) = says(&["check"]);
    assert_eq!(code, 0, "{told}");
    for (source, told) in [
        ("shpo", "did you mean `shop`?"),
        ("notes", "`notes` is no database"),
    ] {
        let (code, said) = says(&["migrate", source]);
        assert!(code != 0 && said.contains(told), "{said}");
    }
}

/// A table of that name that somebody else made is told before anything is served.
#[test]
fn o2_a_table_that_is_another_is_told() {
    let folder = folder(FILE);
    let shop = Connection::open(folder.path().join("orders.db")).unwrap();
    shop.execute_batch("CREATE TABLE tollhouse_effects (id INTEGER)")
        .unwrap();
    let done = run(folder.path(), &["check"]);
    let told = text(&done.stdout) + &text(&done.stderr);
    assert!(
        !done.status.success() && told.contains("tollhouse_effects"),
        "{told}"
    );
}

/// What can be read under that name and not written is told too.
#[test]
fn o2_a_table_that_may_not_be_written_is_told() {
    let folder = folder(FILE);
    let shop = Connection::open(folder.path().join("orders.db")).unwrap();
    shop.execute_batch(
        "CREATE VIEW tollhouse_effects AS
         SELECT x'00' AS key, x'00' AS arguments, '' AS answer, 0 AS forget_ms",
    )
    .unwrap();
    for command in ["check", "run"] {
        let done = run(folder.path(), &[command]);
        let told = text(&done.stdout) + &text(&done.stderr);
        assert!(
            !done.status.success() && told.contains("tollhouse_effects") && told.contains("view"),
            "{told}"
        );
    }
}
