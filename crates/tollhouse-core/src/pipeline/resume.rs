//! Carries what was answered in earlier rounds: opens the sealed state, and seals a new one.
//!
//! The state binds caller, target and arguments, and expires (MCP 2026-07-28, "Multi Round-Trip Requests"). It has the
//! name of the call, so that records of all its rounds have the same. One that
//! asks for a yes, or carries one, binds the definition of the target too, and can be used once: it has a nonce, which
//! `confirm` spends.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::{Value, json};

use super::Ground;
use crate::{
    Answers, Ask, Call, Confirmation, Ctx, Outcome, Refusal, Trail,
    approvals::Nonce,
    ask::CONFIRM,
    ctx::{Earlier, Stale, Yes},
    digest, fence, ids,
    seal::Purpose,
    toolset::{Found, What},
};

/// Opens the state that came back, if one did.
pub(super) fn open(ground: Ground<'_>, ctx: &Ctx, found: &Found<'_>) -> Result<(), Refusal> {
    if let Some(state) = &ctx.call().state {
        let plain = ground.seals.open(Purpose::State, state);
        let earlier = plain.and_then(|plain| read(ground, ctx.call(), found, &plain));
        ctx.remember(earlier.ok_or(Refusal::BadState)?);
    }
    Ok(())
}

/// What a state says; none if it is of another call, or of no use any longer. A question of the road that is of no use
/// is asked anew, and says why.
fn read(ground: Ground<'_>, call: &Call, found: &Found<'_>, plain: &[u8]) -> Option<Earlier> {
    let state: Value = serde_json::from_slice(plain).ok()?;
    let text = |name: &str| state.get(name).and_then(Value::as_str);
    let Some(Value::Object(answers)) = state.get("answers") else {
        return None;
    };
    if text("bound") != Some(bound(call).as_str()) {
        return None;
    }
    let until_ms = state.get("expires").and_then(Value::as_u64)?;
    let yes = state.get("yes").filter(|yes| !yes.is_null());
    let yes = yes.map(|yes| read_yes(yes, until_ms));
    let yes = yes.map_or(Some(None), |yes| yes.map(Some))?;
    let stale = if ground.clock.unix_ms() >= until_ms {
        Some(Stale::Expired)
    } else if text("arguments") != Some(arguments(call, found).as_str()) {
        Some(Stale::Arguments)
    } else if yes.is_some() && text("definition") != Some(definition(found)) {
        Some(Stale::Definition)
    } else {
        None
    };
    let asked = state.get("asked")?.as_array()?.iter();
    let is_asking = yes.is_some_and(|yes| yes.by == Confirmation::Nobody);
    match stale {
        None => Some(Earlier {
            call: text("call").map(Arc::from),
            answers: answers.clone().into_iter().collect(),
            yes,
            asked: asked
                .map(|key| key.as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
            rounds: state.get("rounds")?.as_u64()?,
            stale: None,
        }),
        Some(_) if is_asking => Some(Earlier {
            stale,
            ..Earlier::default()
        }),
        Some(_) => None,
    }
}

fn read_yes(yes: &Value, until_ms: u64) -> Option<Yes> {
    let nonce = STANDARD_NO_PAD.decode(yes.get("nonce")?.as_str()?).ok()?;
    let by = yes.get("by")?.as_str()?;
    let (_, by) = LEVELS.into_iter().find(|(name, _)| *name == by)?;
    Some(Yes {
        nonce: nonce.try_into().ok()?,
        until_ms,
        by,
    })
}

/// Turns the questions of a suspended call into an outcome. A yes that was given goes along.
pub(super) fn ask(
    ground: Ground<'_>,
    ctx: &Ctx,
    found: &Found<'_>,
    trail: &Trail,
) -> Result<Outcome, Refusal> {
    let (mut asks, answers) = ctx.asked()?;
    let rounds = ctx.earlier().map_or(0, |earlier| earlier.rounds) + 1;
    if rounds > ROUNDS_MAX {
        return Err(asks_on(ctx));
    }
    fence::asks(&mut asks);
    ground.redactor.asks(&mut asks);
    super::fence::sign(ctx, found, &mut asks)?;
    let said = (asks.as_slice(), &answers, rounds);
    let state = seal(ground, ctx, (found, trail), said)?;
    Ok(Outcome::NeedsInput { asks, state })
}

fn seal(
    ground: Ground<'_>,
    ctx: &Ctx,
    (found, trail): (&Found<'_>, &Trail),
    (asks, answers, rounds): (&[Ask], &Answers, u64),
) -> Result<String, Refusal> {
    let call = ctx.call();
    let is_asking = asks.iter().any(|ask| ask.key == CONFIRM);
    let mut yes = Value::Null;
    if is_asking || trail.confirmed != Confirmation::Nobody {
        let nonce: Nonce = ids::random().map_err(|_| no_randomness())?;
        let by = LEVELS.iter().find(|(_, level)| *level == trail.confirmed);
        yes = json!({"nonce": STANDARD_NO_PAD.encode(nonce), "by": by.map(|(name, _)| *name)});
    }
    let state = json!({
        "call": &**ctx.name(),
        "expires": ground.clock.unix_ms().saturating_add(LIFE_MS),
        "bound": bound(call),
        "arguments": arguments(call, found),
        "definition": definition(found),
        "answers": answers,
        "asked": asks.iter().map(|ask| ask.key.as_str()).collect::<Vec<_>>(),
        "rounds": rounds,
        "yes": yes,
    });
    let plain = state.to_string();
    if plain.len() > STATE_BYTES_MAX {
        return Err(Refusal::BadAnswer(format!(
            "more than {STATE_BYTES_MAX} bytes of answers"
        )));
    }
    let sealed = ground.seals.seal(Purpose::State, plain.as_bytes());
    sealed.ok_or_else(no_randomness)
}

/// What asks more often than anybody answers is broken.
fn asks_on(ctx: &Ctx) -> Refusal {
    let (id, name) = (ids::error_id(), &*ctx.call().target.label());
    tracing::error!(id, name, "a call asked more than {ROUNDS_MAX} times");
    Refusal::Internal(id)
}

fn no_randomness() -> Refusal {
    let id = ids::error_id();
    tracing::error!(id, "no randomness to seal a state");
    Refusal::Internal(id)
}

/// Who asks, and for what.
fn bound(call: &Call) -> String {
    let (mark, target) = (call.principal.owner(), &call.target);
    let parts = [
        mark.as_slice(),
        target.kind().as_bytes(),
        target.name().as_bytes(),
    ];
    STANDARD_NO_PAD.encode(digest::of(&parts))
}

/// With which arguments. The key that tells a call from its repetitions is none of them, unless the target gets it.
fn arguments(call: &Call, found: &Found<'_>) -> String {
    STANDARD_NO_PAD.encode(digest::json(found.args.as_ref().unwrap_or(&call.args)))
}

/// What clients are told of the target, as a digest; nothing of what is no tool.
pub(super) fn definition<'a>(found: &Found<'a>) -> &'a str {
    match found.what {
        What::Tool(entry) => &entry.definition,
        What::Resource(_) | What::Template(_) | What::Prompt(_) => "",
    }
}

const LEVELS: [(&str, Confirmation); 3] = [
    ("nobody", Confirmation::Nobody),
    ("client", Confirmation::Client),
    ("human", Confirmation::Human),
];
/// How often a call may ask before it ends.
const ROUNDS_MAX: u64 = 8;
const LIFE_MS: u64 = 15 * 60 * 1000;
const STATE_BYTES_MAX: usize = 32 * 1024;
