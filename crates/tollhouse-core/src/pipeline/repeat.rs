//! Has this call been made before? Then it is answered like the first time, and does nothing.

use super::Ground;
use crate::{Ctx, Outcome, Output, Refusal, Trail, toolset::Found};

/// What tells a call that is sent again from a new one.
#[derive(Debug)]
pub(super) struct Key;

/// The right to run what has a key, which is settled when it has run.
#[derive(Debug)]
#[must_use]
pub(super) struct Claim;

/// Whether a call may run.
#[derive(Debug)]
#[expect(dead_code, reason = "nothing is remembered yet")]
pub(super) enum Claimed {
    /// It may; how it ends is to be settled.
    Now(Claim),
    /// It has run already, and this is what came of it.
    Before(Output),
}

/// Takes the key out of a call, and out of the arguments if the source does not know it.
pub(super) fn key(_ctx: &Ctx, _found: &mut Found<'_>) -> Result<Option<Key>, Refusal> {
    Ok(None)
}

/// What came of the call when it ran before, if it did.
pub(super) async fn seen(
    _ground: Ground<'_>,
    _key: Option<&Key>,
    _trail: &mut Trail,
) -> Result<Option<Output>, Refusal> {
    Ok(None)
}

/// Takes the right to run. A twin that runs now is waited for.
pub(super) async fn claim(
    _ground: Ground<'_>,
    _ctx: &Ctx,
    _key: Option<Key>,
    _trail: &mut Trail,
) -> Result<Claimed, Refusal> {
    Ok(Claimed::Now(Claim))
}

impl Claim {
    /// Says how it ended: the answer is kept, the key is free again, or nobody knows.
    pub(super) async fn settle(
        self,
        _ground: Ground<'_>,
        _ctx: &Ctx,
        _outcome: &Result<Outcome, Refusal>,
    ) {
    }
}
