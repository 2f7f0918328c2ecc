//! What may reach a model: the one place through which everything goes that a target says.

use crate::{Ctx, Output, Refusal, Trail, fence, ids, toolset::Found};

/// Takes out of an output what nobody sees and what steers a terminal, before it is cut and said as text; and the
/// force out of links, in what others wrote.
pub(super) fn clean(ctx: &Ctx, found: &Found<'_>, mut output: Output, trail: &mut Trail) -> Output {
    trail.removed += fence::output(&mut output, &found.policy.trust, ctx.is_foreign());
    output
}

/// Puts marks around what others wrote.
///
/// # Errors
///
/// The system has no randomness for marks that nobody guesses.
pub(super) fn guard(ctx: &Ctx, found: &Found<'_>, mut output: Output) -> Result<Output, Refusal> {
    if is_foreign(ctx, found, &mut output) {
        let nonce = ids::nonce().map_err(|_| {
            let id = ids::error_id();
            tracing::error!(id, "no randomness for the marks of a fence");
            Refusal::Internal(id)
        })?;
        fence::wrap(&mut output, &nonce);
    }
    Ok(output)
}

/// Whether others wrote any of it. Nothing is changed.
pub(super) fn is_foreign(ctx: &Ctx, found: &Found<'_>, output: &mut Output) -> bool {
    ctx.is_foreign() || fence::is_foreign(output, &found.policy.trust)
}
