//! What can be called, and under which rules: tools, as data.

use serde_json::{Map, Value};

use crate::{Icon, Policy, Principal};

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

/// Who may use a target. The default lets everybody in.
///
/// Whoever lacks a scope is told which ones are needed, and can come back with them. For whoever is kept out by
/// role or client the target does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Whether it is only for callers who are known, whatever they hold.
    pub known: bool,
    /// The scopes that a caller must hold, all of them.
    pub scopes: Vec<String>,
    /// The roles of which a caller must be in one; none of them means any.
    pub roles: Vec<String>,
    /// The programs of which one must be calling; none of them means any. An id, or the host of ids that are URLs
    /// (Client ID Metadata Documents).
    pub clients: Vec<String>,
}

impl Access {
    /// For callers who hold this scope.
    #[must_use]
    pub fn scope(scope: &str) -> Self {
        Self {
            scopes: vec![scope.to_owned()],
            ..Self::default()
        }
    }

    /// Adds names to a list of them. A list that names nobody must not let everybody in: it gets a name that no
    /// catalogue takes.
    pub(crate) fn name<'a>(list: &mut Vec<String>, names: impl IntoIterator<Item = &'a str>) {
        list.extend(names.into_iter().map(str::to_owned));
        if list.is_empty() {
            list.push(String::new());
        }
    }

    /// What is wrong with it: a name that nobody can have.
    pub(crate) fn problems(&self) -> impl Iterator<Item = String> {
        let is_blank = |names: &[String]| names.iter().any(|name| name.trim().is_empty());
        let lists = [("role", &self.roles), ("client", &self.clients)];
        let blank = lists.into_iter().filter(move |(_, names)| is_blank(names));
        let blank = blank.map(|(what, _)| {
            format!("a list of {what}s that names nobody: name a {what}, or leave the list out")
        });
        let odd = self.scopes.iter().filter(|scope| !is_scope(scope));
        let odd = odd.map(|scope| {
            format!(
                "the scope `{scope}` is none: a scope is printable ASCII without spaces, \" and \\"
            )
        });
        blank.chain(odd)
    }

    /// Whether it is for everybody, known or not.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !self.known && self.scopes.is_empty() && self.roles.is_empty() && self.clients.is_empty()
    }
}

/// Whether it is a scope (RFC 6749, 3.3), which a challenge can name.
fn is_scope(text: &str) -> bool {
    let is_part = |byte: u8| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~');
    !text.is_empty() && text.bytes().all(is_part)
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
    /// How it is shown to some callers instead: the first that a caller is in the role of.
    pub faces: Vec<Face>,
    /// Its rules.
    pub policy: Policy,
}

/// A tool as callers in one role see it. What it does and under which rules stays the same.
#[derive(Clone, Debug)]
pub struct Face {
    /// The role.
    pub role: String,
    /// What it does, for a model to read, if other than for everybody.
    pub description: Option<String>,
    /// JSON Schema of the arguments, if other than for everybody.
    pub input: Option<Value>,
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
            faces: Vec::new(),
            policy: Policy::default(),
        }
    }

    /// The tool as this face of it shows it.
    pub(crate) fn faced(&self, face: &Face) -> Self {
        let mut tool = self.clone();
        if let Some(description) = &face.description {
            tool.description.clone_from(description);
        }
        if let Some(input) = &face.input {
            tool.input.clone_from(input);
        }
        tool
    }
}

impl Face {
    /// What callers in this role see, so far as everybody does.
    #[must_use]
    pub fn new(role: &str) -> Self {
        Self {
            role: role.to_owned(),
            description: None,
            input: None,
        }
    }

    /// The same, with another description.
    #[must_use]
    pub fn description(mut self, text: &str) -> Self {
        self.description = Some(text.to_owned());
        self
    }

    /// The same, with another JSON Schema of the arguments. What it lets through is what the tool gets.
    #[must_use]
    pub fn input(mut self, schema: Value) -> Self {
        self.input = Some(schema);
        self
    }

    /// Which of a tool's faces a caller sees, by the roles that they are for, in their order. Whoever holds all
    /// sees the tool itself: being in every role, it would else see whichever stands first.
    pub(crate) fn seen<'a>(
        mut roles: impl Iterator<Item = &'a str>,
        principal: &Principal,
    ) -> Option<usize> {
        if principal.holds_all() {
            return None;
        }
        roles.position(|role| principal.is_in(role))
    }
}
