//! What the server offers: a few functions, each with one peculiarity.

use futures_util::future::join;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tollhouse_core::{
    Answer, Builder, Change, Content, Contents, Ctx, Json, Level, Limits, Reported, Resource,
    Server, State, prompt, resource, tool,
};

use crate::language::Book;

pub(super) fn builder(book: &Book) -> Builder {
    Server::builder("sessions")
        .limits(Limits::NONE)
        .journal(book.clone())
        .state(book.clone())
        .tool(tool("echo", "Say it again.", echo).read_only())
        .tool(tool("slow", "Wait to be released.", slow).read_only())
        .tool(tool("absent", "Hang up, then wait to be released.", absent).read_only())
        .tool(tool("colour", "Ask for a colour.", colour))
        .tool(tool("form", "Ask by any form.", form))
        .tool(tool("page", "Send to a page.", page))
        .tool(tool("two", "Ask two things at once.", two))
        .tool(tool("rounds", "Ask again and again.", rounds))
        .tool(tool("roots", "Ask for the folders.", roots))
        .tool(tool("model", "Ask the model.", model))
        .tool(tool("speak", "Log at every level.", speak).read_only())
        .tool(tool("touch", "Change everything.", touch))
        .tool(tool("pieces", "Give every kind of content.", pieces).read_only())
        .tool(tool("data", "Give data.", data).read_only())
        .tool(tool("list", "Give a list.", list).read_only())
        .tool(tool("loose", "Give a list without a schema.", loose).read_only())
        .tool(tool("region", "Look into a region.", noted).input_schema(region()))
        .tool(tool("any", "Take anything.", any).read_only())
        .resource(resource("note:hello", "Greetings", || async { "hello" }))
        .resource(resource("note:other", "Others", || async { "other" }))
        .resource(resource("note:large", "Very much", || async {
            "x".repeat(900_000)
        }))
        .prompt(prompt("greet", "Greet.", || async { "hello" }))
}

#[derive(Deserialize, JsonSchema)]
struct Text {
    text: String,
}

#[derive(Deserialize, JsonSchema)]
struct Steps {
    #[serde(default)]
    steps: u32,
}

#[derive(Deserialize, JsonSchema, Serialize)]
struct Colour {
    /// Any.
    colour: String,
}

#[derive(Deserialize, JsonSchema)]
struct Any {
    // Without a word about it, its schema is `true`.
    it: Value,
}

#[derive(Deserialize, JsonSchema)]
struct Shape {
    schema: Map<String, Value>,
}

async fn echo(said: Text, book: State<Book>) -> String {
    book.begin().finish();
    said.text
}

async fn slow(wanted: Steps, ctx: Ctx, book: State<Book>) -> &'static str {
    let running = book.begin();
    for step in 1..=wanted.steps {
        ctx.progress(f64::from(step), None, Some("on the way"));
    }
    book.until(|page| page.released).await;
    running.finish();
    "released"
}

async fn absent(wanted: Steps, ctx: Ctx, book: State<Book>) -> &'static str {
    ctx.hang_up();
    slow(wanted, ctx, book).await
}

async fn colour(ctx: Ctx, book: State<Book>) -> String {
    match ctx.elicit::<Colour>("colour", "Which colour?").await {
        Answer::Accept(Colour { colour }) => {
            book.begin().finish();
            format!("accepted {colour}")
        }
        Answer::Decline => "declined".to_owned(),
        Answer::Cancel => "put away".to_owned(),
    }
}

async fn form(shape: Shape, ctx: Ctx) -> String {
    let answer = ctx.form("form", "Fill it in.", shape.schema.into()).await;
    format!("{answer:?}")
}

async fn page(ctx: Ctx, book: State<Book>) -> String {
    let url = "https://example.com/approve";
    let answer = ctx.open_url("page", "Approve it there.", url).await;
    book.begin().finish();
    format!("{answer:?}")
}

async fn two(ctx: Ctx) -> String {
    let (first, second) = join(
        ctx.elicit::<Colour>("first", "The first colour?"),
        ctx.elicit::<Colour>("second", "The second colour?"),
    )
    .await;
    let told = |answer| match answer {
        Answer::Accept(Colour { colour }) => colour,
        _ => "none".to_owned(),
    };
    format!("{} and {}", told(first), told(second))
}

async fn rounds(wanted: Steps, ctx: Ctx) -> String {
    for step in 1..=wanted.steps {
        ctx.progress(f64::from(step), None, None);
        drop(
            ctx.elicit::<Colour>(&format!("round {step}"), "Again?")
                .await,
        );
    }
    format!("{} rounds", wanted.steps)
}

async fn roots(ctx: Ctx) -> String {
    let roots = ctx.roots("roots").await;
    roots.into_iter().map(|root| root.uri).collect()
}

async fn model(ctx: Ctx) -> String {
    ctx.sample("model", "Say a word.", 9).await
}

async fn speak(ctx: Ctx) -> &'static str {
    for level in [
        Level::Debug,
        Level::Info,
        Level::Notice,
        Level::Warning,
        Level::Error,
        Level::Critical,
        Level::Alert,
        Level::Emergency,
    ] {
        ctx.log(level, format!("{level:?}"));
    }
    "said"
}

async fn touch(ctx: Ctx) -> &'static str {
    for change in [
        Change::Tools,
        Change::Resource("note:hello".to_owned()),
        Change::Resource("note:other".to_owned()),
    ] {
        ctx.changed(&change);
    }
    "touched"
}

async fn pieces() -> Reported {
    let link = Resource {
        uri: "note:hello".to_owned(),
        name: "hello".to_owned(),
        ..Resource::default()
    };
    Reported {
        content: vec![
            Content::from("text"),
            Content::Audio {
                data: vec![4, 5].into(),
                mime_type: "audio/wav".to_owned(),
            },
            Content::Link(Box::new(link)),
            Content::Embedded(Contents::text("note:hello", "text/plain", "hello")),
        ],
        ..Reported::default()
    }
}

async fn data() -> Json<Colour> {
    let colour = "red".to_owned();
    Json(Colour { colour })
}

async fn list() -> Json<Vec<u32>> {
    Json(vec![1, 2])
}

async fn loose() -> Reported {
    Reported {
        structured: Some(json!([1, 2])),
        ..Reported::default()
    }
}

async fn any(given: Any) -> String {
    given.it.to_string()
}

async fn noted(_: Value, book: State<Book>) -> &'static str {
    book.begin().finish();
    "noted"
}

/// An argument that newer clients repeat in a header.
fn region() -> Value {
    json!({
        "type": "object",
        "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
    })
}
