//! Functions as tools: what is listed, what is injected, how they run and how they fail.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread::ThreadId,
};

use serde_json::{Value, json};
use tollhouse::{Answer, Ctx, Fault, Icon, Json, Principal, Server, State, fail, tool};

use crate::client;

#[derive(Default)]
struct Orders {
    looked: AtomicUsize,
}

/// Look up one order by its exact id.
///
/// Use search_orders when you only have an e-mail.
#[tool(
    title = "One order",
    scope = "orders:read",
    deadline = "5s",
    read_only,
    idempotent,
    open_world
)]
async fn get_order(
    orders: State<Orders>,
    /// Order id, e.g. ord_abc123
    id: String,
) -> Result<String, Fault> {
    orders.looked.fetch_add(1, Ordering::Relaxed);
    match id.as_str() {
        "ord_abc123" => Ok("shipped".to_owned()),
        "ord_broken" => Err(std::io::Error::other("password=hunter2").into()),
        other => Err(fail(format!("No order {other}."))),
    }
}

async fn listed(server: tollhouse::Builder) -> Value {
    let list = client(server).as_user("ana").scopes(["orders:read"]);
    let list = list.request("tools/list", json!({})).await;
    list.result().pointer("/tools/0").unwrap().clone()
}

#[tokio::test]
async fn what_was_said_is_listed() {
    let server = Server::builder("orders").state(Orders::default());
    let tool = listed(server.tool(get_order::tool())).await;
    let expected = json!({
        "name": "get_order",
        "title": "One order",
        "description": "Look up one order by its exact id.\n\nUse search_orders when you only have an e-mail.",
        "inputSchema": {
            "type": "object",
            "properties": {"id": {"type": "string", "description": "Order id, e.g. ord_abc123"}},
            "required": ["id"],
            "additionalProperties": false,
        },
        "annotations": {
            "readOnlyHint": true,
            "openWorldHint": true,
        },
    });
    assert_eq!(tool, expected);
}

#[tokio::test]
async fn the_function_is_still_a_function() {
    let orders = State(std::sync::Arc::new(Orders::default()));
    let told = get_order(orders.clone(), "ord_abc123".to_owned()).await;
    assert_eq!(told.unwrap(), "shipped");
    assert_eq!(orders.looked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_call_reaches_the_function_and_its_state() {
    let server = Server::builder("orders").state(Orders::default());
    let server = client(server.tool(get_order::tool()));
    let ana = server.clone().as_user("ana").scopes(["orders:read"]);
    let call = async |id: &str| ana.call("get_order", json!({"id": id})).await;
    assert_eq!(call("ord_abc123").await.text(), "shipped");
    let unknown = call("ord_1").await;
    assert!(unknown.is_error());
    assert_eq!(unknown.text(), "No order ord_1.");
    let broken = call("ord_broken").await.text();
    assert!(broken.starts_with("internal error (id "), "{broken}");
    let forbidden = server.call("get_order", json!({"id": "ord_abc123"})).await;
    assert_eq!(forbidden.status, 403);
}

#[test]
fn a_state_that_nobody_gave_is_told_when_the_server_is_built() {
    let error = Server::builder("orders").tool(get_order::tool()).build();
    let error = error.unwrap_err().to_string();
    assert!(error.contains("Orders> is wanted by a handler"), "{error}");
}

/// Opens the vault.
#[tool(scope = "vault", roles = ["keeper", "guard"], clients = ["claude.ai"], known)]
async fn open_vault() -> &'static str {
    "open"
}

#[tokio::test]
async fn what_was_said_of_callers_is_asked_of_them() {
    let server = client(Server::builder("vaults").tool(open_vault::tool()));
    let guard = server
        .clone()
        .as_user("ana")
        .roles(["guard"])
        .by_client("https://claude.ai/c");
    let reply = guard.call("open_vault", json!({})).await;
    assert_eq!((reply.status, reply.code()), (403, 403));
    let reply = guard
        .clone()
        .scopes(["vault"])
        .call("open_vault", json!({}))
        .await;
    assert_eq!(reply.text(), "open");
    for other in [
        server.clone(),
        server
            .clone()
            .as_user("ana")
            .scopes(["vault"])
            .roles(["keeper"]),
        guard.scopes(["vault"]).by_client("https://other.example/c"),
    ] {
        let reply = other.call("open_vault", json!({})).await;
        assert_eq!(reply.text(), "Unknown tool: open_vault");
    }
}

type Caller = Principal;
mod surroundings {
    //! Another name for what comes with a call.
    pub(super) use tollhouse::Ctx as Surroundings;
}

/// Says who calls.
#[tool(name = "who-am-i")]
async fn who(caller: Caller, ctx: surroundings::Surroundings) -> Vec<tollhouse::Content> {
    assert_eq!(caller, *ctx.principal());
    vec![caller.subject().into()]
}

#[tokio::test]
async fn what_comes_with_a_call_is_known_under_any_name() {
    let server = client(Server::builder("names").tool(who::tool())).as_user("ana");
    assert_eq!(server.call("who-am-i", json!({})).await.text(), "ana");
    let extra = server.call("who-am-i", json!({"caller": "bob"})).await;
    assert!(extra.is_error());
}

/// Adds two whole numbers.
#[tool]
async fn add(
    /// One
    a: i64,
    /// The other
    b: i64,
) -> i64 {
    a + b
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Quotient {
    whole: i64,
    rest: i64,
}

/// Divides.
#[tool]
async fn divide(
    /// What is divided
    a: i64,
    /// By what
    b: i64,
) -> Result<Json<Quotient>, Fault> {
    let whole = a
        .checked_div(b)
        .ok_or_else(|| fail("Nothing is divided by 0."))?;
    let rest = a - whole * b;
    Ok(Json(Quotient { whole, rest }))
}

#[tokio::test]
async fn data_comes_with_its_schema() {
    let sum = listed(Server::builder("sums").tool(add::tool())).await;
    let integer = json!({"type": "integer", "format": "int64"});
    assert_eq!(
        sum.get("outputSchema").unwrap().get("type"),
        integer.get("type")
    );
    let server = client(
        Server::builder("sums")
            .tool(add::tool())
            .tool(divide::tool()),
    );
    let reply = server.call("add", json!({"a": 2, "b": 3})).await;
    assert_eq!(reply.result().get("structuredContent"), Some(&json!(5)));
    let reply = server.call("divide", json!({"a": 7, "b": 3})).await;
    let expected = json!({"whole": 2, "rest": 1});
    assert_eq!(reply.result().get("structuredContent"), Some(&expected));
    assert!(
        server
            .call("divide", json!({"a": 7, "b": 0}))
            .await
            .is_error()
    );
}

/// Where the test itself runs.
struct Home(ThreadId);

/// Blocks for as long as it likes.
#[tool]
fn count(
    home: State<Home>,
    ctx: Ctx,
    /// How far
    to: u32,
) -> Result<String, Fault> {
    for step in 0..to {
        ctx.progress(f64::from(step), Some(f64::from(to)), None);
    }
    assert_ne!(to, 13, "bad luck");
    let away = std::thread::current().id() != home.0.0;
    Ok(format!("{to}, elsewhere: {away}"))
}

#[tokio::test]
async fn a_plain_function_runs_on_a_thread_of_its_own() {
    let home = Home(std::thread::current().id());
    let server = client(Server::builder("counts").state(home).tool(count::tool()));
    let server = server.with_meta("progressToken", json!("t"));
    let reply = server.call("count", json!({"to": 3})).await;
    assert_eq!(reply.text(), "3, elsewhere: true");
    assert_eq!(reply.events.len(), 3);
    let panicked = server.call("count", json!({"to": 13})).await;
    assert!(panicked.text().starts_with("internal error (id "));
}

/// Deletes everything.
#[tool(destructive)]
async fn delete_all(ctx: Ctx) -> &'static str {
    /// What is asked.
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Sure {
        sure: bool,
    }
    match ctx.elicit::<Sure>("sure", "Delete everything?").await {
        Answer::Accept(Sure { sure: true }) => "Deleted.",
        _ => "Kept.",
    }
}

#[tokio::test]
async fn a_function_asks_its_user() {
    let server = client(Server::builder("files").tool(delete_all::tool()));
    // The road asks too, before the function does.
    let server = server.confirming();
    let sure = json!({"action": "accept", "content": {"sure": true}});
    let yes = server.clone().answering("sure", sure);
    assert_eq!(yes.call("delete_all", json!({})).await.text(), "Deleted.");
    let no = server.answering("sure", json!({"action": "decline"}));
    assert_eq!(no.call("delete_all", json!({})).await.text(), "Kept.");
}

#[tokio::test]
async fn what_has_no_word_is_said_to_the_builder() {
    /// Draws.
    #[tool]
    async fn draw() {}

    let icon = Icon::new("data:image/png;base64,AAAA");
    let meta = json!({"example.com/colour": "red"}).as_object().cloned();
    let draw = draw::tool().icon(icon).meta(meta.unwrap());
    let tool = listed(Server::builder("pictures").tool(draw)).await;
    assert_eq!(
        tool.pointer("/icons/0/src").unwrap(),
        "data:image/png;base64,AAAA"
    );
    assert_eq!(tool.pointer("/_meta/example.com~1colour").unwrap(), "red");
}

#[tokio::test]
async fn a_deadline_ends_a_call() {
    /// Takes its time.
    #[tool(deadline = "1ms")]
    async fn dawdle() {
        std::future::pending().await
    }

    let server = client(Server::builder("slow").tool(dawdle::tool()));
    let reply = server.call("dawdle", json!({})).await;
    assert!(reply.text().contains("too long"), "{}", reply.text());
}

mod elsewhere {
    //! Functions that are used from outside of their module.

    use tollhouse::{AsTool, IntoOutput, tool};

    /// Waves.
    #[tool]
    pub(super) async fn wave() -> impl IntoOutput<AsTool> {
        "A wave."
    }

    /// There is none.
    #[tool]
    #[cfg(any())]
    pub(super) async fn none() -> NoSuchType {}
}

#[tokio::test]
async fn one_name_brings_the_function_and_its_tool() {
    use elsewhere::wave;

    drop(wave().await);
    let server = client(Server::builder("sea").tool(wave::tool()));
    assert_eq!(server.call("wave", json!({})).await.text(), "A wave.");
}
