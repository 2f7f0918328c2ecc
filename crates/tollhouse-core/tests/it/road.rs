//! The road of a call, from outside: what is found, refused, run, asked and recorded.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tollhouse_core::{
    Answer, Builder, Capability, Ctx, Ending, Fault, Frame, Journal, Json, Offers, Output, Permit,
    Received, Record, Refusal, Reported, Server, Source, State, Tool, fail, testing::TestServer,
    tool,
};

/// A journal that can be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records(Arc<Mutex<Vec<Record>>>);

impl Journal for Records {
    fn write(&self, record: Record) {
        self.0.lock().unwrap().push(record);
    }
}

impl Records {
    pub(crate) fn last(&self) -> Record {
        self.0.lock().unwrap().last().unwrap().clone()
    }

    /// What the records call their calls.
    pub(crate) fn calls(&self) -> Vec<Arc<str>> {
        let records = self.0.lock().unwrap();
        records.iter().map(|record| record.call.clone()).collect()
    }

    pub(crate) fn endings(&self) -> Vec<Ending> {
        self.0
            .lock()
            .unwrap()
            .iter()
            .map(|record| record.ending.clone())
            .collect()
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Find {
    /// Order id, e.g. ord_abc123
    order_id: String,
    /// At most this many lines
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
}

fn orders() -> (Builder, Records) {
    let records = Records::default();
    let get = tool(
        "get_order",
        "Get one order by its exact id.",
        |find: Find| async move {
            match find.order_id.as_str() {
                "ord_abc123" => Ok(format!("shipped, {} lines", find.limit.unwrap_or(10))),
                other => Err(fail(format!(
                    "No order {other}. Use search_orders to find the right id."
                ))),
            }
        },
    );
    let crash = tool("crash", "Crashes.", || async {
        let digits = "none".to_owned();
        digits.parse::<u8>().unwrap().to_string()
    });
    let leak = tool("leak", "Fails inside.", || async {
        Err::<String, Fault>(std::io::Error::other("password=hunter2").into())
    });
    let slow = tool("slow", "Never ends.", || async {
        std::future::pending::<()>().await;
    });
    let secret = tool("secret", "For the few.", || async { "xyzzy" });
    let builder = Server::builder("orders")
        .tool(get.read_only())
        .tool(crash)
        .tool(leak)
        .tool(slow.deadline(Duration::from_secs(5)))
        .tool(secret.scope("secrets:read"))
        .journal(records.clone());
    (builder, records)
}

fn server() -> (TestServer, Records) {
    let (builder, records) = orders();
    (crate::client(builder.build().unwrap()), records)
}

#[tokio::test]
async fn a_call_runs_and_is_recorded() {
    let (server, records) = server();
    let reply = server
        .call("get_order", json!({"order_id": "ord_abc123"}))
        .await;
    assert_eq!(reply.text(), "shipped, 10 lines");
    assert_eq!((reply.status, reply.is_error()), (200, false));
    assert_eq!(records.endings(), [Ending::Done]);
}

#[tokio::test]
async fn t14_a_failure_is_for_the_model_to_read() {
    let (server, records) = server();
    let reply = server.call("get_order", json!({"order_id": "ord_1"})).await;
    assert!(reply.is_error());
    assert_eq!(
        reply.text(),
        "No order ord_1. Use search_orders to find the right id."
    );
    assert_eq!(records.endings(), [Ending::Failed]);
}

#[tokio::test]
async fn case_58_bad_arguments_name_every_problem_and_nothing_runs() {
    let (server, records) = server();
    let reply = server
        .call("get_order", json!({"orderid": "x", "limit": 500}))
        .await;
    assert!(reply.is_error());
    let text = reply.text();
    for told in [
        "`order_id` is missing",
        "`orderid` is not known; nearest: \"order_id\"",
        "`limit`: expected at most 50, got 500",
    ] {
        assert!(text.contains(told), "{text}");
    }
    assert!(matches!(
        records.endings()[..],
        [Ending::Refused(Refusal::BadArguments(_))]
    ));
}

#[tokio::test]
async fn t13_an_unknown_tool_is_an_error_of_the_protocol() {
    let (server, records) = server();
    let reply = server.call("nope", json!({})).await;
    assert_eq!((reply.status, reply.code()), (200, -32602));
    assert_eq!(
        records.endings(),
        [Ending::Refused(Refusal::UnknownTool("nope".into()))]
    );
}

#[tokio::test]
async fn who_lacks_the_scope_is_told_which_and_does_not_see_the_tool() {
    let (server, records) = server();
    let reply = server.call("secret", json!({})).await;
    assert_eq!((reply.status, reply.code()), (403, 403));
    assert!(reply.text().contains("secrets:read"));
    assert_eq!(
        records.endings(),
        [Ending::Refused(Refusal::Forbidden(vec![
            "secrets:read".into()
        ]))]
    );
    let listed = |reply: &Value| {
        reply["tools"]
            .as_array()
            .unwrap()
            .iter()
            .any(|tool| tool["name"] == "secret")
    };
    let list = server.request("tools/list", json!({})).await;
    assert!(!listed(list.result()));
    assert_eq!(list.result()["cacheScope"], "private");

    let ana = server.as_user("ana").scopes(["secrets:read"]);
    assert_eq!(ana.call("secret", json!({})).await.text(), "xyzzy");
    assert!(listed(ana.request("tools/list", json!({})).await.result()));
}

#[tokio::test]
async fn what_goes_wrong_inside_stays_inside() {
    let (server, records) = server();
    for name in ["crash", "leak"] {
        let reply = server.call(name, json!({})).await;
        assert!(reply.is_error());
        assert!(
            reply.text().starts_with("internal error (id "),
            "{}",
            reply.text()
        );
        assert!(!reply.message.to_string().contains("hunter2"));
    }
    assert!(matches!(
        records.endings()[..],
        [
            Ending::Refused(Refusal::Internal(_)),
            Ending::Refused(Refusal::Internal(_))
        ]
    ));
}

#[tokio::test(start_paused = true)]
async fn a_slow_tool_is_stopped_at_its_deadline() {
    let (server, records) = server();
    let reply = server.call("slow", json!({})).await;
    assert!(reply.is_error());
    assert!(reply.text().contains("too long"), "{}", reply.text());
    assert_eq!(records.endings(), [Ending::Refused(Refusal::TimedOut)]);
}

fn call(tool: &str) -> String {
    json!({"jsonrpc": "2.0", "id": "x", "method": "tools/call", "params": {"name": tool, "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}}}})
    .to_string()
}

#[tokio::test]
async fn a_caller_who_leaves_is_still_in_the_journal() {
    let (builder, records) = orders();
    let server = builder.build().unwrap();
    let client = crate::client(server.clone());
    let Received::Exchange(mut exchange) = client.open(&call("slow")) else {
        panic!("a request is an exchange");
    };
    assert!(futures_util::poll!(Box::pin(exchange.next())).is_pending());
    drop(exchange);
    server.drain().await;
    assert_eq!(records.endings(), [Ending::Refused(Refusal::Cancelled)]);
}

#[tokio::test]
async fn e80_after_a_cancellation_nothing_more_is_said() {
    let (server, records) = server();
    let Received::Exchange(mut exchange) = server.open(&call("slow")) else {
        panic!("a request is an exchange");
    };
    assert!(futures_util::poll!(Box::pin(exchange.next())).is_pending());
    exchange.cancellers()[0].1.cancel();
    assert!(exchange.next().await.is_none());
    assert_eq!(records.endings(), [Ending::Refused(Refusal::Cancelled)]);
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Name {
    name: String,
}

/// Asks for a name, then for a colour, then counts that it was allowed to go on.
fn asking(runs: Arc<AtomicUsize>) -> Builder {
    let greet = tool(
        "greet",
        "Greets.",
        |runs: State<Arc<AtomicUsize>>, ctx: Ctx| async move {
            let Answer::Accept(name) = ctx.elicit::<Name>("name", "What is your name?").await
            else {
                return "Then not.".to_owned();
            };
            let Answer::Accept(colour) = ctx.elicit::<Name>("colour", "Which colour?").await else {
                return "No colour.".to_owned();
            };
            ctx.effect();
            runs.fetch_add(1, Ordering::Relaxed);
            format!("{} likes {}", name.name, colour.name)
        },
    );
    let late = tool("late", "Asks too late.", |ctx: Ctx| async move {
        ctx.effect();
        ctx.elicit::<Name>("name", "Who?").await;
    });
    let both = tool("both", "Asks two things at once.", |ctx: Ctx| async move {
        let (name, roots) = tokio::join!(ctx.elicit::<Name>("name", "Who?"), ctx.roots("roots"));
        format!("{} {}", matches!(name, Answer::Accept(_)), roots.len())
    });
    let count = tool(
        "count",
        "Counts its runs.",
        async |runs: State<Arc<AtomicUsize>>| {
            runs.fetch_add(1, Ordering::Relaxed);
        },
    );
    let needs = tool("needs", "Needs sampling.", || async { "never" });
    Server::builder("asks")
        .state(runs)
        .tool(greet)
        .tool(late)
        .tool(both)
        .tool(count)
        .tool(needs.needs(Capability::Sampling))
}

fn asked() -> (TestServer, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let server = asking(runs.clone()).key([7; 32]).build().unwrap();
    let client = crate::client(server).able(json!({"elicitation": {}, "roots": {}}));
    (client, runs)
}

fn accept(name: &str) -> Value {
    json!({"action": "accept", "content": {"name": name}})
}

#[tokio::test]
async fn t79_answers_of_earlier_rounds_ride_in_the_state() {
    let (client, runs) = asked();
    let client = client
        .answering("name", accept("Ada"))
        .answering("colour", accept("blue"));
    assert_eq!(
        client.call("greet", json!({})).await.text(),
        "Ada likes blue"
    );
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn t86_a_decline_is_an_answer() {
    let (client, runs) = asked();
    let client = client.answering("name", json!({"action": "decline"}));
    assert_eq!(client.call("greet", json!({})).await.text(), "Then not.");
    assert_eq!(runs.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn questions_that_are_joined_go_out_together() {
    let (client, _) = asked();
    let first = client.call("both", json!({})).await;
    let asks = first.result()["inputRequests"].as_object().unwrap();
    assert_eq!(asks.keys().collect::<Vec<_>>(), ["name", "roots"]);
    let client = client
        .answering("name", accept("Ada"))
        .answering("roots", json!({"roots": [{"uri": "file:///a"}]}));
    assert_eq!(client.call("both", json!({})).await.text(), "true 1");
}

#[tokio::test]
async fn t78_what_the_client_cannot_is_not_asked() {
    let (client, _) = asked();
    let unable = client.able(json!({"sampling": {}}));
    let reply = unable.call("greet", json!({})).await;
    assert_eq!((reply.status, reply.code()), (400, -32021));
    assert_eq!(
        reply.message["error"]["data"],
        json!({"requiredCapabilities": {"elicitation": {"form": {}}}})
    );
    let unable = unable.able(json!({}));
    let reply = unable.call("needs", json!({})).await;
    assert_eq!(
        reply.message["error"]["data"],
        json!({"requiredCapabilities": {"sampling": {}}})
    );
}

#[tokio::test]
async fn t83_a_malformed_answer_is_an_error_and_an_unknown_one_is_ignored() {
    let (client, _) = asked();
    for bad in [
        json!(12345),
        json!({"action": "yes"}),
        json!({"action": "accept", "content": {"name": 5}}),
    ] {
        let reply = client
            .request(
                "tools/call",
                json!({"name": "greet", "inputResponses": {"name": bad}}),
            )
            .await;
        assert_eq!(reply.code(), -32602, "{bad}");
    }
    let unknown = json!({"name": "greet", "inputResponses": {"other": accept("x")}});
    let reply = client.request("tools/call", unknown).await;
    assert_eq!(reply.result()["resultType"], "input_required");
}

/// A source with one tool.
#[derive(Debug)]
struct Other;

impl Source for Other {
    fn offers(&self) -> Offers {
        Offers {
            tools: vec![Tool::new(
                "other",
                "Another tool.",
                json!({"type": "object"}),
            )],
            ..Offers::default()
        }
    }

    fn call<'a>(&'a self, _: &'a Permit<'a>, _: &'a Ctx) -> BoxFuture<'a, Result<Output, Fault>> {
        Box::pin(async { Ok(Output::Tool(Reported::text("another source"))) })
    }
}

#[tokio::test]
async fn a_caller_who_leaves_before_the_work_begins_has_nothing_done() {
    let (client, runs) = asked();
    let count = call("count");
    let Received::Exchange(exchange) = client.open(&count) else {
        panic!("a request is an exchange");
    };
    drop(exchange);
    client.call("count", json!({})).await;
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t68_progress_grows_also_when_threads_tell_it() {
    let race = tool("race", "Steps on two threads.", async |ctx: Ctx| {
        let step =
            |ctx: Ctx| move || (1..=20).for_each(|step| ctx.progress(f64::from(step), None, None));
        let threads = [
            std::thread::spawn(step(ctx.clone())),
            std::thread::spawn(step(ctx)),
        ];
        for thread in threads {
            thread.join().unwrap();
        }
    });
    let client = crate::client(Server::builder("races").tool(race).build().unwrap());
    for _ in 0..200 {
        let events = client
            .clone()
            .with_meta("progressToken", json!(1))
            .call("race", json!({}))
            .await
            .events;
        let steps = events
            .iter()
            .map(|event| event["params"]["progress"].as_f64().unwrap());
        assert!(steps.is_sorted_by(|a, b| a < b));
    }
}

#[test]
fn t43_the_end_of_one_edge_leaves_the_streams_of_another() {
    let server = asking(Arc::default()).build().unwrap();
    let (one, other) = (server.edge(), server.edge());
    one.closing().cancel();
    assert!(!other.closing().is_cancelled() && !server.closing().is_cancelled());
    server.closing().cancel();
    assert!(other.closing().is_cancelled());
}

/// The state that a first round gave.
async fn state(client: &TestServer, tool: &str, arguments: Value) -> Value {
    let reply = client
        .request("tools/call", json!({"name": tool, "arguments": arguments}))
        .await;
    reply.result()["requestState"].clone()
}

#[tokio::test]
async fn t80_t81_a_state_serves_only_its_own_call_and_caller() {
    let (client, _) = asked();
    let state = state(&client, "greet", json!({})).await;
    let with = |name: &str, state: &Value| json!({"name": name, "arguments": {}, "requestState": state, "inputResponses": {"name": accept("Ada")}});
    let mut tampered = state.as_str().unwrap().to_owned();
    tampered.push_str("-TAMPERED");
    for (who, params) in [
        (&client, with("both", &state)),
        (&client, with("greet", &json!(tampered))),
        (&client.clone().as_user("eve"), with("greet", &state)),
    ] {
        let reply = who.request("tools/call", params).await;
        assert_eq!((reply.status, reply.code()), (200, -32602));
    }
    let good = client.request("tools/call", with("greet", &state)).await;
    assert_eq!(good.result()["resultType"], "input_required");
    assert_ne!(good.result()["requestState"], state);
}

#[tokio::test]
async fn asking_after_the_effect_is_a_fault_of_the_tool() {
    let (client, _) = asked();
    let reply = client.call("late", json!({})).await;
    assert!(
        reply.text().starts_with("internal error (id "),
        "{}",
        reply.text()
    );
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Sum {
    sum: i64,
}

#[tokio::test]
async fn t11_t12_structured_results_are_listed_sent_and_said_as_text() {
    let sum = tool("sum", "One and one.", || async { Json(Sum { sum: 2 }) });
    let client = crate::client(Server::builder("sums").tool(sum).build().unwrap());
    let reply = client.call("sum", json!({})).await;
    assert_eq!(reply.result()["structuredContent"], json!({"sum": 2}));
    assert_eq!(reply.text(), r#"{"sum":2}"#);
    let list = client.request("tools/list", json!({})).await;
    assert_eq!(
        list.result()["tools"][0]["outputSchema"]["properties"]["sum"]["type"],
        "integer"
    );
}

#[tokio::test]
async fn t68_progress_grows_and_is_sent_only_to_those_who_ask() {
    let step = tool("step", "Steps.", |ctx: Ctx| async move {
        for step in [0.0, 50.0, 50.0, 20.0, f64::NAN, 100.0] {
            ctx.progress(step, Some(100.0), None);
        }
    });
    let client = crate::client(Server::builder("steps").tool(step).build().unwrap());
    assert!(client.call("step", json!({})).await.events.is_empty());
    let events = client
        .with_meta("progressToken", json!(0))
        .call("step", json!({}))
        .await
        .events;
    let steps: Vec<_> = events
        .iter()
        .map(|event| event["params"]["progress"].clone())
        .collect();
    assert_eq!(steps, [json!(0), json!(50), json!(100)]);
    assert!(
        events
            .iter()
            .all(|event| event["params"]["progressToken"] == json!(0))
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_catalogue_is_told_at_once() {
    let twice = || tool("twice", "Twice.", || async {});
    let nameless = tool("no name!", "Bad name.", || async {});
    let silent = tool("silent", " ", || async {});
    let error = Server::builder("bad")
        .tool(twice())
        .tool(twice())
        .tool(nameless)
        .tool(silent)
        .build()
        .unwrap_err();
    let text = error.to_string();
    for told in [
        "two tools are called `twice`",
        "`no name!`",
        "`silent` has no description",
    ] {
        assert!(text.contains(told), "{text}");
    }
    let wants = tool("wants", "Wants a state.", |_: State<u8>| async {});
    let error = Server::builder("bad").tool(wants).build().unwrap_err();
    assert!(error.to_string().contains("State<u8>"), "{error}");
}

#[tokio::test]
async fn a_swap_is_told_and_calls_under_way_end_on_what_they_began_with() {
    let (builder, _) = orders();
    let server = builder.build().unwrap();
    let client = crate::client(server.clone());
    let listen = json!({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {
        "notifications": {"toolsListChanged": true},
        "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {}}}});
    let Received::Exchange(mut stream) = client.open(&listen.to_string()) else {
        panic!("a request is an exchange");
    };
    assert!(matches!(stream.next().await, Some(Frame::Event(_))));
    server.swap(&[Arc::new(Other)]).unwrap();
    let Some(Frame::Event(told)) = stream.next().await else {
        panic!("a change is told");
    };
    assert!(
        std::str::from_utf8(&told)
            .unwrap()
            .contains("notifications/tools/list_changed")
    );
    assert_eq!(
        client.call("other", json!({})).await.text(),
        "another source"
    );
    let order = client
        .call("get_order", json!({"order_id": "ord_abc123"}))
        .await;
    assert_eq!(order.text(), "shipped, 10 lines");
}
