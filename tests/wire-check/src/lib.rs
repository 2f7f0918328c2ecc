//! Checks what goes over the wire in tests: against the official schema of MCP 2026-07-28, and against
//! the rules that a schema cannot say.
//!
//! The official schema lets every object have further members, so a misspelt name would pass. Here
//! objects are closed, except where the protocol invites additions (`official.rs`).
//!
//! To check another method: add its row to `METHODS`.

#![expect(clippy::panic, reason = "a check in a test fails by panicking")]

use serde_json::Value;

mod official;

pub use official::fits;

/// Checks the last message that came back for a request of this method: a result or an error.
///
/// # Panics
///
/// The message is not what the protocol lets a server answer; the text names every problem.
#[track_caller]
pub fn check_reply(method: &str, message: &Value) {
    let problems = match (message.get("result"), message.get("error")) {
        (Some(result), None) => result_problems(method, message, result),
        (None, Some(error)) => error_problems(message, error),
        _ => vec!["a reply has either a result or an error".to_owned()],
    };
    complain(&format!("reply to {method}"), message, &problems);
}

/// Checks any message of a server where the request is not at hand: what it answers is told by its members.
///
/// # Panics
///
/// The message is not what the protocol lets a server send; the text names every problem.
#[track_caller]
pub fn check(message: &Value) {
    let has = |name: &str| {
        message
            .get("result")
            .is_some_and(|result| result.get(name).is_some())
    };
    let answered = TELLING.iter().find(|(member, _)| has(member));
    match answered {
        _ if message.get("method").is_some() => check_event(message),
        Some((_, method)) => check_reply(method, message),
        None => check_reply("subscriptions/listen", message),
    }
}

/// Checks a notification that a server sends: an event of a call, a change on a stream, an end.
///
/// # Panics
///
/// The message is none; the text names every problem.
#[track_caller]
pub fn check_event(message: &Value) {
    let mut problems = official::problems("ServerNotification", message);
    if message.get("id").is_some() {
        problems.push("a notification has no id".to_owned());
    }
    complain("event", message, &problems);
}

/// Checks a request that a test sends as a client, where it is meant to be a good one.
///
/// # Panics
///
/// The message is not a good request; the text names every problem.
#[track_caller]
pub fn check_request(message: &Value) {
    let name = message.get("method").and_then(Value::as_str);
    let problems = match name.and_then(method) {
        Some(method) => official::problems(method.request, message),
        None => vec!["no such method".to_owned()],
    };
    complain("request", message, &problems);
}

fn result_problems(name: &str, message: &Value, result: &Value) -> Vec<String> {
    let Some(method) = method(name) else {
        return vec![format!("the protocol has no method {name}")];
    };
    let mut problems = official::problems("JSONRPCResultResponse", message);
    match result.get("resultType").and_then(Value::as_str) {
        Some("complete") => {
            problems.extend(official::problems(method.result, result));
            let server = "/_meta/io.modelcontextprotocol~1serverInfo";
            if result.pointer(server).is_none() {
                problems.push("a result says which server gave it".to_owned());
            }
        }
        Some("input_required") => problems.extend(question_problems(method, result)),
        other => problems.push(format!("resultType is {other:?}")),
    }
    problems
}

/// What a result that asks must keep to (MCP 2026-07-28, "Multi Round-Trip Requests").
fn question_problems(method: &Method, result: &Value) -> Vec<String> {
    let mut problems = official::problems("InputRequiredResult", result);
    if !method.asks {
        problems.push("this method may not ask".to_owned());
    }
    let asks = result.get("inputRequests").and_then(Value::as_object);
    if result.get("requestState").is_none() && asks.is_none_or(|asks| asks.is_empty()) {
        problems.push("there is neither a question nor a state".to_owned());
    }
    problems
}

fn error_problems(message: &Value, error: &Value) -> Vec<String> {
    let mut problems = official::problems("JSONRPCErrorResponse", message);
    let code = error
        .get("code")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    match ERRORS.iter().find(|(known, ..)| *known == code) {
        Some((_, definition, true)) => problems.extend(official::problems(definition, message)),
        Some((_, definition, false)) => problems.extend(official::problems(definition, error)),
        // Codes of one's own lie outside what JSON-RPC and the protocol keep for themselves.
        None if (-32768..=-32000).contains(&code) => {
            problems.push(format!("the code {code} is reserved"));
        }
        None => {}
    }
    problems
}

#[track_caller]
fn complain(what: &str, message: &Value, problems: &[String]) {
    assert!(
        problems.is_empty(),
        "this {what} is not what the protocol has:\n{}\n{message:#}",
        problems.join("\n")
    );
}

/// One method and its definitions in the schema.
struct Method {
    name: &'static str,
    request: &'static str,
    result: &'static str,
    /// Whether its result may ask for input.
    asks: bool,
}

fn method(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

const METHODS: [Method; 10] = [
    plain("server/discover", "DiscoverRequest", "DiscoverResult"),
    plain("tools/list", "ListToolsRequest", "ListToolsResult"),
    plain(
        "resources/list",
        "ListResourcesRequest",
        "ListResourcesResult",
    ),
    plain(
        "resources/templates/list",
        "ListResourceTemplatesRequest",
        "ListResourceTemplatesResult",
    ),
    plain("prompts/list", "ListPromptsRequest", "ListPromptsResult"),
    plain("completion/complete", "CompleteRequest", "CompleteResult"),
    plain(
        "subscriptions/listen",
        "SubscriptionsListenRequest",
        "SubscriptionsListenResult",
    ),
    asking("tools/call", "CallToolRequest", "CallToolResult"),
    asking(
        "resources/read",
        "ReadResourceRequest",
        "ReadResourceResult",
    ),
    asking("prompts/get", "GetPromptRequest", "GetPromptResult"),
];

/// Members by which a result can be told, and one method that gives it.
const TELLING: [(&str, &str); 11] = [
    ("inputRequests", "tools/call"),
    ("requestState", "tools/call"),
    ("content", "tools/call"),
    ("supportedVersions", "server/discover"),
    ("tools", "tools/list"),
    ("resources", "resources/list"),
    ("resourceTemplates", "resources/templates/list"),
    ("prompts", "prompts/list"),
    ("contents", "resources/read"),
    ("messages", "prompts/get"),
    ("completion", "completion/complete"),
];

const fn plain(name: &'static str, request: &'static str, result: &'static str) -> Method {
    Method {
        name,
        request,
        result,
        asks: false,
    }
}

const fn asking(name: &'static str, request: &'static str, result: &'static str) -> Method {
    Method {
        asks: true,
        ..plain(name, request, result)
    }
}

/// Each code with its definition, and whether that is of the whole message or of `error` alone.
const ERRORS: [(i64, &str, bool); 8] = [
    (-32700, "ParseError", false),
    (-32600, "InvalidRequestError", false),
    (-32601, "MethodNotFoundError", false),
    (-32602, "InvalidParamsError", false),
    (-32603, "InternalError", false),
    (-32020, "HeaderMismatchError", true),
    (-32021, "MissingRequiredClientCapabilityError", true),
    (-32022, "UnsupportedProtocolVersionError", true),
];

#[cfg(test)]
mod tests;
