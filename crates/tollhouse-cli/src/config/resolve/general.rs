//! What holds for every call: limits, what waits for a yes, what is written down.

use std::{path::PathBuf, time::Duration};

use reqwest::Url;
use tollhouse::{Limits, Mask, Rules};

use super::{
    policy::{detail, tokens, weak},
    time::{self, Longest, Often},
};
use crate::config::{
    codes::Code,
    expand::{World, expand},
    files::Said,
    problem::Problems,
    raw,
};

mod webhook;

pub(crate) use webhook::Webhook;

/// What holds for every call, and where it is told.
#[derive(Clone, Debug, Default)]
pub(crate) struct General {
    pub(crate) rules: Rules,
    pub(crate) audit: Audit,
    /// Names of fields whose values are masked.
    pub(crate) masked: Vec<String>,
    /// Who is told of calls that wait.
    pub(crate) webhook: Option<Webhook>,
}

/// How calls are written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Audit {
    pub(crate) is_on: bool,
    pub(crate) keep: Option<Duration>,
    pub(crate) bytes_max: u64,
    pub(crate) sinks: Vec<Sink>,
}

/// Where the audit goes besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sink {
    /// To a file.
    File(PathBuf),
    /// To the socket of a syslog.
    Syslog(PathBuf),
    /// To a URL.
    Url(Said<String>),
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            is_on: true,
            keep: None,
            bytes_max: BYTES_MAX,
            sinks: Vec::new(),
        }
    }
}

/// What was said of it in several tables.
#[derive(Debug)]
pub(super) struct Saying {
    pub(super) limits: raw::Limits,
    pub(super) confirm: raw::Approval,
    pub(super) taint: raw::Taint,
    pub(super) audit: raw::Audit,
    pub(super) redact: raw::Redact,
}

impl Saying {
    pub(super) fn take(file: &mut raw::File) -> Self {
        Self {
            limits: file.limits.take().unwrap_or_default(),
            confirm: file.confirm.take().unwrap_or_default(),
            taint: file.taint.take().unwrap_or_default(),
            audit: file.audit.take().unwrap_or_default(),
            redact: file.redact.take().unwrap_or_default(),
        }
    }
}

pub(super) fn general(said: Saying, world: &World<'_>, problems: &mut Problems) -> General {
    let mut rules = Rules::default();
    limits(&mut rules, &said.limits, problems);
    if let Some(expires) = &said.confirm.expires
        && let Some(expires) = time::time(expires, Longest::WHILE, problems)
    {
        rules.approval = expires;
    }
    taint(&mut rules, &said.taint, problems);
    if let Some(said) = &said.audit.arguments {
        rules.written.arguments = detail(said);
    }
    if let Some(said) = &said.audit.results {
        rules.written.results = detail(said);
    }
    if said.redact.results.is_some_and(|said| said.value) {
        rules.mask = Mask::All;
    }
    General {
        rules,
        webhook: webhook::webhook(said.confirm, world, problems),
        audit: audit(said.audit, world, problems),
        masked: said
            .redact
            .fields
            .into_iter()
            .flatten()
            .map(|said| said.value)
            .collect(),
    }
}

fn limits(rules: &mut Rules, said: &raw::Limits, problems: &mut Problems) {
    let Limits {
        key,
        reads,
        writes,
        destroys,
        all,
        session,
        rows,
        concurrent,
        identical,
        turn,
    } = &mut rules.limits;
    for (said, limit) in [
        (&said.calls, reads),
        (&said.writes, writes),
        (&said.destructive, destroys),
        (&said.key, key),
        (&said.session, session),
        (&said.all, all),
        (&said.rows, rows),
    ] {
        let Some(said) = said else { continue };
        match time::quota(said, problems) {
            Some(Often::At(quota)) => *limit = Some(quota),
            Some(Often::Unlimited) if limit.take().is_some() => {
                let fix = "write how often: \"600/min\"";
                weak(said, "a model in a loop is not stopped", fix, problems);
            }
            Some(Often::Unlimited) | None => {}
        }
    }
    if let Some(said) = &said.concurrent {
        *concurrent = time::most(said);
    }
    for (said, limit) in [(&said.identical, identical), (&said.turn, turn)] {
        if let Some(said) = said {
            *limit = time::most(said);
        }
    }
    if let Some(tokens) = said
        .result_tokens
        .as_ref()
        .and_then(|said| tokens(said, problems))
    {
        rules.tokens = tokens;
    }
}

fn taint(rules: &mut Rules, said: &raw::Taint, problems: &mut Problems) {
    if let Some(lasts) = &said.lasts
        && let Some(lasts) = time::time(lasts, Longest::WHILE, problems)
    {
        rules.taint.lasts = lasts;
    }
    if let Some(enforce) = &said.enforce {
        rules.taint.is_enforced = enforce.value;
        if !enforce.value {
            let text = "what somebody else wrote can lead a model to call a privileged tool";
            weak(enforce, text, "take it out", problems);
        }
    }
}

fn audit(said: raw::Audit, world: &World<'_>, problems: &mut Problems) -> Audit {
    if let Some(enabled) = said.enabled.as_ref().filter(|said| !said.value) {
        let text = "nobody can tell afterwards who did what";
        weak(enabled, text, "take it out", problems);
    }
    let sink = said.sink.unwrap_or_default();
    let mut sinks = Vec::new();
    if let Some(said) = sink.file.and_then(|said| expand(&said, world, problems)) {
        sinks.extend(world.files.database(said.span, &said.value).map(Sink::File));
    }
    if let Some(said) = sink.syslog.and_then(|said| expand(&said, world, problems)) {
        sinks.push(Sink::Syslog(PathBuf::from(said.value)));
    }
    if let Some(said) = sink.url.and_then(|said| url(&said, world, problems)) {
        sinks.push(Sink::Url(said));
    }
    Audit {
        is_on: said.enabled.is_none_or(|said| said.value),
        keep: match said.keep {
            Some(said) if said.value == FOREVER => None,
            Some(said) => time::time(&said, Longest::KEPT, problems),
            None => Some(KEEP),
        },
        bytes_max: said
            .size
            .and_then(|said| time::size(&said, problems))
            .unwrap_or(BYTES_MAX),
        sinks,
    }
}

/// Where something is sent. It may hold a secret, so it is not repeated.
fn url(said: &Said<String>, world: &World<'_>, problems: &mut Problems) -> Option<Said<String>> {
    let said = expand(said, world, problems)?;
    let read = Url::parse(&said.value).ok();
    if read.is_some_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host()) {
        return Some(said);
    }
    let fix = "write it with its scheme: \"https://hooks.example.com/…\"";
    problems.add(Code::Malformed, said.span, "this is no URL to send to", fix);
    None
}

const BYTES_MAX: u64 = 1 << 30;
/// How long records are kept if nobody says otherwise, and what says that they stay.
const KEEP: Duration = Duration::from_hours(90 * 24);
const FOREVER: &str = "forever";
