//! What statements know of whoever calls: what the edge found out, and nothing that a caller sends.

use serde_json::json;
use tollhouse_core::{Effect, Resource, Template};
use tollhouse_sources::sql::{
    SqlError, SqlOffers, SqlResource, SqlSource, SqlTemplate, SqlTool, Statement, Trouble,
};

use crate::house::{House, reading, tool};

const NOTES: &str = "CREATE TABLE notes (owner TEXT, via TEXT, text TEXT);
    INSERT INTO notes VALUES ('ann', 'editor', 'of ann'), ('bob', 'editor', 'of bob'), ('x'' OR 1=1--', NULL, 'odd');";

fn offers(tools: Vec<SqlTool>) -> SqlOffers {
    SqlOffers {
        identity: true,
        ..tools.into()
    }
}

fn own() -> SqlTool {
    reading(Statement::many(
        "SELECT text FROM notes WHERE owner = :user.id -- :user.id",
    ))
}

/// P35: each reads their own rows, whatever they are called.
#[tokio::test]
async fn p35_the_user_is_who_signed_in() {
    let house = House::with(NOTES);
    for (user, expected) in [
        ("ann", json!([{"text": "of ann"}])),
        ("x' OR 1=1--", json!([{"text": "odd"}])),
        ("nobody", json!([])),
        ("anonymous", json!([])),
    ] {
        let server = house.serve(offers(vec![own()])).as_user(user);
        let reply = server.call("run", json!({})).await;
        assert_eq!(
            reply.result()["structuredContent"]["rows"],
            expected,
            "{user}"
        );
    }
}

/// P35: an argument cannot be named like what says who calls, and one that tries is refused before it gets there.
#[tokio::test]
async fn p35_no_argument_says_who_calls() {
    let house = House::with(NOTES);
    let server = house.serve(offers(vec![own()])).as_user("ann");
    for name in ["user.id", ":user.id", "user_id", "@user_id"] {
        let reply = server.call("run", json!({name: "bob"})).await;
        assert!(reply.is_error(), "{name}");
    }
    // Arguments with such names do not reach the parameter either.
    let properties = json!({"user.id": {"type": "string"}, "user_id": {"type": "string"}, "@user_id": {"type": "string"}});
    let sql = "SELECT text FROM notes WHERE owner = :user.id OR owner = :user_id";
    let odd = tool(Effect::Read, &properties, Statement::many(sql));
    let Err(SqlError::Statements(problems)) = SqlSource::open(&house.file(), offers(vec![odd]))
    else {
        panic!("arguments that nothing can use are taken");
    };
    let told: Vec<_> = problems
        .iter()
        .map(|problem| problem.subject.clone())
        .collect();
    assert_eq!(
        told,
        [Some("@user_id".to_owned()), Some("user.id".to_owned())]
    );
    let properties = json!({"user_id": {"type": "string"}});
    let both = tool(Effect::Read, &properties, Statement::many(sql));
    let server = house.serve(offers(vec![both])).as_user("ann");
    let reply = server.call("run", json!({"user_id": "bob"})).await;
    let expected = json!([{"text": "of ann"}, {"text": "of bob"}]);
    assert_eq!(reply.result()["structuredContent"]["rows"], expected);
}

/// P35: nobody is not a person: without a caller nothing runs, even if the server was made as if there were some.
#[tokio::test]
async fn p35_nobody_is_refused_in_words() {
    let house = House::with(NOTES);
    let write = "INSERT INTO notes (owner, text) VALUES (:user.id, 'new')";
    let mut note = tool(Effect::Write, &json!({}), Statement::one(write));
    note.tool.name = "note".to_owned();
    let server = house.serve(offers(vec![own(), note]));
    for name in ["run", "note"] {
        let reply = server.call(name, json!({})).await;
        assert!(reply.is_error());
        assert!(
            reply.text().contains("nobody is signed in"),
            "{}",
            reply.text()
        );
    }
    assert_eq!(house.number("SELECT count(*) FROM notes"), 3);
}

#[tokio::test]
async fn the_program_that_calls_is_known_by_its_id() {
    let house = House::with(NOTES);
    let sql = "SELECT text FROM notes WHERE owner = :user.id AND via IS :client.id";
    let server = house.serve(offers(vec![reading(Statement::many(sql))]));
    let user = server.as_user("ann");
    let reply = user
        .clone()
        .by_client("editor")
        .call("run", json!({}))
        .await;
    let expected = json!([{"text": "of ann"}]);
    assert_eq!(reply.result()["structuredContent"]["rows"], expected);
    let reply = user.call("run", json!({})).await;
    assert!(reply.text().contains("yours has no id"), "{}", reply.text());
}

/// P35: who is of one tenant reads nothing of another, and who is of none reads nothing.
#[tokio::test]
async fn p35_k13_the_tenant_and_the_address_are_those_that_were_vouched_for() {
    let house = House::with(NOTES);
    let sql =
        "SELECT text FROM notes WHERE owner = :user.tenant AND :user.email = 'ann@example.com'";
    let server = house.serve(offers(vec![reading(Statement::many(sql))]));
    let user = server
        .clone()
        .as_user("someone")
        .with_email("ann@example.com");
    for (tenant, expected) in [
        ("ann", json!([{"text": "of ann"}])),
        ("bob", json!([{"text": "of bob"}])),
        ("other", json!([])),
    ] {
        let reply = user.clone().of_tenant(tenant).call("run", json!({})).await;
        assert_eq!(reply.result()["structuredContent"]["rows"], expected);
    }
    let reply = user.call("run", json!({})).await;
    assert!(
        reply.text().contains("for an organisation"),
        "{}",
        reply.text()
    );
    let nowhere = server.as_user("someone").of_tenant("ann");
    let reply = nowhere.call("run", json!({})).await;
    assert!(reply.text().contains("nothing vouches"), "{}", reply.text());
}

#[tokio::test]
async fn conditions_resources_and_patterns_know_who_calls_too() {
    let house = House::with(NOTES);
    let insert = "INSERT INTO notes (owner, text) VALUES (:user.id, 'new')";
    let mut once = tool(Effect::Write, &json!({}), Statement::one(insert));
    once.unless = Some("SELECT 'You have one.' FROM notes WHERE owner = :user.id".to_owned());
    let count = "SELECT count(*) AS n FROM notes WHERE owner = :user.id";
    let resource = |uri: &str| Resource {
        uri: uri.to_owned(),
        name: "mine".to_owned(),
        ..Resource::default()
    };
    let template = Template {
        uri_template: "mine://by/{via}".to_owned(),
        name: "mine by".to_owned(),
        ..Template::default()
    };
    let server = house.serve(SqlOffers {
        resources: vec![SqlResource {
            resource: resource("mine://count"),
            statement: Statement::one(count),
        }],
        templates: vec![SqlTemplate {
            template,
            statement: Statement::one(&format!("{count} AND via = :via")),
            suggestions: Default::default(),
        }],
        ..offers(vec![once])
    });
    let ann = server.clone().as_user("ann");
    assert_eq!(ann.call("run", json!({})).await.text(), "You have one.");
    let carl = server.clone().as_user("carl");
    assert!(!carl.call("run", json!({})).await.is_error());
    assert_eq!(
        house.number("SELECT count(*) FROM notes WHERE owner = 'carl'"),
        1
    );
    for (uri, expected) in [
        ("mine://count", "{\"n\":1}"),
        ("mine://by/editor", "{\"n\":1}"),
        ("mine://by/other", "{\"n\":0}"),
    ] {
        let reply = ann.request("resources/read", json!({"uri": uri})).await;
        assert_eq!(reply.result()["contents"][0]["text"], expected, "{uri}");
        let reply = server.request("resources/read", json!({"uri": uri})).await;
        assert!(reply.result()["contents"].is_null(), "{:?}", reply.message);
    }
}

#[test]
fn what_nobody_knows_of_a_caller_is_told_with_what_is_known() {
    let house = House::with(NOTES);
    for (identity, sql, written, nearest) in [
        (
            true,
            "SELECT :user.mail AS x",
            ":user.mail",
            Some(":user.email"),
        ),
        (
            true,
            "SELECT :clint.id AS x",
            ":clint.id",
            Some(":client.id"),
        ),
        (true, "SELECT $user.id AS x", "$user.id", Some(":user.id")),
        (
            false,
            "SELECT ':user.id' AS y, :user.id AS x",
            ":user.id",
            None,
        ),
    ] {
        let offers = SqlOffers {
            identity,
            ..vec![reading(Statement::one(sql))].into()
        };
        let Err(SqlError::Statements(problems)) = SqlSource::open(&house.file(), offers) else {
            panic!("{sql}");
        };
        let [problem] = &problems[..] else {
            panic!("{problems:?}");
        };
        assert_eq!(problem.trouble, Trouble::Identity);
        assert_eq!(problem.nearest.as_deref(), nearest);
        assert_eq!(&sql[problem.place.clone().unwrap()], written);
    }
    let offers = offers(vec![reading(Statement::one("SELECT @user_id AS x"))]);
    assert!(SqlSource::open(&house.file(), offers).is_err());
}
