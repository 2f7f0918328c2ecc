//! Lets callers with the same rights who ask the same at the same time share one run of what reads.
//!
//! One of them runs, where it stands, and the others wait. If it leaves, fails or asks something, the next of them
//! runs for itself and the rest: nobody depends on the patience of another.

use std::future::Future;

use super::{Ground, Ran};
use crate::{
    Ctx, Effect, Refusal, digest,
    limit::{Landed, Lead, Mark, Part},
    toolset::{Found, ToolEntry, What},
};

/// Runs, or waits for whoever runs the same.
pub(in crate::pipeline) async fn shared(
    ground: Ground<'_>,
    ctx: &Ctx,
    found: &Found<'_>,
    run: impl Future<Output = Result<Ran, Refusal>>,
) -> Result<Ran, Refusal> {
    let What::Tool(entry) = found.what else {
        return run.await;
    };
    let rate = &found.policy.rate;
    // What was answered to a question is between the tool and whoever answered.
    let is_answer = ctx.call().state.is_some() || !ctx.call().answers.is_empty();
    if !rate.is_shared || entry.tool.effect != Effect::Read || is_answer {
        return run.await;
    }
    let mark = mark(ctx, entry);
    let mut landed = match ground.counters.flights.join(mark) {
        Part::Lead(lead) => return led(&lead, ctx, run).await,
        Part::Follow(landed) => landed,
    };
    // Whoever waits has its own time, whether it gets to run in it or not.
    let patience = tokio::time::sleep(ctx.left_of(found.policy.deadline));
    let followed = async {
        loop {
            if let Some(ran) = followed(&mut landed, ctx).await {
                return Ok(ran);
            }
            match ground.counters.flights.join(mark) {
                Part::Lead(lead) => return led(&lead, ctx, run).await,
                Part::Follow(next) => landed = next,
            }
        }
    };
    tokio::select! {
        biased;
        () = ctx.cancel().cancelled() => Err(Refusal::Cancelled),
        result = followed => result,
        () = patience => Err(Refusal::TimedOut),
    }
}

/// Runs, and tells the others.
async fn led(
    lead: &Lead<'_>,
    ctx: &Ctx,
    run: impl Future<Output = Result<Ran, Refusal>>,
) -> Result<Ran, Refusal> {
    let result = run.await;
    if let Ok(Ran::Ended(output)) = &result {
        lead.land(output, ctx.others());
    }
    result
}

/// Waits for what another says; `None` if it says nothing that is of use.
async fn followed(landed: &mut Landed, ctx: &Ctx) -> Option<Ran> {
    let said = landed.wait_for(Option::is_some).await.ok()?;
    let (output, others) = said.as_deref()?;
    ctx.others_wrote(*others);
    Some(Ran::Ended(output.clone()))
}

/// What two reads have in common that may share a run: the tool as it is listed, the arguments, the caller with all its
/// rights, and what its client can do. Not the key or sign-in.
fn mark(ctx: &Ctx, entry: &ToolEntry) -> Mark {
    let call = ctx.call();
    let principal = &call.principal;
    let arguments = digest::json(&call.args);
    let standing = [
        u8::from(principal.is_known()),
        u8::from(principal.holds_all()),
    ];
    let mut parts: Vec<&[u8]> = vec![
        entry.tool.name.as_bytes(),
        entry.definition.as_bytes(),
        &arguments,
        &standing,
        principal.subject().as_bytes(),
    ];
    for part in [principal.client(), principal.tenant(), principal.email()] {
        parts.push(if part.is_some() { b"some" } else { b"none" });
        parts.push(part.unwrap_or_default().as_bytes());
    }
    let lists = [
        list(principal.scopes()),
        list(principal.roles()),
        list(call.client.names().into_iter()),
    ];
    parts.extend(lists.iter().map(<[u8; 32]>::as_slice));
    digest::of(&parts)
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> [u8; 32] {
    let names: Vec<&[u8]> = names.map(str::as_bytes).collect();
    digest::of(&names)
}
