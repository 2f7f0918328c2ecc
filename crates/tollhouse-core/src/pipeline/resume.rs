//! Carries what was answered in earlier rounds: opens the sealed state, and seals a new one.
//!
//! The state binds caller, target and arguments, and expires (MCP 2026-07-28, "Multi Round-Trip Requests").

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::{Value, json};

use super::Ground;
use crate::{Answers, Call, Ctx, Outcome, Refusal, digest, fence, ids, seal::Purpose};

/// Opens the state that came back, if one did.
pub(super) fn open(ground: Ground<'_>, ctx: &Ctx) -> Result<(), Refusal> {
    let call = ctx.call();
    let Some(state) = &call.state else {
        return Ok(());
    };
    let plain = ground
        .seals
        .open(Purpose::State, state)
        .ok_or(Refusal::BadState)?;
    let state: Value = serde_json::from_slice(&plain).map_err(|_| Refusal::BadState)?;
    let expires_ms = state.get("expires").and_then(Value::as_u64);
    let fresh = expires_ms.is_some_and(|expires_ms| ground.clock.unix_ms() < expires_ms);
    let bound = state.get("bound").and_then(Value::as_str) == Some(bound(call).as_str());
    if !fresh || !bound {
        return Err(Refusal::BadState);
    }
    let Some(Value::Object(answers)) = state.get("answers") else {
        return Err(Refusal::BadState);
    };
    ctx.remember(answers.clone().into_iter().collect());
    Ok(())
}

/// Turns the questions of a suspended call into an outcome.
pub(super) fn ask(ground: Ground<'_>, ctx: &Ctx) -> Result<Outcome, Refusal> {
    let (mut asks, answers) = ctx.asked()?;
    fence::asks(&mut asks);
    let state = seal(ground, ctx.call(), &answers)?;
    Ok(Outcome::NeedsInput { asks, state })
}

fn seal(ground: Ground<'_>, call: &Call, answers: &Answers) -> Result<String, Refusal> {
    let state = json!({
        "expires": ground.clock.unix_ms().saturating_add(LIFE_MS),
        "bound": bound(call),
        "answers": answers,
    });
    let plain = state.to_string();
    if plain.len() > STATE_BYTES_MAX {
        return Err(Refusal::BadAnswer(format!(
            "more than {STATE_BYTES_MAX} bytes of answers"
        )));
    }
    let sealed = ground.seals.seal(Purpose::State, plain.as_bytes());
    sealed.ok_or_else(|| {
        let id = ids::error_id();
        tracing::error!(id, "no randomness to seal a state");
        Refusal::Internal(id)
    })
}

/// What a state is bound to: who asks, for what, with which arguments.
fn bound(call: &Call) -> String {
    let target = &call.target;
    let (mark, arguments) = (call.principal.mark(), digest::json(&call.args));
    let parts = [
        mark.as_slice(),
        target.kind().as_bytes(),
        target.name().as_bytes(),
        &arguments,
    ];
    STANDARD_NO_PAD.encode(digest::of(&parts))
}

const LIFE_MS: u64 = 15 * 60 * 1000;
const STATE_BYTES_MAX: usize = 32 * 1024;
