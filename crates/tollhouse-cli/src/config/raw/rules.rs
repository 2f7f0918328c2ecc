//! What is said of every call.

use schemars::JsonSchema;

use crate::config::files::Said;

/// How often anything may be called, and how much of a result is given. What is left out has a usual limit.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Limits {
    /// Calls of one tool that reads, by one caller. Else `60/min`.
    pub(crate) calls: Option<Said<String>>,
    /// Calls of one tool that writes, by one caller. Else `30/min`.
    pub(crate) writes: Option<Said<String>>,
    /// Calls of one tool that is destructive, by one caller. Else `5/min`.
    pub(crate) destructive: Option<Said<String>>,
    /// Calls of all tools, by one key or sign-in. Else `100/min`.
    pub(crate) key: Option<Said<String>>,
    /// Calls in one session. Else as many as come.
    pub(crate) session: Option<Said<String>>,
    /// Calls of all callers. Else as many as come.
    pub(crate) all: Option<Said<String>>,
    /// Rows given to one key or sign-in. Else `10000/min`.
    pub(crate) rows: Option<Said<String>>,
    /// Calls of one caller that run at once. Else 32.
    #[schemars(with = "Option<Amount>")]
    pub(crate) concurrent: Option<Said<Amount>>,
    /// The same call in one turn: calls with less than half a minute between them. Else 20.
    #[schemars(with = "Option<Amount>")]
    pub(crate) identical: Option<Said<Amount>>,
    /// Calls in one turn from which on the log tells. Else 50.
    #[schemars(with = "Option<Amount>")]
    pub(crate) turn: Option<Said<Amount>>,
    /// How many tokens a result has at most, at four bytes each. Else 8000; below 25000.
    pub(crate) result_tokens: Option<Said<u64>>,
}

/// A number, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Amount {
    /// At most so many.
    Most(u64),
    /// `off`: as many as come.
    Off(#[schemars(with = "String")] ()),
}

/// Calls that wait for somebody's yes.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Approval {
    /// How long a call waits: `30s`, `15m`. Else 15 minutes.
    pub(crate) expires: Option<Said<String>>,
    /// A URL that is told, by POST, when a call begins to wait.
    pub(crate) webhook: Option<Said<String>>,
    /// What is sent there is signed with: `${NAME}`.
    pub(crate) webhook_secret: Option<Said<String>>,
    /// Whether it is told the question and the arguments too. Else `false`.
    pub(crate) webhook_arguments: Option<Said<bool>>,
}

/// What follows from reading what is not trusted.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Taint {
    /// For how long privileged tools need a yes after that: `30m`. Else an hour.
    pub(crate) lasts: Option<Said<String>>,
    /// Whether they are refused without a yes; else only the log tells. Else `true`.
    pub(crate) enforce: Option<Said<bool>>,
}

/// What is written down of every call.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Audit {
    /// Whether anything is. Else `true`.
    pub(crate) enabled: Option<Said<bool>>,
    /// How much of the arguments. Else `redacted`.
    pub(crate) arguments: Option<Said<Detail>>,
    /// How much of the results. Else `hash`.
    pub(crate) results: Option<Said<Detail>>,
    /// For how long: `30d`, or `forever`, which is until it is more than `size`. Else `90d`.
    pub(crate) keep: Option<Said<String>>,
    /// How large it may grow: `512MiB`. Else 1 GiB. The oldest goes first.
    pub(crate) size: Option<Said<String>>,
    /// Where it goes besides.
    pub(crate) sink: Option<Sink>,
}

/// How much of something is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Detail {
    /// Nothing.
    None,
    /// A digest with salt, which proves what it was to whoever still has it.
    Hash,
    /// All but what looks like a secret.
    Redacted,
    /// All of it, but for secrets that the server knows.
    Full,
}

/// Where the audit goes besides.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Sink {
    /// A file, relative to this one, to which lines of JSON are added.
    pub(crate) file: Option<Said<String>>,
    /// The socket of a syslog, for example `/dev/log`.
    pub(crate) syslog: Option<Said<String>>,
    /// A URL to which lines of JSON are sent.
    pub(crate) url: Option<Said<String>>,
}

/// What is never shown.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Redact {
    /// Names of fields whose values are masked in logs, the audit and telemetry besides the usual ones; `*` stands for
    /// anything.
    pub(crate) fields: Option<Vec<Said<String>>>,
    /// Whether what looks like a secret, and what stands in those fields, is masked in results too. Else `false`: there,
    /// only secrets that the server knows.
    pub(crate) results: Option<Said<bool>>,
}
