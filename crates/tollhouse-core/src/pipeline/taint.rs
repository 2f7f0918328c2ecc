//! Who has read what others wrote is not trusted with everything: noted when it leaves, asked before what is privileged.
//!
//! Calls of tools that are neither touch no store here.

use super::Ground;
use crate::{
    Ctx, Outcome, Refusal, Target, Trail, ctx::Others, ids, taints::Taint, toolset::Found,
};

/// Notes in the trail until when the caller counts as one who has read what is not trusted, if the target asks for
/// trust. On a pipe, whose caller is alone with its server, that is only logged.
///
/// # Errors
///
/// Nobody knows.
pub(super) async fn look(
    ground: Ground<'_>,
    ctx: &Ctx,
    found: &Found<'_>,
    trail: &mut Trail,
) -> Result<(), Refusal> {
    if !found.policy.trust.is_privileged {
        return Ok(());
    }
    let now_ms = ground.clock.unix_ms();
    let known = ground.stores.taints.look(ctx.holder(), now_ms).await;
    let known = known.map_err(|error| {
        let id = ids::error_id();
        tracing::error!(id, %error, "nobody knows what the caller of a privileged tool has read");
        Refusal::Unavailable(format!(
            "This needs to know what was read before, which cannot be looked up now, so nothing was done. Try again \
             later (id {id})."
        ))
    })?;
    let Some(known) = known else {
        return Ok(());
    };
    let name = &*ctx.call().target.label();
    if ctx.call().arrival.is_piped || !ground.rules.taint.is_enforced {
        tracing::warn!(
            name,
            read = known.by,
            "a privileged tool is called after what is not trusted was read"
        );
        return Ok(());
    }
    trail.tainted_until_ms = Some(known.until_ms);
    Ok(())
}

/// What is read on of another call is trusted no more than the tool that said it is now.
pub(super) fn recall(ground: Ground<'_>, ctx: &Ctx) {
    let Some(origin) = ctx.origin() else { return };
    let target = Target::Tool(origin.tool.clone());
    let found = ground.toolset.find(&target);
    if found.is_ok_and(|found| found.policy.trust.is_untrusted()) {
        ctx.foreign();
    }
}

/// Notes that the caller reads what is not trusted, before it does. An answer that cannot be noted is not given out.
pub(super) async fn note(
    ground: Ground<'_>,
    ctx: &Ctx,
    result: Result<Outcome, Refusal>,
    trail: &mut Trail,
) -> Result<Outcome, Refusal> {
    if !reads_foreign(ctx, &result) {
        return result;
    }
    match mark(ground, ctx).await {
        Ok(until_ms) => {
            trail.tainted_until_ms = Some(until_ms);
            result
        }
        Err(refusal) => Err(refusal),
    }
}

/// Whether a caller reads what others wrote in a result, or has read it while the call ran. A replay is read again, and
/// questions and failures quote too.
fn reads_foreign(ctx: &Ctx, result: &Result<Outcome, Refusal>) -> bool {
    ctx.others() != Others::Nothing
        && (ctx.has_heard()
            || matches!(
                result,
                Ok(_)
                    | Err(Refusal::BadMeaning(_) | Refusal::BadParams(_) | Refusal::Unavailable(_))
            ))
}

async fn mark(ground: Ground<'_>, ctx: &Ctx) -> Result<u64, Refusal> {
    let now_ms = ground.clock.unix_ms();
    let lasts = u64::try_from(ground.rules.taint.lasts.as_millis()).unwrap_or(u64::MAX);
    let (taints, holder) = (&ground.stores.taints, ctx.holder());
    let noted = async {
        let known = taints.look(holder, now_ms).await?;
        let known_ms = known.map_or(0, |known| known.until_ms);
        if known_ms >= now_ms.saturating_add(lasts) {
            return Ok(known_ms);
        }
        // A little longer, so that who reads on and on does not write each time.
        let until_ms = now_ms.saturating_add(lasts).saturating_add(lasts / 8);
        let by = ctx.call().target.label().into_owned();
        let taint = Taint {
            holder,
            by,
            now_ms,
            until_ms,
        };
        taints.mark(taint).await.map(|()| until_ms)
    };
    noted.await.map_err(|error| {
        let id = ids::error_id();
        tracing::error!(id, %error, "that what is not trusted is read could not be noted");
        Refusal::Unavailable(format!(
            "What this says is not to be trusted, which cannot be noted now, so it is not shown. If it was to change \
             something, that is done. Try again later (id {id})."
        ))
    })
}
