//! Is it too often, or too much at once?
//!
//! What is counted: a call of a tool in every counter; prompts, resources and completions by key, by session and
//! overall, and among what runs at once. Lists, and whatever else runs nothing, are free. A call that is refused here
//! has used up nothing.

use super::{Ground, execute::Ran, repeat::Key};
use crate::{
    Call, Ctx, Effect, Limits, Outcome, Quota, Refusal, Target, Trail,
    limit::{Caller, Counted, Seat, ToolCounted, likeness, nanoseconds},
    toolset::{Found, ToolEntry, What},
};

mod rows;
mod share;
mod text;

pub(super) use share::shared;

/// Counts a call once, whatever rounds it takes, and gives it a place. One with a key may have been made before: its tool
/// counts it only when it is [`fresh`].
pub(super) fn pass<'a>(
    ground: Ground<'a>,
    ctx: &Ctx,
    found: &Found<'_>,
    key: Option<&Key>,
) -> Result<Seat<'a>, Refusal> {
    let call = ctx.call();
    let caller = caller(ground, call);
    let mut counted = counted(ground, ctx, found);
    let is_tool = counted.tool.is_some();
    counted.tool = counted.tool.filter(|_| key.is_none());
    let now_ns = nanoseconds(ground.clock.ticks());
    if is_tool {
        notice_turn(ground, call, (&caller, now_ns));
    }
    let passed = ground.counters.pass(&caller, &counted, now_ns);
    passed.map_err(|denied| text::refusal(denied, call.target.name()))
}

/// Counts a call with a key that was not made before in the limits of its tool.
pub(super) fn fresh(
    ground: Ground<'_>,
    ctx: &Ctx,
    (found, key): (&Found<'_>, Option<&Key>),
    seat: &mut Seat<'_>,
) -> Result<(), Refusal> {
    if key.is_none() {
        return Ok(());
    }
    let call = ctx.call();
    let mut counted = counted(ground, ctx, found);
    let tool = counted.tool.take();
    let now_ns = nanoseconds(ground.clock.ticks());
    let passed = seat.count_tool(&caller(ground, call), (&counted, tool), now_ns);
    passed.map_err(|denied| text::refusal(denied, call.target.name()))
}

/// What the limits would say, without counting: how many more calls of a tool pass, or why none does.
pub(super) fn look(
    ground: Ground<'_>,
    ctx: &Ctx,
    found: &Found<'_>,
) -> Result<Option<u64>, Refusal> {
    let call = ctx.call();
    let (caller, counted) = (caller(ground, call), counted(ground, ctx, found));
    let now_ns = nanoseconds(ground.clock.ticks());
    let passed = ground.counters.would_pass(&caller, &counted, now_ns);
    passed.map_err(|denied| text::refusal(denied, call.target.name()))?;
    Ok(ground.counters.left(&caller, &counted, now_ns))
}

/// Counts what is known only when a call has ended: the rows that it gave, and that it asked.
pub(super) fn settle(
    ground: Ground<'_>,
    call: &Call,
    result: &Result<Outcome, Refusal>,
    trail: &mut Trail,
) {
    let now = || nanoseconds(ground.clock.ticks());
    match result {
        Ok(Outcome::Done(output)) => {
            let given = rows::of(output);
            trail.rows = trail.rows.or(given);
            if let (Some(quota), Some(given)) = (ground.rules.limits.rows, given) {
                let caller = caller(ground, call);
                ground.counters.gave(&caller, quota, (given, now()));
            }
        }
        Ok(Outcome::NeedsInput { state, .. }) => {
            let caller = caller(ground, call);
            let state = ground.counters.number(state);
            ground.counters.asked(&caller, state, now());
        }
        Err(_) => {}
    }
}

/// Who calls: a person or program, by key or sign-in, in a session. Whoever is not known is told by its address: anybody
/// can open sessions.
fn caller(ground: Ground<'_>, call: &Call) -> Caller {
    let (counters, principal) = (ground.counters, &call.principal);
    let person = counters.number((
        principal.is_known(),
        principal.tenant(),
        principal.subject(),
        principal.address(),
    ));
    let key = principal.grant();
    let key = key.map_or(person, |grant| counters.number((person, grant)));
    let session = call.session.as_deref();
    Caller {
        person,
        key,
        turn: session.map_or(key, |session| counters.number((key, session))),
    }
}

fn counted(ground: Ground<'_>, ctx: &Ctx, found: &Found<'_>) -> Counted {
    let call = ctx.call();
    let limits = &ground.rules.limits;
    let tool = match found.what {
        What::Tool(entry) => Some(entry),
        What::Resource(_) | What::Template(_) | What::Prompt(_) => None,
    };
    // A state that brings no answer runs it all again, so it is a call like any other.
    let earlier = ctx.earlier();
    let answered = earlier.filter(|earlier| earlier.is_answered_by(&call.answers));
    let state = call.state.as_ref().filter(|_| answered.is_some());
    let answers = state.map(|state| ground.counters.number(state));
    Counted {
        weight: u64::from(found.policy.rate.weight.max(1)),
        key: limits.key,
        session: limits.session,
        all: limits.all,
        rows: limits.rows.filter(|_| tool.is_some()),
        at_once: limits.concurrent,
        tool: tool.map(|entry| tool_counted(ground, (call, found), entry)),
        answers,
    }
}

fn tool_counted(
    ground: Ground<'_>,
    (call, found): (&Call, &Found<'_>),
    entry: &ToolEntry,
) -> ToolCounted {
    let limits = &ground.rules.limits;
    // A key that is made up for each call makes no other call of it.
    let arguments = found.args.as_ref().unwrap_or(&call.args);
    let (tool, rate) = (number(ground, &call.target), &entry.tool.policy.rate);
    ToolCounted {
        tool,
        quota: rate.calls.or_else(|| usual(limits, entry.tool.effect)),
        at_once: rate.concurrent,
        same: limits
            .identical
            .map(|times| (likeness(tool, arguments), times)),
    }
}

/// How often a tool may be called of which nothing is said.
const fn usual(limits: &Limits, effect: Effect) -> Option<Quota> {
    match effect {
        Effect::Read => limits.reads,
        Effect::Write => limits.writes,
        Effect::Destroy => limits.destroys,
    }
}

fn number(ground: Ground<'_>, target: &Target) -> u64 {
    ground.counters.number((target.kind(), target.name()))
}

/// Tells the operator, once, of a turn that has more calls than is usual: a model in a loop, say. Arguments are not for
/// the log.
fn notice_turn(ground: Ground<'_>, call: &Call, (caller, now_ns): (&Caller, u64)) {
    let limits = &ground.rules.limits;
    if limits.turn.is_none() && limits.identical.is_none() {
        return;
    }
    let usual = limits.turn.unwrap_or(u32::MAX);
    if ground.counters.came(caller, usual, now_ns) {
        tracing::warn!(
            tool = &*call.target.label(),
            client = call.principal.client(),
            grant = call.principal.grant(),
            session = call.session.as_deref(),
            "more than {usual} calls in one turn"
        );
    }
}
