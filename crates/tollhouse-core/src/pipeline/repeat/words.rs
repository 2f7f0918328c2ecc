//! What a model reads whose call was made before and cannot be answered like it.

use super::Key;
use crate::{Ctx, Refusal};

/// The key belongs to another call.
pub(super) fn reused(key: &Key) -> Refusal {
    let field = &key.field;
    Refusal::KeyReused(format!(
        "This `{field}` was used for other arguments, so nothing was done. For a new action use a new one; to repeat \
         the earlier call, send its arguments unchanged."
    ))
}

/// Nobody knows how the call before ended.
pub(super) fn in_doubt(ctx: &Ctx, key: &Key, now_ms: u64, began_ms: u64) -> Refusal {
    let tool = ctx.call().target.label();
    let ago_s = now_ms.saturating_sub(began_ms) / 1000;
    let again = match &key.sent {
        Some(_) => format!("call again with a new `{}`", key.field),
        None => format!(
            "call again when {} seconds have passed since then",
            key.kept.as_secs()
        ),
    };
    Refusal::OutcomeUnknown(format!(
        "The same call of {tool} began {ago_s} seconds ago and was cut off, so nobody knows whether it was done. It is \
         not run again. Look first whether it took effect, with a tool that reads; only if it did not, {again}."
    ))
}

/// The call before has not ended.
pub(super) fn still_running(key: &Key) -> Refusal {
    let same = match &key.sent {
        Some(_) => format!("with the same `{}` and the same arguments", key.field),
        None => "with the same arguments".to_owned(),
    };
    Refusal::OutcomeUnknown(format!(
        "The same call is still running, and this one did nothing. To read its result, call again in a while {same}."
    ))
}
