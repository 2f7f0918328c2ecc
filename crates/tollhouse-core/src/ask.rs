//! What a call may ask of its caller, and what the caller's client must be able to do for it.

use std::collections::BTreeMap;

use serde_json::Value;

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

    /// What this set has and `other` lacks.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

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
