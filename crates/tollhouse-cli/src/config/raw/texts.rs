//! What is said of resources and prompts.

use schemars::JsonSchema;

use super::{Returns, TextOrTexts, Unicode};
use crate::config::{
    fields::Named,
    files::{Said, Span},
};

/// What clients can read: a text, a file, or what a query gives.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Resource {
    /// Where it stands: `orders://recent`. With variables, `orders://{id}`, it stands for many.
    #[schemars(required)]
    pub(crate) uri: Option<Said<String>>,
    /// The name that people read.
    pub(crate) title: Option<Said<String>>,
    /// What it holds.
    pub(crate) description: Option<Said<String>>,
    /// Its media type. Else what the file's name or `returns` says.
    pub(crate) mime_type: Option<Said<String>>,
    /// The text itself.
    pub(crate) text: Option<Said<String>>,
    /// A file, relative to this one, as it is when it is read.
    pub(crate) file: Option<Said<String>>,
    /// The source of `sql`.
    pub(crate) source: Option<Said<String>>,
    /// A query. `:name` is the variable of that name in `uri`.
    pub(crate) sql: Option<Said<String>>,
    /// What the query gives back. Else `many`.
    pub(crate) returns: Option<Said<Returns>>,
    /// Columns whose text is JSON, to be given back as such.
    pub(crate) json: Option<Vec<Said<String>>>,
    /// The scope, or scopes, that a caller must hold, where callers sign in; `any` is for whoever does.
    #[schemars(with = "Option<TextOrTexts>")]
    pub(crate) scope: Option<Vec<Said<String>>>,
    /// The roles of which a caller must be in one. For others it is not there.
    pub(crate) roles: Option<Vec<Said<String>>>,
    /// The programs that may use it, by the ids that they sign in with, or the hosts of such. For others it is not there.
    pub(crate) clients: Option<Vec<Said<String>>>,
    /// Whether somebody else may have written it. Else what its source says.
    pub(crate) untrusted: Option<Said<bool>>,
    /// What becomes of characters that nobody sees. Else `clean`, or what its source says.
    pub(crate) unicode: Option<Said<Unicode>>,
    /// Hosts to which links in it may lead, if it is not trusted. Else what its source says.
    pub(crate) link_hosts: Option<Vec<Said<String>>>,
    /// The variables in `uri`, by their names: what may be suggested for them.
    #[schemars(with = "Option<std::collections::BTreeMap<String, Argument>>")]
    pub(crate) args: Named<Argument>,
    /// Where it stands in the file.
    #[schemars(skip)]
    pub(crate) span: Span,
}

/// What users can begin with: messages with places to be filled in.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Prompt {
    /// The name that people read.
    pub(crate) title: Option<Said<String>>,
    /// What it is for.
    pub(crate) description: Option<Said<String>>,
    /// The one message, said by the user. `{name}` stands for an argument, `{{` for a brace.
    pub(crate) text: Option<Said<String>>,
    /// A file with the text, relative to this one.
    pub(crate) file: Option<Said<String>>,
    /// Several messages, in place of `text`.
    pub(crate) messages: Option<Vec<Message>>,
    /// The scope, or scopes, that a caller must hold, where callers sign in; `any` is for whoever does.
    #[schemars(with = "Option<TextOrTexts>")]
    pub(crate) scope: Option<Vec<Said<String>>>,
    /// The roles of which a caller must be in one. For others it is not there.
    pub(crate) roles: Option<Vec<Said<String>>>,
    /// The programs that may use it, by the ids that they sign in with, or the hosts of such. For others it is not there.
    pub(crate) clients: Option<Vec<Said<String>>>,
    /// Whether somebody else may have written it.
    pub(crate) untrusted: Option<Said<bool>>,
    /// What becomes of characters that nobody sees. Else `clean`.
    pub(crate) unicode: Option<Said<Unicode>>,
    /// Hosts to which links in it may lead, if it is not trusted.
    pub(crate) link_hosts: Option<Vec<Said<String>>>,
    /// The arguments, by the names that stand in the text.
    #[schemars(with = "Option<std::collections::BTreeMap<String, Argument>>")]
    pub(crate) args: Named<Argument>,
    /// Where it stands in the file.
    #[schemars(skip)]
    pub(crate) span: Span,
}

/// One message of a prompt.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Message {
    /// Who says it. Else `user`.
    pub(crate) role: Option<Said<Role>>,
    /// What is said. `{name}` stands for an argument.
    #[schemars(required)]
    pub(crate) text: Option<Said<String>>,
}

/// Who says a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Role {
    /// The user.
    #[default]
    User,
    /// The model.
    Assistant,
}

/// An argument of a prompt, or a variable of a resource. Its value is text.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Argument {
    /// The name that people read.
    pub(crate) title: Option<Said<String>>,
    /// What it means.
    pub(crate) description: Option<Said<String>>,
    /// Whether a prompt can do without it. Nothing then stands in its place.
    pub(crate) optional: Option<Said<bool>>,
    /// The values that it takes. They are suggested, and others are refused.
    #[schemars(rename = "enum")]
    pub(crate) allowed: Option<Vec<Said<String>>>,
    /// A regular expression that it fits.
    pub(crate) pattern: Option<Said<String>>,
    /// The source of `sql`.
    pub(crate) source: Option<Said<String>>,
    /// A query for suggestions, in its first column. `:value` is what has been typed, `:name` another argument.
    pub(crate) sql: Option<Said<String>>,
}
