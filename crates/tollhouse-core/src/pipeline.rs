//! The one road from a call to a source. Read [`admit`]: it fits on a screen, and nothing goes round it.
//!
//! To add a step: give it one verb and a file here, let it return a [`Refusal`] when the road ends, and
//! put one line into [`admit`]. In order: find, authorize, validate, resume, then what counts or holds a
//! call back (limits, replays, confirmation, claims), execute, shape. The journal is written in
//! [`run`], the only exit.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use crate::{Call, Clock, Ctx, Journal, Outcome, Refusal, ids, seal::Ring, toolset::Toolset};

mod authorize;
mod execute;
mod journal;
mod resume;
mod shape;
mod validate;

pub use authorize::Permit;
pub(crate) use authorize::{Verdict, admits, judge, may_use};
use execute::Ran;

/// What the road stands on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground<'a> {
    pub(crate) toolset: &'a Toolset,
    pub(crate) seals: &'a Ring,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) journal: &'a dyn Journal,
}

/// Runs a call and records how it ended. There is one exit.
pub(crate) async fn run(ground: Ground<'_>, ctx: Ctx) -> Result<Outcome, Refusal> {
    let began = ground.clock.ticks();
    // The only place that catches a panic: of a tool, and of whatever else stands on the road.
    let admitted = AssertUnwindSafe(admit(ground, &ctx)).catch_unwind().await;
    let result = admitted.unwrap_or_else(|_panic| Err(crashed(ctx.call())));
    journal::write(ground, ctx.call(), &result, began);
    result
}

/// Records a call that never came this far, because of what it came with.
pub(crate) fn turned_away(ground: Ground<'_>, call: &Call, refusal: &Refusal) {
    journal::write(ground, call, &Err(refusal.clone()), ground.clock.ticks());
}

async fn admit(ground: Ground<'_>, ctx: &Ctx) -> Result<Outcome, Refusal> {
    let call = ctx.call();
    let found = ground.toolset.find(&call.target)?;
    let permit = authorize::check(call, &found)?;
    validate::check(call, &found)?;
    resume::open(ground, ctx)?;
    match execute::run(&found, &permit, ctx).await? {
        Ran::Asking => resume::ask(ground, ctx),
        Ran::Ended(output) => shape::fit(&found, output).map(Outcome::Done),
    }
}

fn crashed(call: &Call) -> Refusal {
    let id = ids::error_id();
    tracing::error!(id, name = &*call.target.label(), "a call panicked");
    Refusal::Internal(id)
}
