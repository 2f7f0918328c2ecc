//! Values that must stand in a column before anything runs.

use std::{
    future::ready,
    sync::{Arc, Mutex},
};

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tollhouse_core::{
    Effect, Ending, Intent, Journal, Limits, Record, Server, StoreError, testing::TestServer,
};
use tollhouse_sources::sql::{
    Exists, SqlError, SqlOffers, SqlSource, SqlTool, Statement, Trouble, migrate,
};

use crate::house::{House, tool};

const SHOP: &str = "CREATE TABLE orders (id TEXT PRIMARY KEY, owner TEXT, status TEXT);
    CREATE TABLE `odd `` name` (`a \"key\"` TEXT);
    CREATE TABLE seen (id TEXT);
    INSERT INTO orders VALUES ('ord_abc123', 'ann', 'open'), ('ord_abd123', 'bob', 'open'), ('ord_xyz', 'ann', 'paid'),
        ('my-project', 'ann', 'open'), ('12', 'ann', 'open');
    INSERT INTO `odd `` name` VALUES ('here');";

fn exists(argument: &str, table: &str, column: &str) -> Exists {
    Exists {
        argument: argument.to_owned(),
        table: table.to_owned(),
        column: column.to_owned(),
    }
}

fn seen(properties: &Value, exists: Vec<Exists>) -> SqlTool {
    let sql = "INSERT INTO seen VALUES (:id) RETURNING id";
    let mut tool = tool(Effect::Write, properties, Statement::one(sql));
    tool.exists = exists;
    tool
}

fn by_id() -> SqlTool {
    let properties = json!({"id": {"type": ["string", "null"]}});
    seen(&properties, vec![exists("id", "orders", "id")])
}

/// P4: the model reads what it may have meant, and nothing has run.
#[tokio::test]
async fn p4_what_is_not_there_is_told_with_what_is_close() {
    let house = House::with(SHOP);
    let server = house.serve(vec![by_id()]);
    for (id, told) in [
        (
            "ord_abc12",
            "There is no orders.id `ord_abc12`. Close: ord_abc123, ord_abd123.",
        ),
        (
            "ORD_XYZ",
            "There is no orders.id `ORD_XYZ`. Close: ord_xyz.",
        ),
        (
            "rod_xyz",
            "There is no orders.id `rod_xyz`. Close: ord_xyz.",
        ),
        (
            "my-project (probably)",
            "There is no orders.id `my-project (probably)`. Close: my-project.",
        ),
        ("' OR 1=1--", "There is no orders.id `' OR 1=1--`."),
        (
            "nothing like it",
            "There is no orders.id `nothing like it`.",
        ),
        ("", "There is no orders.id ``."),
        (
            "ord_abc123\0",
            // What nobody sees is not said again.
            "There is no orders.id `ord_abc123`. Close: ord_abc123, ord_abd123.",
        ),
        ("%", "There is no orders.id `%`."),
    ] {
        let reply = server.call("run", json!({"id": id})).await;
        assert_eq!((reply.is_error(), reply.text()), (true, told.to_owned()));
    }
    let long = "x".repeat(100_000);
    let reply = server.call("run", json!({"id": long})).await;
    assert!(reply.is_error() && reply.text().len() < 300);
    assert_eq!(house.number("SELECT count(*) FROM seen"), 0);
    for id in [json!("ord_abc123"), json!(null)] {
        let reply = server.call("run", json!({"id": id})).await;
        assert!(!reply.is_error(), "{}", reply.text());
    }
    assert_eq!(house.number("SELECT count(*) FROM seen"), 2);
}

/// P4: every element of a list must be there, and a number is compared as the column compares it.
#[tokio::test]
async fn p4_lists_and_numbers_are_looked_up_too() {
    let house = House::with(SHOP);
    let list = json!({"id": {"type": "array", "items": {"type": "string"}}});
    let server = house.serve(vec![seen(&list, vec![exists("id", "orders", "id")])]);
    let good = server.call("run", json!({"id": ["ord_xyz", "12"]})).await;
    assert!(!good.is_error(), "{}", good.text());
    let bad = server.call("run", json!({"id": ["ord_xyz", "13"]})).await;
    assert_eq!(bad.text(), "There is no orders.id `13`. Close: 12.");
    let sql = "SELECT status FROM orders WHERE id = CAST(:id AS TEXT)";
    let properties = json!({"id": {"type": "integer", "default": 12}});
    let mut number = tool(Effect::Read, &properties, Statement::one(sql));
    number.exists = vec![exists("id", "orders", "id")];
    let server = house.serve(vec![number]);
    assert!(!server.call("run", json!({"id": 12})).await.is_error());
    assert!(!server.call("run", json!({})).await.is_error());
    let reply = server.call("run", json!({"id": 13})).await;
    assert_eq!(reply.text(), "There is no orders.id `13`.");
}

/// P4, P12: names of tables and columns are names, whatever is in them.
#[tokio::test]
async fn p12_odd_names_are_quoted() {
    let house = House::with(SHOP);
    let properties = json!({"id": {"type": "string"}});
    let odd = exists("id", "odd ` name", "a \"key\"");
    let server = house.serve(vec![seen(&properties, vec![odd])]);
    assert!(!server.call("run", json!({"id": "here"})).await.is_error());
    let reply = server.call("run", json!({"id": "there"})).await;
    assert_eq!(
        reply.text(),
        "There is no odd ` name.a \"key\" `there`. Close: here."
    );
}

/// P4, P35: where rows are each caller's own, nobody reads the keys of others.
#[tokio::test]
async fn p35_what_others_have_is_not_close() {
    let house = House::with(SHOP);
    let properties = json!({"id": {"type": "string"}});
    let sql = "SELECT status FROM orders WHERE id = :id AND owner = :user.id";
    let mut own = tool(Effect::Read, &properties, Statement::one(sql));
    own.exists = vec![exists("id", "orders", "id")];
    let server = house.serve(SqlOffers {
        identity: true,
        ..vec![own].into()
    });
    let reply = server
        .as_user("ann")
        .call("run", json!({"id": "ord_abd12"}))
        .await;
    assert_eq!(reply.text(), "There is no orders.id `ord_abd12`.");
}

/// P4: a table without an index is searched for a while, not for ever.
#[tokio::test]
async fn p4_the_search_for_what_is_close_is_bounded() {
    let house = House::with(
        "CREATE TABLE orders (id TEXT);
        CREATE TABLE seen (id TEXT);
        INSERT INTO orders WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
        SELECT 'ord_' || i FROM n;",
    );
    let server = house.serve(vec![by_id()]);
    let reply = server.call("run", json!({"id": "ord_299999x"})).await;
    assert!(
        reply
            .text()
            .starts_with("There is no orders.id `ord_299999x`."),
        "{}",
        reply.text()
    );
    // The connection is whole afterwards.
    assert!(
        !server
            .call("run", json!({"id": "ord_299999"}))
            .await
            .is_error()
    );
}

#[test]
fn p4_tables_and_columns_are_there_when_the_source_opens() {
    let house = House::with(SHOP);
    for (looked_up, told, nearest) in [
        (
            exists("id", "order", "id"),
            "no table `order`",
            Some("orders"),
        ),
        (exists("id", "orders", "ids"), "no column `ids`", Some("id")),
        (
            exists("ids", "orders", "id"),
            "no argument `ids`",
            Some("id"),
        ),
        (
            exists("id", "sqlite_schema", "name"),
            "no table `sqlite_schema`",
            None,
        ),
        (
            exists("id", "orders; DROP TABLE seen", "id"),
            "no table `orders; DROP",
            None,
        ),
    ] {
        let properties = json!({"id": {"type": "string"}});
        let tools = vec![seen(&properties, vec![looked_up])];
        let Err(SqlError::Statements(problems)) = SqlSource::open(&house.file(), tools) else {
            panic!("{told}");
        };
        let [problem] = &problems[..] else {
            panic!("{problems:?}");
        };
        assert_eq!(problem.trouble, Trouble::Exists);
        assert!(problem.text.contains(told), "{problem}");
        assert_eq!(problem.nearest.as_deref(), nearest, "{problem}");
    }
}

/// A journal that can be read: whether there was an intent, and the end of a call.
#[derive(Clone, Debug, Default)]
struct Records(Arc<Mutex<Vec<Line>>>);

type Line = (bool, Option<Ending>);

impl Journal for Records {
    fn write(&self, record: Record) {
        let ended = (record.trail.is_intended, Some(record.ending));
        self.0.lock().unwrap().push(ended);
    }

    fn intend(&self, _: Intent) -> BoxFuture<'_, Result<(), StoreError>> {
        self.0.lock().unwrap().push((true, None));
        Box::pin(ready(Ok(())))
    }
}

/// What its client would have to be asked for, and what nobody is.
fn destroying(records: &Records, house: &House, exactly_once: bool) -> TestServer {
    let properties = json!({"id": {"type": "string"}});
    let sql = "DELETE FROM orders WHERE id = :id RETURNING id";
    let mut tool = tool(Effect::Destroy, &properties, Statement::one(sql));
    tool.exists = vec![exists("id", "orders", "id")];
    if exactly_once {
        tool = tool.exactly_once();
    }
    let source = SqlSource::open(&house.file(), vec![tool]).unwrap();
    let server = Server::builder("shop").source(source);
    let server = server.journal(records.clone()).limits(Limits::NONE);
    TestServer::new(server.build().unwrap())
}

/// A4, P4: nobody is asked for a yes to what is not there, and nothing is written down as about to happen.
#[tokio::test]
async fn p4_a4_what_is_not_there_is_told_before_anybody_is_asked() {
    let (house, records) = (House::with(SHOP), Records::default());
    let server = destroying(&records, &house, false);
    let forms = server.clone().able(json!({"elicitation": {"form": {}}}));
    for client in [&server, &forms] {
        let keyed = json!({"id": "ord_abc12", "clientRequestId": "k"});
        for arguments in [json!({"id": "ord_abc12"}), keyed] {
            let reply = client.call("run", arguments).await;
            assert!(reply.is_error(), "{}", reply.message);
            let told = "There is no orders.id `ord_abc12`. Close: ord_abc123, ord_abd123.";
            assert_eq!(reply.text(), told);
        }
    }
    for ended in records.0.lock().unwrap().iter() {
        let (false, Some(Ending::Refused(refusal))) = ended else {
            panic!("{ended:?}");
        };
        assert_eq!(
            (refusal.step(), refusal.name()),
            ("validate", "bad_meaning")
        );
    }
    // What is there is asked for.
    let reply = forms.call("run", json!({"id": "ord_xyz"})).await;
    assert_eq!(reply.result()["resultType"], "input_required");
}

/// O2: a call that took away what it names is answered like the first time when it comes again, also by a server that lost
/// all but the database.
#[tokio::test]
async fn o2_what_the_call_itself_took_away_is_not_missing() {
    for exactly_once in [false, true] {
        let (house, records) = (House::with(SHOP), Records::default());
        if exactly_once {
            migrate(&house.file()).unwrap();
        }
        let server = destroying(&records, &house, exactly_once).confirming();
        let arguments = json!({"id": "ord_xyz", "clientRequestId": "k"});
        let calls = (0..8).map(|_| server.call("run", arguments.clone()));
        for reply in futures_util::future::join_all(calls).await {
            let told = &reply.message;
            assert!(!reply.is_error(), "{told}");
            assert_eq!(reply.result()["structuredContent"]["id"], "ord_xyz");
        }
        let other = destroying(&records, &house, exactly_once).confirming();
        let reply = other.call("run", arguments).await;
        assert_eq!(reply.is_error(), !exactly_once, "{}", reply.message);
        assert_eq!(house.number("SELECT count(*) FROM orders"), 4);
    }
}
