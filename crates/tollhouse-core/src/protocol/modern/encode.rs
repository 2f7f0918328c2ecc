//! Replies of revision 2026-07-28, written once, straight into their buffer.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::REVISION;
use crate::{
    Change, Outcome, Output, Refusal, Reported,
    fence::Label,
    protocol::{
        Id, Page,
        types::{content, message, revision::Revision, write},
    },
};

/// Writes replies in the name of one server.
#[derive(Clone, Debug)]
pub(crate) struct Encoder {
    /// The server's `Implementation`, as JSON.
    server_info: Bytes,
}

/// One stream of changes, named by the id that opened it.
#[derive(Clone, Debug)]
pub(crate) struct Subscription<'a>(pub(crate) &'a Id);

impl Encoder {
    pub(crate) fn new(server_info: &Value) -> Self {
        Self {
            server_info: server_info.to_string().into(),
        }
    }

    /// What `server/discover` answers, without id: made once per catalogue.
    pub(crate) fn discovery(&self, capabilities: &Value, instructions: Option<&str>) -> Bytes {
        let mut out = Vec::with_capacity(512);
        out.extend_from_slice(br#""resultType":"complete","supportedVersions":"#);
        write::value(&mut out, &Revision::ALL.map(Revision::name));
        write::key(&mut out, "capabilities");
        write::value(&mut out, capabilities);
        write::field(&mut out, "instructions", instructions);
        caching(&mut out, true);
        self.close(&mut out);
        out.into()
    }

    /// The inside of a list's result.
    pub(crate) fn page(&self, page: &Page<'_>) -> Bytes {
        let mut out = Vec::with_capacity(page.items.len() + 512);
        out.extend_from_slice(br#""resultType":"complete""#);
        write::key(&mut out, page.list.member());
        out.push(b'[');
        out.extend_from_slice(page.items);
        out.push(b']');
        write::field(&mut out, "nextCursor", page.next);
        caching(&mut out, page.public);
        self.close(&mut out);
        out.into()
    }

    /// What came of a call.
    pub(crate) fn outcome(&self, id: &Id, outcome: &Outcome, label: &str) -> Bytes {
        let room = match outcome {
            Outcome::Done(output) => content::roomy(output),
            Outcome::NeedsInput { .. } => 512,
        };
        let mut out = Vec::with_capacity(room);
        message::result(&mut out, id);
        match outcome {
            Outcome::Done(output) => self.output(&mut out, output, label),
            Outcome::NeedsInput { asks, state } => {
                out.extend_from_slice(br#""resultType":"input_required""#);
                if !asks.is_empty() {
                    write::key(&mut out, "inputRequests");
                    out.push(b'{');
                    write::separated(&mut out, asks, content::ask);
                    out.push(b'}');
                }
                write::field(&mut out, "requestState", Some(state));
                self.close(&mut out);
            }
        }
        out.into()
    }

    fn output(&self, out: &mut Vec<u8>, output: &Output, label: &str) {
        out.extend_from_slice(br#""resultType":"complete""#);
        match output {
            Output::Tool(reported) => {
                write::key(out, "content");
                out.push(b'[');
                write::separated(out, &reported.content, |out, piece| {
                    content::block(out, piece, REVISION);
                });
                out.push(b']');
                if let Some(structured) = &reported.structured {
                    write::key(out, "structuredContent");
                    write::value(out, structured);
                }
                if reported.is_error {
                    out.extend_from_slice(br#","isError":true"#);
                }
                return self.close_labelled(out, label, reported.meta.as_ref());
            }
            Output::Resource(contents) => {
                write::key(out, "contents");
                out.push(b'[');
                write::separated(out, contents, |out, contents| {
                    content::contents(out, contents, REVISION);
                });
                out.push(b']');
                caching(out, false);
            }
            Output::Prompt {
                description,
                messages,
            } => {
                write::field(out, "description", description.as_deref());
                write::key(out, "messages");
                out.push(b'[');
                write::separated(out, messages, |out, message| {
                    content::message(out, message, REVISION);
                });
                out.push(b']');
            }
            Output::Completion { values, total } => {
                write::key(out, "completion");
                write::value(out, &content::completion(values, *total));
            }
        }
        self.close_labelled(out, label, None);
    }

    /// A refusal: for a tool as a result that the model reads, where the table says so.
    pub(crate) fn refusal(&self, id: Option<&Id>, refusal: &Refusal, tool: bool) -> Bytes {
        if let (Some(id), true) = (id, tool && refusal.row().for_the_model) {
            return self.outcome(
                id,
                &Outcome::Done(Output::Tool(Reported::error(refusal.text()))),
                Label::OWN,
            );
        }
        let mut out = Vec::with_capacity(256);
        message::error(&mut out, id, refusal.row().code, refusal);
        out.into()
    }

    /// The result that ends a stream of changes from our side.
    pub(crate) fn closed(&self, id: &Id) -> Bytes {
        let mut out = Vec::with_capacity(256);
        message::result(&mut out, id);
        out.extend_from_slice(
            br#""resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":"#,
        );
        out.extend_from_slice(&self.server_info);
        write::key(&mut out, "io.modelcontextprotocol/subscriptionId");
        out.extend_from_slice(id.json());
        out.extend_from_slice(b"}}}");
        out.into()
    }

    /// Says on a pipe that this request has ended from our side.
    pub(crate) fn cancelled(id: &Id) -> Bytes {
        let mut out = Vec::with_capacity(128);
        out.extend_from_slice(
            br#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"#,
        );
        out.extend_from_slice(id.json());
        out.extend_from_slice(br#","reason":"the server is closing"}}"#);
        out.into()
    }

    /// Ends a result and its message, with who answers.
    fn close(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(br#","_meta":{"io.modelcontextprotocol/serverInfo":"#);
        out.extend_from_slice(&self.server_info);
        out.extend_from_slice(b"}}}");
    }

    /// The same, with where it comes from, and what a source says of it.
    fn close_labelled(&self, out: &mut Vec<u8>, label: &str, meta: Option<&Map<String, Value>>) {
        out.extend_from_slice(br#","_meta":{"io.modelcontextprotocol/serverInfo":"#);
        out.extend_from_slice(&self.server_info);
        out.push(b',');
        let theirs = meta.into_iter().flatten();
        message::labelled(out, label, theirs.filter(|(name, _)| *name != SERVER_INFO));
        out.extend_from_slice(b"}}}");
    }
}

impl Subscription<'_> {
    /// The first message of the stream: what was granted.
    pub(crate) fn acknowledged(&self, granted: &BTreeSet<Change>) -> Bytes {
        let mut notifications = Map::new();
        let mut uris = Vec::new();
        for change in granted {
            match change {
                Change::Tools => notifications.insert("toolsListChanged".to_owned(), json!(true)),
                Change::Prompts => {
                    notifications.insert("promptsListChanged".to_owned(), json!(true))
                }
                Change::Resources => {
                    notifications.insert("resourcesListChanged".to_owned(), json!(true))
                }
                Change::Resource(uri) => {
                    uris.push(uri);
                    None
                }
            };
        }
        if !uris.is_empty() {
            notifications.insert("resourceSubscriptions".to_owned(), json!(uris));
        }
        self.notification("notifications/subscriptions/acknowledged", &mut |out| {
            write::key(out, "notifications");
            write::value(out, &notifications);
        })
    }

    /// One change.
    pub(crate) fn changed(&self, change: &Change) -> Bytes {
        match change {
            Change::Tools => self.notification("notifications/tools/list_changed", &mut |_| {}),
            Change::Prompts => self.notification("notifications/prompts/list_changed", &mut |_| {}),
            Change::Resources => {
                self.notification("notifications/resources/list_changed", &mut |_| {})
            }
            Change::Resource(uri) => {
                self.notification("notifications/resources/updated", &mut |out| {
                    write::field(out, "uri", Some(uri));
                })
            }
        }
    }

    fn notification(&self, method: &str, rest: &mut dyn FnMut(&mut Vec<u8>)) -> Bytes {
        let mut out = Vec::with_capacity(192);
        out.extend_from_slice(br#"{"jsonrpc":"2.0","method":""#);
        out.extend_from_slice(method.as_bytes());
        out.extend_from_slice(br#"","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"#);
        out.extend_from_slice(self.0.json());
        out.push(b'}');
        rest(&mut out);
        out.extend_from_slice(b"}}");
        out.into()
    }
}

/// The caching hints (MCP 2026-07-28, "Caching"): nothing may be kept unasked, and only what is the same
/// for everybody may be shared.
fn caching(out: &mut Vec<u8>, public: bool) {
    out.extend_from_slice(if public {
        br#","ttlMs":0,"cacheScope":"public""#.as_slice()
    } else {
        br#","ttlMs":0,"cacheScope":"private""#.as_slice()
    });
}

/// The key that is ours alone, even in the `_meta` of a tool that passes on another server's result.
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
