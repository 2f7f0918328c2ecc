//! The methods of every revision: who sends them, and the definitions of request and result.

use serde_json::Value;

use crate::Revision;

/// One of the two that talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

/// One method and its definitions in the schema.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: &'static str,
    senders: &'static [Side],
    pub(crate) request: &'static str,
    pub(crate) result: &'static str,
    /// Whether its result may ask for input (from 2026-07-28 on).
    pub(crate) asks: bool,
    since: Revision,
    until: Revision,
}

/// The method of this name that this side may send.
pub(crate) fn method(revision: Revision, sender: Side, name: &str) -> Option<&'static Method> {
    let exists =
        |method: &&Method| method.name == name && (method.since..=method.until).contains(&revision);
    let sends = |method: &&Method| method.senders.contains(&sender);
    METHODS.iter().filter(exists).find(sends)
}

/// A method of this sender that could have given this result: told by a member that no other result has.
pub(crate) fn telling(revision: Revision, sender: Side, result: &Value) -> Option<&'static Method> {
    let has = |(member, _): &&(&str, &str)| result.get(*member).is_some();
    let mut told = TELLING.iter().filter(has);
    told.find_map(|(_, name)| method(revision, sender, name))
}

impl Method {
    const fn since(self, since: Revision) -> Self {
        Self { since, ..self }
    }

    const fn until(self, until: Revision) -> Self {
        Self { until, ..self }
    }

    const fn by(self, senders: &'static [Side]) -> Self {
        Self { senders, ..self }
    }

    const fn asking(self) -> Self {
        Self { asks: true, ..self }
    }
}

const fn row(name: &'static str, request: &'static str, result: &'static str) -> Method {
    Method {
        name,
        senders: &[Side::Client],
        request,
        result,
        asks: false,
        since: Revision::R2024_11_05,
        until: Revision::R2026_07_28,
    }
}

/// A method of the revisions with a handshake.
const fn old(name: &'static str, request: &'static str, result: &'static str) -> Method {
    row(name, request, result).until(Revision::R2025_11_25)
}

/// A method of 2025-11-25 alone, for both sides.
const fn task(name: &'static str, request: &'static str, result: &'static str) -> Method {
    old(name, request, result)
        .since(Revision::R2025_11_25)
        .by(BOTH)
}

const BOTH: &[Side] = &[Side::Client, Side::Server];
const SERVER: &[Side] = &[Side::Server];

const METHODS: [Method; 22] = [
    row("tools/list", "ListToolsRequest", "ListToolsResult"),
    row(
        "resources/list",
        "ListResourcesRequest",
        "ListResourcesResult",
    ),
    row(
        "resources/templates/list",
        "ListResourceTemplatesRequest",
        "ListResourceTemplatesResult",
    ),
    row("prompts/list", "ListPromptsRequest", "ListPromptsResult"),
    row("completion/complete", "CompleteRequest", "CompleteResult"),
    row("tools/call", "CallToolRequest", "CallToolResult").asking(),
    row(
        "resources/read",
        "ReadResourceRequest",
        "ReadResourceResult",
    )
    .asking(),
    row("prompts/get", "GetPromptRequest", "GetPromptResult").asking(),
    row("server/discover", "DiscoverRequest", "DiscoverResult").since(Revision::R2026_07_28),
    row(
        "subscriptions/listen",
        "SubscriptionsListenRequest",
        "SubscriptionsListenResult",
    )
    .since(Revision::R2026_07_28),
    old("initialize", "InitializeRequest", "InitializeResult"),
    old("ping", "PingRequest", "EmptyResult").by(BOTH),
    old("logging/setLevel", "SetLevelRequest", "EmptyResult"),
    old("resources/subscribe", "SubscribeRequest", "EmptyResult"),
    old("resources/unsubscribe", "UnsubscribeRequest", "EmptyResult"),
    old(
        "sampling/createMessage",
        "CreateMessageRequest",
        "CreateMessageResult",
    )
    .by(SERVER),
    old("roots/list", "ListRootsRequest", "ListRootsResult").by(SERVER),
    old("elicitation/create", "ElicitRequest", "ElicitResult")
        .by(SERVER)
        .since(Revision::R2025_06_18),
    task("tasks/get", "GetTaskRequest", "GetTaskResult"),
    task(
        "tasks/result",
        "GetTaskPayloadRequest",
        "GetTaskPayloadResult",
    ),
    task("tasks/list", "ListTasksRequest", "ListTasksResult"),
    task("tasks/cancel", "CancelTaskRequest", "CancelTaskResult"),
];

/// Members by which a result can be told, and one method that gives it.
const TELLING: [(&str, &str); 17] = [
    ("inputRequests", "tools/call"),
    ("requestState", "tools/call"),
    // Before `content`: an answer of a model and one of a person have that too.
    ("model", "sampling/createMessage"),
    ("action", "elicitation/create"),
    ("roots", "roots/list"),
    ("content", "tools/call"),
    ("supportedVersions", "server/discover"),
    ("protocolVersion", "initialize"),
    ("tools", "tools/list"),
    ("resources", "resources/list"),
    ("resourceTemplates", "resources/templates/list"),
    ("prompts", "prompts/list"),
    ("contents", "resources/read"),
    ("messages", "prompts/get"),
    ("completion", "completion/complete"),
    ("tasks", "tasks/list"),
    ("task", "tools/call"),
];
