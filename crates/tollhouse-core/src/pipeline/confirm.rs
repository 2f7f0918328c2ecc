//! Has whoever must say yes said yes?
//!
//! Where the client can show a form, its user is asked through it: the question goes out with a sealed state, and only an
//! answer that comes back with that state, for the first time and in time, is one. Where it cannot, or where a client's
//! word is not enough, the call waits for a person elsewhere (`human`). Nothing else that a caller sends is a yes.

use serde_json::Value;

use super::Ground;
use crate::{
    Capability, Confirmation, Ctx, Effect, Refusal, StoreError, Target, Trail,
    ask::CONFIRM,
    ctx::Yes,
    ids,
    toolset::{Found, What},
};

mod human;
mod question;

pub(crate) use human::Approving;

/// Whether the road goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consent {
    /// It does.
    Given,
    /// The question lies on the desk.
    Asked,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Yes,
    No,
    Cancelled,
    Nothing,
}

/// Asks for a yes where one is needed.
pub(super) async fn check(
    ground: Ground<'_>,
    ctx: &Ctx,
    found: &Found<'_>,
    trail: &mut Trail,
) -> Result<Consent, Refusal> {
    let needed = needed(ground, ctx, found, trail);
    if needed == Confirmation::Nobody {
        return Ok(Consent::Given);
    }
    let earlier = ctx.earlier();
    if let Some(yes) = earlier.and_then(|earlier| earlier.yes) {
        if yes.by >= needed {
            spend(ground, yes).await?;
            trail.confirmed = yes.by;
            return Ok(Consent::Given);
        }
        let answer = ctx.call().answers.get(CONFIRM);
        let answer = answer.filter(|_| yes.by == Confirmation::Nobody);
        if let (Confirmation::Client, Some(answer)) = (needed, answer) {
            let said = said(answer)?;
            // A no is used up too: the same question cannot be answered again.
            spend(ground, yes).await?;
            heard(said)?;
            trail.confirmed = Confirmation::Client;
            return Ok(Consent::Given);
        }
    }
    if needed == Confirmation::Client && ctx.can(Capability::Form) {
        let stale = earlier.and_then(|earlier| earlier.stale);
        ctx.ask_for_the_road(CONFIRM, question::form(ctx.call(), found, stale));
        return Ok(Consent::Asked);
    }
    human::check(ground, ctx, found, trail).await
}

/// Who has to say yes: whom the rules name, and a person in any case where something that was read may have talked the
/// caller into it.
fn needed(ground: Ground<'_>, ctx: &Ctx, found: &Found<'_>, trail: &Trail) -> Confirmation {
    if matches!(ctx.call().target, Target::Completion(_)) {
        return Confirmation::Nobody;
    }
    if is_talked_into(ground, found, trail) {
        return Confirmation::Human;
    }
    found.policy.confirm.needed(effect(found))
}

fn is_talked_into(ground: Ground<'_>, found: &Found<'_>, trail: &Trail) -> bool {
    let now_ms = ground.clock.unix_ms();
    let is_tainted = trail.tainted_until_ms.is_some_and(|until| now_ms < until);
    is_tainted && found.policy.trust.is_privileged && ground.rules.taint.is_enforced
}

const fn effect(found: &Found<'_>) -> Effect {
    match found.what {
        What::Tool(entry) => entry.tool.effect,
        What::Resource(_) | What::Template(_) | What::Prompt(_) => Effect::Read,
    }
}

/// Uses up what is good for one use.
async fn spend(ground: Ground<'_>, yes: Yes) -> Result<(), Refusal> {
    let now_ms = ground.clock.unix_ms();
    let spent = ground
        .stores
        .approvals
        .spend(yes.nonce, yes.until_ms, now_ms);
    match spent.await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::Declined(USED.to_owned())),
        Err(error) => Err(unanswered(&error)),
    }
}

/// Reads an answer to the road's own question.
fn said(answer: &Value) -> Result<Said, Refusal> {
    let bad = |why: &str| Err(Refusal::BadAnswer(format!("`{CONFIRM}` {why}")));
    match answer.get("action").and_then(Value::as_str) {
        Some("accept") => match answer.pointer("/content/confirm") {
            Some(Value::Bool(true)) => Ok(Said::Yes),
            Some(Value::Bool(false)) => Ok(Said::No),
            _ => bad(
                "accepts without a yes or no: its content has to be {\"confirm\": true} or false",
            ),
        },
        Some("decline") => Ok(Said::No),
        Some("cancel") => Ok(Said::Cancelled),
        Some(UNANSWERED) => Ok(Said::Nothing),
        _ => bad("must be an object whose `action` is accept, decline or cancel"),
    }
}

fn heard(said: Said) -> Result<(), Refusal> {
    let text = match said {
        Said::Yes => return Ok(()),
        Said::No => {
            "The user said no, so nothing was done. Do not try again unless they ask for it."
        }
        Said::Cancelled => {
            "The user put the question away without an answer, so nothing was done. Ask them what they want before you \
             try again."
        }
        Said::Nothing => {
            "Nobody answered the question in time, so nothing was done. Try again when the user is there."
        }
    };
    Err(Refusal::Declined(text.to_owned()))
}

/// What a caller hears where the store does not answer.
fn unanswered(error: &StoreError) -> Refusal {
    let id = ids::error_id();
    tracing::error!(id, %error, "it cannot be looked up whether somebody said yes");
    Refusal::Unavailable(format!(
        "It cannot be looked up now whether somebody said yes to this, so nothing was done. Try again in a moment \
         (id {id})."
    ))
}

/// What stands in place of an answer where a client was asked and none came.
pub(crate) const UNANSWERED: &str = "unanswered";
const USED: &str = "The answer that came with this call was used before, and counts once. The call that it was for may \
                    have run: look before you call again, without requestState.";
