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
pub(super) enum Why {
    /// What the source says.
    Fault(Fault),
    /// What the road says.
    Refused(Refusal),
}

/// How often a busy source is still asked again, and after which pause.
#[derive(Debug)]
pub(super) struct Patience {
    left: u32,
    pause: Duration,
}

impl Patience {
    /// As many times as that.
    pub(super) const fn of(times: u32) -> Self {
        Self {
            left: times,
            pause: PAUSE_FIRST,
        }
    }

    /// Whether there is another time.
    pub(super) const fn is_left(&self) -> bool {
        self.left > 0
    }

    /// Waits for it.
    pub(super) async fn wait(&mut self) {
        self.left = self.left.saturating_sub(1);
        tokio::time::sleep(spread(self.pause)).await;
        self.pause = self.pause.saturating_mul(PAUSE_GROWTH);
    }
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
    let time = ctx.left_of(found.policy.deadline);
    let result = within(ctx, time, tries(found, (permit, spent), ctx)).await;
    let (now, of) = (ground.clock.ticks(), permit.target().label());
    let ended = result.as_ref().map(|ran| match ran {
        Ran::Ended(_) => Verdict::Answered,
        Ran::Asking => Verdict::Untold,
    });
    pass.end(verdict(ended, found.guard.care.fails), now, &of);
    result.or_else(|why| match why {
        Why::Fault(fault) => told(ground, fault, (found, permit), ctx),
        Why::Refused(refusal) => Err(refusal),
    })
}

/// All tries, and the wait for a place, within the time that is left. What has not ended by then is dropped, and what
/// runs for it elsewhere is told to stop.
pub(super) async fn within<T>(
    ctx: &Ctx,
    time: Duration,
    work: impl Future<Output = Result<T, Why>>,
) -> Result<T, Why> {
    let mut work = pin!(work);
    // Most tools answer at once: no timer and no waiting on the token for them.
    if let Poll::Ready(result) = poll!(&mut work) {
        return result;
    }
    let refusal = tokio::select! {
        biased;
        () = ctx.gone().cancelled() => Refusal::Cancelled,
        result = work => return result,
        () = tokio::time::sleep(time) => Refusal::TimedOut,
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
    let mut patience = Patience::of(match found.what {
        What::Tool(entry) if entry.tool.effect != Effect::Read => 0,
        _ => found.guard.care.retries,
    });
    loop {
        match once(found, permit, ctx).await {
            Err(Fault::Busy(_)) if patience.is_left() && !ctx.has_effect() => {
                patience.wait().await;
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
pub(super) const fn verdict(ended: Result<Verdict, &Why>, fails: FailsAs) -> Verdict {
    match ended {
        Ok(verdict) => verdict,
        Err(Why::Fault(Fault::Fail(_) | Fault::NotFound)) => Verdict::Answered,
        Err(Why::Fault(Fault::Busy(_)) | Why::Refused(Refusal::TimedOut)) => Verdict::Failed,
        Err(Why::Fault(Fault::Internal(_))) => match fails {
            FailsAs::One => Verdict::Failed,
            FailsAs::Each => Verdict::Untold,
        },
        Err(Why::Refused(_)) => Verdict::Untold,
    }
}

/// What a fault means to the caller: a tool says in its result what its model is to read.
fn told(
    ground: Ground<'_>,
    fault: Fault,
    (found, permit): (&Found<'_>, &Permit<'_>),
    ctx: &Ctx,
) -> Result<Ran, Refusal> {
    match (fault, permit.target()) {
        (Fault::Fail(text) | Fault::Busy(text), Target::Tool(_)) => {
            Ok(Ran::Ended(Output::Tool(Reported::error(text))))
        }
        (Fault::Fail(text), _) => Err(Refusal::BadParams(fence::quote(ctx, found, text)?)),
        (fault, _) => Err(refused(ground, fault, found, ctx)?),
    }
}

/// What a fault means of which nobody is to read more than that it happened; the cause stays in the log.
pub(super) fn refused(
    ground: Ground<'_>,
    fault: Fault,
    found: &Found<'_>,
    ctx: &Ctx,
) -> Result<Refusal, Refusal> {
    let target = &ctx.call().target;
    match (fault, target) {
        (Fault::Busy(text), _) => Ok(Refusal::Unavailable(fence::quote(ctx, found, text)?)),
        (Fault::NotFound, Target::Resource(uri)) => Ok(Refusal::UnknownResource(uri.clone())),
        (fault, _) => {
            let id = ids::error_id();
            let cause = fault.cause(&ctx.call().args);
            let cause = &*ground.redactor.text(&cause);
            tracing::error!(id, name = &*target.label(), cause, "a call failed");
            Ok(Refusal::Internal(id))
        }
    }
}

const PAUSE_FIRST: Duration = Duration::from_millis(50);
const PAUSE_GROWTH: u32 = 4;
