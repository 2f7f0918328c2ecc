//! Walks the road as `admit` does, with the same deciding functions, but runs, counts, claims and asks nothing.

use super::{Ground, authorize, repeat, validate};
use crate::{
    Access, Confirmation, Ctx, Effect, Explanation, Policy, Principal, Quota, Refusal, Untrusted,
    explain::Verdict,
    toolset::{Found, What},
};

/// What each step says to a call of a tool.
pub(crate) fn walk(ground: Ground<'_>, ctx: &Ctx) -> Explanation {
    let mut steps = Vec::new();
    // The first step that ends the call is the last that is told.
    let _ended = steps_of(ground, ctx, &mut steps).is_err();
    Explanation { steps }
}

/// A call that ends here.
struct Ended;

fn steps_of(ground: Ground<'_>, ctx: &Ctx, steps: &mut Vec<Verdict>) -> Result<(), Ended> {
    let call = ctx.call();
    let found = ground.toolset.find(&call.target);
    let mut found = judged(steps, ("find", None), found, |_| "there is one".to_owned())?;
    let access = &found.policy.access;
    let (rule, text) = access_of(&call.principal, access);
    let admitted = authorize::check(call, &found).map(drop);
    judged(steps, ("authorize", rule), admitted, |()| text.clone())
        .inspect_err(|_| retold(steps, &text))?;
    let valid = validate::check(call, &found);
    let rule = Some("params");
    judged(steps, ("validate", rule), valid, |()| {
        "the arguments fit".to_owned()
    })?;
    let key = repeat::key(ctx, &mut found);
    judged(steps, ("repeat", Some("request_id")), key, |key| {
        let text = match key {
            Some(_) => {
                "has a key: a second call with it is answered like the first, and does nothing"
            }
            None => "has no key: each call is a new one",
        };
        text.to_owned()
    })?;
    rest(ground, &found, steps);
    Ok(())
}

/// Notes what a step says, and goes on with what it gave.
fn judged<T>(
    steps: &mut Vec<Verdict>,
    (step, rule): (&'static str, Option<&'static str>),
    said: Result<T, Refusal>,
    tell: impl FnOnce(&T) -> String,
) -> Result<T, Ended> {
    let (text, refusal, went) = match said {
        Ok(said) => (tell(&said), None, Ok(said)),
        Err(refusal) => (refusal.text(), Some(refusal), Err(Ended)),
    };
    // What no rule had to decide is decided by none.
    steps.push(Verdict {
        step,
        rule,
        text,
        refusal,
    });
    went
}

/// Says why in place of what the caller reads, which is the same for what is hidden and what does not exist.
fn retold(steps: &mut [Verdict], text: &str) {
    if let Some(last) = steps.last_mut() {
        text.clone_into(&mut last.text);
    }
}

/// The rule of access that decides for this caller, and what it says.
fn access_of(principal: &Principal, access: &Access) -> (Option<&'static str>, String) {
    if principal.holds_all() {
        return (None, "holds every scope and role".to_owned());
    }
    if let Some(rule) = authorize::hides(principal, access) {
        let text = match rule {
            "roles" => format!("hidden: only for the roles {}", access.roles.join(", ")),
            "clients" => format!(
                "hidden: only for the programs {}",
                access.clients.join(", ")
            ),
            _ => "hidden: only for whoever is signed in".to_owned(),
        };
        return (Some(rule), text);
    }
    let scopes = access.scopes.iter();
    let lacks: Vec<&str> = scopes
        .map(String::as_str)
        .filter(|scope| !principal.holds(scope))
        .collect();
    match (access.scopes.is_empty(), lacks.is_empty()) {
        (true, _) if access.known => (Some("scope"), "for whoever is signed in".to_owned()),
        (true, _) => (None, "for everybody who comes in".to_owned()),
        (false, true) => (Some("scope"), format!("holds {}", access.scopes.join(", "))),
        (false, false) => (
            Some("scope"),
            format!("lacks the scope {}", lacks.join(", ")),
        ),
    }
}

/// The steps that decide only when the call is made: what their rules are.
fn rest(ground: Ground<'_>, found: &Found<'_>, steps: &mut Vec<Verdict>) {
    let What::Tool(entry) = found.what else {
        return;
    };
    let (policy, effect) = (found.policy, entry.tool.effect);
    let mut tell = |step, rule, text| {
        steps.push(Verdict {
            step,
            rule,
            text,
            refusal: None,
        });
    };
    let limits = &ground.rules.limits;
    let usual = match effect {
        Effect::Read => limits.reads,
        Effect::Write => limits.writes,
        Effect::Destroy => limits.destroys,
    };
    let own = policy.rate.calls;
    tell("limit", own.map(|_| "calls"), often(own.or(usual)));
    tell(
        "confirm",
        policy.confirm.by.map(|_| "confirm"),
        consent(policy, effect),
    );
    let deadline = policy.deadline.as_millis();
    tell(
        "execute",
        Some("deadline"),
        format!("may take {deadline} ms"),
    );
    let tokens = policy.shape.tokens;
    let most = tokens.unwrap_or(ground.rules.tokens);
    tell(
        "shape",
        tokens.map(|_| "result_tokens"),
        format!("gives {most} tokens at most"),
    );
    let (rule, text) = match &policy.trust.untrusted {
        Untrusted::Nothing => (None, "its results are trusted".to_owned()),
        Untrusted::All => (Some("untrusted"), "its results are fenced".to_owned()),
        Untrusted::Fields(names) => (
            Some("untrusted"),
            format!("fenced in its results: {}", names.join(", ")),
        ),
    };
    tell("fence", rule, text);
}

fn often(quota: Option<Quota>) -> String {
    match quota {
        None => "as often as anybody likes".to_owned(),
        Some(quota) => {
            let seconds = quota.per.as_secs();
            format!(
                "{} times in {seconds} s by one caller; what was used of it is not looked at",
                quota.times
            )
        }
    }
}

fn consent(policy: &Policy, effect: Effect) -> String {
    let text = match policy.confirm.needed(effect) {
        Confirmation::Nobody => "nobody is asked",
        Confirmation::Client => "runs when the user has said yes, through the client",
        Confirmation::Human => "runs when a person has said yes, where no model has its hands",
    };
    if policy.trust.is_privileged {
        format!("{text}; a person has to, if the caller has read what is not trusted")
    } else {
        text.to_owned()
    }
}
