//! Calls that wait for a person where neither the model nor its client has its hands.

use std::{fmt, sync::Arc};

use super::{Given, is_talked_into, question, unanswered};
use crate::{
    Ctx, Refusal, Trail,
    approvals::{Approval, ApprovalId, Binding, Plea, Standing, Tell, Wish},
    digest,
    pipeline::{Ground, resume},
    toolset::Found,
};

/// Where people say yes, and who tells them that something waits.
#[derive(Clone, Default)]
pub(crate) struct Approving {
    /// A sentence, in which `{id}` stands for the id.
    pub(crate) place: Option<String>,
    pub(crate) tell: Option<Arc<dyn Tell>>,
}

/// Finds the yes that a person said to a call; without one, it waits.
pub(super) async fn check(
    ground: Ground<'_>,
    ctx: &Ctx,
    found: &Found<'_>,
    trail: &mut Trail,
) -> Result<Given, Refusal> {
    let (call, approvals) = (ctx.call(), &ground.stores.approvals);
    let mut arguments = String::new();
    digest::canonical(found.args.as_ref().unwrap_or(&call.args), &mut arguments);
    if arguments.len() > ARGUMENTS_BYTES_MAX {
        return Err(Refusal::Declined(format!(
            "A person has to read what they say yes to, and the arguments have {} bytes, so nothing was done. Call \
             with at most {ARGUMENTS_BYTES_MAX}.",
            arguments.len()
        )));
    }
    let definition = resume::definition(found);
    let (owner, now_ms) = (call.principal.owner(), ground.clock.unix_ms());
    let parts = [
        b"tollhouse approval".as_slice(),
        &owner,
        call.target.kind().as_bytes(),
        call.target.name().as_bytes(),
        definition.as_bytes(),
        arguments.as_bytes(),
    ];
    let binding = digest::of(&parts);
    let masked = |text: String| ground.redactor.known(&text).into_owned();
    let wish = Wish {
        id: ApprovalId::random().map_err(|error| unanswered(&error))?,
        binding,
        owner,
        plea: Plea {
            subject: call.principal.subject().to_owned(),
            client: call.principal.client().map(str::to_owned),
            tenant: call.principal.tenant().map(str::to_owned),
            target: call.target.name().to_owned(),
            definition: definition.to_owned(),
            // For people and their programs to read. What is run is bound by its digest.
            question: masked(asked(ground, ctx, found, trail)),
            arguments: masked(arguments),
        },
        now_ms,
        lasts_ms: u64::try_from(ground.rules.approval.as_millis()).unwrap_or(u64::MAX),
    };
    let standing = approvals.open(wish).await;
    let standing = standing.map_err(|error| unanswered(&error))?;
    trail.approval = id(&standing).cloned();
    match standing {
        Standing::Allowed(id) => Ok(Given::Approved(id, binding)),
        other => Err(waits(ground, other)),
    }
}

/// Under which id it is asked.
const fn id(standing: &Standing) -> Option<&ApprovalId> {
    match standing {
        Standing::New(approval) | Standing::Waiting(approval) => Some(&approval.id),
        Standing::Allowed(id) | Standing::Denied(id) | Standing::Expired(id) => Some(id),
        Standing::Full => None,
    }
}

/// Uses up a person's yes.
pub(super) async fn redeem(
    ground: Ground<'_>,
    id: &ApprovalId,
    binding: Binding,
) -> Result<(), Refusal> {
    let now_ms = ground.clock.unix_ms();
    let redeemed = ground.stores.approvals.redeem(id, binding, now_ms).await;
    match redeemed {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::Declined(format!(
            "The yes to this call ({id}) was just used by the same call, or its time is over. It may have run: look \
             before you call again."
        ))),
        Err(error) => Err(unanswered(&error)),
    }
}

fn asked(ground: Ground<'_>, ctx: &Ctx, found: &Found<'_>, trail: &Trail) -> String {
    let words = question::words(ctx.call(), found);
    if is_talked_into(ground, found, trail) {
        format!(
            "{words}\nThe caller has read what is not trusted, which may have talked it into this."
        )
    } else {
        words
    }
}

/// Why a call does not run yet, and what the model does about it.
fn waits(ground: Ground<'_>, standing: Standing) -> Refusal {
    let text = match standing {
        Standing::New(approval) => {
            tracing::info!(id = %approval.id, name = approval.plea.target, "a call waits for a person");
            if let Some(tell) = &ground.approving.tell {
                tell.waits(&approval);
            }
            return Refusal::NeedsApproval(told(ground, &approval));
        }
        Standing::Waiting(approval) => return Refusal::NeedsApproval(told(ground, &approval)),
        Standing::Allowed(id) | Standing::Denied(id) => format!(
            "A person said no to this call ({id}), so nothing was done. Do not try again unless the user asks for it."
        ),
        Standing::Expired(id) => format!(
            "The time for this call ({id}) is over: nobody said yes, or it did not come again in time. Nothing was \
             done. If the user still wants it, call again, and it waits anew."
        ),
        Standing::Full => FULL.to_owned(),
    };
    Refusal::Declined(text)
}

fn told(ground: Ground<'_>, approval: &Approval) -> String {
    let id = approval.id.as_str();
    let place = ground.approving.place.as_deref().unwrap_or(PLACE);
    format!(
        "Not run yet: {id} waits for a person to say yes, until {} UTC. {} Tell the user so. After a yes, call again \
         with exactly the same arguments. Until then nothing happens, however often it is called.",
        hour(approval.until_ms),
        place.replace("{id}", id),
    )
}

/// The time of the day, as people write it.
fn hour(unix_ms: u64) -> String {
    let minutes = unix_ms / 60_000 % (24 * 60);
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

impl fmt::Debug for Approving {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Approving({:?})", self.place)
    }
}

/// What a person reads who has to say yes.
const ARGUMENTS_BYTES_MAX: usize = 64 * 1024;
const FULL: &str = "Too many calls wait for a person already, so this one does not, and nothing was done. Wait until \
                    some of them are answered; do not ask for more.";
const PLACE: &str = "Whoever runs this server has to allow it.";
