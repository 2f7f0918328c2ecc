//! Why a request ended early, and the one table that says how each edge tells it.

use std::borrow::Cow;

use crate::{Capabilities, Target, clean, fault::cut};

/// Why a request was not run, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The bytes are not JSON, or nested too deep.
    Unreadable(String),
    /// JSON, but not a message of this protocol.
    NotAMessage(String),
    /// No such method, or not one that this server offers.
    UnknownMethod(String),
    /// What every request must carry is missing or malformed.
    BadEnvelope(String),
    /// The method's own parameters are missing or malformed.
    BadParams(String),
    /// A header and the body disagree.
    HeaderMismatch(String),
    /// The message does not fit the session that it is of, or is of none and should be.
    BadSession(String),
    /// The session is unknown, has ended, or is somebody else's.
    UnknownSession,
    /// A protocol version that is not served here.
    UnsupportedVersion(String),
    /// The caller's client cannot do what the work needs.
    MissingCapability(Capabilities),
    /// No such tool, or none that this caller may see.
    UnknownTool(String),
    /// No such prompt, or none that this caller may see.
    UnknownPrompt(String),
    /// No such resource, or none that this caller may see.
    UnknownResource(String),
    /// The caller may know of it but lacks these scopes; all that are needed are named.
    Forbidden(Vec<String>),
    /// The arguments do not fit; the text names every problem.
    BadArguments(String),
    /// The arguments fit, and mean nothing: an id that is not there, say. The text is for the model to read.
    BadMeaning(String),
    /// The state of an earlier round was not made here, is stale, or belongs to another call.
    BadState,
    /// An answer to a question is not one.
    BadAnswer(String),
    /// The work took longer than it may.
    TimedOut,
    /// The caller left or changed its mind. Nobody reads the answer.
    Cancelled,
    /// Our fault. The id stands in the log beside the cause.
    Internal(String),
    /// As much is running as may run at once.
    Busy,
    /// Too often: what the model reads says how often it may, and when to try again.
    Limited {
        /// Of what there was too much.
        budget: Budget,
        /// What to do.
        text: String,
        /// After how many seconds it would pass.
        retry_s: u64,
    },
    /// The key of the call was used before for something else.
    KeyReused(String),
    /// A call with this key began and nobody knows how it ended, so it is not run again.
    OutcomeUnknown(String),
    /// Whoever had to say yes said no, or said nothing for too long; the text says which.
    Declined(String),
    /// A person has to say yes where the model and its client have no hands; the text says where.
    NeedsApproval(String),
    /// What stands behind the tool does not answer for now, so it is not asked.
    Unavailable(String),
    /// What the call would change cannot be written down, so it is not run.
    NotRecorded(String),
}

/// What there is only so much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// Of one tool, of a session or of data: the model does something else meanwhile.
    Tool,
    /// Of everything, for this caller or for all of them: whoever sends has to wait.
    Caller,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// JSON-RPC error code.
    pub code: i32,
    /// HTTP status, as long as no part of the answer has been sent.
    pub status: u16,
    /// Whether a tool call answers with `isError` instead, so that the model reads it.
    pub for_the_model: bool,
    /// Who is to blame: with `Server`, an operator should look.
    pub blame: Blame,
}

/// Who has to change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The caller, its client or its model.
    Caller,
    /// This server or what stands behind it.
    Server,
}

impl Refusal {
    /// That there is no such target, or none for this caller: the two cannot be told apart.
    pub(crate) fn unknown(target: &Target) -> Self {
        match target {
            Target::Tool(name) => Self::UnknownTool(name.clone()),
            Target::Resource(uri) => Self::UnknownResource(uri.clone()),
            Target::Prompt(name) => Self::UnknownPrompt(name.clone()),
            Target::Completion(completion) => Self::unknown(&completion.of),
        }
    }

    /// The table: code and status by MCP 2026-07-28, "Error codes" and "Streamable HTTP".
    #[must_use]
    pub const fn row(&self) -> Row {
        match self {
            Self::Unreadable(_) => caller(-32700, 400),
            Self::NotAMessage(_) | Self::BadSession(_) => caller(-32600, 400),
            Self::UnknownSession => caller(-32600, 404),
            Self::UnknownMethod(_) => caller(-32601, 404),
            Self::BadEnvelope(_) => caller(-32602, 400),
            Self::HeaderMismatch(_) => caller(-32020, 400),
            Self::MissingCapability(_) => caller(-32021, 400),
            Self::UnsupportedVersion(_) => caller(-32022, 400),
            Self::BadParams(_)
            | Self::UnknownTool(_)
            | Self::UnknownPrompt(_)
            | Self::UnknownResource(_)
            | Self::BadState
            | Self::BadAnswer(_) => caller(-32602, 200),
            Self::BadArguments(_) | Self::BadMeaning(_) => row(-32602, 200, true, Blame::Caller),
            Self::Forbidden(_) => caller(403, 403),
            Self::TimedOut => row(-32603, 200, true, Blame::Server),
            Self::Internal(_) => row(-32603, 200, true, Blame::Server),
            Self::Cancelled => caller(499, 499),
            Self::Busy => caller(503, 503),
            Self::Limited {
                budget: Budget::Caller,
                ..
            } => caller(429, 429),
            Self::Limited {
                budget: Budget::Tool,
                ..
            }
            | Self::KeyReused(_)
            | Self::OutcomeUnknown(_)
            | Self::Declined(_)
            | Self::NeedsApproval(_) => row(-32603, 200, true, Blame::Caller),
            Self::Unavailable(_) | Self::NotRecorded(_) => row(-32603, 200, true, Blame::Server),
        }
    }

    /// What the caller reads. Never a secret, never an inner detail, and of what it quotes only what is seen.
    #[must_use]
    pub fn text(&self) -> String {
        let text = self.words();
        match clean(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(clean) => clean,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Unreadable(why) => format!("The message cannot be read as JSON: {why}"),
            Self::NotAMessage(why) => format!("Not a JSON-RPC message: {why}"),
            Self::UnknownMethod(method) => format!("Method not found: {method}"),
            Self::BadEnvelope(why)
            | Self::BadParams(why)
            | Self::BadSession(why)
            | Self::BadArguments(why)
            | Self::BadMeaning(why)
            | Self::Limited { text: why, .. }
            | Self::KeyReused(why)
            | Self::OutcomeUnknown(why)
            | Self::Declined(why)
            | Self::NeedsApproval(why)
            | Self::Unavailable(why)
            | Self::NotRecorded(why) => why.clone(),
            Self::UnknownSession => {
                "This session is unknown or has ended; open a new one".to_owned()
            }
            Self::HeaderMismatch(why) => format!("Header mismatch: {why}"),
            Self::UnsupportedVersion(asked) => format!("Protocol version {asked} is not served"),
            Self::MissingCapability(missing) => format!(
                "The client lacks a capability that this request needs: {}",
                missing.names().join(", ")
            ),
            Self::UnknownTool(name) => format!("Unknown tool: {name}"),
            Self::UnknownPrompt(name) => format!("Unknown prompt: {name}"),
            Self::UnknownResource(uri) => format!("Resource not found: {uri}"),
            Self::Forbidden(scopes) => match scopes.as_slice() {
                [scope] => format!("This needs the scope {scope}; sign in again with it"),
                all => format!(
                    "This needs the scopes {}; sign in again with them",
                    all.join(", ")
                ),
            },
            Self::BadState => {
                "requestState is unknown, expired or of another request; call again without it"
                    .to_owned()
            }
            Self::BadAnswer(why) => format!("inputResponses: {why}"),
            Self::TimedOut => {
                "This took too long and was stopped. Try a narrower request.".to_owned()
            }
            Self::Cancelled => "Cancelled".to_owned(),
            Self::Internal(id) => format!("internal error (id {id})"),
            Self::Busy => "Too much is running at once; wait for an answer first".to_owned(),
        }
    }

    /// What the log calls it, whatever it says.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::NotAMessage(_) => "not_a_message",
            Self::UnknownMethod(_) => "unknown_method",
            Self::BadEnvelope(_) => "bad_envelope",
            Self::BadParams(_) => "bad_params",
            Self::HeaderMismatch(_) => "header_mismatch",
            Self::BadSession(_) => "bad_session",
            Self::UnknownSession => "unknown_session",
            Self::UnsupportedVersion(_) => "unsupported_version",
            Self::MissingCapability(_) => "missing_capability",
            Self::UnknownTool(_) => "unknown_tool",
            Self::UnknownPrompt(_) => "unknown_prompt",
            Self::UnknownResource(_) => "unknown_resource",
            Self::Forbidden(_) => "forbidden",
            Self::BadArguments(_) => "bad_arguments",
            Self::BadMeaning(_) => "bad_meaning",
            Self::BadState => "bad_state",
            Self::BadAnswer(_) => "bad_answer",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Internal(_) => "internal",
            Self::Busy => "busy",
            Self::Limited { .. } => "limited",
            Self::KeyReused(_) => "idempotency_key_reused",
            Self::OutcomeUnknown(_) => "outcome_unknown",
            Self::Declined(_) => "declined",
            Self::NeedsApproval(_) => "needs_approval",
            Self::Unavailable(_) => "unavailable",
            Self::NotRecorded(_) => "not_recorded",
        }
    }

    /// After how many seconds the same may be asked again, where that is known.
    #[must_use]
    pub const fn retry_s(&self) -> Option<u64> {
        match self {
            Self::Limited { retry_s, .. } => Some(*retry_s),
            _ => None,
        }
    }

    /// The step of the road at which it ends a call.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::UnknownTool(_) | Self::UnknownPrompt(_) | Self::UnknownResource(_) => "find",
            Self::Forbidden(_) => "authorize",
            Self::BadArguments(_)
            | Self::BadMeaning(_)
            | Self::HeaderMismatch(_)
            | Self::MissingCapability(_) => "validate",
            Self::Limited { .. } | Self::Busy => "limit",
            Self::KeyReused(_) | Self::OutcomeUnknown(_) => "repeat",
            Self::BadState | Self::BadAnswer(_) | Self::Declined(_) | Self::NeedsApproval(_) => {
                "confirm"
            }
            Self::NotRecorded(_) => "journal",
            Self::Unavailable(_)
            | Self::TimedOut
            | Self::Cancelled
            | Self::Internal(_)
            | Self::BadParams(_) => "execute",
            Self::Unreadable(_)
            | Self::NotAMessage(_)
            | Self::UnknownMethod(_)
            | Self::BadEnvelope(_)
            | Self::BadSession(_)
            | Self::UnknownSession
            | Self::UnsupportedVersion(_) => "read",
        }
    }

    /// The same with no more than so many characters of its text.
    pub(crate) fn cut(&self, chars: usize) -> Self {
        self.clone().with_text(|text| cut(text, chars))
    }

    /// The same with another text in place of its own, where that is another.
    pub(crate) fn with_text(mut self, other: impl Fn(&str) -> Cow<'_, str>) -> Self {
        match &mut self {
            Self::Unreadable(text)
            | Self::NotAMessage(text)
            | Self::UnknownMethod(text)
            | Self::BadEnvelope(text)
            | Self::BadParams(text)
            | Self::HeaderMismatch(text)
            | Self::BadSession(text)
            | Self::UnsupportedVersion(text)
            | Self::UnknownTool(text)
            | Self::UnknownPrompt(text)
            | Self::UnknownResource(text)
            | Self::BadArguments(text)
            | Self::BadMeaning(text)
            | Self::BadAnswer(text)
            | Self::Limited { text, .. }
            | Self::KeyReused(text)
            | Self::OutcomeUnknown(text)
            | Self::Declined(text)
            | Self::NeedsApproval(text)
            | Self::Unavailable(text)
            | Self::NotRecorded(text)
            | Self::Internal(text) => {
                if let Cow::Owned(other) = other(text) {
                    *text = other;
                }
            }
            Self::MissingCapability(_)
            | Self::Forbidden(_)
            | Self::UnknownSession
            | Self::BadState
            | Self::TimedOut
            | Self::Cancelled
            | Self::Busy => {}
        }
        self
    }
}

const fn caller(code: i32, status: u16) -> Row {
    row(code, status, false, Blame::Caller)
}

const fn row(code: i32, status: u16, for_the_model: bool, blame: Blame) -> Row {
    Row {
        code,
        status,
        for_the_model,
        blame,
    }
}
