//! What arguments may be, against the columns that they meet.

use serde_json::{Value, json};
use tollhouse_core::Effect;
use tollhouse_sources::sql::{SqlError, SqlOffers, SqlProblem, SqlSource, Statement, Trouble};

use crate::house::{House, tool};

const SHOP: &str = "CREATE TABLE customers (id INTEGER PRIMARY KEY, zip TEXT, score REAL, born DATE, place POINT, raw);
    CREATE TABLE orders (id TEXT PRIMARY KEY, customer_id INTEGER, total INTEGER,
        status TEXT NOT NULL CHECK (status IN ('open', 'paid', 'shipped', 'returned')),
        kind INTEGER CHECK (kind = 1 OR kind = 2), level TEXT CHECK (level IN ('a', 'b')) CHECK (level <> 'b'), mood TEXT);
    CREATE TABLE moods (mood TEXT COLLATE NOCASE CHECK (mood IN ('good', 'bad')));
    CREATE VIEW customer_orders AS SELECT customers.zip, orders.total FROM orders JOIN customers ON customers.id = customer_id;";

/// What is said of a tool with one argument `x` that is this.
fn said(house: &House, effect: Effect, sql: &str, x: &Value) -> Vec<SqlProblem> {
    let properties = json!({"x": x});
    let tools = vec![tool(effect, &properties, Statement::many(sql))];
    match SqlSource::open(&house.file(), SqlOffers::from(tools)) {
        Ok(source) => source.warnings().to_vec(),
        Err(SqlError::Statements(problems)) => problems,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn types_that_do_not_meet_are_told() {
    let house = House::with(SHOP);
    let (text, integer) = (json!({"type": "string"}), json!({"type": "integer"}));
    let list = json!({"type": "array", "items": {"type": "string"}});
    let read =
        |condition| format!("SELECT orders.id FROM orders JOIN customers ON 1 WHERE {condition}");
    for (sql, x, told, nearest) in [
        (
            read("customer_id = :x"),
            &text,
            "`x` is of type string, and orders.customer_id is INTEGER",
            Some("integer"),
        ),
        (
            read("zip = :x"),
            &integer,
            "`x` is of type integer, and customers.zip is TEXT",
            Some("string"),
        ),
        (
            read("(:x IS NULL OR score >= :x)"),
            &text,
            "`x` is of type string, and customers.score is REAL",
            Some("number"),
        ),
        (
            read("orders.id IN ('a', :x)"),
            &list,
            "`x` is one list to orders.id: write IN (SELECT value FROM json_each(:x))",
            None,
        ),
        (
            read("total < :x"),
            &list,
            "`x` is of type array, and orders.total is INTEGER",
            None,
        ),
        (
            "SELECT total FROM customer_orders WHERE zip = :x".to_owned(),
            &integer,
            "customer_orders.zip is TEXT",
            Some("string"),
        ),
        (
            read("zip = :x"),
            &json!({"type": ["boolean", "null"]}),
            "`x` is of type boolean",
            Some("string"),
        ),
    ] {
        let problems = said(&house, Effect::Read, &sql, x);
        let [problem] = &problems[..] else {
            panic!("{sql}: {problems:?}");
        };
        assert_eq!(problem.trouble, Trouble::Type, "{sql}");
        assert!(problem.text.contains(told), "{sql}: {problem}");
        assert_eq!(problem.nearest.as_deref(), nearest, "{sql}");
        assert_eq!(problem.subject.as_deref(), Some("x"));
        assert_eq!(&sql[problem.place.clone().unwrap()], ":x");
    }
}

#[test]
fn types_that_do_not_meet_in_a_write_are_told() {
    let house = House::with(SHOP);
    let text = json!({"type": "string"});
    for sql in [
        "UPDATE orders SET status = 'paid', total = :x WHERE id = '1'",
        "INSERT INTO orders (id, total) VALUES ('1', :x)",
        "INSERT INTO orders VALUES ('1', 2, :x, 'open', 1, 'a', 'b')",
    ] {
        let problems = said(&house, Effect::Write, sql, &text);
        assert_eq!(problems.len(), 1, "{sql}: {problems:?}");
        assert!(
            problems[0].text.contains("orders.total is INTEGER"),
            "{sql}"
        );
    }
}

/// What may be right is not told.
#[test]
fn what_may_fit_is_left_alone() {
    let house = House::with(SHOP);
    let (text, integer) = (json!({"type": "string"}), json!({"type": "integer"}));
    let digits = json!({"type": "string", "pattern": "^[0-9]+$"});
    for (sql, x) in [
        ("SELECT id FROM orders WHERE customer_id = :x", &integer),
        ("SELECT id FROM orders WHERE customer_id = :x", &digits),
        (
            "SELECT id FROM orders WHERE customer_id = :x",
            &json!({"type": "number"}),
        ),
        (
            "SELECT id FROM orders WHERE customer_id = :x",
            &json!({"type": ["string", "integer"]}),
        ),
        (
            "SELECT id FROM orders WHERE customer_id = :x",
            &json!({"anyOf": [{"type": "string"}]}),
        ),
        (
            "SELECT id FROM orders WHERE customer_id = :x",
            &json!({"type": "boolean"}),
        ),
        (
            "SELECT id FROM orders WHERE customer_id = CAST(:x AS INTEGER)",
            &text,
        ),
        ("SELECT id FROM orders WHERE customer_id = :x || ''", &text),
        (
            "SELECT id FROM orders WHERE CAST(customer_id AS TEXT) = :x",
            &text,
        ),
        ("SELECT id FROM customers WHERE born >= :x", &text),
        ("SELECT id FROM customers WHERE place = :x", &text),
        ("SELECT id FROM customers WHERE raw = :x", &text),
        ("SELECT id FROM customers WHERE zip LIKE :x", &integer),
        (
            "SELECT o.id FROM orders AS o WHERE id IN (SELECT value FROM json_each(:x))",
            &json!({"type": "array"}),
        ),
        // Which `id` is meant, a text or a number, stands elsewhere.
        (
            "SELECT c.zip FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE o.id = :x",
            &text,
        ),
        ("SELECT zip AS total FROM customers WHERE total = :x", &text),
        (
            "WITH o (total) AS (SELECT zip FROM customers) SELECT total FROM o WHERE total = :x",
            &text,
        ),
        ("SELECT value FROM json_each('[1]') WHERE key = :x", &text),
        ("SELECT id FROM orders WHERE status = :x", &text),
        ("SELECT id FROM orders LIMIT :x", &integer),
    ] {
        let problems = said(&house, Effect::Read, sql, x);
        assert!(problems.is_empty(), "{sql}: {problems:?}");
    }
}

#[test]
fn values_that_a_column_refuses_are_told() {
    let house = House::with(SHOP);
    let x = json!({"type": "string", "enum": ["open", "paid", "shiped", "returned", "shipped"]});
    for (effect, sql) in [
        (
            Effect::Read,
            "SELECT id FROM orders WHERE :x IS NULL OR status = :x",
        ),
        (Effect::Write, "UPDATE orders SET status = :x"),
    ] {
        let problems = said(&house, effect, sql, &x);
        let [problem] = &problems[..] else {
            panic!("{sql}: {problems:?}");
        };
        assert_eq!(problem.trouble, Trouble::Choice);
        let told = "orders.status is one of open, paid, shipped, returned; the argument `x` may be \"shiped\"";
        assert_eq!(problem.text, told);
        assert_eq!(problem.nearest.as_deref(), Some("shipped"));
    }
    let kind = json!({"type": "integer", "enum": [1, 2, 3]});
    let problems = said(
        &house,
        Effect::Read,
        "SELECT id FROM orders WHERE kind = :x",
        &kind,
    );
    assert_eq!(problems.len(), 1, "{problems:?}");
}

/// E104 of the design's sample: the parameter lacks "returned". Whoever looks for it cannot find it.
#[test]
fn values_that_an_argument_lacks_are_a_warning_where_rows_are_looked_for() {
    let house = House::with(SHOP);
    let x = json!({"type": "string", "enum": ["open", "paid", "shipped", null]});
    let problems = said(
        &house,
        Effect::Read,
        "SELECT id FROM orders WHERE status = :x",
        &x,
    );
    let [problem] = &problems[..] else {
        panic!("{problems:?}");
    };
    assert_eq!(problem.trouble, Trouble::Lacking);
    let told = "orders.status is one of open, paid, shipped, returned; the argument `x` lacks \"returned\"";
    assert_eq!(problem.text, told);
    for (effect, sql) in [
        // What is written may be less than all.
        (Effect::Write, "UPDATE orders SET status = :x"),
        // Another rule may refuse what is lacking.
        (Effect::Read, "SELECT id FROM orders WHERE level = :x"),
        (Effect::Read, "SELECT mood FROM moods WHERE mood = :x"),
    ] {
        let x = match sql.contains("status") {
            true => x.clone(),
            false => json!({"type": "string", "enum": ["a"]}),
        };
        let problems = said(&house, effect, sql, &x);
        assert!(problems.is_empty(), "{sql}: {problems:?}");
    }
}
