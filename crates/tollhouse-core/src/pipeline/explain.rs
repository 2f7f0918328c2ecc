//! Walks the road as `admit` does, with the same deciding functions, but runs, counts, claims and asks nothing.

use super::{
    Ground, authorize, confirm, limit,
    repeat::{self, Key},
    taint,
    validate::{self, meaning},
};
use crate::{
    Access, Ctx, Explanation, Principal, Refusal, Trail, explain::Verdict, toolset::Found,
};

mod rules;
mod words;

/// What each step says to a call.
pub(crate) async fn walk(ground: Ground<'_>, ctx: &Ctx) -> Explanation {
    let mut steps = Vec::new();
    // The first step that ends the call is the last that is told.
    let _ended = steps_of(ground, ctx, &mut steps).await.is_err();
    Explanation { steps }
}

/// A call that ends here.
struct Ended;

async fn steps_of(ground: Ground<'_>, ctx: &Ctx, steps: &mut Vec<Verdict>) -> Result<(), Ended> {
    let call = ctx.call();
    let found = ground.toolset.find(&call.target);
    let mut found = judged(steps, ("find", None), found, |_| "there is one".to_owned())?;
    let access = &found.policy.access;
    let (rule, text) = access_of(&call.principal, access);
    let admitted = authorize::check(call, &found).map(drop);
    judged(steps, ("authorize", rule), admitted, |()| text.clone())
        .inspect_err(|_| retold(steps, &text))?;
    let valid = validate::check(call, &found);
    judged(steps, ("validate", rules::validate(&found)), valid, |()| {
        "the arguments fit".to_owned()
    })?;
    let key = repeat::key(ctx, &mut found);
    let stands = match &key {
        Ok(Some(key)) => repeat::look(ground, ctx, key).await,
        Ok(None) => Ok(("has no key: each call is a new one", true)),
        Err(refusal) => Err(refusal.clone()),
    };
    let rule = rules::repeat(&found);
    let (_, goes_on) = judged(steps, ("repeat", rule), stands, |(text, _)| {
        (*text).to_owned()
    })?;
    if goes_on {
        rest(ground, ctx, (&found, key.ok().flatten().as_ref()), steps).await
    } else {
        Ok(())
    }
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

/// The steps behind: what they would do now, and by which rule.
async fn rest(
    ground: Ground<'_>,
    ctx: &Ctx,
    (found, key): (&Found<'_>, Option<&Key>),
    steps: &mut Vec<Verdict>,
) -> Result<(), Ended> {
    let limited = limit::look(ground, ctx, found);
    judged(steps, ("limit", rules::limit(found)), limited, |left| {
        words::often(ground, found, *left)
    })?;
    match meaning::look(ground, ctx, (found, key)).await {
        // Where nothing is looked at, there is nothing to tell.
        Ok(false) => {}
        looked => {
            judged(steps, ("validate", rules::validate(found)), looked, |_| {
                "the arguments mean what is there".to_owned()
            })?;
        }
    }
    let mut trail = Trail::default();
    let looked = taint::look(ground, ctx, found, &mut trail).await;
    let is_tainted = trail.tainted_until_ms.is_some();
    judged(steps, ("taint", rules::taint(found)), looked, |()| {
        words::tainted(found, is_tainted)
    })?;
    let needed = confirm::needed(ground, ctx, found, &trail);
    let rule = rules::confirm(found, is_tainted);
    let mut tell = |step, rule, text| {
        steps.push(Verdict {
            step,
            rule,
            text,
            refusal: None,
        });
    };
    tell("confirm", rule, words::consent(found, needed, is_tainted));
    let deadline = found.policy.deadline.as_millis();
    let text = format!("may take {deadline} ms");
    tell("execute", Some("deadline"), text);
    let (rule, text) = words::budget(ground, found);
    tell("shape", rule, text);
    let (rule, text) = words::fenced(&found.policy.trust.untrusted);
    tell("fence", rule, text);
    Ok(())
}
