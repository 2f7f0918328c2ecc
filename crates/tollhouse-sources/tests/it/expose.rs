//! Tables as resources.

use serde_json::{Value, json};
use tollhouse_core::{Access, Policy, testing::TestServer};
use tollhouse_sources::sql::{Caps, Expose, SqlError, SqlOffers, SqlSource, Trouble};

use crate::house::House;

const SHOP: &str = "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE orders (id TEXT PRIMARY KEY, customer INTEGER REFERENCES customers, status TEXT CHECK (status IN ('open', 'paid')));
    CREATE TABLE items (order_id TEXT, line INTEGER, note, PRIMARY KEY (order_id, line)) WITHOUT ROWID;
    CREATE TABLE `a/b {c}` (x);
    CREATE VIEW open_orders AS SELECT id FROM orders WHERE status = 'open';
    CREATE VIEW broken AS SELECT gone FROM nowhere;
    CREATE VIRTUAL TABLE notes USING fts5(text);
    INSERT INTO customers VALUES (7, 'Ann'), (8, 'Bob');
    INSERT INTO orders VALUES ('ord/1', 7, 'open'), ('ord_2', 8, NULL);
    INSERT INTO notes VALUES ('found');
    ANALYZE;";

fn exposing(expose: Expose) -> SqlOffers {
    SqlOffers {
        name: "shop".to_owned(),
        expose,
        ..SqlOffers::default()
    }
}

async fn uris(server: &TestServer, method: &str, list: &str, key: &str) -> Vec<String> {
    let reply = server.request(method, json!({})).await;
    let items = reply.result()[list].as_array().unwrap().clone();
    let uri = |item: &Value| item[key].as_str().unwrap().to_owned();
    items.iter().map(uri).collect()
}

async fn read(server: &TestServer, uri: &str) -> Value {
    let reply = server.request("resources/read", json!({"uri": uri})).await;
    let text = reply.result()["contents"][0]["text"].as_str();
    text.map_or_else(
        || reply.message.clone(),
        |text| serde_json::from_str(text).unwrap(),
    )
}

/// N11: what is in the file and can be read is listed, and nothing of the database's own.
#[tokio::test]
async fn n11_tables_and_views_are_resources() {
    let house = House::with(SHOP);
    let server = house.serve(exposing(Expose::All));
    let resources = uris(&server, "resources/list", "resources", "uri").await;
    let expected = [
        "a%2Fb%20%7Bc%7D",
        "customers",
        "items",
        "notes",
        "open_orders",
        "orders",
    ];
    assert_eq!(resources, expected.map(|name| format!("db://shop/{name}")));
    let templates = uris(
        &server,
        "resources/templates/list",
        "resourceTemplates",
        "uriTemplate",
    )
    .await;
    let expected = ["customers", "orders"];
    assert_eq!(
        templates,
        expected.map(|name| format!("db://shop/{name}/{{key}}"))
    );
    for uri in resources {
        let read = read(&server, &uri).await;
        assert!(
            read["columns"].is_array() && read["rows"].is_array(),
            "{uri}: {read}"
        );
    }
}

/// N11: a model reads what a table is made of, and its first rows.
#[tokio::test]
async fn n11_a_table_tells_its_columns_and_rows() {
    let house = House::with(SHOP);
    let server = house.serve(exposing(Expose::Tables(vec![
        "orders".to_owned(),
        "open_orders".to_owned(),
        "CUSTOMERS".to_owned(),
        "customers".to_owned(),
    ])));
    let expected = json!({
        "table": "orders",
        "columns": [
            {"name": "id", "type": "TEXT", "nullable": true, "key": true},
            {"name": "customer", "type": "INTEGER", "nullable": true, "references": "customers.id"},
            {"name": "status", "type": "TEXT", "nullable": true, "one_of": ["open", "paid"]},
        ],
        "row_count": 2,
        "rows": [
            {"id": "ord/1", "customer": 7, "status": "open"},
            {"id": "ord_2", "customer": 8, "status": null},
        ],
        "truncated": false,
    });
    assert_eq!(read(&server, "db://shop/orders").await, expected);
    let view = read(&server, "db://shop/open_orders").await;
    assert_eq!(view["view"], "open_orders");
    assert_eq!(view["rows"], json!([{"id": "ord/1"}]));
    for (uri, expected) in [
        (
            "db://shop/orders/ord_2",
            json!({"id": "ord_2", "customer": 8, "status": null}),
        ),
        ("db://shop/customers/7", json!({"id": 7, "name": "Ann"})),
    ] {
        assert_eq!(read(&server, uri).await, expected, "{uri}");
    }
    for uri in [
        "db://shop/orders/ord_3",
        // A name is one piece of a path, whatever hides in it.
        "db://shop/orders/ord%2F1",
        "db://shop/orders/ord_2%27%20OR%201=1--",
        "db://shop/items",
        "db://shop/sqlite_schema",
        "db://shop/notes_data",
        "db://other/orders",
    ] {
        assert!(read(&server, uri).await["error"]["code"].is_i64(), "{uri}");
    }
}

/// N11: rows and bytes are capped as everywhere else.
#[tokio::test]
async fn n11_the_caps_hold() {
    let house = House::with(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT);
        INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        SELECT i, hex(zeroblob(100)) FROM n;",
    );
    let caps = Caps {
        rows_max: 50,
        bytes_max: 4096,
    };
    let server = house.serve(SqlOffers {
        caps,
        ..exposing(Expose::All)
    });
    let all = read(&server, "db://shop/t").await;
    assert_eq!(
        (&all["truncated"], &all["row_count"]),
        (&json!(true), &Value::Null)
    );
    assert!(
        all.to_string().len() <= 4096 + 200,
        "{}",
        all.to_string().len()
    );
    assert!(!all["rows"].as_array().unwrap().is_empty());
}

/// N11: what is exposed has rules of its own.
#[tokio::test]
async fn n11_a_scope_guards_what_is_exposed() {
    let house = House::with(SHOP);
    let server = house.serve(SqlOffers {
        expose_policy: Policy {
            access: Access::scope("shop:read"),
            ..Policy::default()
        },
        ..exposing(Expose::All)
    });
    let allowed = server.clone().as_user("ann").scopes(["shop:read"]);
    assert!(read(&allowed, "db://shop/orders").await["rows"].is_array());
    let other = server.as_user("ann");
    assert!(
        uris(&other, "resources/list", "resources", "uri")
            .await
            .is_empty()
    );
    for uri in ["db://shop/orders", "db://shop/orders/ord_2"] {
        assert!(read(&other, uri).await["error"]["code"].is_i64(), "{uri}");
    }
}

/// N11: a table that is made later shows when the source is opened anew.
#[tokio::test]
async fn n11_a_new_table_shows_after_a_reload() {
    let house = House::with(SHOP);
    let server = house.serve(exposing(Expose::All));
    house
        .connect()
        .execute_batch("CREATE TABLE later (x)")
        .unwrap();
    assert!(read(&server, "db://shop/later").await["error"].is_object());
    let server = house.serve(exposing(Expose::All));
    assert_eq!(read(&server, "db://shop/later").await["row_count"], 0);
}

#[test]
fn n11_a_table_that_is_not_there_is_told() {
    let house = House::with(SHOP);
    let names = ["order", "sqlite_stat1", "notes_data"].map(str::to_owned);
    let offers = exposing(Expose::Tables(names.to_vec()));
    let Err(SqlError::Statements(problems)) = SqlSource::open(&house.file(), offers) else {
        panic!("tables that are not there are exposed");
    };
    let told: Vec<_> = problems
        .iter()
        .map(|problem| (problem.trouble, problem.subject.clone()))
        .collect();
    assert_eq!(told, names.map(|name| (Trouble::Expose, Some(name))));
    assert_eq!(problems[0].nearest.as_deref(), Some("orders"));
    assert_eq!(problems[0].of, "shop");
}

/// N11: what this program cannot read, another may: it keeps nothing else from being served.
#[tokio::test]
async fn n11_what_cannot_be_read_is_left_out() {
    let house = House::with(
        "CREATE TABLE t (x);
        CREATE VIEW numbers AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n;
        CREATE VIEW by_a_function AS SELECT no_such_function(x) AS y FROM t;
        CREATE TABLE computed (a INTEGER, b AS (a * 2), PRIMARY KEY (a));
        INSERT INTO computed VALUES (4);
        PRAGMA writable_schema = ON;
        INSERT INTO sqlite_schema VALUES ('table', 'foreign_module', 'foreign_module', 0, 'CREATE VIRTUAL TABLE foreign_module USING no_such_module(x)');",
    );
    let server = house.serve(exposing(Expose::All));
    let resources = uris(&server, "resources/list", "resources", "uri").await;
    let expected = ["computed", "numbers", "t"].map(|name| format!("db://shop/{name}"));
    assert_eq!(resources, expected);
    let numbers = read(&server, "db://shop/numbers").await;
    assert_eq!(numbers["rows"], json!([{"i": 1}, {"i": 2}, {"i": 3}]));
    assert_eq!(
        read(&server, "db://shop/computed/4").await,
        json!({"a": 4, "b": 8})
    );
}
