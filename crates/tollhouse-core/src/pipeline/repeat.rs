//! Has this call been made before? Then it is answered like the first time, and does nothing.
//!
//! A call that changes something is known again by the key that came with it, or for a while by its arguments. What
//! it came to is in the ledger: a twin that runs is waited for, what is done is answered again, and what began and
//! has no known end is not run a second time.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, resume_unwind},
    sync::Arc,
};

use futures_util::FutureExt as _;

use super::{Ground, fence};
use crate::{
    CallKey, Ctx, Doubt, Outcome, Output, Refusal, StoreError, Trail, Trust,
    ctx::{Effects, Others},
    ids,
    ledger::{Answer, Bid, End, Slot, Standing},
    toolset::Found,
};

mod answer;
mod key;
mod twins;
mod words;

pub(super) use key::{Key, key};
pub(crate) use twins::Twins;

/// The right to run, which is settled when the call has ended.
#[derive(Debug)]
#[must_use]
pub(super) struct Claim<'a>(Option<Held<'a>>);

/// What was claimed, for as long as it runs.
#[derive(Debug)]
struct Held<'a> {
    slot: Slot,
    holder: Arc<str>,
    _twin: twins::Place<'a>,
}

/// Whether a call may run.
#[derive(Debug)]
pub(super) enum Claimed<'a> {
    /// It may; how it ends is to be settled.
    Now(Claim<'a>),
    /// It has run already, and this is what came of it.
    Before(Output),
}

/// What came of the call when it ran before, if it did. A twin that runs now is waited for.
pub(super) async fn seen(
    ground: Ground<'_>,
    ctx: &Ctx,
    key: Option<&Key>,
    trail: &mut Trail,
) -> Result<Option<Output>, Refusal> {
    let Some(key) = key else {
        return Ok(None);
    };
    let standing = twins::wait(ground, ctx, key).await?;
    told(ground, (ctx, key), standing, trail)
}

/// How it stands with a key, in words for whoever runs the server, and whether the call goes on. Nothing is waited for.
pub(super) async fn look(
    ground: Ground<'_>,
    ctx: &Ctx,
    key: &Key,
) -> Result<(&'static str, bool), Refusal> {
    let now_ms = ground.clock.unix_ms();
    let looked = ground.stores.ledger.look(key.slot, key.arguments, now_ms);
    let standing = looked.await.map_err(|error| unkept(ctx, &error))?;
    let goes_on = !matches!(standing, Standing::Done(_));
    let text = match &standing {
        Standing::Free => "has a key that is new: a second call with it is answered like the first",
        Standing::Running { .. } => "the same call runs now: this one would wait for its answer",
        Standing::Done(_) => {
            "was done before: it is answered like the first time, and does nothing"
        }
        Standing::InDoubt { .. } | Standing::Reused => {
            told(ground, (ctx, key), standing, &mut Trail::default())?;
            "nobody knows how it ended, and its source finds out by itself"
        }
    };
    Ok((text, goes_on))
}

/// Gives the call its key, for a source that remembers calls.
pub(super) fn give(ground: Ground<'_>, ctx: &Ctx, key: Option<&Key>) {
    let Some(key) = key else {
        return;
    };
    ctx.set_key(CallKey {
        sent: key.sent.clone(),
        digest: key.slot.key,
        arguments: key.arguments,
        forget_ms: bid(ground, ctx, key).forget_ms,
    });
}

/// Takes the right to run. A twin that runs now is waited for.
pub(super) async fn claim<'a>(
    ground: Ground<'a>,
    ctx: &Ctx,
    key: Option<Key>,
    trail: &mut Trail,
) -> Result<Claimed<'a>, Refusal> {
    let Some(key) = key else {
        return Ok(Claimed::Now(Claim(None)));
    };
    loop {
        let bid = bid(ground, ctx, &key);
        // Before the bid, so that no twin of this process looks for it in vain.
        let twin = ground.twins.enter(key.slot);
        let standing = ground.stores.ledger.claim(bid).await;
        match standing.map_err(|error| unkept(ctx, &error))? {
            Standing::Free => {
                return Ok(Claimed::Now(Claim(Some(Held {
                    slot: key.slot,
                    holder: Arc::clone(ctx.round()),
                    _twin: twin,
                }))));
            }
            _ => drop(twin),
        }
        let standing = twins::wait(ground, ctx, &key).await?;
        if let Some(output) = told(ground, (ctx, &key), standing, trail)? {
            return Ok(Claimed::Before(output));
        }
    }
}

impl Claim<'_> {
    /// Does the work, and says how it ended: the answer is kept, the key is free again, or nobody knows.
    pub(super) async fn settle(
        self,
        ground: Ground<'_>,
        (ctx, found): (&Ctx, &Found<'_>),
        work: impl Future<Output = Result<Outcome, Refusal>>,
    ) -> Result<Outcome, Refusal> {
        let Some(held) = self.0 else {
            return work.await;
        };
        // A panic goes on to where all are caught, once it is known that nobody knows.
        let ended = AssertUnwindSafe(work).catch_unwind().await;
        let judged = (ctx.others(), &found.policy.trust);
        let end = end((ctx.effects(), judged), &ended);
        let ledger = &ground.stores.ledger;
        let settled = ledger.settle(held.slot, Arc::clone(&held.holder), end);
        match settled.await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(
                    call = &*held.holder,
                    "a call took longer than its claim on its key held, and another has it now"
                );
            }
            // Who sends it again is told that nobody knows, which is so.
            Err(error) => {
                tracing::error!(call = &*held.holder, %error, "how a call with a key ended could not be kept");
            }
        }
        ended.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// How a call ended, for those who send it again.
fn end(
    (effects, judged): (Effects, (Others, &Trust)),
    ended: &Result<Result<Outcome, Refusal>, Box<dyn Any + Send>>,
) -> End {
    match (ended, effects) {
        // The source has spoken last, whatever became of its words.
        (_, Effects::NotBegun) => End::Nothing,
        (Ok(Ok(Outcome::NeedsInput { .. })), _) => End::Nothing,
        (Ok(Ok(Outcome::Done(Output::Tool(reported)))), effects) => {
            if reported.is_error && effects != Effects::Changed {
                End::Nothing
            } else {
                End::Done(answer::written(reported, judged))
            }
        }
        (Ok(Ok(Outcome::Done(_)) | Err(_)) | Err(_), Effects::Unchanged) => End::Nothing,
        (Ok(Ok(Outcome::Done(_)) | Err(_)) | Err(_), Effects::Unknown | Effects::Changed) => {
            End::Unknown
        }
    }
}

fn bid(ground: Ground<'_>, ctx: &Ctx, key: &Key) -> Bid {
    let now_ms = ground.clock.unix_ms();
    let after = |lasts| now_ms.saturating_add(twins::millis(lasts));
    let until_ms = after(key.deadline.saturating_add(GRACE));
    Bid {
        slot: key.slot,
        arguments: key.arguments,
        holder: Arc::clone(ctx.round()),
        now_ms,
        until_ms,
        // What runs is not forgotten.
        forget_ms: after(key.kept).max(until_ms),
        is_bold: key.doubt == Doubt::AskSource,
    }
}

/// What a call hears that finds things so. `None` means that it may go on.
fn told(
    ground: Ground<'_>,
    (ctx, key): (&Ctx, &Key),
    standing: Standing,
    trail: &mut Trail,
) -> Result<Option<Output>, Refusal> {
    match standing {
        Standing::Free => Ok(None),
        Standing::InDoubt { .. } if key.doubt == Doubt::AskSource => Ok(None),
        Standing::Reused => Err(words::reused(key)),
        Standing::InDoubt { began_ms } => {
            Err(words::in_doubt(ctx, key, ground.clock.unix_ms(), began_ms))
        }
        Standing::Running { .. } => Err(words::still_running(key)),
        Standing::Done(answer) => {
            trail.is_replayed = true;
            again(ground, ctx, answer, trail).map(Some)
        }
    }
}

/// What came of it before, under the rules of now: with no more that nobody sees, no fewer marks and no more secrets than
/// the first time.
fn again(
    ground: Ground<'_>,
    ctx: &Ctx,
    answer: Answer,
    trail: &mut Trail,
) -> Result<Output, Refusal> {
    let found = ground.toolset.find(&ctx.call().target)?;
    let kept = answer::read(answer)?;
    let mut output = Output::Tool(kept.reported);
    if let Some((others, trust)) = &kept.judged {
        output = fence::clean_again((ctx, &found), output, (*others, trust), trail)?;
    }
    Ok(ground.redactor.output(output, ground.rules.mask))
}

/// A call whose key cannot be kept is not run: sent again, it would run twice.
fn unkept(ctx: &Ctx, error: &StoreError) -> Refusal {
    let id = ids::error_id();
    tracing::error!(id, %error, name = &*ctx.call().target.label(), "a key could not be kept, and its call did not run");
    Refusal::NotRecorded(format!(
        "This call has a key, which cannot be kept now, so nothing was done. Try again later with the same key (id {id})."
    ))
}

/// How much longer than its deadline a call may take to end.
const GRACE: std::time::Duration = std::time::Duration::from_secs(10);
