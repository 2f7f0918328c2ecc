//! The rules of one tool on its way: how often, whether twice, with whose yes, how much, and what it may be taken for.

use tollhouse::{Confirm, Confirmation, Form, Policy, Rollup, Shape, Trust, Untrusted, Written};

use super::time::{self, Longest, Often};
use crate::config::{
    codes::Code,
    files::Said,
    problem::Problems,
    raw::{self, Confirmer, Effect, RequestId, Unicode},
};

/// What was said of a tool, but for who may use it. `usual` is what its source says of who wrote what it holds.
pub(super) fn policy(said: &raw::Tool, usual: &Trust, problems: &mut Problems) -> Policy {
    let mut filled = Policy::default();
    let policy = &mut filled;
    if let Some(deadline) = &said.deadline
        && let Some(deadline) = time::time(deadline, Longest::CALL, problems)
    {
        policy.deadline = deadline;
    }
    rate(policy, said, problems);
    repeat(policy, said, problems);
    confirm(policy, said, problems);
    shape(policy, said, problems);
    trust(policy, said, usual, problems);
    policy.written = said.audit.as_ref().map(|said| {
        let usual = Written::default();
        Written {
            arguments: said.arguments.as_ref().map_or(usual.arguments, detail),
            results: said.results.as_ref().map_or(usual.results, detail),
        }
    });
    filled
}

/// How much of something is written down.
pub(super) const fn detail(said: &Said<raw::Detail>) -> tollhouse::Detail {
    match said.value {
        raw::Detail::None => tollhouse::Detail::Nothing,
        raw::Detail::Hash => tollhouse::Detail::Hash,
        raw::Detail::Redacted => tollhouse::Detail::Redacted,
        raw::Detail::Full => tollhouse::Detail::Full,
    }
}

/// Tells that a protection is weaker than it would be if nothing were said.
pub(super) fn weak<T>(said: &Said<T>, text: &str, fix: &str, problems: &mut Problems) {
    problems.add(Code::Weak, said.span, text, fix);
}

fn rate(policy: &mut Policy, said: &raw::Tool, problems: &mut Problems) {
    if let Some(calls) = &said.calls {
        policy.rate.calls = time::quota(calls, problems).map(|often| match often {
            Often::At(quota) => quota,
            Often::Unlimited => {
                let fix = "write how often one caller may call it: \"600/min\"";
                weak(calls, "a model in a loop is not stopped", fix, problems);
                tollhouse::Quota::UNLIMITED
            }
        });
    }
    policy.rate.concurrent = said.concurrent.as_ref().and_then(time::most);
    if let Some(weight) = &said.weight {
        match u32::try_from(weight.value)
            .ok()
            .filter(|weight| *weight > 0)
        {
            Some(weight) => policy.rate.weight = weight,
            None => {
                let text = format!("one call cannot count as {}", weight.value);
                problems.add(Code::NotAllowed, weight.span, text, "write 1 or more");
            }
        }
    }
    let Some(shared) = said.shared.as_ref().filter(|said| said.value) else {
        return;
    };
    if reads(said) {
        policy.rate.is_shared = true;
    } else {
        let fix = "take it out; only tools that read can share a run";
        problems.add(
            Code::Conflict,
            shared.span,
            "`shared` and a tool that writes",
            fix,
        );
    }
}

fn repeat(policy: &mut Policy, said: &raw::Tool, problems: &mut Problems) {
    let spans = [
        said.request_id
            .as_ref()
            .map(|said| (said.span, "request_id")),
        said.request_id_argument
            .as_ref()
            .map(|said| (said.span, "request_id_argument")),
        said.dedupe_window
            .as_ref()
            .map(|said| (said.span, "dedupe_window")),
        said.exactly_once
            .as_ref()
            .filter(|said| said.value)
            .map(|said| (said.span, "exactly_once")),
    ];
    if reads(said) {
        for (span, key) in spans.into_iter().flatten() {
            let text = format!("`{key}` and a tool that reads: it may be called twice as it is");
            problems.add(Code::Conflict, span, text, "take it out");
        }
        return;
    }
    let repeat = &mut policy.repeat;
    if let Some(argument) = &said.request_id_argument {
        repeat.field = Some(argument.value.clone());
    }
    // A parameter of this name is the tool's own key.
    let mut names = said.params.iter().map(|(name, _)| &name.value);
    repeat.is_own = names.any(|name| Some(name) == repeat.field.as_ref());
    match said.request_id.as_ref().map(|said| (said, said.value)) {
        Some((_, RequestId::Required)) => repeat.is_required = true,
        Some((at, RequestId::None)) => {
            repeat.field = None;
            if said.dedupe_window.is_none() {
                let text =
                    "a call that is sent again because its answer was lost does everything twice";
                weak(
                    at,
                    text,
                    "take it out, or write dedupe_window = \"10m\"",
                    problems,
                );
            }
        }
        Some((_, RequestId::Optional)) | None => {}
    }
    let window = said.dedupe_window.as_ref();
    repeat.window = window.and_then(|said| time::time(said, Longest::WHILE, problems));
}

fn confirm(policy: &mut Policy, said: &raw::Tool, problems: &mut Problems) {
    let Some(confirm) = &said.confirm else {
        return;
    };
    if let Some(by) = &confirm.by {
        let is_destructive = said
            .effect
            .as_ref()
            .is_some_and(|said| said.value == Effect::Destructive);
        if by.value == Confirmer::None && is_destructive {
            let text = "nobody is asked before something is gone for good";
            weak(
                by,
                text,
                "write \"client\" or \"human\", or take it out",
                problems,
            );
        }
    }
    if let Some(ask) = &confirm.ask {
        for name in placeholders(&ask.value) {
            if !said.params.iter().any(|(known, _)| known.value == name) {
                let text = format!("`{{{name}}}` is no parameter of the tool");
                let fix = "name a parameter, so that whoever is asked sees what they say yes to";
                problems.add(Code::NoParameter, ask.span, text, fix);
            }
        }
    }
    policy.confirm = Confirm {
        by: confirm.by.as_ref().map(|said| match said.value {
            Confirmer::None => Confirmation::Nobody,
            Confirmer::Client => Confirmation::Client,
            Confirmer::Human => Confirmation::Human,
        }),
        ask: confirm
            .ask
            .as_ref()
            .map(|said| said.value.trim().to_owned()),
    };
}

/// The names in braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let inside = text.split('{').skip(1);
    inside.filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn shape(policy: &mut Policy, said: &raw::Tool, problems: &mut Problems) {
    let names = |said: &Option<Vec<Said<String>>>| -> Vec<String> {
        let all = said.iter().flatten();
        all.map(|said| said.value.clone()).collect()
    };
    policy.shape = Shape {
        tokens: said
            .result_tokens
            .as_ref()
            .and_then(|said| tokens(said, problems)),
        pick: names(&said.pick),
        drop: names(&said.drop),
        form: match said.format.as_ref().map(|said| said.value) {
            None | Some(raw::Form::Json) => Form::Json,
            Some(raw::Form::Markdown) => Form::Markdown,
            Some(raw::Form::Csv) => Form::Csv,
        },
        rollup: said.rollup.as_ref().map(|said| Rollup {
            by: names(&said.by),
            sum: names(&said.sum),
        }),
    };
}

/// How many tokens a result may have: clients cut, or refuse, what is larger.
pub(super) fn tokens(said: &Said<u64>, problems: &mut Problems) -> Option<u32> {
    let found = u32::try_from(said.value).ok();
    let found = found.filter(|tokens| (TOKENS_MIN..TOKENS_END).contains(tokens));
    if found.is_none() {
        let text = format!("a result of {} tokens", said.value);
        let fix = format!(
            "write {TOKENS_MIN} or more and less than {TOKENS_END}, where clients stop reading"
        );
        problems.add(Code::NotAllowed, said.span, text, fix);
    }
    found
}

/// What a tool gives may be taken for what its source says of itself, where it says nothing.
fn trust(policy: &mut Policy, said: &raw::Tool, usual: &Trust, problems: &mut Problems) {
    let untrusted = said.untrusted.clone();
    policy.trust = Trusting::new(untrusted, &said.unicode, &said.link_hosts).over(usual, problems);
    let privileged = said.privileged.as_ref().filter(|said| said.value);
    policy.trust.is_privileged = privileged.is_some();
    if let (Some(at), true) = (privileged, policy.trust.is_untrusted()) {
        let text = "a tool that is `privileged` and gives what is `untrusted` could be told to call itself";
        let fix = match said.untrusted {
            Some(_) => "make two tools of it: one that reads, and one that acts",
            None => {
                "its source is untrusted: say untrusted = false if it gives nothing that others wrote, or make two tools of it"
            }
        };
        problems.add(Code::Conflict, at.span, text, fix);
    }
}

/// What is said of who wrote something.
pub(super) struct Trusting<'a> {
    untrusted: Option<Said<raw::Untrusted>>,
    unicode: &'a Option<Said<Unicode>>,
    link_hosts: &'a Option<Vec<Said<String>>>,
}

impl<'a> Trusting<'a> {
    pub(super) const fn new(
        untrusted: Option<Said<raw::Untrusted>>,
        unicode: &'a Option<Said<Unicode>>,
        link_hosts: &'a Option<Vec<Said<String>>>,
    ) -> Self {
        Self {
            untrusted,
            unicode,
            link_hosts,
        }
    }

    /// Of what has no fields.
    pub(super) fn whole(
        untrusted: &Option<Said<bool>>,
        unicode: &'a Option<Said<Unicode>>,
        link_hosts: &'a Option<Vec<Said<String>>>,
    ) -> Self {
        let untrusted = untrusted.as_ref();
        let untrusted = untrusted.map(|said| Said::new(raw::Untrusted::All(said.value), said.span));
        Self::new(untrusted, unicode, link_hosts)
    }

    /// Each that is said goes before what is usual.
    pub(super) fn over(self, usual: &Trust, problems: &mut Problems) -> Trust {
        let untrusted = match self.untrusted.map(|said| said.value) {
            None => usual.untrusted.clone(),
            Some(raw::Untrusted::All(false)) => Untrusted::Nothing,
            Some(raw::Untrusted::All(true)) => Untrusted::All,
            Some(raw::Untrusted::Fields(names)) if names.is_empty() => Untrusted::Nothing,
            Some(raw::Untrusted::Fields(names)) => Untrusted::Fields(names),
        };
        let keep = self.unicode.as_ref();
        let keep = keep.filter(|said| said.value == Unicode::Keep);
        if let (Some(at), true) = (keep, untrusted != Untrusted::Nothing) {
            let text = "text that is not trusted keeps characters that nobody sees";
            weak(at, text, "take it out", problems);
        }
        let hosts = self.link_hosts.as_ref();
        Trust {
            untrusted,
            is_privileged: false,
            keeps_unicode: match self.unicode {
                Some(said) => said.value == Unicode::Keep,
                None => usual.keeps_unicode,
            },
            link_hosts: hosts.map_or_else(
                || usual.link_hosts.clone(),
                |hosts| hosts.iter().map(|said| said.value.clone()).collect(),
            ),
        }
    }
}

fn reads(said: &raw::Tool) -> bool {
    let effect = said.effect.as_ref().map(|said| said.value);
    matches!(effect, None | Some(Effect::Read))
}

const TOKENS_MIN: u32 = 200;
const TOKENS_END: u32 = 25_000;
