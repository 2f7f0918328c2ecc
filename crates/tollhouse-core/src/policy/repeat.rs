//! What a call that is sent twice does, as data.

use std::time::Duration;

/// What a call that is sent twice does. With the same key and the same arguments the second is answered like the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// The argument that holds the key; `None` if there is none, so that every call is a new one unless
    /// `_meta` has a key.
    pub field: Option<String>,
    /// Whether the tool's own schema has the argument. Else it is added to the schema that is listed, and the tool
    /// does not get it.
    pub is_own: bool,
    /// Whether a call without a key is refused.
    pub is_required: bool,
    /// For how long calls with the same arguments and without a key are the same call; `None` if they never are.
    pub window: Option<Duration>,
    /// For how long an answer is kept.
    pub kept: Duration,
    /// What follows where a call began and nobody knows how it ended.
    pub doubt: Doubt,
}

/// What follows where a call with a key began and nobody knows how it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doubt {
    /// It is not run again, and its caller is told to look.
    #[default]
    Refuse,
    /// Its source is called, which finds out by itself whether it was done.
    AskSource,
}

impl Repeat {
    /// The usual name of the argument.
    pub const FIELD: &str = "clientRequestId";
}

impl Default for Repeat {
    fn default() -> Self {
        Self {
            field: Some(Self::FIELD.to_owned()),
            is_own: false,
            is_required: false,
            window: None,
            kept: Duration::from_hours(24),
            doubt: Doubt::Refuse,
        }
    }
}
