//! The server that is tried: a few functions, each with one peculiarity.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tollhouse_core::{
    Answer, Capability, Confirmation, Ctx, Limits, Server, State, prompt, resource, tool,
};

use super::Book;

/// A server with every tool that the tests call.
pub(crate) fn server(book: &Book) -> Server {
    let region_of = |name| tool(name, "Look into a region.", noted).input_schema(region());
    Server::builder("proof")
        .limits(Limits::NONE)
        .journal(book.clone())
        .state(book.clone())
        .tool(tool("echo", "Say it again.", echo).read_only())
        .tool(tool("slow", "Wait to be released.", slow).read_only())
        .tool(tool("count", "Tell each step.", count).read_only())
        .tool(tool("measure", "Tell how much was said.", measure).read_only())
        .tool(tool("ask", "Ask for a colour.", ask).read_only())
        .tool(tool("boom", "Panic.", boom).read_only())
        .tool(
            tool("delete_item", "Delete one item.", delete_item)
                .destructive()
                .confirm_by(Confirmation::Nobody),
        )
        .tool(region_of("region"))
        .tool(region_of("open").needs(Capability::Form))
        .tool(region_of("scoped").needs(Capability::Form).scope("regions"))
        .tool(
            tool("guarded", "Change an order.", echo)
                .scope("orders:read")
                .scope("orders:write"),
        )
        .resource(resource("note:hello", "Greetings", || async { "hello" }))
        .resource(resource("note:large", "Very much", || async {
            "x".repeat(32 << 20)
        }))
        .resource(resource("note:guarded", "Orders", || async { "one" }).scope("orders:read"))
        .prompt(prompt("greet", "Greet.", || async { "hello" }))
        .prompt(prompt("guarded", "Look at orders.", || async { "look" }).scope("orders:read"))
        .build()
        .unwrap()
}

#[derive(Deserialize, JsonSchema)]
struct Text {
    text: String,
}

#[derive(Deserialize, JsonSchema)]
struct Steps {
    #[serde(default)]
    steps: u32,
    /// Bytes of the message of each step.
    #[serde(default)]
    bytes: usize,
}

#[derive(Deserialize, JsonSchema)]
struct Colour {
    /// Any.
    #[serde(rename = "colour")]
    _colour: String,
}

#[derive(Deserialize, JsonSchema)]
struct Item {
    /// Which project.
    #[serde(rename = "project")]
    _project: String,
    /// Which item in it.
    #[serde(rename = "number")]
    _number: u32,
}

async fn echo(said: Text, book: State<Book>) -> String {
    book.begin().finish();
    said.text
}

async fn slow(wanted: Steps, ctx: Ctx, book: State<Book>) -> &'static str {
    let running = book.begin();
    for step in 1..=wanted.steps {
        ctx.progress(f64::from(step), None, None);
    }
    book.released().await;
    running.finish();
    "released"
}

async fn count(wanted: Steps, ctx: Ctx, book: State<Book>) -> String {
    let running = book.begin();
    let message = "x".repeat(wanted.bytes);
    for step in 1..=wanted.steps {
        ctx.progress(
            f64::from(step),
            Some(f64::from(wanted.steps)),
            Some(&message),
        );
        tokio::task::yield_now().await;
    }
    running.finish();
    format!("{} steps", wanted.steps)
}

async fn measure(said: Text, book: State<Book>) -> String {
    book.begin().finish();
    said.text.len().to_string()
}

async fn ask(ctx: Ctx) -> String {
    match ctx.elicit::<Colour>("colour", "Which colour?").await {
        Answer::Accept(_) => "accepted".to_owned(),
        Answer::Decline => "declined".to_owned(),
        Answer::Cancel => "put away".to_owned(),
    }
}

#[expect(clippy::panic, reason = "a tool that panics is what is tried")]
async fn boom() -> String {
    panic!("a secret of the tool")
}

async fn delete_item(_: Item, book: State<Book>) -> &'static str {
    book.begin().finish();
    "deleted"
}

async fn noted(_: Value, book: State<Book>) -> &'static str {
    book.begin().finish();
    "noted"
}

/// Arguments that a client repeats in headers.
fn region() -> Value {
    json!({
        "type": "object",
        "properties": {
            "region": {"type": "string", "x-mcp-header": "Region"},
            "limit": {"type": "integer", "x-mcp-header": "Limit"},
            "dry": {"type": "boolean", "x-mcp-header": "Dry"},
            "tenant": {
                "type": "object",
                "properties": {"id": {"type": "string", "x-mcp-header": "Tenant-Id"}},
            },
            "plain": {"type": "string"},
        },
        "additionalProperties": false,
    })
}
