//! Do arguments that fit mean something? Their source is asked, before anybody is asked for a yes.

use futures_util::future::BoxFuture;

use super::super::{
    Ground, authorize,
    execute::{self, Patience, Why},
    fence,
    repeat::{self, Key},
};
use crate::{Ctx, Fault, Output, Permit, Refusal, Target, Trail, guard::Verdict, toolset::Found};

/// Asks the source, where it has something to look at. What the same call did meanwhile may be why an id is not there:
/// then the answer is that of the first.
pub(in crate::pipeline) async fn check(
    ground: Ground<'_>,
    ctx: &Ctx,
    (found, key): (&Found<'_>, Option<&Key>),
    trail: &mut Trail,
) -> Result<Option<Output>, Refusal> {
    let Err(refusal) = look(ground, ctx, (found, key)).await else {
        return Ok(None);
    };
    match repeat::seen(ground, ctx, key, trail).await? {
        Some(output) => Ok(Some(output)),
        None => Err(refusal),
    }
}

/// The same for whoever only wants to know. True if there was something to look at.
pub(in crate::pipeline) async fn look(
    ground: Ground<'_>,
    ctx: &Ctx,
    (found, key): (&Found<'_>, Option<&Key>),
) -> Result<bool, Refusal> {
    if matches!(ctx.call().target, Target::Completion(_)) {
        return Ok(false);
    }
    // A source that remembers calls knows by the key that this one was made before.
    repeat::give(ground, ctx, key);
    let permit = authorize::check(ctx.call(), found)?;
    match found.source.check(&permit, ctx) {
        Some(looking) => {
            // On the heap, since most calls have nothing of it.
            Box::pin(run(ground, ctx, found, (&permit, looking))).await?;
            Ok(true)
        }
        None => Ok(false),
    }
}

type Looking<'a> = BoxFuture<'a, Result<(), Fault>>;

/// Waits for what the source says, in the time of the call, and under what keeps a source that hangs from others.
async fn run(
    ground: Ground<'_>,
    ctx: &Ctx,
    found: &Found<'_>,
    (permit, looking): (&Permit<'_>, Looking<'_>),
) -> Result<(), Refusal> {
    if ctx.gone().is_cancelled() {
        return Err(Refusal::Cancelled);
    }
    let began = ground.clock.ticks();
    let pass = found.guard.enter(began)?;
    let work = tries(ctx, found, (permit, looking));
    let result = execute::within(ctx, found.policy.deadline, work).await;
    let (now, of) = (ground.clock.ticks(), permit.target().label());
    ctx.spent(now.saturating_sub(began));
    // That it answers here says nothing of what it does when it is called.
    let ended = result.as_ref().map(|()| Verdict::Untold);
    let verdict = match execute::verdict(ended, found.guard.care.fails) {
        Verdict::Answered => Verdict::Untold,
        other => other,
    };
    pass.end(verdict, now, &of);
    match result {
        Ok(()) => Ok(()),
        Err(Why::Refused(refusal)) => Err(refusal),
        Err(Why::Fault(Fault::Fail(text))) => {
            Err(Refusal::BadMeaning(fence::quote(ctx, found, text)?))
        }
        Err(Why::Fault(fault)) => Err(execute::refused(ground, fault, found, ctx)?),
    }
}

/// Looking changes nothing, so a source that is busy is asked again.
async fn tries<'a>(
    ctx: &'a Ctx,
    found: &'a Found<'_>,
    (permit, looking): (&'a Permit<'a>, Looking<'a>),
) -> Result<(), Why> {
    let _seat = found.guard.seat().await.map_err(Why::Refused)?;
    let mut patience = Patience::of(found.guard.care.retries);
    let mut looking = Some(looking);
    while let Some(look) = looking {
        match look.await {
            Err(Fault::Busy(_)) if patience.is_left() => patience.wait().await,
            result => return result.map_err(Why::Fault),
        }
        looking = found.source.check(permit, ctx);
    }
    Ok(())
}
