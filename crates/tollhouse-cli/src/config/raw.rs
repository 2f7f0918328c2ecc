//! What a configuration says, word by word: pure, and total. What it means is found out in `resolve`.
//!
//! To add a key, give it a field here with its text for the reference, read it in `read`, and give it a meaning in
//! `resolve`. The schema and the reference follow; a test compares fields with what is read.

use schemars::JsonSchema;
use serde_json::Number;

use super::{
    fields::Named,
    files::{Said, Span},
};

mod auth;
mod read;
mod texts;

pub(crate) use auth::{Auth, Claims, Introspection, Issuer, Lookup, Mode, Scope, TextOrTexts};
pub(crate) use texts::{Argument, Message, Prompt, Resource, Role};

/// A server as a file: where its tools come from, and what they are.
#[derive(Debug, JsonSchema)]
#[schemars(title = "Tollhouse", deny_unknown_fields)]
pub(crate) struct File {
    /// The version of the format: 1.
    pub(crate) version: Option<Said<u64>>,
    /// Other files with sources and tools, relative to this one; `*` in a file's name stands for anything.
    pub(crate) include: Option<Vec<Said<String>>>,
    /// The server as a whole. Everything in it may be left out.
    pub(crate) server: Option<Server>,
    /// Who may call. If it is left out, whoever reaches the server, and only this machine does.
    pub(crate) auth: Option<Auth>,
    /// What is told of the server while it runs.
    pub(crate) telemetry: Option<Telemetry>,
    /// Where tools come from, by names of your own.
    #[schemars(with = "Option<std::collections::BTreeMap<String, Source>>")]
    pub(crate) sources: Named<Source>,
    /// The tools, by the names that models call them by.
    #[schemars(with = "Option<std::collections::BTreeMap<String, Tool>>")]
    pub(crate) tools: Named<Tool>,
    /// What clients can read, by names of your own.
    #[schemars(with = "Option<std::collections::BTreeMap<String, Resource>>")]
    pub(crate) resources: Named<Resource>,
    /// What users can begin with, by the names that they know them by.
    #[schemars(with = "Option<std::collections::BTreeMap<String, Prompt>>")]
    pub(crate) prompts: Named<Prompt>,
    /// What only the first of several files may have, and where it stands.
    #[schemars(skip)]
    pub(crate) first_only: Vec<Said<String>>,
}

/// The server as a whole.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Server {
    /// The name that programs know it by. Else the name of the file.
    pub(crate) name: Option<Said<String>>,
    /// The name that people read.
    pub(crate) title: Option<Said<String>>,
    /// The version of your server. Else that of the program.
    pub(crate) version: Option<Said<String>>,
    /// What it is, for people who choose one.
    pub(crate) description: Option<Said<String>>,
    /// Where people read more: a URL.
    pub(crate) website: Option<Said<String>>,
    /// What a model should know about the server as a whole.
    pub(crate) instructions: Option<Said<String>>,
    /// Where HTTP is served, for example `127.0.0.1:8080`. `--http` goes before it.
    pub(crate) listen: Option<Said<String>>,
    /// The URL, or URLs, under which clients reach it: `https://tools.example.com/mcp`. Tokens are made for it.
    #[schemars(with = "Option<TextOrTexts>")]
    pub(crate) public_url: Option<Vec<Said<String>>>,
    /// Names under which the server is reached besides `localhost`, without port. Others are refused.
    pub(crate) hosts: Option<Vec<Said<String>>>,
    /// Web pages that may call the server besides those on this machine: `https://app.example.com`.
    pub(crate) origins: Option<Vec<Said<String>>>,
    /// Where keys and memories are kept, relative to this file; `memory` keeps them until the process ends. Else
    /// `.tollhouse/state.db`.
    pub(crate) state: Option<Said<String>>,
    /// Who calls where nobody signs in: the user of this machine, as statements know one by `:user.id`.
    pub(crate) local_user: Option<Said<String>>,
}

/// What is told of the server while it runs.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Telemetry {
    /// Where Prometheus reads figures, for example `127.0.0.1:9464`. Else nowhere.
    pub(crate) metrics: Option<Said<String>>,
}

/// A place that tools come from.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Source {
    /// What it is. May be left out beside a `url`, which says it.
    #[schemars(rename = "type")]
    pub(crate) kind: Option<Said<Kind>>,
    /// The database's file, relative to this file.
    pub(crate) path: Option<Said<String>>,
    /// The database as a URL, in place of `path`: `sqlite:shop.db`.
    pub(crate) url: Option<Said<String>>,
    /// A file of SQL that the database is made of when it is not there yet.
    pub(crate) seed: Option<Said<String>>,
    /// Tables to be read as resources, `db://SOURCE/TABLE`: `true` for all, or their names.
    #[schemars(with = "Option<Expose>")]
    pub(crate) expose_tables: Option<Said<Expose>>,
    /// Whose memories they are. Else `user`.
    pub(crate) owner: Option<Said<Owner>>,
    /// The time zone of the date where none is asked for. Else `Europe/Stockholm`.
    pub(crate) zone: Option<Said<String>>,
    /// The scope, or scopes, that a caller must hold for what the source offers by itself: memories, the date, exposed
    /// tables. `any` is for whoever is signed in.
    #[schemars(with = "Option<TextOrTexts>")]
    pub(crate) scope: Option<Vec<Said<String>>>,
    /// The roles of which a caller must be in one. For others it is not there.
    pub(crate) roles: Option<Vec<Said<String>>>,
    /// The programs that may use it, by the ids that they sign in with, or the hosts of such. For others it is not there.
    pub(crate) clients: Option<Vec<Said<String>>>,
    /// Whether something was wrong with `type`.
    #[schemars(skip)]
    pub(crate) is_odd: bool,
}

/// A kind of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// An SQLite file.
    Sqlite,
    /// What models are asked to remember: save_memory, search_memory and delete_memory.
    Memory,
    /// The date and time, anywhere: get_current_date.
    Date,
}

/// Which tables are resources.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Expose {
    /// All or none.
    All(bool),
    /// These.
    Tables(Vec<String>),
}

/// Whose memories they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Owner {
    /// Everybody has their own.
    #[default]
    User,
    /// All have the same.
    Shared,
}

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
