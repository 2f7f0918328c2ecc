//! What tells a call that is sent again from a new one: the key that came with it, or for a while its arguments.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{
    Ctx, Doubt, Effect, Refusal, Repeat, digest,
    ledger::Slot,
    toolset::{Found, What},
};

/// What tells a call that is sent again from a new one.
#[derive(Debug)]
pub(in crate::pipeline) struct Key {
    pub(super) slot: Slot,
    pub(super) arguments: [u8; 32],
    /// As its caller wrote it; `None` if it was made of the arguments.
    pub(super) sent: Option<String>,
    /// What its caller calls it.
    pub(super) field: String,
    pub(super) kept: Duration,
    pub(super) deadline: Duration,
    pub(super) doubt: Doubt,
}

/// Takes the key out of a call, and out of the arguments if the source does not know it.
pub(in crate::pipeline) fn key(ctx: &Ctx, found: &mut Found<'_>) -> Result<Option<Key>, Refusal> {
    let What::Tool(entry) = found.what else {
        return Ok(None);
    };
    if entry.tool.effect == Effect::Read {
        return Ok(None);
    }
    let repeat = &found.policy.repeat;
    let (sent, rest) = split(ctx, repeat)?;
    let arguments = rest.as_ref().unwrap_or(&ctx.call().args);
    let arguments = if sent.is_some() || repeat.window.is_some() {
        digest::json(arguments)
    } else {
        [0; 32]
    };
    let (told, kept) = match (&sent, repeat.window) {
        (Some(sent), _) => ([b"sent".as_slice(), sent.as_bytes()], repeat.kept),
        (None, None) => {
            found.args = rest.filter(|_| !repeat.is_own);
            return Ok(None);
        }
        (None, Some(window)) => ([b"window".as_slice(), &arguments], window),
    };
    let owner = ctx.principal().owner();
    let [kind, text] = told;
    let name = entry.tool.name.as_bytes();
    let slot = Slot {
        owner,
        key: digest::of(&[&owner, name, kind, text]),
    };
    let key = Key {
        slot,
        arguments,
        field: repeat.field.clone().unwrap_or_else(|| META.to_owned()),
        sent,
        kept,
        deadline: found.policy.deadline,
        doubt: repeat.doubt,
    };
    if !repeat.is_own {
        found.args = rest;
    }
    Ok(Some(key))
}

/// The key that was sent, and the arguments without it, if it stands among them.
fn split(ctx: &Ctx, repeat: &Repeat) -> Result<(Option<String>, Option<Value>), Refusal> {
    let call = ctx.call();
    let field = repeat.field.as_deref();
    let given = field.and_then(|field| call.args.get(field));
    let argument = match (field, given) {
        (Some(field), Some(value)) => Some(read(field, value.as_str())?),
        _ => None,
    };
    let beside = call.key.as_deref();
    let beside = beside.map(|key| read(META, Some(key))).transpose()?;
    if let (Some(argument), Some(beside)) = (argument, beside)
        && argument != beside
    {
        let field = field.unwrap_or_default();
        return Err(bad(&format!(
            "`{field}` and `{META}` differ: give one of them"
        )));
    }
    let sent = argument.or(beside);
    if sent.is_none() && repeat.is_required {
        let field = field.unwrap_or(META);
        return Err(bad(&format!(
            "`{field}` is missing: give any unique id, and the same one when you retry"
        )));
    }
    let rest = field
        .zip(given)
        .map(|(field, _)| without(&call.args, field));
    Ok((sent.map(str::to_owned), rest))
}

/// A key as it may be: of another length or kind it is a mistake.
fn read<'a>(field: &str, key: Option<&'a str>) -> Result<&'a str, Refusal> {
    let fits = |key: &&str| {
        let chars = key.chars().take(KEY_CHARS_MAX + 1).count();
        (1..=KEY_CHARS_MAX).contains(&chars) && !key.chars().any(char::is_control)
    };
    key.filter(fits).ok_or_else(|| {
        bad(&format!(
            "`{field}` must be 1 to {KEY_CHARS_MAX} printable characters"
        ))
    })
}

fn without(args: &Value, field: &str) -> Value {
    let args = args.as_object().into_iter().flatten();
    let rest = args.filter(|(name, _)| *name != field);
    let rest: Map<String, Value> = rest
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(rest)
}

fn bad(why: &str) -> Refusal {
    Refusal::BadArguments(format!("Nothing was done. Mend and call again: {why}"))
}

const KEY_CHARS_MAX: usize = 128;
/// Where a client puts a key of its own, beside the arguments.
const META: &str = "_meta[\"dev.tollhouse/idempotencyKey\"]";
