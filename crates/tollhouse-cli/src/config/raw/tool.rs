//! What is said of a tool.

use schemars::JsonSchema;
use serde_json::Number;

use super::{Amount, Detail, TextOrTexts};
use crate::config::{
    fields::Named,
    files::{Said, Span},
};

/// What a model can call.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Tool {
    /// The source it belongs to.
    #[schemars(required)]
    pub(crate) source: Option<Said<String>>,
    /// The name that people read.
    pub(crate) title: Option<Said<String>>,
    /// What it does, for a model to choose by: a text, or its parts.
    #[schemars(required)]
    pub(crate) description: Option<Description>,
    /// The statement. `:name` is the parameter of that name: bound, never put into the text.
    #[schemars(required)]
    pub(crate) sql: Option<Said<String>>,
    /// The parameters, by the names that the statement and models know them by.
    #[schemars(with = "Option<std::collections::BTreeMap<String, Param>>")]
    pub(crate) params: Named<Param>,
    /// What it does to the data. Needed for statements that write; others read.
    pub(crate) effect: Option<Said<Effect>>,
    /// The scope, or scopes, that a caller must hold, where callers sign in; `any` is for whoever does.
    #[schemars(with = "Option<TextOrTexts>")]
    pub(crate) scope: Option<Vec<Said<String>>>,
    /// The roles of which a caller must be in one. For others it is not there.
    pub(crate) roles: Option<Vec<Said<String>>>,
    /// The programs that may use it, by the ids that they sign in with, or the hosts of such. For others it is not there.
    pub(crate) clients: Option<Vec<Said<String>>>,
    /// How callers in a role see it instead: the first of these that somebody is in.
    #[schemars(
        rename = "for",
        with = "Option<std::collections::BTreeMap<String, Face>>"
    )]
    pub(crate) faces: Named<Face>,
    /// What it gives back. Else `many`.
    pub(crate) returns: Option<Said<Returns>>,
    /// For a statement that writes: a query before it, in the same transaction. If it gives a row, its one column
    /// tells the model why nothing was done.
    pub(crate) unless: Option<Said<String>>,
    /// URIs of resources that are other ones after a success. `{name}` stands for a parameter.
    pub(crate) changes: Option<Vec<Said<String>>>,
    /// What a model reads when there is no row. `{name}` stands for a parameter.
    pub(crate) not_found: Option<Said<String>>,
    /// Columns whose text is JSON, to be given back as such.
    pub(crate) json: Option<Vec<Said<String>>>,
    /// How long one call may take: `500ms`, `5s`, `1m`. Else 25 seconds.
    pub(crate) deadline: Option<Said<String>>,
    /// How often one caller may call it, for example `20/min`, or `off`. Else as often as `[limits]` says.
    pub(crate) calls: Option<Said<String>>,
    /// How many calls of it may run at once, or `off`. Else as many as come.
    #[schemars(with = "Option<Amount>")]
    pub(crate) concurrent: Option<Said<Amount>>,
    /// How many calls one counts as. Else 1.
    pub(crate) weight: Option<Said<u64>>,
    /// Whether callers with the same rights who ask the same at the same time share one run. Only for what reads.
    pub(crate) shared: Option<Said<bool>>,
    /// Who has to say yes before it runs. Else `client` for what is destructive, and `none` for the rest.
    #[schemars(with = "Option<ConfirmForm>")]
    pub(crate) confirm: Option<Confirm>,
    /// Whether calls carry a key that tells a second attempt from a new call. Else `optional` for what writes.
    pub(crate) request_id: Option<Said<RequestId>>,
    /// The argument that carries the key. Else `clientRequestId`, which the tool gets by itself; a parameter of this name
    /// is taken as it is.
    pub(crate) request_id_argument: Option<Said<String>>,
    /// For how long calls with the same arguments and without a key are the same call: `30s`, `10m`.
    pub(crate) dedupe_window: Option<Said<String>>,
    /// Whether the key is kept in the same database, in the same transaction as what the tool changes. `tollhouse migrate`
    /// makes the table for it.
    pub(crate) exactly_once: Option<Said<bool>>,
    /// How many tokens a result has at most. Else what `[limits]` says.
    pub(crate) result_tokens: Option<Said<u64>>,
    /// The only fields of each row that are given.
    pub(crate) pick: Option<Vec<Said<String>>>,
    /// Fields of each row that are left out.
    pub(crate) drop: Option<Vec<Said<String>>>,
    /// The form of the text that a model reads. Else `json`.
    pub(crate) format: Option<Said<Form>>,
    /// Rows put together, with sums.
    pub(crate) rollup: Option<Rollup>,
    /// Whether somebody else may have written what it gives: `true` for all of it, or the names of fields.
    #[schemars(with = "Option<Untrusted>")]
    pub(crate) untrusted: Option<Said<Untrusted>>,
    /// Whether a person has to say yes to it after its caller has read what is not trusted.
    pub(crate) privileged: Option<Said<bool>>,
    /// What becomes of characters that nobody sees. Else `clean`.
    pub(crate) unicode: Option<Said<Unicode>>,
    /// Hosts to which links in what is not trusted may lead.
    pub(crate) link_hosts: Option<Vec<Said<String>>>,
    /// What of its arguments and results is written down. Else what `[audit]` says.
    pub(crate) audit: Option<Payloads>,
}

/// Who has to say yes, and what is asked.
#[derive(Debug)]
pub(crate) struct Confirm {
    /// Who.
    pub(crate) by: Option<Said<Confirmer>>,
    /// What is asked.
    pub(crate) ask: Option<Said<String>>,
}

/// A word, or a table.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is of use")]
pub(crate) enum ConfirmForm {
    /// Who.
    By(Confirmer),
    /// Who, and what is asked.
    Table(ConfirmTable),
}

/// Who has to say yes, and what is asked.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of use")]
pub(crate) struct ConfirmTable {
    /// Who.
    by: Option<Confirmer>,
    /// What is asked; `{name}` stands for a parameter.
    ask: Option<String>,
}

/// Who says yes to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Confirmer {
    /// Nobody is asked.
    None,
    /// The user, through their client. Where a client cannot ask, a person as with `human`.
    Client,
    /// A person, where neither the model nor the client has its hands: `tollhouse approvals`.
    Human,
}

/// Whether calls carry a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum RequestId {
    /// They may.
    Optional,
    /// They must.
    Required,
    /// They cannot.
    None,
}

/// The form of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Form {
    /// JSON.
    Json,
    /// A table in Markdown.
    Markdown,
    /// Comma-separated values.
    Csv,
}

/// Rows put together.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Rollup {
    /// The fields of which every combination gets one row.
    #[schemars(required)]
    pub(crate) by: Option<Vec<Said<String>>>,
    /// The fields that are added up.
    pub(crate) sum: Option<Vec<Said<String>>>,
}

/// What somebody else may have written.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Untrusted {
    /// All or nothing.
    All(bool),
    /// What stands in these fields.
    Fields(Vec<String>),
}

/// What becomes of characters that nobody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Unicode {
    /// They are taken out, unless a script needs them.
    Clean,
    /// They stay.
    Keep,
}

/// What of arguments and results is written down.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Payloads {
    /// Of the arguments.
    pub(crate) arguments: Option<Said<Detail>>,
    /// Of the result.
    pub(crate) results: Option<Said<Detail>>,
}

/// How callers in one role see a tool.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Face {
    /// What it does for them. Else what it does for everybody.
    pub(crate) description: Option<Description>,
    /// Parameters that they have besides, or with other rules. Where others have none of this name, it is optional or
    /// has a default.
    #[schemars(with = "Option<std::collections::BTreeMap<String, Param>>")]
    pub(crate) params: Named<Param>,
}

/// A tool's description.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Description {
    /// The whole text.
    Whole(Said<String>),
    /// Its parts, which are put together in the same order for every tool.
    Parts(Parts),
}

/// A description in parts.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Parts {
    /// What the tool does.
    #[schemars(required)]
    pub(crate) text: Option<Said<String>>,
    /// When to use it.
    pub(crate) use_when: Option<Said<String>>,
    /// When not to, and what to use instead.
    pub(crate) avoid_when: Option<Said<String>>,
    /// What it gives back.
    pub(crate) returns: Option<Said<String>>,
    /// What a user may say that calls for it.
    pub(crate) examples: Option<Vec<Said<String>>>,
    /// Where it stands.
    #[schemars(skip)]
    pub(crate) span: Span,
}

/// A parameter of a tool. It must be given, unless it is optional or has a default.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Param {
    /// Its type. Else `string`.
    #[schemars(rename = "type")]
    pub(crate) kind: Option<Said<Type>>,
    /// What it means, for a model.
    pub(crate) description: Option<Said<String>>,
    /// The values that it takes.
    #[schemars(rename = "enum", with = "Option<Vec<Scalar>>")]
    pub(crate) allowed: Option<Vec<Said<serde_json::Value>>>,
    /// The smallest number that it takes.
    #[schemars(with = "Option<f64>")]
    pub(crate) min: Option<Said<Number>>,
    /// The largest number that it takes.
    #[schemars(with = "Option<f64>")]
    pub(crate) max: Option<Said<Number>>,
    /// How many characters it has at least.
    pub(crate) min_length: Option<Said<u64>>,
    /// How many characters it has at most. Else a text has at most 64 KiB.
    pub(crate) max_length: Option<Said<u64>>,
    /// A regular expression that it fits.
    pub(crate) pattern: Option<Said<String>>,
    /// What it is when it is not given.
    #[schemars(with = "Option<Scalar>")]
    pub(crate) default: Option<Said<serde_json::Value>>,
    /// Whether it may be left out. The statement then sees NULL.
    pub(crate) optional: Option<Said<bool>>,
    /// A column that must have the value, as `table.column`. If it does not, the model reads what is close.
    pub(crate) exists_in: Option<Said<String>>,
}

/// A text, a number, or true or false.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is of use")]
pub(crate) enum Scalar {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Type {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false; the statement sees 1 or 0.
    Boolean,
}

/// What a tool does to the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Effect {
    /// Changes nothing; it runs on a connection that cannot write.
    Read,
    /// Changes something that can be changed back.
    Write,
    /// Changes something for good.
    Destructive,
}

/// What a tool gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Returns {
    /// One row, as an object; none is a failure that says `not_found`.
    One,
    /// Rows as objects, and whether that was all.
    Many,
    /// Rows as lists below one list of columns: fewer tokens when there are many rows.
    Table,
    /// The one column of one row, as plain text.
    Text,
}
