//! What a call may ask of its caller, and what the caller's client must be able to do for it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::schema::form;

/// Under which key the road asks for a yes.
pub(crate) const CONFIRM: &str = "tollhouse.confirm";
/// Keys that begin so are the road's own.
pub(crate) const RESERVED: &str = "tollhouse.";

/// Something that a client can do for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Capability {
    /// Show a form to the user.
    Form = 1,
    /// Open a page for the user.
    Url = 1 << 1,
    /// Ask the user's model.
    Sampling = 1 << 2,
    /// Ask the user's model, with tools.
    SamplingTools = 1 << 3,
    /// Ask the user's model, with context of other servers.
    SamplingContext = 1 << 4,
    /// Tell which folders the user works in.
    Roots = 1 << 5,
}

/// A set of [`Capability`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(u8);

impl Capabilities {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// This set and one more.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Self {
        Self(self.0 | capability as u8)
    }

    /// Whether the set has this one.
    #[must_use]
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & capability as u8 != 0
    }

    /// What either set has.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The set with this one and nothing else, if it has it.
    #[must_use]
    pub const fn only(self, capability: Capability) -> Self {
        Self(self.0 & capability as u8)
    }

    /// What this set has and `other` lacks.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What each of the set is called in the protocol.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let names = NAMES.iter().filter(|(capability, _)| self.has(*capability));
        names.map(|(_, name)| *name).collect()
    }

    /// The set as bits, each with the value of its [`Capability`].
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

const NAMES: [(Capability, &str); 6] = [
    (Capability::Form, "elicitation.form"),
    (Capability::Url, "elicitation.url"),
    (Capability::Sampling, "sampling"),
    (Capability::SamplingTools, "sampling.tools"),
    (Capability::SamplingContext, "sampling.context"),
    (Capability::Roots, "roots"),
];

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// A form for the user. Never for passwords, keys or card data: use [`Question::Url`].
    Form {
        /// What the user reads.
        message: String,
        /// JSON Schema of the answer: an object of flat fields.
        schema: Value,
    },
    /// A page for the user; accepting only means that it was opened.
    Url {
        /// What the user reads.
        message: String,
        /// Where to go. No secrets, no personal data.
        url: String,
    },
    /// A question to the user's model: the parameters of `sampling/createMessage`.
    Sampling(Value),
    /// Which folders the user works in. Informational, not a boundary.
    Roots,
}

impl Question {
    /// What the client must be able to do to answer.
    #[must_use]
    pub fn needs(&self) -> Capabilities {
        let none = Capabilities::NONE;
        match self {
            Self::Form { .. } => none.with(Capability::Form),
            Self::Url { .. } => none.with(Capability::Url),
            Self::Roots => none.with(Capability::Roots),
            Self::Sampling(params) => {
                let mut needs = none.with(Capability::Sampling);
                if params.get("tools").is_some() || params.get("toolChoice").is_some() {
                    needs = needs.with(Capability::SamplingTools);
                }
                let context = params.get("includeContext").and_then(Value::as_str);
                if context.is_some_and(|wanted| wanted != "none") {
                    needs = needs.with(Capability::SamplingContext);
                }
                needs
            }
        }
    }

    /// Why it cannot be asked, one sentence each, for whoever wrote it.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        match self {
            Self::Form { schema, .. } => form::problems(schema),
            Self::Url { url, .. } => url_problem(url).into_iter().collect(),
            Self::Sampling(params) => sampling_problems(params),
            Self::Roots => Vec::new(),
        }
    }
}

/// Whether a user can be sent there: encrypted unless it is this machine, and nobody signed in by the link
/// (MCP 2026-07-28, "Elicitation").
fn url_problem(url: &str) -> Option<String> {
    let bad = |why: &str| Some(format!("the URL `{url}` {why}"));
    let is_plain = |c: char| c.is_ascii_graphic() && !r#""<>\^`{|}"#.contains(c);
    let Some((scheme, rest)) = url.split_once("://").filter(|_| url.chars().all(is_plain)) else {
        return bad("is not an absolute one");
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
        _ => authority,
    };
    let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    match scheme {
        _ if authority.contains('@') => bad("carries a name or a password"),
        _ if host.is_empty() => bad("names no host"),
        "https" => None,
        "http" if is_here => None,
        _ => bad("must be https"),
    }
}

fn sampling_problems(params: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let messages = params.get("messages").and_then(Value::as_array);
    let is_message =
        |message: &Value| message.get("role").is_some() && message.get("content").is_some();
    if !messages.is_some_and(|messages| messages.iter().all(is_message)) {
        problems.push("`messages` is a list of messages, each with role and content".to_owned());
    }
    if params.get("maxTokens").and_then(Value::as_u64).is_none() {
        problems.push("`maxTokens` is a whole number".to_owned());
    }
    problems
}

/// One question, under the key that its answer comes back with.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// Unique within the call, and the same each time the call runs.
    pub key: String,
    /// What is asked.
    pub question: Question,
}

/// What the caller has answered, by the keys of the asks. Not yet checked.
pub type Answers = BTreeMap<String, Value>;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Question;

    fn url(url: &str) -> Vec<String> {
        let message = "?".to_owned();
        let url = url.to_owned();
        Question::Url { message, url }.problems()
    }

    #[test]
    fn t95_t97_t98_users_are_sent_to_safe_pages_only() {
        for good in [
            "https://example.com/approve/1?a=b#c",
            "https://example.com",
            "https://example.com:8443/@user",
            "http://localhost:8080/x",
            "http://127.0.0.1/x",
            "http://[::1]:80",
        ] {
            assert_eq!(url(good), [""; 0], "{good}");
        }
        for bad in [
            "",
            "example.com",
            "/approve",
            "https://",
            "https:///x",
            "https://:443",
            "http://example.com/",
            "http://localhost.example.com/",
            "https://user:secret@example.com/",
            "https://user@example.com/",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://example.com/a b",
            "https://example.com/\u{202e}",
        ] {
            assert_eq!(url(bad).len(), 1, "{bad}");
        }
    }

    #[test]
    fn t102_a_question_to_the_model_is_whole() {
        let messages = json!([{"role": "user", "content": {"type": "text", "text": "?"}}]);
        let good = json!({"messages": messages, "maxTokens": 9});
        assert_eq!(Question::Sampling(good).problems(), [""; 0]);
        let bad = json!({"messages": ["?"], "maxTokens": "9"});
        assert_eq!(Question::Sampling(bad).problems().len(), 2);
    }
}
