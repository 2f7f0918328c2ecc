//! What the steps that decide when a call is made say of it, for whoever runs the server.

use super::{Ground, rules};
use crate::{
    Confirmation, Effect, Quota, Untrusted,
    toolset::{Found, What},
};

/// How often it may be called, and how often still now, as this process has counted.
pub(super) fn often(ground: Ground<'_>, found: &Found<'_>, left: Option<u64>) -> String {
    let limits = &ground.rules.limits;
    let What::Tool(entry) = found.what else {
        let key = limits.key.map_or_else(|| NO_LIMIT.to_owned(), of);
        return format!("counts for the key alone: {key}");
    };
    let usual = match entry.tool.effect {
        Effect::Read => limits.reads,
        Effect::Write => limits.writes,
        Effect::Destroy => limits.destroys,
    };
    match (found.policy.rate.calls.or(usual), left) {
        (Some(quota), Some(left)) => {
            let often = of(quota);
            format!("{often} by one caller; by what this process has counted, {left} more now")
        }
        (Some(quota), None) => format!("{} by one caller", of(quota)),
        (None, _) => NO_LIMIT.to_owned(),
    }
}

fn of(quota: Quota) -> String {
    format!("{} times in {} s", quota.times, quota.per.as_secs())
}

pub(super) fn tainted(found: &Found<'_>, is_tainted: bool) -> String {
    let text = match (found.policy.trust.is_privileged, is_tainted) {
        (false, _) => "is not asked: it is not privileged",
        (true, false) => "is privileged, and its caller has read nothing that is not trusted",
        (true, true) => "is privileged, and its caller has read what is not trusted",
    };
    text.to_owned()
}

/// Who has to say yes, and why.
pub(super) fn consent(found: &Found<'_>, needed: Confirmation, is_tainted: bool) -> String {
    let text = match needed {
        Confirmation::Nobody => "nobody is asked",
        Confirmation::Client => "runs when the user has said yes, through the client",
        Confirmation::Human => "runs when a person has said yes, where no model has its hands",
    };
    let policy = found.policy;
    let why = match policy.confirm.by {
        _ if is_tainted => "because its caller has read what is not trusted",
        Some(_) => "because its rules say so",
        None if needed == Confirmation::Nobody => "because it destroys nothing",
        None => "because it destroys something",
    };
    if policy.trust.is_privileged && !is_tainted {
        format!("{text}, {why}; a person has to, if the caller has read what is not trusted")
    } else {
        format!("{text}, {why}")
    }
}

/// How much of its result is given.
pub(super) fn budget(ground: Ground<'_>, found: &Found<'_>) -> (Option<&'static str>, String) {
    let What::Tool(_) = found.what else {
        return (None, "is given whole".to_owned());
    };
    let own = found.policy.shape.tokens;
    let most = own.unwrap_or(ground.rules.tokens);
    let rule = own.map_or("limits.result_tokens", |_| "result_tokens");
    (
        Some(rule),
        format!("gives {most} tokens at most, and the rest can be read on"),
    )
}

/// What of it is marked as written by others.
pub(super) fn fenced(untrusted: &Untrusted) -> (Option<&'static str>, String) {
    let text = match untrusted {
        Untrusted::Nothing => "its results are trusted: nothing is marked".to_owned(),
        Untrusted::All => "all that it gives is marked as written by others".to_owned(),
        Untrusted::Fields(names) => {
            format!("marked as written by others: {}", names.join(", "))
        }
    };
    (rules::fence(untrusted), text)
}

const NO_LIMIT: &str = "as often as anybody likes";
