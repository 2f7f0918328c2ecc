//! Has whoever must say yes said yes?
//!
//! Where the client can show a form, its user is asked through it: the question goes out with a sealed state, and only an
//! answer that comes back with that state, for the first time and in time, is one. Where it cannot, or where a client's
//! word is not enough, the call waits for a person elsewhere (`human`). Nothing else that a caller sends is a yes.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::Ground;
use crate::{
    Capability, Confirmation, Ctx, Effect, Refusal, StoreError, Target, Trail,
    approvals::{ApprovalId, Binding},
    ask::CONFIRM,
    ctx::Yes,
    ids,
    toolset::{Found, What},
};

mod human;
mod question;

pub(crate) use human::Approving;

/// Whether the road goes on.
#[derive(Debug)]
pub(super) enum Consent {
    /// It does, with this.
    Given(Given),
    /// The question lies on the desk.
    Asked,
}

/// The yes that a call has, and has not used yet.
#[derive(Debug)]
#[must_use]
pub(super) enum Given {
    /// It needs none.
    Needless,
    /// One that came back with its state, by whom.
    Said(Yes, Confirmation),
    /// That of a person, to this call.
    Approved(ApprovalId, Binding),
}

/// A yes that is being used up.
pub(super) type Spent<'a> = BoxFuture<'a, Result<(), Refusal>>;

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Yes,
    No,
    Cancelled,
    Nothing,
}

/// Looks for a yes where one is needed, and asks for it. A yes that is found is used up by [`spend`] alone; a no is used
/// up here.
pub(super) async fn check(
    ground: Ground<'_>,
    ctx: &Ctx,
    found: &Found<'_>,
    trail: &mut Trail,
) -> Result<Consent, Refusal> {
    let needed = needed(ground, ctx, found, trail);
    if needed == Confirmation::Nobody {
        return Ok(Consent::Given(Given::Needless));
    }
    let earlier = ctx.earlier();
    if let Some(yes) = earlier.and_then(|earlier| earlier.yes) {
        if yes.by >= needed {
            return Ok(Consent::Given(Given::Said(yes, yes.by)));
        }
        let answer = ctx.call().answers.get(CONFIRM);
        let answer = answer.filter(|_| yes.by == Confirmation::Nobody);
        if let (Confirmation::Client, Some(answer)) = (needed, answer) {
            let said = said(answer)?;
            if said == Said::Yes {
                return Ok(Consent::Given(Given::Said(yes, needed)));
            }
            // The same question cannot be answered again.
            spend_once(ground, yes).await?;
            return Err(heard(said));
        }
    }
    let can_ask = needed == Confirmation::Client && ctx.can(Capability::Form);
    if can_ask {
        let stale = earlier.and_then(|earlier| earlier.stale);
        if let Some(form) = question::form(ctx.call(), found, stale) {
            ctx.ask_for_the_road(CONFIRM, form);
            return Ok(Consent::Asked);
        }
    }
    match human::check(ground, ctx, found, trail).await {
        Ok(given) => Ok(Consent::Given(given)),
        Err(Refusal::NeedsApproval(text)) if can_ask => {
            Err(Refusal::NeedsApproval(format!("{TOO_LONG}{text}")))
        }
        Err(refusal) => Err(refusal),
    }
}

/// Who has to say yes: whom the rules name, and a person in any case where something that was read may have talked the
/// caller into it.
pub(super) fn needed(
    ground: Ground<'_>,
    ctx: &Ctx,
    found: &Found<'_>,
    trail: &Trail,
) -> Confirmation {
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

/// Uses up the yes of a call when it runs, and notes whose it was; nothing where none is needed, which is most calls.
pub(super) fn spend<'a>(
    ground: Ground<'a>,
    given: Given,
    confirmed: &'a mut Confirmation,
) -> Option<Spent<'a>> {
    let spent: Spent<'a> = match given {
        Given::Needless => return None,
        Given::Said(yes, by) => Box::pin(async move {
            spend_once(ground, yes).await?;
            *confirmed = by;
            Ok(())
        }),
        Given::Approved(id, binding) => Box::pin(async move {
            human::redeem(ground, &id, binding).await?;
            *confirmed = Confirmation::Human;
            Ok(())
        }),
    };
    Some(spent)
}

/// Uses up what is good for one use.
async fn spend_once(ground: Ground<'_>, yes: Yes) -> Result<(), Refusal> {
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

/// What is told where the answer is no yes.
fn heard(said: Said) -> Refusal {
    let text = match said {
        Said::Yes | Said::No => {
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
    Refusal::Declined(text.to_owned())
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

/// Why a person is asked elsewhere whose client could ask.
const TOO_LONG: &str =
    "The arguments are too long for a form in which the user would read all of them. ";
/// What stands in place of an answer where a client was asked and none came.
pub(crate) const UNANSWERED: &str = "unanswered";
const USED: &str = "The answer that came with this call was used before, and counts once. The call that it was for may \
                    have run: look before you call again, without requestState.";
