//! One request to run one target.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::{Answers, Capabilities, Events, Principal, fault::cut};

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A tool, by name.
    Tool(String),
    /// A resource, by URI.
    Resource(String),
    /// A prompt, by name.
    Prompt(String),
    /// Suggestions for one argument of a prompt or of a resource template.
    Completion(Box<Completion>),
}

impl Target {
    /// The name or URI that the caller gave.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Tool(name) | Self::Resource(name) | Self::Prompt(name) => name,
            Self::Completion(completion) => completion.of.name(),
        }
    }

    /// The kind, in one word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Tool(_) => "tool",
            Self::Resource(_) => "resource",
            Self::Prompt(_) => "prompt",
            Self::Completion(_) => "completion",
        }
    }

    /// The name, cut to what fits a record or a line of the log: callers choose names.
    #[must_use]
    pub fn label(&self) -> Cow<'_, str> {
        cut(self.name(), LABEL_CHARS_MAX)
    }
}

/// A request for suggestions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Whose argument: [`Target::Prompt`] by name, or [`Target::Resource`] by URI template.
    pub of: Target,
    /// Which argument.
    pub argument: String,
    /// What has been typed so far.
    pub value: String,
}

/// What an HTTP header claims about one argument (`Mcp-Param-*`), still to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The header's name behind `Mcp-Param-`, in lower case.
    pub name: String,
    /// The header's values, without surrounding white space.
    pub values: Vec<Vec<u8>>,
}

/// W3C trace context of the caller. Passed on, never trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// `traceparent`.
    pub parent: Option<String>,
    /// `tracestate`.
    pub state: Option<String>,
    /// `baggage`.
    pub baggage: Option<String>,
}

impl Trace {
    /// The id of the trace in a `traceparent`, if it is written as it should be (W3C Trace Context, 3.2).
    #[must_use]
    pub fn id(parent: &str) -> Option<&str> {
        let mut parts = parent.split('-');
        let (version, id) = (parts.next()?, parts.next()?);
        let is_hex = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        };
        let is_one = version.len() == 2 && id.len() == 32 && is_hex(version) && is_hex(id);
        (is_one && id.bytes().any(|byte| byte != b'0')).then_some(id)
    }
}

/// How a request came. It is for records; only whether it came through a pipe decides something, and that little.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The revision of the protocol that its client speaks.
    pub revision: Option<&'static str>,
    /// The request's id, as JSON.
    pub request: Option<Bytes>,
    /// Whether it came through a pipe, and not over a network.
    pub is_piped: bool,
    /// The `traceparent` of what carried it: of the HTTP request, say.
    pub carried: Option<String>,
}

/// One request to run one target.
#[derive(Debug)]
pub struct Call {
    /// Who asks.
    pub principal: Principal,
    /// For what.
    pub target: Target,
    /// With which arguments: a JSON object, empty for a resource. For suggestions, those filled in so far.
    pub args: Value,
    /// What the headers claim about the arguments; `None` where there are no headers.
    pub claims: Option<Vec<Claim>>,
    /// What the caller has answered so far.
    pub answers: Answers,
    /// The sealed state of an earlier round, as it came back.
    pub state: Option<String>,
    /// What tells it from other calls, by its caller: the same when it is sent again.
    pub key: Option<String>,
    /// What the caller's client can do.
    pub client: Capabilities,
    /// Where progress and log lines go.
    pub events: Events,
    /// The caller's trace.
    pub trace: Trace,
    /// How it came.
    pub arrival: Arrival,
    /// What tells the session that it is of from others, for records. It opens nothing.
    pub session: Option<Arc<str>>,
    /// Fires when the caller is gone or has changed its mind.
    pub cancel: CancellationToken,
}

impl Call {
    /// A call of this target without arguments, by a client that can do nothing.
    #[must_use]
    pub fn new(principal: Principal, target: Target) -> Self {
        Self {
            principal,
            target,
            args: Value::Object(Map::new()),
            claims: None,
            answers: Answers::new(),
            state: None,
            key: None,
            client: Capabilities::NONE,
            events: Events::none(),
            trace: Trace::default(),
            arrival: Arrival::default(),
            session: None,
            cancel: CancellationToken::new(),
        }
    }
}

const LABEL_CHARS_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::Trace;

    #[test]
    fn only_a_well_formed_trace_has_an_id() {
        let id = "0af7651916cd43dd8448eb211c80319c";
        let parent = format!("00-{id}-b7ad6b7169203331-01");
        assert_eq!(Trace::id(&parent), Some(id));
        let zero = "0".repeat(32);
        for odd in [
            String::new(),
            id.to_owned(),
            format!("00-{zero}-b7ad6b7169203331-01"),
            parent.to_uppercase(),
            format!("00-{id}\n-b7ad6b7169203331-01"),
            format!("0-{id}-b7ad6b7169203331-01"),
        ] {
            assert_eq!(Trace::id(&odd), None, "{odd}");
        }
    }
}
