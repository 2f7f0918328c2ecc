//! Runs the target for as long as it may and the caller waits. The only place that catches a panic.

use std::{future::poll_fn, panic::AssertUnwindSafe, pin::pin, task::Poll};

use futures_util::{FutureExt as _, poll};

use crate::{Ctx, Fault, Output, Permit, Refusal, Reported, Target, ids, toolset::Found};

/// How a run ended that was not refused.
#[derive(Debug)]
pub(super) enum Ran {
    /// With an output.
    Ended(Output),
    /// With questions on the desk; the work itself is gone and starts again with the answers.
    Asking,
}

pub(super) async fn run(found: &Found<'_>, permit: &Permit<'_>, ctx: &Ctx) -> Result<Ran, Refusal> {
    let work = AssertUnwindSafe(async { found.source.call(permit, ctx).await }).catch_unwind();
    let mut work = pin!(work);
    let mut run = pin!(poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(Ok(result)) => Poll::Ready(told(result, permit)),
        Poll::Ready(Err(_panic)) => Poll::Ready(Err(crashed(permit))),
        Poll::Pending if ctx.is_asking() => Poll::Ready(Ok(Ran::Asking)),
        Poll::Pending => Poll::Pending,
    }));
    // Most tools answer at once: no timer and no waiting on the token for them.
    if let Poll::Ready(result) = poll!(&mut run) {
        return result;
    }
    tokio::select! {
        biased;
        () = ctx.cancel().cancelled() => Err(Refusal::Cancelled),
        result = run => result,
        () = tokio::time::sleep(found.policy.deadline) => Err(Refusal::TimedOut),
    }
}

/// What a fault means to the caller; the cause stays in the log.
fn told(result: Result<Output, Fault>, permit: &Permit<'_>) -> Result<Ran, Refusal> {
    let target = permit.target();
    match (result, target) {
        (Ok(output), _) => Ok(Ran::Ended(output)),
        (Err(Fault::Fail(text)), Target::Tool(_)) => {
            Ok(Ran::Ended(Output::Tool(Reported::error(text))))
        }
        (Err(Fault::Fail(text)), _) => Err(Refusal::BadParams(text)),
        (Err(Fault::NotFound), Target::Resource(uri)) => Err(Refusal::UnknownResource(uri.clone())),
        (Err(fault), _) => {
            let id = ids::error_id();
            tracing::error!(id, target = target.name(), ?fault, "a call failed");
            Err(Refusal::Internal(id))
        }
    }
}

fn crashed(permit: &Permit<'_>) -> Refusal {
    let id = ids::error_id();
    tracing::error!(id, target = permit.target().name(), "a call panicked");
    Refusal::Internal(id)
}
