//! Calls that the database itself remembers.

use serde_json::{Value, json};
use tollhouse_core::{Effect, Server, testing::TestServer};
use tollhouse_sources::sql::{EFFECTS_TABLE, SqlOffers, SqlSource, SqlTool, Statement, migrate};

use crate::house::{House, tool};

fn pay() -> SqlTool {
    let properties = json!({"sum": {"type": "integer", "description": "How much"}});
    let statement = Statement::one("INSERT INTO payments (sum) VALUES (:sum) RETURNING id, sum");
    tool(Effect::Write, &properties, statement).exactly_once()
}

fn house() -> House {
    House::with(
        "CREATE TABLE payments (id INTEGER PRIMARY KEY, sum INTEGER NOT NULL CHECK (sum > 0));",
    )
}

/// A server that knows nothing of those before: their ledgers ended with them.
fn serve(house: &House) -> TestServer {
    let offers = SqlOffers::from(vec![pay()]);
    let source = SqlSource::open(&house.file(), offers).unwrap();
    TestServer::new(Server::builder("bank").source(source).build().unwrap())
}

fn args(sum: i64) -> Value {
    json!({"sum": sum, "clientRequestId": "k"})
}

#[tokio::test]
async fn r9_what_is_committed_is_known_to_a_server_that_lost_all_else() {
    let house = house();
    assert!(migrate(&house.file()).unwrap());
    assert!(!migrate(&house.file()).unwrap());
    let name = pay().tool.name;
    let first = serve(&house).call(&name, args(5)).await;
    assert!(!first.is_error(), "{}", first.text());
    // The process was killed between commit and reply, and took its ledger along.
    let again = serve(&house).call(&name, args(5)).await;
    assert_eq!(again.result()["content"], first.result()["content"]);
    assert_eq!(
        again.result()["structuredContent"],
        first.result()["structuredContent"]
    );
    assert_eq!(again.result()["_meta"]["dev.tollhouse/replayed"], true);
    assert_eq!(house.number("SELECT count(*) FROM payments"), 1);
    let reused = serve(&house).call(&name, args(6)).await;
    assert!(reused.is_error() && reused.text().contains("other arguments"));
    let bob = serve(&house).as_user("bob").call(&name, args(5)).await;
    assert!(!bob.is_error());
    assert_eq!(house.number("SELECT count(*) FROM payments"), 2);
}

#[tokio::test]
async fn o2_what_was_rolled_back_is_not_remembered() {
    let house = house();
    migrate(&house.file()).unwrap();
    let client = serve(&house);
    let name = pay().tool.name;
    for _ in 0..2 {
        let refused = client.call(&name, args(-1)).await;
        assert!(
            refused.is_error() && refused.text().contains("rule of the data"),
            "{}",
            refused.text()
        );
    }
    assert_eq!(house.number("SELECT count(*) FROM tollhouse_effects"), 0);
    let old = "INSERT INTO tollhouse_effects VALUES (x'00', x'00', '', 1)";
    house.connect().execute(old, []).unwrap();
    let mended = client
        .call(&name, json!({"sum": 1, "clientRequestId": "l"}))
        .await;
    assert!(!mended.is_error());
    // The old one went with the transaction of the new one.
    assert_eq!(house.number("SELECT count(*) FROM tollhouse_effects"), 1);
}

/// What is to be forgotten is, though nothing has taken it away yet: the same call is a new one then.
#[tokio::test]
async fn o2_what_is_old_is_not_answered_with() {
    let house = house();
    migrate(&house.file()).unwrap();
    let name = pay().tool.name;
    assert!(!serve(&house).call(&name, args(5)).await.is_error());
    let aged = "UPDATE tollhouse_effects SET forget_ms = 1";
    house.connect().execute(aged, []).unwrap();
    let anew = serve(&house).call(&name, args(5)).await;
    assert!(!anew.is_error(), "{}", anew.text());
    assert_eq!(house.number("SELECT count(*) FROM payments"), 2);
    assert_eq!(house.number("SELECT count(*) FROM tollhouse_effects"), 1);
}

#[test]
fn o2_without_its_table_a_tool_is_not_served_and_the_table_is_named() {
    let house = house();
    let offers = SqlOffers::from(vec![pay()]);
    let problem = SqlSource::open(&house.file(), offers)
        .unwrap_err()
        .to_string();
    assert!(problem.contains("tollhouse_effects"), "{problem}");
    house.connect().execute_batch(EFFECTS_TABLE).unwrap();
    assert!(SqlSource::open(&house.file(), vec![pay()]).is_ok());
}

/// What the database refuses when it commits has changed nothing, and its key is free again.
#[tokio::test]
async fn o2_what_is_refused_at_the_commit_is_not_kept_as_the_answer() {
    let house = House::with(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY);
        CREATE TABLE payments (id INTEGER PRIMARY KEY, sum INTEGER NOT NULL
            REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED);",
    );
    let properties = json!({"sum": {"type": "integer", "description": "How much"}});
    let statement = Statement::one("INSERT INTO payments (sum) VALUES (:sum) RETURNING id, sum");
    let tool = tool(Effect::Write, &properties, statement);
    let name = tool.tool.name.clone();
    let client = house.serve(vec![tool]);
    let refused = client.call(&name, args(5)).await;
    assert!(refused.is_error(), "{}", refused.text());
    assert_eq!(house.number("SELECT count(*) FROM payments"), 0);
    house
        .connect()
        .execute("INSERT INTO orders VALUES (5)", [])
        .unwrap();
    let mended = client.call(&name, args(5)).await;
    assert!(!mended.is_error(), "{}", mended.text());
    assert_eq!(house.number("SELECT count(*) FROM payments"), 1);
}
