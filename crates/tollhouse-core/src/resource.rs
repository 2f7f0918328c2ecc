//! What can be read and what can be filled in: resources, templates and prompts, as data.

use crate::{Annotations, Icon, Policy, content::Meta};

/// One resource with a fixed URI.
#[derive(Clone, Debug, Default)]
pub struct Resource {
    /// Where it stands: an absolute URI.
    pub uri: String,
    /// Its name.
    pub name: String,
    /// The name that people read.
    pub title: Option<String>,
    /// What it holds.
    pub description: Option<String>,
    /// Its media type.
    pub mime_type: Option<String>,
    /// Its size in bytes.
    pub size_bytes: Option<u64>,
    /// Pictures of it.
    pub icons: Vec<Icon>,
    /// For whom it is, and how much it matters.
    pub annotations: Annotations,
    /// `_meta`, listed as it is.
    pub meta: Meta,
    /// Its rules.
    pub policy: Policy,
}

impl PartialEq for Resource {
    /// The same resource is the one under the same URI.
    fn eq(&self, other: &Self) -> bool {
        self.uri == other.uri
    }
}

/// Resources whose URIs follow a pattern (RFC 6570, level 1 and `{+name}`).
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// The pattern, for example `orders://{id}`.
    pub uri_template: String,
    /// Its name.
    pub name: String,
    /// The name that people read.
    pub title: Option<String>,
    /// What the resources hold.
    pub description: Option<String>,
    /// Their media type, if they have the same.
    pub mime_type: Option<String>,
    /// Pictures of them.
    pub icons: Vec<Icon>,
    /// For whom they are, and how much they matter.
    pub annotations: Annotations,
    /// `_meta`, listed as it is.
    pub meta: Meta,
    /// The variables for which the source has suggestions.
    pub completes: Vec<String>,
    /// Its rules.
    pub policy: Policy,
}

/// One argument of a prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The name that people read.
    pub title: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// Whether the prompt needs it.
    pub required: bool,
    /// Whether the source has suggestions for it.
    pub completes: bool,
}

/// One prompt.
#[derive(Clone, Debug, Default)]
pub struct Prompt {
    /// The name that clients use.
    pub name: String,
    /// The name that people read.
    pub title: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What can be filled in; the values are text.
    pub parameters: Vec<Parameter>,
    /// Pictures of it.
    pub icons: Vec<Icon>,
    /// `_meta`, listed as it is.
    pub meta: Meta,
    /// Its rules.
    pub policy: Policy,
}
