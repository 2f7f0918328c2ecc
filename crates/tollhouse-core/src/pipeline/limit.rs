//! Is it too often, or too much at once?

use super::Ground;
use crate::{Ctx, Refusal, toolset::Found};

/// A place among the calls that run now, given back when it is dropped.
#[derive(Debug)]
#[must_use]
pub(super) struct Seat;

/// Counts a call once, in its first round, and gives it a place.
pub(super) fn pass(_ground: Ground<'_>, _ctx: &Ctx, _found: &Found<'_>) -> Result<Seat, Refusal> {
    Ok(Seat)
}
