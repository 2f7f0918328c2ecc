//! What came of a call that the road let through.

use serde_json::{Map, Value};

use crate::{Ask, Content, Contents, Message};

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It ran to its end. A tool that failed has ended too, and the model should read why.
    Done(Output),
    /// The caller must answer, then call again with the answers and the state.
    NeedsInput {
        /// What is asked, each under its key.
        asks: Vec<Ask>,
        /// Sealed; comes back with the answers.
        state: String,
    },
}

/// What the target said.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A tool's result.
    Tool(Reported),
    /// What stands in a resource; several for a folder.
    Resource(Vec<Contents>),
    /// A prompt, filled in.
    Prompt {
        /// What it is for.
        description: Option<String>,
        /// The messages.
        messages: Vec<Message>,
    },
    /// Suggestions, the best first, at most 100.
    Completion {
        /// The suggestions.
        values: Vec<String>,
        /// How many there are in all, when that is known.
        total: Option<u64>,
    },
}

impl Output {
    /// Whether it is that of a tool that failed.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Tool(reported) if reported.is_error)
    }

    /// How many bytes the caller reads of it: its texts, and what its pictures, sounds and blobs were before
    /// they were encoded. Data that says a tool's text once more is not counted.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let bytes: usize = match self {
            Self::Tool(reported) => reported.content.iter().map(Content::bytes).sum(),
            Self::Resource(contents) => contents.iter().map(Contents::bytes).sum(),
            Self::Prompt { messages, .. } => {
                let contents = messages.iter().map(|message| &message.content);
                contents.map(Content::bytes).sum()
            }
            Self::Completion { values, .. } => values.iter().map(String::len).sum(),
        };
        bytes as u64
    }
}

/// A tool's result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reported {
    /// What the model reads.
    pub content: Vec<Content>,
    /// The same as data. Checked against the tool's output schema.
    pub structured: Option<Value>,
    /// Whether the tool failed.
    pub is_error: bool,
    /// `_meta` of the result.
    pub meta: Option<Map<String, Value>>,
}

impl Reported {
    /// A plain text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            content: vec![Content::Text(text.into())],
            ..Self::default()
        }
    }

    /// A failure, in words that let the model do better next time.
    #[must_use]
    pub fn error(text: impl Into<String>) -> Self {
        Self {
            is_error: true,
            ..Self::text(text)
        }
    }
}
