//! What a caller sends to do harm, and what an author writes that nobody can call.

use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use tollhouse_core::{
    Ending, Fault, Journal, Record, Refusal, Server, State, prompt, template, testing::TestServer,
    tool,
};

/// An expression as people write it: every form has the same fields.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(tag = "op", rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema matters")]
enum Expression {
    And { left: Box<Self>, right: Box<Self> },
    Or { left: Box<Self>, right: Box<Self> },
    Is { field: String },
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[expect(dead_code, reason = "only its schema matters")]
struct Find {
    filter: Expression,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Name {
    name: String,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Size {
    size: u32,
}

/// The last record.
#[derive(Clone, Debug, Default)]
struct Last(Arc<Mutex<Option<Record>>>);

impl Journal for Last {
    fn write(&self, record: Record) {
        *self.0.lock().unwrap() = Some(record);
    }
}

impl Last {
    fn take(&self) -> Record {
        self.0.lock().unwrap().take().unwrap()
    }
}

fn server() -> (TestServer, Last) {
    let last = Last::default();
    let find = tool("find", "Finds.", |_: Find| async { "found" });
    let greet = tool("greet", "Greets.", |name: Name| async move { name.name });
    let ask = prompt("ask", "Asks.", |name: Name| async move { name.name });
    let built = Server::builder("hostile")
        .tool(find)
        .tool(greet)
        .prompt(ask)
        .journal(last.clone())
        .build();
    (crate::client(built.unwrap()), last)
}

fn nested(depth: usize, leaf: &Value) -> Value {
    let is = json!({"op": "is", "field": "b"});
    (0..depth).fold(
        leaf.clone(),
        |left, _| json!({"op": "and", "left": left, "right": is}),
    )
}

#[tokio::test]
async fn arguments_nested_deep_are_checked_in_bounded_time_and_told_in_bounded_length() {
    let (server, _) = server();
    for depth in [0, 1, 4, 8, 16, 24, 40] {
        let good = nested(depth, &json!({"op": "is", "field": "a"}));
        let reply = server.call("find", json!({"filter": good})).await;
        assert_eq!(reply.text(), "found", "{depth}");
        let bad = nested(depth, &json!({"op": "is", "field": 5}));
        let told = server.call("find", json!({"filter": bad})).await.text();
        assert!(told.contains("do not fit"), "{depth}: {told}");
        assert!(told.len() < 4200, "{depth}: {}", told.len());
    }
}

#[tokio::test]
async fn forms_that_differ_little_are_told_in_bounded_length() {
    let not = |more: Value| {
        json!({"type": "object", "required": ["not"], "additionalProperties": false,
            "properties": {"not": {"$ref": "#/$defs/e"}, "label": more}})
    };
    let forms =
        json!([not(json!({"type": "string"})), not(json!({"type": "null"})), {"type": "string"}]);
    let schema = json!({"type": "object", "properties": {"e": {"$ref": "#/$defs/e"}},
        "$defs": {"e": {"anyOf": forms}}});
    let deny = tool("deny", "Denies.", |_: Value| async { "denied" }).input_schema(schema);
    let server = crate::client(Server::builder("x").tool(deny).build().unwrap());
    for depth in [2, 6, 10, 20, 60] {
        let wrap = |leaf: Value| (0..depth).fold(leaf, |inner, _| json!({"not": inner}));
        let good = server.call("deny", json!({"e": wrap(json!("x"))})).await;
        assert_eq!(good.text(), "denied", "{depth}");
        let told = server
            .call("deny", json!({"e": wrap(json!(5))}))
            .await
            .text();
        assert!(told.contains("do not fit"), "{told}");
        assert!(told.len() < 4200, "{depth}: {}", told.len());
    }
}

#[tokio::test]
async fn the_form_that_was_meant_is_told() {
    let (server, _) = server();
    let bad = json!({"op": "is", "field": 5});
    let told = server.call("find", json!({"filter": bad})).await.text();
    assert!(
        told.contains("`filter.field`: expected string, got number 5"),
        "{told}"
    );
    assert!(!told.contains("left"), "{told}");
}

#[tokio::test]
async fn many_and_long_names_are_told_in_few_words() {
    let (server, _) = server();
    let many = |count: usize| -> Value {
        let name = ("name".to_owned(), json!("x"));
        let others = (0..count).map(|n| (format!("name{n}"), json!(1)));
        Value::Object(others.chain([name]).collect::<Map<_, _>>())
    };
    let told = server.call("greet", many(1000)).await.text();
    assert!(told.contains("and 990 more are not known"), "{told}");
    for arguments in [
        many(1000),
        many(70_000),
        json!({"name": "x", "n".repeat(500_000): 1}),
        json!({"name": vec![1; 200_000]}),
    ] {
        let told = server.call("greet", arguments.clone()).await.text();
        assert!(told.contains("do not fit"), "{told}");
        assert!(told.len() < 4200, "{}", told.len());
        let params = json!({"name": "ask", "arguments": arguments});
        let refused = server.request("prompts/get", params).await.message;
        assert!(refused.to_string().len() < 5000);
    }
}

#[tokio::test]
async fn the_size_of_a_record_is_not_up_to_the_caller() {
    let (server, last) = server();
    let long = "ä".repeat(100_000);
    server.call(&long, json!({})).await;
    let record = last.take();
    assert_eq!(record.target.chars().count(), 129);
    assert!(record.target.ends_with('…'));
    assert!(
        matches!(record.ending, Ending::Refused(Refusal::UnknownTool(name)) if name.len() < 300)
    );
    server.call("greet", json!({"name": 1, long: 2})).await;
    let Ending::Refused(refusal) = last.take().ending else {
        panic!("refused");
    };
    assert_eq!(refusal.name(), "bad_arguments");
    assert!(refusal.text().chars().count() < 200);
}

#[test]
fn an_error_text_is_one_line_of_the_log() {
    let text = format!("no\nERROR forged\u{1b}[0m {}", "x".repeat(100_000));
    let written = format!("{:?}", Fault::from(std::io::Error::other(text)));
    assert!(!written.contains(['\n', '\u{1b}']), "{written}");
    assert!(
        written.starts_with(r#"Internal("no\nERROR forged"#),
        "{written}"
    );
    assert!(written.len() < 1200, "{}", written.len());
    let failed = format!("{:?}", tollhouse_core::fail("x".repeat(100_000)));
    assert!(failed.len() < 1200, "{}", failed.len());
}

#[test]
fn a_handler_that_no_call_can_reach_does_not_build() {
    let text = tool("text", "T.", |name: String| async move { name });
    let list = prompt(
        "list",
        "L.",
        |names: Vec<String>| async move { names.join(" ") },
    );
    let two = tool("two", "T.", |name: Name, size: Size| async move {
        format!("{} {}", name.name, size.size)
    });
    let item = template(
        "notes://{id}",
        "note",
        |id: u32| async move { id.to_string() },
    );
    let built = Server::builder("x")
        .tool(text)
        .prompt(list)
        .tool(two)
        .resource(item)
        .build();
    let told = built.unwrap_err().to_string();
    assert!(
        told.contains("tool `text`: the argument type `string` is not an object: take a struct"),
        "{told}"
    );
    assert!(told.contains("prompt `list`: the argument type"), "{told}");
    assert!(
        told.contains("template `notes://{id}`: the argument type"),
        "{told}"
    );
    assert!(
        told.contains("tool `two`: its arguments are in several parameters"),
        "{told}"
    );
}

#[tokio::test]
async fn a_schema_of_ones_own_may_serve_two_parameters() {
    let own = json!({"type": "object", "required": ["name", "size"]});
    let two = tool("two", "T.", |name: Name, size: Size| async move {
        format!("{} {}", name.name, size.size)
    });
    let any = tool("any", "A.", |any: Value| async move { any.to_string() });
    let maybe = tool("maybe", "M.", |name: Option<Name>| async move {
        name.map_or_else(String::new, |name| name.name)
    });
    let server = Server::builder("x")
        .tool(two.input_schema(own))
        .tool(any)
        .tool(maybe);
    let server = crate::client(server.build().unwrap());
    let reply = server.call("two", json!({"name": "a", "size": 2})).await;
    assert_eq!(reply.text(), "a 2");
    assert_eq!(
        server.call("any", json!({"a": 1})).await.text(),
        r#"{"a":1}"#
    );
    assert_eq!(server.call("maybe", json!({"name": "a"})).await.text(), "a");
}

#[tokio::test]
async fn a_state_is_taken_apart_where_it_is_named() {
    let get = tool("get", "Gets.", |State(text): State<String>| async move {
        text.to_string()
    });
    let server = Server::builder("x").state("kept".to_owned()).tool(get);
    let server = crate::client(server.build().unwrap());
    assert_eq!(server.call("get", json!({})).await.text(), "kept");
}
