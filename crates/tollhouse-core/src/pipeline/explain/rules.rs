//! Which rule decides at a step: a key of the target, or with a point in it of the whole file.

use crate::{
    Effect, Untrusted,
    toolset::{Found, What},
};

pub(super) const fn validate(found: &Found<'_>) -> Option<&'static str> {
    match found.what {
        What::Tool(_) => Some("params"),
        What::Prompt(_) | What::Template(_) => Some("args"),
        What::Resource(_) => None,
    }
}

pub(super) fn repeat(found: &Found<'_>) -> Option<&'static str> {
    let has_window = found.policy.repeat.window.is_some();
    match effect(found)? {
        Effect::Read => None,
        Effect::Write | Effect::Destroy if has_window => Some("dedupe_window"),
        Effect::Write | Effect::Destroy => Some("request_id"),
    }
}

pub(super) fn limit(found: &Found<'_>) -> Option<&'static str> {
    let Some(effect) = effect(found) else {
        return Some("limits.key");
    };
    if found.policy.rate.calls.is_some() {
        return Some("calls");
    }
    Some(match effect {
        Effect::Read => "limits.calls",
        Effect::Write => "limits.writes",
        Effect::Destroy => "limits.destructive",
    })
}

pub(super) fn taint(found: &Found<'_>) -> Option<&'static str> {
    found.policy.trust.is_privileged.then_some("privileged")
}

pub(super) fn confirm(found: &Found<'_>, is_tainted: bool) -> Option<&'static str> {
    if is_tainted {
        return Some("privileged");
    }
    match found.policy.confirm.by {
        Some(_) => Some("confirm"),
        None => (effect(found) == Some(Effect::Destroy)).then_some("effect"),
    }
}

pub(super) fn fence(untrusted: &Untrusted) -> Option<&'static str> {
    (*untrusted != Untrusted::Nothing).then_some("untrusted")
}

/// What a tool does; nothing of what is none.
const fn effect(found: &Found<'_>) -> Option<Effect> {
    match found.what {
        What::Tool(entry) => Some(entry.tool.effect),
        What::Resource(_) | What::Template(_) | What::Prompt(_) => None,
    }
}
