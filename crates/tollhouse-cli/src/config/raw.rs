//! What a configuration says, word by word: pure, and total. What it means is found out in `resolve`.
//!
//! To add a key, give it a field here with its text for the reference, read it in `read`, and give it a meaning in
//! `resolve`. The schema and the reference follow; a test compares fields with what is read.

use super::{fields::Named, files::Said};
use schemars::JsonSchema;

mod auth;
mod read;
mod rules;
mod texts;
mod tool;

pub(crate) use auth::{Auth, Claims, Introspection, Issuer, Lookup, Mode, Scope, TextOrTexts};
pub(crate) use rules::{Amount, Approval, Audit, Detail, Limits, Redact, Sink, Taint};
pub(crate) use texts::{Argument, Message, Prompt, Resource, Role};
pub(crate) use tool::{
    Confirm, Confirmer, Description, Effect, Face, Form, Param, Parts, Payloads, RequestId,
    Returns, Rollup, Tool, Type, Unicode, Untrusted,
};

/// A server as a file: where its tools come from, and what they are.
#[derive(Debug, JsonSchema)]
#[schemars(title = "Tollhouse", deny_unknown_fields)]
pub(crate) struct File {
    /// The version of the format: 1.
    pub(crate) version: Option<Said<u64>>,
    /// Other files with sources, tools, resources and prompts, relative to this one; `*` in a file's name stands for
    /// anything.
    pub(crate) include: Option<Vec<Said<String>>>,
    /// The server as a whole. Everything in it may be left out.
    pub(crate) server: Option<Server>,
    /// Who may call. If it is left out, whoever reaches the server, and only this machine does.
    pub(crate) auth: Option<Auth>,
    /// What is told of the server while it runs.
    pub(crate) telemetry: Option<Telemetry>,
    /// How often anything may be called, and how much of a result is given.
    pub(crate) limits: Option<Limits>,
    /// Calls that wait for somebody's yes.
    pub(crate) confirm: Option<Approval>,
    /// What follows from reading what is not trusted.
    pub(crate) taint: Option<Taint>,
    /// What is written down of every call.
    pub(crate) audit: Option<Audit>,
    /// What is never shown.
    pub(crate) redact: Option<Redact>,
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
    /// Where keys, users, memories, the audit, and whatever else outlives a call are kept, relative to this file;
    /// `memory` keeps them until the process ends. Else `.tollhouse/state.db`.
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
    /// The collector that traces and figures are sent to (OTLP over HTTP), for example `http://127.0.0.1:4318`. Else the
    /// one that `OTEL_EXPORTER_OTLP_ENDPOINT` names, or none.
    pub(crate) otlp: Option<Said<String>>,
    /// Headers for the collector, by name.
    #[schemars(with = "Option<std::collections::BTreeMap<String, String>>")]
    pub(crate) headers: Named<Said<String>>,
    /// What the collector calls this server. Else what `OTEL_SERVICE_NAME` says, or its name.
    pub(crate) service: Option<Said<String>>,
    /// The part of the calls that are traced where the caller does not say, from 0 to 1. Else all.
    #[schemars(with = "Option<f64>")]
    pub(crate) sample: Option<Said<serde_json::Number>>,
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
    /// How many calls of it may run at once; more wait. Else 64.
    pub(crate) concurrent: Option<Said<u64>>,
    /// After how many failures in a row it is left alone for a while; 0 means never. Else 10.
    pub(crate) failures: Option<Said<u64>>,
    /// For how long: `10s`. Then one call tries whether it is back. Else 10 seconds.
    pub(crate) pause: Option<Said<String>>,
    /// How often a call that reads is tried again when the database is busy. Else 2.
    pub(crate) retries: Option<Said<u64>>,
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
    /// Whether somebody else may have written what it holds: `true` for all of it, or the names of fields. Its tools,
    /// resources and exposed tables are so unless they say otherwise.
    #[schemars(with = "Option<Untrusted>")]
    pub(crate) untrusted: Option<Said<Untrusted>>,
    /// What becomes of characters that nobody sees. Else `clean`.
    pub(crate) unicode: Option<Said<Unicode>>,
    /// Hosts to which links in what is not trusted may lead.
    pub(crate) link_hosts: Option<Vec<Said<String>>>,
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
