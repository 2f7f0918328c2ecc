//! What may reach a model: the one place through which everything goes that a target says.

use super::shape;
use crate::{Ask, Ctx, Output, Refusal, Trail, Trust, ctx::Others, fence, ids, toolset::Found};

/// Takes out of an output what nobody sees and what steers a terminal, and the force out of links in what others wrote;
/// and decides, while all of it is there, whether others wrote any.
pub(super) fn clean(ctx: &Ctx, found: &Found<'_>, mut output: Output, trail: &mut Trail) -> Output {
    let trust = &found.policy.trust;
    let is_foreign = ctx.others() == Others::Everything;
    trail.removed += fence::output(&mut output, trust, is_foreign);
    ctx.others_wrote(others(&mut output, trust));
    output
}

/// The same for what was kept of an earlier call, under other rules maybe. It was judged then, on what there was; what
/// is left of it says nothing about what was dropped, so other rules than those count for all of it.
pub(super) fn clean_again(
    (ctx, found): (&Ctx, &Found<'_>),
    mut output: Output,
    (then, kept_under): (Others, &Trust),
    trail: &mut Trail,
) -> Result<Output, Refusal> {
    let now = &found.policy.trust;
    ctx.others_wrote(then);
    if now == kept_under {
        return Ok(output);
    }
    if now.untrusted != kept_under.untrusted {
        ctx.others_wrote(Others::at_most(now));
    }
    let is_foreign = ctx.others() != Others::Nothing;
    trail.removed += fence::output(&mut output, now, is_foreign);
    match then {
        Others::Nothing => guard(ctx, output),
        // It has its marks.
        Others::Part | Others::Everything => Ok(output),
    }
}

/// Notes that a target asks something, before it has said what it gives: what it asks may quote it.
pub(super) fn asks(ctx: &Ctx, found: &Found<'_>) {
    ctx.others_wrote(Others::at_most(&found.policy.trust));
}

/// Says of questions that are not the road's own who wrote them, and marks what they say to a model.
///
/// # Errors
///
/// The system has no randomness for marks that nobody guesses.
pub(super) fn sign(ctx: &Ctx, found: &Found<'_>, asks: &mut [Ask]) -> Result<(), Refusal> {
    if ctx.others() != Others::Nothing {
        let (hosts, name) = (&found.policy.trust.link_hosts, ctx.call().target.name());
        fence::foreign_asks(asks, hosts, (name, &nonce()?));
    }
    Ok(())
}

/// What a target that is no tool says instead of an output, as a text for a model.
///
/// # Errors
///
/// The system has no randomness for marks that nobody guesses.
pub(super) fn quote(ctx: &Ctx, found: &Found<'_>, text: String) -> Result<String, Refusal> {
    let trust = &found.policy.trust;
    ctx.others_wrote(Others::at_most(trust));
    match ctx.others() {
        Others::Nothing => Ok(text),
        Others::Part | Others::Everything => Ok(fence::quote(text, trust, &nonce()?)),
    }
}

/// Puts marks around what others wrote.
///
/// # Errors
///
/// The system has no randomness for marks that nobody guesses.
pub(super) fn guard(ctx: &Ctx, mut output: Output) -> Result<Output, Refusal> {
    if ctx.others() != Others::Nothing {
        fence::wrap(&mut output, &nonce()?);
    }
    Ok(output)
}

fn nonce() -> Result<String, Refusal> {
    ids::nonce().map_err(|_| {
        let id = ids::error_id();
        tracing::error!(id, "no randomness for the marks of a fence");
        Refusal::Internal(id)
    })
}

/// How much of an output others wrote, by the rules of its target.
fn others(output: &mut Output, trust: &Trust) -> Others {
    if !trust.is_untrusted() {
        return Others::Nothing;
    }
    // A text that says more than the data may hold any of the fields.
    let is_told = match &*output {
        Output::Tool(reported) => !reported.content.is_empty() && !shape::says_the_same(reported),
        Output::Resource(_) | Output::Prompt { .. } | Output::Completion { .. } => true,
    };
    if is_told || fence::is_foreign(output, trust) {
        Others::at_most(trust)
    } else {
        Others::Nothing
    }
}
