//! Runs the target for as long as it may and the caller waits.

use std::{future::poll_fn, pin::pin, task::Poll};

use futures_util::poll;

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
    // A caller who left before the work began wants nothing done.
    if ctx.cancel().is_cancelled() {
        return Err(Refusal::Cancelled);
    }
    let mut work = found.source.call(permit, ctx);
    let mut run = pin!(poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(told(result, permit, ctx)),
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
fn told(result: Result<Output, Fault>, permit: &Permit<'_>, ctx: &Ctx) -> Result<Ran, Refusal> {
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
            let cause = fault.cause(&ctx.call().args);
            tracing::error!(id, name = &*target.label(), cause, "a call failed");
            Err(Refusal::Internal(id))
        }
    }
}
