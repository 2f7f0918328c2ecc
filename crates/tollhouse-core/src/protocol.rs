//! One MCP request and its reply, with the era forgotten; `era.rs` is the one place that picks it.
//!
//! Everything here is pure: bytes in, values out, and back.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use crate::{Call, Change, Event, Events, Level, Principal, Refusal};

mod arrival;
mod encoder;
mod era;
pub(crate) mod jsonrpc;
pub(crate) mod legacy;
pub(crate) mod modern;
pub(crate) mod types;

pub(crate) use encoder::{Encoder, Page};
use era::Era;
pub use jsonrpc::Id;
use jsonrpc::{Envelope, Message, Response};
pub use legacy::Session;
pub(crate) use legacy::{Ticket, question as questions};
pub(crate) use modern::Subscription;
use types::params::Params;
pub(crate) use types::{notice, revision::Revision};

/// What an HTTP edge saw in the headers. stdio has none.
#[derive(Clone, Debug, Default)]
pub struct Headers<'a> {
    /// `MCP-Protocol-Version`.
    pub version: Header<'a>,
    /// `Mcp-Method`.
    pub method: Header<'a>,
    /// `Mcp-Name`.
    pub name: Header<'a>,
    /// `traceparent`.
    pub trace: Header<'a>,
    /// All `Mcp-Param-*`.
    pub params: Vec<crate::Claim>,
    /// Whether the client takes one message as a reply and no more, so that it cannot be asked on the way.
    pub one_reply: bool,
}

impl Headers<'_> {
    /// Whether the message, by its version header, is of no session, whatever else its headers say.
    #[must_use]
    pub fn stand_alone(&self) -> bool {
        self.version == Header::One(modern::REVISION.name().as_bytes())
    }
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

/// What is known of a client from before its message.
#[derive(Clone, Copy, Debug)]
pub enum Known<'a> {
    /// Nothing, or nothing that it refers to.
    Nothing,
    /// The session that the message is of.
    Session(&'a Session),
    /// A session that the edge lends to whoever brings none.
    Lent(&'a Session),
    /// The message names a session that is unknown or has ended.
    Lost,
}

impl Known<'_> {
    /// What whoever sends a message that says nothing of itself reads.
    fn revision(self) -> Revision {
        match self {
            Known::Session(session) | Known::Lent(session) => session.terms().revision,
            Known::Nothing | Known::Lost => Revision::NEWEST,
        }
    }
}

/// A message from a client, understood.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// Wants a reply.
    Request(Box<Request>),
    /// Wants a session on these terms, and a reply.
    Opening(Id, legacy::Terms),
    /// The client no longer wants the reply to this request.
    Cancel(Id),
    /// Wants nothing, or has been answered a question of ours.
    Notification,
}

/// A message that was refused, and the id to say so under, where it could be read.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) id: Option<Id>,
    pub(crate) refusal: Refusal,
    /// In whose shape its sender reads it.
    pub(crate) revision: Revision,
}

impl Rejected {
    /// A message that does not say which revision it is of.
    const fn new(id: Option<Id>, refusal: Refusal) -> Self {
        Self {
            id,
            refusal,
            revision: Revision::NEWEST,
        }
    }
}

/// One MCP request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) id: Id,
    pub(crate) principal: Principal,
    pub(crate) op: Op,
    /// The session that lent what the request does not carry.
    pub(crate) session: Option<Session>,
    /// Whether its sender can be asked on the way.
    pub(crate) can_be_asked: bool,
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
    /// To have something kept in mind.
    Note(Note),
}

/// What is kept in mind for a client until it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// Nothing: it only wants to hear that somebody is there.
    Nothing,
    /// Which log lines it wants.
    Level(Level),
    /// That it follows this resource.
    Follow(String),
    /// That it no longer does.
    Leave(String),
}

/// The events that a caller asked for, on their way out.
#[derive(Debug)]
pub(crate) struct Watch {
    events: mpsc::Receiver<Event>,
    /// The JSON of the progress token.
    token: Option<Bytes>,
    revision: Revision,
}

impl Watch {
    /// A channel for events, only if the caller asked for some.
    fn open(
        token: Option<&RawValue>,
        level: Option<Level>,
        revision: Revision,
    ) -> (Events, Option<Self>) {
        if token.is_none() && level.is_none() {
            return (Events::none(), None);
        }
        let token = token.map(|raw| Bytes::copy_from_slice(raw.get().as_bytes()));
        let (sender, events) = Events::channel(token.is_some(), level);
        let watch = Self {
            events,
            token,
            revision,
        };
        (sender, Some(watch))
    }

    /// The next event as a message.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        loop {
            let event = self.events.recv().await?;
            if let Some(message) = self.told(&event) {
                return Some(message);
            }
        }
    }

    /// The next of the events that are already here.
    pub(crate) fn left(&mut self) -> Option<Bytes> {
        loop {
            let event = self.events.try_recv().ok()?;
            if let Some(message) = self.told(&event) {
                return Some(message);
            }
        }
    }

    fn told(&self, event: &Event) -> Option<Bytes> {
        notice::event(event, self.token.as_ref(), self.revision)
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

impl List {
    /// The member of a result that holds the list.
    const fn member(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Resources => "resources",
            Self::Templates => "resourceTemplates",
            Self::Prompts => "prompts",
        }
    }
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

/// The messages of an array, where the client's revision lets it send several at once; `None` for one message.
pub(crate) fn several(body: &Bytes, known: Known<'_>) -> Option<Result<Vec<Bytes>, Rejected>> {
    match known {
        Known::Session(session) | Known::Lent(session)
            if session.terms().revision.has_batches() =>
        {
            legacy::split(body)
        }
        // As if it were one of an array.
        Known::Lost if legacy::is_array(body) => {
            Some(Err(Rejected::new(None, Refusal::UnknownSession)))
        }
        _ => None,
    }
}

/// Reads one message and hands it to its era.
pub(crate) fn decode(
    body: &Bytes,
    headers: Option<&Headers<'_>>,
    asker: (&Principal, Known<'_>),
    offering: &dyn Offering,
) -> Result<Incoming, Rejected> {
    let (principal, known) = asker;
    let parsed = jsonrpc::parse(body).map_err(|rejected| Rejected {
        revision: known.revision(),
        ..rejected
    })?;
    let Envelope { id, method, params } = match parsed {
        Message::Call(envelope) => envelope,
        Message::Response(response) => return answered(&response, headers, asker),
    };
    let era = Era::of(&method, &params, headers, known);
    let Some(id) = id else {
        return notified(&method, &params, headers, era);
    };
    let mut session = None;
    let decoded = match era {
        Err(refusal) => Err(refusal),
        Ok(Era::Modern) => {
            let method = &method;
            let question = modern::Question { method, headers };
            question.decode(params, principal, offering)
        }
        Ok(Era::Opening) => match legacy::open(&params) {
            Ok(terms) => return Ok(Incoming::Opening(id, terms)),
            Err(refusal) => Err(refusal),
        },
        Ok(Era::Lone) => Ok(Op::Note(Note::Nothing)),
        Ok(Era::Legacy(theirs)) => {
            session = Some(theirs.clone());
            legacy::decode(&method, headers, params, (principal, theirs), offering)
        }
    };
    match decoded {
        Err(refusal) => Err(Rejected {
            revision: session.map_or(Revision::NEWEST, |session| session.terms().revision),
            ..Rejected::new(Some(id), refusal)
        }),
        Ok(op) => Ok(Incoming::Request(Box::new(Request {
            op: arrival::noted(op, &id, (headers, session.as_ref())),
            id,
            principal: principal.clone(),
            session,
            can_be_asked: headers.is_none_or(|headers| !headers.one_reply),
        }))),
    }
}

/// A notification: who is in no session may send one too, unless it claims to be.
fn notified(
    method: &str,
    params: &Params<'_>,
    headers: Option<&Headers<'_>>,
    era: Result<Era<'_>, Refusal>,
) -> Result<Incoming, Rejected> {
    let refuse = |refusal| Rejected::new(None, refusal);
    if let Era::Legacy(session) = era.map_err(refuse)? {
        legacy::check_version(headers, session).map_err(refuse)?;
    }
    Ok(notice::read(method, params))
}

/// A reply to a question, which only goes out in a session.
fn answered(
    response: &Response<'_>,
    headers: Option<&Headers<'_>>,
    (principal, known): (&Principal, Known<'_>),
) -> Result<Incoming, Rejected> {
    let refuse = |refusal| Rejected::new(response.id.clone(), refusal);
    match known {
        Known::Session(session) => {
            legacy::check_version(headers, session).map_err(refuse)?;
            legacy::answered(session, response, principal);
            Ok(Incoming::Notification)
        }
        Known::Lost => Err(refuse(Refusal::UnknownSession)),
        Known::Nothing | Known::Lent(_) => {
            let why = "nothing was asked of this client, so it takes no responses";
            Err(refuse(Refusal::NotAMessage(why.to_owned())))
        }
    }
}

#[cfg(test)]
mod tests;
