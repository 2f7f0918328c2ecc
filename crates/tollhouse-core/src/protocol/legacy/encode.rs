//! Replies of the revisions with sessions, each in the shape that its own schema has.

use bytes::Bytes;
use serde_json::Value;

use crate::{
    Output, Refusal, Reported,
    fence::Label,
    protocol::{
        Id, Page,
        types::{content, message, revision::Revision, write},
    },
};

/// Writes replies in the shape of one revision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoder(pub(crate) Revision);

impl Encoder {
    /// What `initialize` answers, without id: made once per catalogue.
    pub(crate) fn hello(
        self,
        server: &Value,
        capabilities: &Value,
        instructions: Option<&str>,
    ) -> Bytes {
        let mut out = Vec::with_capacity(512);
        out.extend_from_slice(br#""protocolVersion":"#);
        write::string(&mut out, self.0.name());
        write::key(&mut out, "capabilities");
        write::value(&mut out, capabilities);
        write::key(&mut out, "serverInfo");
        write::value(&mut out, server);
        write::field(&mut out, "instructions", instructions);
        out.extend_from_slice(b"}}");
        out.into()
    }

    /// The inside of a list's result.
    pub(crate) fn page(page: &Page<'_>) -> Bytes {
        let mut out = Vec::with_capacity(page.items.len() + 128);
        write::string(&mut out, page.list.member());
        out.extend_from_slice(b":[");
        out.extend_from_slice(page.items);
        out.push(b']');
        write::field(&mut out, "nextCursor", page.next);
        out.extend_from_slice(b"}}");
        out.into()
    }

    /// What came of a call that has no questions.
    pub(crate) fn outcome(self, id: &Id, output: &Output, label: &str) -> Bytes {
        let mut out = Vec::with_capacity(content::roomy(output));
        message::result(&mut out, id);
        match output {
            Output::Tool(reported) => self.reported(&mut out, reported),
            Output::Resource(contents) => {
                out.extend_from_slice(br#""contents":["#);
                write::separated(&mut out, contents, |out, contents| {
                    content::contents(out, contents, self.0);
                });
                out.push(b']');
            }
            Output::Prompt {
                description,
                messages,
            } => {
                out.extend_from_slice(br#""messages":["#);
                write::separated(&mut out, messages, |out, message| {
                    content::message(out, message, self.0);
                });
                out.push(b']');
                write::field(&mut out, "description", description.as_deref());
            }
            Output::Completion { values, total } => {
                out.extend_from_slice(br#""completion":"#);
                write::value(&mut out, &content::completion(values, *total));
            }
        }
        let theirs = match output {
            Output::Tool(reported) => reported.meta.as_ref(),
            Output::Resource(_) | Output::Prompt { .. } | Output::Completion { .. } => None,
        };
        out.extend_from_slice(br#","_meta":{"#);
        message::labelled(&mut out, label, theirs.into_iter().flatten());
        out.extend_from_slice(b"}}}");
        out.into()
    }

    fn reported(self, out: &mut Vec<u8>, reported: &Reported) {
        out.extend_from_slice(br#""content":["#);
        write::separated(out, &reported.content, |out, piece| {
            content::block(out, piece, self.0);
        });
        out.push(b']');
        let structured = reported.structured.as_ref();
        let structured = structured.filter(|value| self.0.has_titles() && value.is_object());
        if let Some(structured) = structured {
            write::key(out, "structuredContent");
            write::value(out, structured);
        }
        if reported.is_error {
            out.extend_from_slice(br#","isError":true"#);
        }
    }

    /// A refusal: for a tool as a result that the model reads, where that may help it.
    pub(crate) fn refusal(self, id: Option<&Id>, refusal: &Refusal, tool: bool) -> Bytes {
        if let (Some(id), true) = (id, tool && Self::is_for_the_model(refusal)) {
            // Its client sent the answer by itself, not as a parameter with a name.
            let text = match refusal {
                Refusal::BadAnswer(why) => format!("A question was not answered: {why}"),
                refusal => refusal.text(),
            };
            return self.outcome(id, &Output::Tool(Reported::error(text)), Label::OWN);
        }
        let mut out = Vec::with_capacity(256);
        message::error(&mut out, id, Self::code(refusal), refusal);
        out.into()
    }

    /// What the table says, what a later client would have been told by a code of its own, and what is told it by a
    /// status: after one that says no, many clients of these revisions take their session for dead.
    pub(crate) fn is_for_the_model(refusal: &Refusal) -> bool {
        let asked = matches!(
            refusal,
            Refusal::MissingCapability(_) | Refusal::BadAnswer(_) | Refusal::Limited { .. }
        );
        asked || refusal.row().for_the_model
    }

    /// The codes of a resource that is not there, and of what has no code yet.
    fn code(refusal: &Refusal) -> i32 {
        match refusal {
            Refusal::UnknownResource(_) => RESOURCE_NOT_FOUND,
            Refusal::MissingCapability(_) => INVALID_PARAMS,
            refusal => refusal.row().code,
        }
    }

    /// The HTTP status: an error of the protocol is told with 200, one of the transport as what it is.
    pub(crate) fn status(refusal: &Refusal) -> u16 {
        match refusal {
            Refusal::Unreadable(_)
            | Refusal::NotAMessage(_)
            | Refusal::BadSession(_)
            | Refusal::UnknownSession
            | Refusal::Forbidden(_)
            | Refusal::Cancelled
            | Refusal::Busy => refusal.row().status,
            _ => 200,
        }
    }
}

const RESOURCE_NOT_FOUND: i32 = -32002;
const INVALID_PARAMS: i32 = -32602;
