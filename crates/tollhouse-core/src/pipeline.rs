//! The one road from a call to a source. Read [`admit`]: it fits on a screen, and nothing goes round it.
//!
//! To add a step: give it one verb and a file here, let it return a [`Refusal`] when the road ends, and
//! put one line into [`admit`]. In order: find, authorize, validate (in form), resume, then what counts or holds a
//! call back (limits, replays, validate in meaning, confirmation, claims), execute, shape, fence. The journal is written in
//! [`run`], the only exit. Who is right at a step is data: rules are in [`Policy`](crate::Policy) and
//! [`Rules`], and what a step noted for the record is in [`Trail`].

use std::{any::Any, panic::AssertUnwindSafe};

use futures_util::FutureExt as _;

use crate::{
    Call, Clock, Ctx, Fault, Journal, Outcome, Redactor, Refusal, Rules, Stores, Trail, ids,
    limit::Counters,
    seal::Ring,
    toolset::{Found, Toolset},
};

mod authorize;
mod confirm;
mod execute;
mod explain;
mod fence;
mod journal;
mod limit;
mod repeat;
mod resume;
mod shape;
mod taint;
mod validate;

pub use authorize::Permit;
pub(crate) use authorize::{Verdict, admits, judge, may_use};
pub(crate) use confirm::{Approving, UNANSWERED};
use confirm::{Consent, Given};
use execute::Ran;
pub(crate) use explain::walk;
use repeat::Claimed;
pub(crate) use repeat::Twins;
use validate::meaning;

/// What the road stands on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground<'a> {
    pub(crate) toolset: &'a Toolset,
    pub(crate) seals: &'a Ring,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) journal: &'a dyn Journal,
    pub(crate) rules: &'a Rules,
    pub(crate) stores: &'a Stores,
    pub(crate) twins: &'a Twins,
    pub(crate) approving: &'a Approving,
    pub(crate) calls: &'a ids::Calls,
    pub(crate) counters: &'a Counters,
    pub(crate) redactor: &'a Redactor,
}

/// Runs a call and records how it ended. There is one exit.
pub(crate) async fn run(ground: Ground<'_>, ctx: Ctx) -> Result<Outcome, Refusal> {
    let began = ground.clock.ticks();
    let mut trail = Trail::default();
    // The only place that catches a panic: of a tool, and of whatever else stands on the road.
    let admitted = AssertUnwindSafe(admit(ground, &ctx, &mut trail)).catch_unwind();
    let result = admitted
        .await
        .unwrap_or_else(|panic| Err(crashed(ground, &ctx, panic)));
    let result = taint::note(ground, &ctx, result, &mut trail).await;
    let result = result.map_err(|refusal| ground.redactor.refusal(refusal));
    limit::settle(ground, ctx.call(), &result, &mut trail);
    journal::write(ground, &ctx, &result, (began, trail));
    result
}

/// Records a call that never came this far, because of what it came with.
pub(crate) fn turned_away(ground: Ground<'_>, call: &Call, refusal: &Refusal) {
    journal::turned_away(ground, call, refusal);
}

async fn admit(ground: Ground<'_>, ctx: &Ctx, trail: &mut Trail) -> Result<Outcome, Refusal> {
    let mut found = ground.toolset.find(&ctx.call().target)?;
    authorize::check(ctx.call(), &found)?;
    validate::check(ctx.call(), &found)?;
    let key = repeat::key(ctx, &mut found)?;
    resume::open(ground, ctx, &found)?;
    let mut seat = limit::pass(ground, ctx, &found, key.as_ref())?;
    if let Some(output) = repeat::seen(ground, ctx, key.as_ref(), trail).await? {
        return Ok(Outcome::Done(output));
    }
    limit::fresh(ground, ctx, (&found, key.as_ref()), &mut seat)?;
    if let Some(output) = meaning::check(ground, ctx, (&found, key.as_ref()), trail).await? {
        return Ok(Outcome::Done(output));
    }
    taint::look(ground, ctx, &found, trail).await?;
    let Consent::Given(yes) = confirm::check(ground, ctx, &found, trail).await? else {
        return resume::ask(ground, ctx, &found, trail);
    };
    match repeat::claim(ground, ctx, key, trail).await? {
        Claimed::Now(claim) => {
            let work = perform(ground, ctx, (&found, yes), trail);
            claim.settle(ground, (ctx, &found), work).await
        }
        Claimed::Before(output) => Ok(Outcome::Done(output)),
    }
}

/// Runs what may run. The yes to it is used up last, so that nothing that goes wrong before it wastes it.
async fn perform(
    ground: Ground<'_>,
    ctx: &Ctx,
    (found, yes): (&Found<'_>, Given),
    trail: &mut Trail,
) -> Result<Outcome, Refusal> {
    journal::intend(ground, ctx, found, trail).await?;
    let permit = authorize::check(ctx.call(), found)?;
    let yes = confirm::spend(ground, yes, &mut trail.confirmed);
    let run = execute::run(ground, found, (&permit, yes), ctx);
    match limit::shared(ground, ctx, found, run).await? {
        Ran::Asking => {
            fence::asks(ctx, found);
            resume::ask(ground, ctx, found, trail)
        }
        Ran::Ended(output) => {
            if !output.is_failure() {
                ctx.succeeded();
            }
            taint::recall(ground, ctx);
            let output = fence::clean(ctx, found, output, trail);
            let output = ground.redactor.output(output, ground.rules.mask);
            let output = shape::fit(ground, ctx, found, (output, trail)).await?;
            let output = fence::guard(ctx, output)?;
            Ok(Outcome::Done(shape::speak(ctx, output)))
        }
    }
}

/// What a panic said is in the log under the id, without what its caller sent.
fn crashed(ground: Ground<'_>, ctx: &Ctx, panic: Box<dyn Any + Send>) -> Refusal {
    let call = ctx.call();
    let id = ids::error_id();
    let words = panic.downcast::<String>().map(|words| *words);
    let words = words.or_else(|panic| panic.downcast::<&str>().map(|words| (*words).to_owned()));
    let words = words.unwrap_or_else(|_| "it said nothing".to_owned());
    let cause = Fault::Internal(words.into()).cause(&call.args);
    let cause = &*ground.redactor.text(&cause);
    tracing::error!(id, name = &*call.target.label(), cause, "a call panicked");
    Refusal::Internal(id)
}
