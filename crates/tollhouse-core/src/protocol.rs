//! One MCP request and its reply, with the era forgotten; and the one place that picks the era.
//!
//! Everything here is pure: bytes in, values out, and back.

use std::collections::BTreeSet;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::{Call, Change, Event, Principal, Refusal};

pub(crate) mod jsonrpc;
pub(crate) mod modern;
pub(crate) mod types;

use jsonrpc::Envelope;
pub use jsonrpc::Id;
pub(crate) use modern::{Encoder, Page, Subscription};
use types::params::Params;

/// What an HTTP edge saw in the headers. stdio has none.
#[derive(Clone, Debug, Default)]
pub struct Headers<'a> {
    /// `MCP-Protocol-Version`.
    pub version: Header<'a>,
    /// `Mcp-Method`.
    pub method: Header<'a>,
    /// `Mcp-Name`.
    pub name: Header<'a>,
    /// All `Mcp-Param-*`.
    pub params: Vec<crate::Claim>,
}

/// One header that may stand there once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header<'a> {
    /// It does not.
    #[default]
    Absent,
    /// Its value, without surrounding white space.
    One(&'a [u8]),
    /// More than once.
    Several,
}

/// A message from a client, understood.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// Wants a reply.
    Request(Box<Request>),
    /// The client no longer wants the reply to this request.
    Cancel(Id),
    /// Wants nothing.
    Notification,
}

/// A message that was refused, and the id to say so under, where it could be read.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) id: Option<Id>,
    pub(crate) refusal: Refusal,
}

/// One MCP request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) id: Id,
    pub(crate) principal: Principal,
    pub(crate) op: Op,
}

/// What is requested.
#[derive(Debug)]
pub(crate) enum Op {
    /// What the server is and can do.
    Discover,
    /// One page of a list.
    List(List, Option<String>),
    /// To run a target.
    Call(Box<Call>, Option<Watch>),
    /// To hear of changes.
    Listen(BTreeSet<Change>),
}

/// The events that a caller asked for, on their way out.
#[derive(Debug)]
pub(crate) struct Watch {
    pub(crate) events: mpsc::Receiver<Event>,
    /// The JSON of the progress token.
    pub(crate) token: Option<Bytes>,
}

impl Watch {
    /// The next event as a message.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        loop {
            let event = self.events.recv().await?;
            if let Some(message) = types::notice::event(&event, self.token.as_ref()) {
                return Some(message);
            }
        }
    }

    /// The next of the events that are already here.
    pub(crate) fn left(&mut self) -> Option<Bytes> {
        let mut events = std::iter::from_fn(|| self.events.try_recv().ok());
        events.find_map(|event| types::notice::event(&event, self.token.as_ref()))
    }
}

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum List {
    Tools,
    Resources,
    Templates,
    Prompts,
}

/// What the server offers to those who ask, decided by its catalogue.
pub(crate) trait Offering {
    /// Whether the server answers this method at all.
    fn serves(&self, method: Method) -> bool;
}

/// The methods that a request may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Discover,
    List(List),
    CallTool,
    ReadResource,
    GetPrompt,
    Complete,
    Listen,
}

impl Method {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "tools/call" => Self::CallTool,
            "tools/list" => Self::List(List::Tools),
            "server/discover" => Self::Discover,
            "resources/read" => Self::ReadResource,
            "resources/list" => Self::List(List::Resources),
            "resources/templates/list" => Self::List(List::Templates),
            "prompts/get" => Self::GetPrompt,
            "prompts/list" => Self::List(List::Prompts),
            "completion/complete" => Self::Complete,
            "subscriptions/listen" => Self::Listen,
            _ => return None,
        })
    }
}

/// Reads one message and hands it to its era.
pub(crate) fn decode(
    body: &Bytes,
    headers: Option<&Headers<'_>>,
    principal: &Principal,
    offering: &dyn Offering,
) -> Result<Incoming, Rejected> {
    let Envelope { id, method, params } = jsonrpc::parse(body)?;
    let Some(id) = id else {
        return Ok(types::notice::read(&method, &params));
    };
    let decoded = match handshake(&method, &params) {
        Some(asked) => Err(Refusal::UnsupportedVersion(asked)),
        None => {
            let method = &method;
            let question = modern::Question { method, headers };
            question.decode(params, principal, offering)
        }
    };
    match decoded {
        Err(refusal) => Err(Rejected {
            id: Some(id),
            refusal,
        }),
        Ok(op) => Ok(Incoming::Request(Box::new(Request {
            id,
            principal: principal.clone(),
            op,
        }))),
    }
}

/// The version that the opening of an older revision asks for. Such a client reads the served versions
/// in the refusal (MCP 2026-07-28, "Versioning").
fn handshake(method: &str, params: &Params<'_>) -> Option<String> {
    if method == "initialize" {
        types::params::opening_version(params)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
