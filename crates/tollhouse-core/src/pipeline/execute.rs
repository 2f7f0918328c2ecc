//! Runs the target for as long as it may and the caller waits, and not at all if what is behind it is away.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use futures_util::poll;

use super::{Ground, confirm::Spent, fence};
use crate::{
    Ctx, Effect, FailsAs, Fault, Output, Permit, Refusal, Reported, Target,
    guard::Verdict,
    ids,
    toolset::{Found, What},
};

/// How a run ended that was not refused.
#[derive(Debug)]
pub(super) enum Ran {
    /// With an output.
    Ended(Output),
    /// With questions on the desk; the work itself is gone and starts again with the answers.
    Asking,
}

/// Why a run gave nothing.
#[derive(Debug)]
enum Why {
    Fault(Fault),
    Refused(Refusal),
}

/// Runs, once what the permit came with has been used up: the last that may say no before the source is called.
pub(super) async fn run(
    ground: Ground<'_>,
    found: &Found<'_>,
    (permit, spent): (&Permit<'_>, Option<Spent<'_>>),
    ctx: &Ctx,
) -> Result<Ran, Refusal> {
    // A caller who left before the work began wants nothing done.
    if ctx.gone().is_cancelled() {
        return Err(Refusal::Cancelled);
    }
    ctx.speaks_under(&found.policy.trust);
    let pass = found.guard.enter(ground.clock.ticks())?;
    let result = within(found, (permit, spent), ctx).await;
    let (now, of) = (ground.clock.ticks(), permit.target().label());
    pass.end(verdict(&result, found.guard.care.fails), now, &of);
    result.or_else(|why| match why {
        Why::Fault(fault) => told(ground, fault, (found, permit), ctx),
        Why::Refused(refusal) => Err(refusal),
    })
}

/// All tries, and the wait for a place, within the deadline. What has not ended by then is dropped, and what runs for
/// it elsewhere is told to stop.
async fn within(
    found: &Found<'_>,
    (permit, spent): (&Permit<'_>, Option<Spent<'_>>),
    ctx: &Ctx,
) -> Result<Ran, Why> {
    let mut work = pin!(tries(found, (permit, spent), ctx));
    // Most tools answer at once: no timer and no waiting on the token for them.
    if let Poll::Ready(result) = poll!(&mut work) {
        return result;
    }
    let refusal = tokio::select! {
        biased;
        () = ctx.gone().cancelled() => Refusal::Cancelled,
        result = work => return result,
        () = tokio::time::sleep(found.policy.deadline) => Refusal::TimedOut,
    };
    ctx.stop();
    Err(Why::Refused(refusal))
}

/// Tries it, and again what only reads, if the source says that it may work in a moment.
async fn tries(
    found: &Found<'_>,
    (permit, spent): (&Permit<'_>, Option<Spent<'_>>),
    ctx: &Ctx,
) -> Result<Ran, Why> {
    let _seat = found.guard.seat().await.map_err(Why::Refused)?;
    if let Some(spent) = spent {
        spent.await.map_err(Why::Refused)?;
    }
    let mut left = match found.what {
        What::Tool(entry) if entry.tool.effect != Effect::Read => 0,
        _ => found.guard.care.retries,
    };
    let mut pause = PAUSE_FIRST;
    loop {
        match once(found, permit, ctx).await {
            Err(Fault::Busy(_)) if left > 0 && !ctx.has_effect() => {
                left -= 1;
                tokio::time::sleep(spread(pause)).await;
                pause = pause.saturating_mul(PAUSE_GROWTH);
            }
            result => return result.map_err(Why::Fault),
        }
    }
}

async fn once(found: &Found<'_>, permit: &Permit<'_>, ctx: &Ctx) -> Result<Ran, Fault> {
    ctx.begin();
    let mut work = found.source.call(permit, ctx);
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(result.map(Ran::Ended)),
        Poll::Pending if ctx.is_asking() => Poll::Ready(Ok(Ran::Asking)),
        Poll::Pending => Poll::Pending,
    })
    .await
}

/// Between half of a pause and all of it, so that callers who were turned away together do not come back together.
fn spread(pause: Duration) -> Duration {
    let [part] = ids::draw().unwrap_or([u8::MAX]);
    pause / 2 + pause / 2 * u32::from(part) / u32::from(u8::MAX)
}

/// What an end says of whatever stands behind the target.
const fn verdict(result: &Result<Ran, Why>, fails: FailsAs) -> Verdict {
    match result {
        Ok(Ran::Ended(_)) | Err(Why::Fault(Fault::Fail(_) | Fault::NotFound)) => Verdict::Answered,
        Err(Why::Fault(Fault::Busy(_)) | Why::Refused(Refusal::TimedOut)) => Verdict::Failed,
        Err(Why::Fault(Fault::Internal(_))) => match fails {
            FailsAs::One => Verdict::Failed,
            FailsAs::Each => Verdict::Untold,
        },
        Ok(Ran::Asking) | Err(Why::Refused(_)) => Verdict::Untold,
    }
}

/// What a fault means to the caller; the cause stays in the log.
fn told(
    ground: Ground<'_>,
    fault: Fault,
    (found, permit): (&Found<'_>, &Permit<'_>),
    ctx: &Ctx,
) -> Result<Ran, Refusal> {
    let target = permit.target();
    match (fault, target) {
        (Fault::Fail(text) | Fault::Busy(text), Target::Tool(_)) => {
            Ok(Ran::Ended(Output::Tool(Reported::error(text))))
        }
        (Fault::Fail(text), _) => Err(Refusal::BadParams(fence::quote(ctx, found, text)?)),
        (Fault::Busy(text), _) => Err(Refusal::Unavailable(fence::quote(ctx, found, text)?)),
        (Fault::NotFound, Target::Resource(uri)) => Err(Refusal::UnknownResource(uri.clone())),
        (fault, _) => {
            let id = ids::error_id();
            let cause = fault.cause(&ctx.call().args);
            let cause = &*ground.redactor.text(&cause);
            tracing::error!(id, name = &*target.label(), cause, "a call failed");
            Err(Refusal::Internal(id))
        }
    }
}

const PAUSE_FIRST: Duration = Duration::from_millis(50);
const PAUSE_GROWTH: u32 = 4;
