//! What can be called, and under which rules: tools, as data.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{Capabilities, Icon};

/// What a tool does to the world. The listed annotations follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Changes something that can be changed back.
    Write,
    /// Changes something for good.
    Destroy,
}

/// The resolved rules of one target.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The scope that a caller must hold; `None` lets everybody in.
    pub scope: Option<String>,
    /// How long one call may take.
    pub deadline: Duration,
    /// What the caller's client must be able to do, or the call is refused before it starts.
    pub needs: Capabilities,
}

impl Default for Policy {
    /// No scope, no needs, 25 seconds: many clients give up near 30.
    fn default() -> Self {
        Self {
            scope: None,
            deadline: Duration::from_secs(25),
            needs: Capabilities::NONE,
        }
    }
}

/// One tool.
#[derive(Clone, Debug)]
pub struct Tool {
    /// The name that clients use: 1 to 64 of `[A-Za-z0-9_.-]`.
    pub name: String,
    /// The name that people read.
    pub title: Option<String>,
    /// What it does and when to use it, for a model to read.
    pub description: String,
    /// JSON Schema (2020-12) of the arguments; its root is an object. Listed as it is.
    pub input: Value,
    /// JSON Schema of the structured result, if it has one.
    pub output: Option<Value>,
    /// What it does to the world.
    pub effect: Effect,
    /// Whether calling it twice with the same arguments is the same as calling it once.
    pub idempotent: bool,
    /// Whether it reaches beyond the server's own data.
    pub open_world: bool,
    /// Pictures of it.
    pub icons: Vec<Icon>,
    /// `_meta`, listed as it is.
    pub meta: Option<Map<String, Value>>,
    /// Its rules.
    pub policy: Policy,
}

impl Tool {
    /// A tool with this name, description and input schema; it writes, and has the default rules.
    #[must_use]
    pub fn new(name: &str, description: &str, input: Value) -> Self {
        Self {
            name: name.to_owned(),
            title: None,
            description: description.to_owned(),
            input,
            output: None,
            effect: Effect::Write,
            idempotent: false,
            open_world: false,
            icons: Vec::new(),
            meta: None,
            policy: Policy::default(),
        }
    }
}
