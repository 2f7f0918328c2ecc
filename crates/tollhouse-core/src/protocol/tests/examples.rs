//! Every official example: what clients send goes through our decoder and back, what servers send is read
//! into our words and goes through our encoder. Both must come out with the meaning that they had.
//!
//! To cover a new kind of example: add its directory to [`KINDS`] with a function that gives back what we
//! make of one example.

use std::{fs, path::Path};

use bytes::Bytes;
use serde_json::{Value, json};
use tollhouse_wire_check::fits;

use super::{
    allowed::{forgive, forgive_without, places},
    asks, errors, listings, notices, requests, results,
};
use crate::protocol::Id;
use Make::{Params, Part, Request, Response, Result};

#[test]
fn e27_every_official_example_keeps_its_meaning() {
    let mut problems = Vec::new();
    let mut kinds = directories();
    for (kind, files) in &kinds {
        let Some((_, make)) = KINDS.iter().find(|(known, _)| known == kind) else {
            problems.push(format!(
                "{kind}: nobody knows what to do with these examples"
            ));
            continue;
        };
        assert!(!files.is_empty(), "{kind} is empty");
        for (file, example) in files {
            let difference = difference(kind, example, &make.of(example));
            problems.extend(difference.map(|told| format!("{kind}/{file}: {told}")));
        }
    }
    kinds.retain(|(kind, _)| KINDS.iter().any(|(known, _)| known == kind));
    assert_eq!(kinds.len(), KINDS.len(), "a kind has no examples any more");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn each_allowance_is_needed_by_some_example() {
    let kinds = directories();
    for row in places() {
        let is_needed = KINDS.iter().any(|(kind, make)| {
            let files = kinds.iter().filter(|(name, _)| name == kind);
            files.flat_map(|(_, files)| files).any(|(_, example)| {
                let strict = |value| forgive_without(Some(row), kind, value);
                strict(example) != strict(&make.of(example))
            })
        });
        assert!(is_needed, "row {row} of the allowances can go");
    }
}

/// What our version of an example says differently, or how one of the two breaks the schema.
fn difference(kind: &str, example: &Value, ours: &Value) -> Option<String> {
    for value in [example, ours] {
        let problems = fits(kind, value);
        if !problems.is_empty() {
            return Some(format!("{}\n{value:#}", problems.join("\n")));
        }
    }
    let (example, ours) = (forgive(kind, example), forgive(kind, ours));
    (example != ours).then(|| format!("official {example:#}\nours {ours:#}"))
}

/// The kinds of examples, and of each the files with what stands in them.
fn directories() -> Vec<(String, Vec<(String, Value)>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLES);
    let directories = fs::read_dir(&root)
        .unwrap()
        .map(std::result::Result::unwrap);
    let kinds: Vec<_> = directories
        .map(|directory| {
            let files = fs::read_dir(directory.path())
                .unwrap()
                .map(std::result::Result::unwrap);
            let files = files.map(|file| {
                let text = fs::read_to_string(file.path()).unwrap();
                (name(&file), serde_json::from_str(&text).unwrap())
            });
            (name(&directory), files.collect())
        })
        .collect();
    assert!(!kinds.is_empty(), "{} is empty", root.display());
    kinds
}

fn name(entry: &fs::DirEntry) -> String {
    entry.file_name().into_string().unwrap()
}

const EXAMPLES: &str = "../../tests/schema/2026-07-28/examples";

/// What we make of an example.
enum Make {
    /// A request: through our decoder and back.
    Request,
    /// The parameters of a request of this method.
    Params(&'static str),
    /// Something else that stands by itself.
    Part(fn(&Value) -> Value),
    /// A result, of which we write the whole message.
    Result(Message),
    /// The message around such a result.
    Response(Message),
}

/// Writes a message with this id around what a result says.
type Message = fn(&Id, &Value) -> Bytes;

impl Make {
    fn of(&self, example: &Value) -> Value {
        match self {
            Self::Request => requests::request(example),
            Self::Params(method) => requests::params(method, example),
            Self::Part(make) => make(example),
            Self::Result(message) => json(&message(&id(&json!(1)), example))["result"].clone(),
            Self::Response(message) => json(&message(&id(&example["id"]), &example["result"])),
        }
    }
}

/// What a message of ours says.
pub(super) fn json(message: &[u8]) -> Value {
    serde_json::from_slice(message).unwrap()
}

/// An id as it comes off the wire.
pub(super) fn id(value: &Value) -> Id {
    let json = Bytes::from(value.to_string());
    Id::read(serde_json::from_slice(&json).unwrap()).unwrap()
}

/// By the name of the definition, which is the name of the directory.
const KINDS: &[(&str, Make)] = &[
    ("AudioContent", Part(results::block)),
    ("BlobResourceContents", Part(results::contents)),
    ("BooleanSchema", Part(asks::field)),
    ("CallToolRequest", Request),
    ("CallToolRequestParams", Params("tools/call")),
    ("CallToolResult", Result(results::call)),
    ("CallToolResultResponse", Response(results::call)),
    ("CancelledNotification", Part(requests::cancelled)),
    (
        "CancelledNotificationParams",
        Part(requests::cancelled_params),
    ),
    ("ClientCapabilities", Part(requests::capabilities)),
    ("CompleteRequest", Request),
    ("CompleteRequestParams", Params("completion/complete")),
    ("CompleteResult", Result(results::completion)),
    ("CompleteResultResponse", Response(results::completion)),
    ("CreateMessageRequest", Part(asks::ask)),
    ("CreateMessageRequestParams", Part(asks::sampling)),
    ("CreateMessageResult", Part(requests::answer)),
    ("DiscoverRequest", Request),
    ("DiscoverResult", Result(listings::discovery)),
    ("DiscoverResultResponse", Response(listings::discovery)),
    ("ElicitRequest", Part(asks::ask)),
    ("ElicitRequestFormParams", Part(asks::elicitation)),
    ("ElicitRequestURLParams", Part(asks::elicitation)),
    ("ElicitResult", Part(requests::answer)),
    ("EmbeddedResource", Part(results::block)),
    ("GetPromptRequest", Request),
    ("GetPromptRequestParams", Params("prompts/get")),
    ("GetPromptResult", Result(results::prompt)),
    ("GetPromptResultResponse", Response(results::prompt)),
    ("HeaderMismatchError", Part(errors::message)),
    ("ImageContent", Part(results::block)),
    ("InputRequests", Part(asks::asks)),
    ("InputRequiredResult", Result(asks::result)),
    ("InputResponses", Part(requests::answers)),
    ("InternalError", Part(errors::error)),
    ("InvalidParamsError", Part(errors::error)),
    ("ListPromptsRequest", Request),
    ("ListPromptsResult", Result(listings::prompts)),
    ("ListPromptsResultResponse", Response(listings::prompts)),
    ("ListResourceTemplatesRequest", Request),
    ("ListResourceTemplatesResult", Result(listings::templates)),
    (
        "ListResourceTemplatesResultResponse",
        Response(listings::templates),
    ),
    ("ListResourcesRequest", Request),
    ("ListResourcesResult", Result(listings::resources)),
    ("ListResourcesResultResponse", Response(listings::resources)),
    ("ListRootsRequest", Part(asks::ask)),
    ("ListRootsResult", Part(requests::answer)),
    ("ListToolsRequest", Request),
    ("ListToolsResult", Result(listings::tools)),
    ("ListToolsResultResponse", Response(listings::tools)),
    ("LoggingMessageNotification", Part(notices::event)),
    (
        "LoggingMessageNotificationParams",
        Part(notices::log_params),
    ),
    ("MethodNotFoundError", Part(errors::error)),
    (
        "MissingRequiredClientCapabilityError",
        Part(errors::message),
    ),
    ("ModelPreferences", Part(asks::preferences)),
    ("NumberSchema", Part(asks::field)),
    ("PaginatedRequestParams", Params("tools/list")),
    ("ParseError", Part(errors::error)),
    ("ProgressNotification", Part(notices::event)),
    ("ProgressNotificationParams", Part(notices::progress_params)),
    ("PromptListChangedNotification", Part(notices::change)),
    ("ReadResourceRequest", Request),
    ("ReadResourceResult", Result(results::read)),
    ("ReadResourceResultResponse", Response(results::read)),
    ("Resource", Part(listings::resource)),
    ("ResourceLink", Part(results::block)),
    ("ResourceListChangedNotification", Part(notices::change)),
    ("ResourceUpdatedNotification", Part(notices::change)),
    (
        "ResourceUpdatedNotificationParams",
        Part(notices::updated_params),
    ),
    ("Root", Part(requests::root)),
    ("SamplingMessage", Part(asks::message)),
    ("ServerCapabilities", Part(listings::capabilities)),
    ("StringSchema", Part(asks::field)),
    (
        "SubscriptionsAcknowledgedNotification",
        Part(notices::acknowledged),
    ),
    ("SubscriptionsListenRequest", Request),
    ("SubscriptionsListenResult", Result(notices::closed)),
    (
        "SubscriptionsListenResultResponse",
        Response(notices::closed),
    ),
    ("TextContent", Part(results::block)),
    ("TextResourceContents", Part(results::contents)),
    ("TitledMultiSelectEnumSchema", Part(asks::field)),
    ("TitledSingleSelectEnumSchema", Part(asks::field)),
    ("Tool", Part(listings::tool)),
    ("ToolListChangedNotification", Part(notices::change)),
    ("ToolResultContent", Part(asks::piece)),
    ("ToolUseContent", Part(asks::piece)),
    ("UnsupportedProtocolVersionError", Part(errors::message)),
    ("UntitledMultiSelectEnumSchema", Part(asks::field)),
    ("UntitledSingleSelectEnumSchema", Part(asks::field)),
];
