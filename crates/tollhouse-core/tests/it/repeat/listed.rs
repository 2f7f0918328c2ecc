//! What is listed of the key, and what may be written for it.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _, ready};
use serde_json::{Value, json};
use tollhouse_core::{
    Ctx, Face, Fault, Offers, Output, Permit, Repeat, Reported, Server, Source, Tool,
};

use super::{Effects, keyed, listed, order, plain, shop};
use crate::client;

/// A source that says what it was given.
#[derive(Debug)]
struct Echo(Vec<Tool>);

impl Source for Echo {
    fn offers(&self) -> Offers {
        Offers {
            tools: self.0.clone(),
            ..Offers::default()
        }
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        _ctx: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        let text = permit.args().to_string();
        ready(Ok(Output::Tool(Reported::text(text)))).boxed()
    }
}

#[tokio::test]
async fn o2_tools_that_change_something_list_a_key_that_is_short_and_may_be_left_out() {
    let effects = Effects::default();
    let shop = shop(&effects)
        .tool(order("order"))
        .tool(order("look").read_only())
        .tool(order("cancel").destructive())
        .tool(order("strict").key_required())
        .tool(order("plain").no_key());
    let client = client(shop.build().unwrap());
    for (name, has, is_required) in [
        ("order", true, false),
        ("look", false, false),
        ("cancel", true, false),
        ("strict", true, true),
        ("plain", false, false),
    ] {
        let schema = listed(&client, name).await;
        let argument = &schema["properties"][Repeat::FIELD];
        assert_eq!(argument.is_object(), has, "{name}: {schema}");
        let required = schema["required"].as_array().unwrap();
        let demands = required.contains(&json!(Repeat::FIELD));
        assert_eq!(demands, is_required, "{name}");
        // Four bytes are about a token.
        let cost = format!("\"{}\":{argument},", Repeat::FIELD).len();
        assert!(!has || cost <= 100, "{cost} bytes");
    }
    let refused = client.call("strict", json!({"item": "tea"})).await;
    assert!(refused.is_error() && refused.text().contains(Repeat::FIELD));
    assert!(!client.call("strict", keyed("tea", "a")).await.is_error());
    let beside = client.with_meta("dev.tollhouse/idempotencyKey", json!("b"));
    assert!(
        !beside
            .call("strict", json!({"item": "tea"}))
            .await
            .is_error()
    );
    assert_eq!(effects.count(), 2);
}

#[tokio::test]
async fn o2_the_source_sees_the_key_only_if_it_is_its_own() {
    let closed = json!({"type": "object", "properties": {}, "additionalProperties": false});
    let mut added = plain("added", closed.clone());
    added.faces = vec![Face::new("clerk").input(closed)];
    let own = json!({"type": "object", "properties": {"id": {"type": "string"}}});
    let mut owned = plain("owned", own);
    owned.policy.repeat.field = Some("id".to_owned());
    owned.policy.repeat.is_own = true;
    let server = Server::builder("echo").source(Echo(vec![added, owned]));
    let client = client(server.build().unwrap());
    let sent = json!({(Repeat::FIELD): "a"});
    assert_eq!(client.call("added", sent.clone()).await.text(), "{}");
    let clerk = client.clone().as_user("ann").roles(["clerk"]);
    assert_eq!(clerk.call("added", sent).await.text(), "{}");
    let owned = client.call("owned", json!({"id": "a"})).await;
    assert_eq!(owned.text(), r#"{"id":"a"}"#);
    let again = client.call("owned", json!({"id": "a"})).await;
    assert!(super::is_replayed(&again));
}

#[test]
fn o2_a_name_that_is_taken_or_missing_is_a_problem_of_the_catalogue() {
    let has = json!({"type": "object", "properties": {(Repeat::FIELD): {"type": "string"}}});
    let taken = plain("taken", has);
    let mut missing = plain("missing", json!({"type": "object"}));
    missing.policy.repeat.is_own = true;
    for (tool, says) in [(taken, "is_own"), (missing, "no argument of it")] {
        let source: Arc<dyn Source> = Arc::new(Echo(vec![tool]));
        let failed = Server::builder("echo").shared_source(source).build();
        let problem = failed.unwrap_err().to_string();
        assert!(problem.contains(says), "{problem}");
    }
}

#[tokio::test]
async fn o2_a_key_of_no_use_is_told_as_what_it_is() {
    let effects = Effects::default();
    let client = client(shop(&effects).tool(order("order")).build().unwrap());
    for key in [
        json!(""),
        json!("x".repeat(129)),
        json!("a\nb"),
        json!(7),
        Value::Null,
        json!(["a"]),
    ] {
        let args = json!({"item": "tea", (Repeat::FIELD): key});
        let refused = client.call("order", args).await;
        assert!(refused.is_error(), "{key}");
        assert!(refused.text().contains(Repeat::FIELD), "{}", refused.text());
    }
    let beside = |key: &str| {
        client
            .clone()
            .with_meta("dev.tollhouse/idempotencyKey", json!(key))
    };
    let refused = beside("b").call("order", keyed("tea", "a")).await;
    assert!(refused.is_error() && refused.text().contains("differ"));
    let refused = beside("").call("order", json!({"item": "tea"})).await;
    assert!(refused.is_error());
    assert_eq!(effects.count(), 0);
    let long = "é".repeat(128);
    assert!(!client.call("order", keyed("tea", &long)).await.is_error());
    let same = beside(&long).call("order", json!({"item": "tea"})).await;
    assert!(super::is_replayed(&same));
    let same = beside(&long).call("order", keyed("tea", &long)).await;
    assert!(super::is_replayed(&same));
    assert_eq!(effects.count(), 1);
}

/// A source that does something each time, and says so much of it that no part of it fits its schema.
#[derive(Debug)]
struct Much(Effects);

impl Source for Much {
    fn offers(&self) -> Offers {
        let mut tool = plain("much", json!({"type": "object"}));
        tool.output = Some(json!({
            "type": "object",
            "properties": {"rows": {"type": "array", "minItems": ROWS}},
        }));
        Offers {
            tools: vec![tool],
            ..Offers::default()
        }
    }

    fn call<'a>(
        &'a self,
        _permit: &'a Permit<'a>,
        _ctx: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        self.0.add();
        let rows = vec![json!("what was done"); ROWS];
        ready(Ok(Output::Tool(Reported {
            structured: Some(json!({"rows": rows})),
            ..Reported::default()
        })))
        .boxed()
    }
}

/// What the road could not give whole was done all the same, so it is not done again.
#[tokio::test]
async fn o2_a_success_whose_answer_is_too_long_is_not_made_again() {
    let effects = Effects::default();
    let server = Server::builder("much").source(Much(effects.clone()));
    let client = client(server.build().unwrap());
    let key = json!({(Repeat::FIELD): "a"});
    assert!(client.call("much", key.clone()).await.is_error());
    let again = client.call("much", key).await;
    assert_eq!(effects.count(), 1);
    assert!(super::is_replayed(&again));
}

const ROWS: usize = 5000;
