//! Questions of every kind, from tools, prompts and resources, up to the answer.

use serde_json::{Value, json};
use tollhouse_core::{Answer, Ctx, Question, Server, prompt, resource, testing::TestReply, tool};

use super::Client;

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Order {
    /// How many
    #[schemars(range(min = 1, max = 9))]
    count: u8,
    colour: Option<Colour>,
    extras: Vec<Extra>,
    note: Option<String>,
}

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
enum Colour {
    /// Like blood
    Red,
    Blue,
}

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
enum Extra {
    Box,
    Bow,
}

async fn order(ctx: Ctx) -> String {
    match ctx.elicit::<Order>("order", "What shall it be?").await {
        Answer::Accept(order) => format!(
            "{} {:?} {:?} {:?}",
            order.count, order.colour, order.extras, order.note
        ),
        Answer::Decline => "declined".to_owned(),
        Answer::Cancel => "cancelled".to_owned(),
    }
}

async fn everything_at_once(ctx: Ctx) -> String {
    let (order, page, roots, text, raw) = tokio::join!(
        order(ctx.clone()),
        ctx.open_url("page", "Please sign.", "https://example.com/sign"),
        ctx.roots("roots"),
        ctx.sample("text", "What is the capital of France?", 100),
        ctx.ask("raw", Question::Sampling(sampling())),
    );
    format!("{order} {page:?} {} {text} {}", roots.len(), raw["model"])
}

/// A question to the model with all that it may have.
fn sampling() -> Value {
    json!({
        "messages": [
            {"role": "user", "content": {"type": "text", "text": "Weather?"}},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "get", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "toolUseId": "1", "content": []}]},
        ],
        "maxTokens": 100,
        "systemPrompt": "Be brief.",
        "temperature": 0.5,
        "stopSequences": ["."],
        "includeContext": "thisServer",
        "metadata": {"a": "b"},
        "modelPreferences": {"hints": [{"name": "small"}], "costPriority": 1, "speedPriority": 0},
        "tools": [{"name": "get", "inputSchema": {"type": "object"}}],
        "toolChoice": {"mode": "auto"},
    })
}

fn asking() -> Client {
    let whole = json!({"elicitation": {"form": {}, "url": {}}, "roots": {},
        "sampling": {"tools": {}, "context": {}}});
    let twice = tool(
        "twice",
        "Uses one key for two questions.",
        |ctx: Ctx| async move {
            tokio::join!(ctx.roots("same"), ctx.sample("same", "?", 1));
        },
    );
    let nested = tool(
        "nested",
        "Asks for what no form can show.",
        |ctx: Ctx| async move {
            let address = json!({"type": "object", "properties": {}});
            let schema = json!({"type": "object", "properties": {"address": address}});
            ctx.form("address", "Where?", schema).await;
        },
    );
    let server = Server::builder("asks")
        .tool(tool("order", "Asks for an order.", order))
        .tool(tool("all", "Asks for everything.", everything_at_once))
        .tool(twice)
        .tool(nested)
        .prompt(prompt("order", "Asks for an order.", order))
        .resource(resource("asks://order", "order", order));
    Client::new(server.build().unwrap()).able(whole)
}

/// The same request again, with answers and state.
async fn answer(
    client: &Client,
    method: &str,
    first: &TestReply,
    mut params: Value,
    answers: Value,
) -> TestReply {
    params["inputResponses"] = answers;
    params["requestState"] = first.result()["requestState"].clone();
    client.request(method, params).await
}

fn accepted() -> Value {
    let content = json!({"count": 2, "colour": "Red", "extras": ["Bow"]});
    json!({"action": "accept", "content": content})
}

#[tokio::test]
async fn t76_t79_tools_prompts_and_resources_ask_and_go_on() {
    let client = asking();
    for (method, params) in [
        ("tools/call", json!({"name": "order"})),
        ("prompts/get", json!({"name": "order"})),
        ("resources/read", json!({"uri": "asks://order"})),
    ] {
        let first = client.request(method, params.clone()).await;
        assert_eq!(first.result()["resultType"], "input_required");
        let answers = json!({"order": accepted()});
        let second = answer(&client, method, &first, params, answers).await;
        assert_eq!(second.result()["resultType"], "complete");
        let text = second.message.to_string();
        assert!(text.contains("2 Some(Red) [Bow] None"), "{text}");
    }
}

#[tokio::test]
async fn t60_t61_a_question_carries_no_hints_and_its_answer_is_kept_by_nobody() {
    let client = asking();
    let params = json!({"uri": "asks://order"});
    let first = client.request("resources/read", params.clone()).await;
    for hint in ["ttlMs", "cacheScope"] {
        assert_eq!(first.result().get(hint), None);
    }
    let answers = json!({"order": accepted()});
    let second = answer(&client, "resources/read", &first, params, answers).await;
    assert_eq!(second.result()["ttlMs"], 0);
    assert_eq!(second.result()["cacheScope"], "private");
}

#[tokio::test]
async fn t91_a_derived_form_is_one_that_clients_can_show() {
    let first = asking().call("order").await;
    let params = &first.result()["inputRequests"]["order"]["params"];
    assert_eq!(
        params["requestedSchema"],
        json!({
            "type": "object",
            "properties": {
                "count": {"type": "integer", "description": "How many", "minimum": 1, "maximum": 9},
                "colour": {"type": "string", "oneOf": [
                    {"const": "Blue", "title": "Blue"}, {"const": "Red", "title": "Like blood"}]},
                "extras": {"type": "array", "items": {"type": "string", "enum": ["Box", "Bow"]}},
                "note": {"type": "string"},
            },
            "required": ["count", "extras"],
        })
    );
}

#[tokio::test]
async fn t92_all_three_answers_to_a_form_are_answers() {
    let client = asking();
    let params = json!({"name": "order"});
    for (said, told) in [("decline", "declined"), ("cancel", "cancelled")] {
        let first = client.call("order").await;
        let answers = json!({"order": {"action": said}});
        let second = answer(&client, "tools/call", &first, params.clone(), answers).await;
        assert_eq!(second.text(), told);
    }
}

#[tokio::test]
async fn t93_an_answer_that_does_not_fit_its_form_is_refused() {
    let client = asking();
    let first = client.call("order").await;
    for (name, value) in [
        ("count", json!(10)),
        ("colour", json!("Green")),
        ("extras", json!(["Ribbon"])),
        ("more", json!(true)),
    ] {
        let mut wrong = accepted();
        wrong["content"][name] = value;
        let params = json!({"name": "order"});
        let answers = json!({"order": wrong});
        let second = answer(&client, "tools/call", &first, params, answers).await;
        assert_eq!(second.code(), -32602);
        assert!(second.text().contains(name), "{}", second.text());
    }
}

#[tokio::test]
async fn t77_every_kind_of_question_goes_out_and_every_answer_is_taken() {
    let client = asking();
    let first = client.call("all").await;
    let asks = first.result()["inputRequests"].as_object().unwrap();
    assert_eq!(asks.len(), 5);
    assert_eq!(asks["raw"]["params"], sampling());
    assert_eq!(asks["page"]["params"]["mode"], "url");
    let text = |text: &str| json!({"role": "assistant", "model": "m", "content": {"type": "text", "text": text}});
    let answers = json!({
        "order": accepted(),
        "page": {"action": "accept"},
        "roots": {"roots": [{"uri": "file:///home/a", "name": "A"}, {"uri": "file:///b"}]},
        "text": text("Paris"),
        "raw": text("fine"),
    });
    let params = json!({"name": "all"});
    let second = answer(&client, "tools/call", &first, params, answers).await;
    assert_eq!(
        second.text(),
        "2 Some(Red) [Bow] None Accept(()) 2 Paris \"m\""
    );
}

#[tokio::test]
async fn t83_what_is_not_answered_is_asked_again() {
    let client = asking();
    let first = client.call("all").await;
    let answers = json!({"order": accepted(), "unheard": {"action": "cancel"}});
    let params = json!({"name": "all"});
    let second = answer(&client, "tools/call", &first, params, answers).await;
    let asks = second.result()["inputRequests"].as_object().unwrap();
    assert_eq!(asks.len(), 4);
    assert!(!asks.contains_key("order"));
}

#[tokio::test]
async fn t78_only_what_the_client_can_do_is_asked() {
    for (able, missing) in [
        (json!({}), json!({"elicitation": {"form": {}}})),
        (
            json!({"elicitation": {"url": {}}}),
            json!({"elicitation": {"form": {}}}),
        ),
        (
            json!({"sampling": {}, "roots": {}}),
            json!({"elicitation": {"form": {}}}),
        ),
    ] {
        let reply = asking().able(able).call("order").await;
        assert_eq!((reply.status, reply.code()), (400, -32021));
        let data = &reply.message["error"]["data"];
        assert_eq!(data["requiredCapabilities"], missing);
    }
}

#[tokio::test]
async fn a_question_that_no_client_can_show_is_a_fault_of_the_tool() {
    let reply = asking().call("nested").await;
    assert!(reply.is_error());
    assert!(
        reply.text().starts_with("internal error (id "),
        "{}",
        reply.text()
    );
}

#[tokio::test]
async fn t77_two_questions_under_one_key_are_a_fault_of_the_tool() {
    let client = asking();
    let message = client.message("tools/call", json!({"name": "twice"}));
    let reply = client.server.send(&message.to_string()).await;
    assert!(
        reply.text().starts_with("internal error (id "),
        "{}",
        reply.message
    );
}
