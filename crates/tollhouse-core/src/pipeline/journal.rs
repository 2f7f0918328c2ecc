//! Writes the one record of a call, and before what changes something the intent. Their size is ours: what the caller
//! sent is cut.

use std::{borrow::Cow, sync::Arc, time::Duration};

use serde_json::Value;

use super::{Ground, Verdict, judge};
use crate::{
    Body, Call, Content, Contents, Ctx, Detail, Effect, Ending, Intent, Outcome, Output, Payload,
    Record, Refusal, Trail, Written, ids,
    toolset::{Found, What},
};

/// Writes down that a call is about to change something. Comes back when that outlives a power cut.
pub(super) async fn intend(
    ground: Ground<'_>,
    ctx: &Ctx,
    found: &Found<'_>,
    trail: &mut Trail,
) -> Result<(), Refusal> {
    let What::Tool(entry) = found.what else {
        return Ok(());
    };
    if entry.tool.effect == Effect::Read {
        return Ok(());
    }
    let call = ctx.call();
    let principal = &call.principal;
    let intent = Intent {
        call: Arc::clone(ctx.name()),
        at_ms: ground.clock.unix_ms(),
        subject: principal.subject().to_owned(),
        client: principal.client().map(str::to_owned),
        tenant: principal.tenant().map(str::to_owned),
        grant: principal.grant().map(str::to_owned),
        target: call.target.label().into_owned(),
        definition: Arc::clone(&entry.definition),
        effect: entry.tool.effect,
        approval: trail.approval.clone(),
        arguments: arguments(ground, found, call),
    };
    match ground.journal.intend(intent).await {
        Ok(()) => {
            trail.is_intended = true;
            Ok(())
        }
        Err(error) => {
            let id = ids::error_id();
            tracing::error!(id, %error, name = &*call.target.label(), "a call could not be written down and did not run");
            Err(Refusal::NotRecorded(format!(
                "This changes something, and cannot be written down now, so nothing was done. Try again later (id {id})."
            )))
        }
    }
}

pub(super) fn write(
    ground: Ground<'_>,
    ctx: &Ctx,
    result: &Result<Outcome, Refusal>,
    (began, trail): (Duration, Trail),
) {
    write_down(ground, (ctx.name(), ctx.call()), result, (began, trail));
}

/// The record of a call that never came onto the road.
pub(super) fn turned_away(ground: Ground<'_>, call: &Call, refusal: &Refusal) {
    let result = Err(refusal.clone());
    let began = ground.clock.ticks();
    write_down(
        ground,
        (&ground.calls.name(), call),
        &result,
        (began, Trail::default()),
    );
}

fn write_down(
    ground: Ground<'_>,
    (name, call): (&Arc<str>, &Call),
    result: &Result<Outcome, Refusal>,
    (began, trail): (Duration, Trail),
) {
    let found = ground.toolset.find(&call.target).ok();
    let entry = found.as_ref().and_then(|found| match found.what {
        What::Tool(entry) => Some(entry),
        What::Resource(_) | What::Template(_) | What::Prompt(_) => None,
    });
    ground.journal.write(Record {
        call: Arc::clone(name),
        at_ms: ground.clock.unix_ms(),
        subject: call.principal.subject().to_owned(),
        client: call.principal.client().map(str::to_owned),
        tenant: call.principal.tenant().map(str::to_owned),
        grant: call.principal.grant().map(str::to_owned),
        kind: call.target.kind(),
        target: label(ground, call, entry.is_some()),
        ending: match result {
            Ok(Outcome::Done(Output::Tool(reported))) if reported.is_error => Ending::Failed,
            Ok(Outcome::Done(_)) => Ending::Done,
            Ok(Outcome::NeedsInput { .. }) => Ending::Asked,
            Err(refusal) => Ending::Refused(refusal.cut(TEXT_CHARS_MAX)),
        },
        is_hidden: is_hidden(found.as_ref(), call, result),
        duration: ground.clock.ticks().saturating_sub(began),
        trace: call.trace.parent.clone(),
        trace_state: call.trace.state.clone(),
        arrival: call.arrival.clone(),
        session: call.session.clone(),
        result_bytes: match result {
            Ok(Outcome::Done(output)) => Some(output.bytes()),
            Ok(Outcome::NeedsInput { .. }) | Err(_) => None,
        },
        definition: entry.map(|entry| Arc::clone(&entry.definition)),
        effect: entry.map(|entry| entry.tool.effect),
        // What the intent has is not said again.
        arguments: match &found {
            Some(found) if !trail.is_intended => match result {
                Err(refusal) if refusal.step() != RUNS => refused(ground, found, call),
                Ok(_) | Err(_) => arguments(ground, found, call),
            },
            Some(_) | None => Payload::Nothing,
        },
        result: match (&found, result) {
            (Some(found), Ok(Outcome::Done(output))) => said(ground, found, output),
            _ => Payload::Nothing,
        },
        trail,
    });
}

/// The name of the target. One that is not of a tool of ours may be any text of the caller's.
fn label(ground: Ground<'_>, call: &Call, is_ours: bool) -> String {
    let label = call.target.label();
    if is_ours {
        return label.into_owned();
    }
    ground.redactor.text(&label).into_owned()
}

/// What of the arguments is written down.
fn arguments(ground: Ground<'_>, found: &Found<'_>, call: &Call) -> Payload {
    if !ground.journal.keeps_payloads() {
        return Payload::Nothing;
    }
    match written(ground, found).arguments {
        Detail::Nothing => Payload::Nothing,
        Detail::Hash => Payload::Hash(call.args.to_string()),
        Detail::Redacted => Payload::Text(ground.redactor.json(&call.args)),
        Detail::Full => Payload::Text(ground.redactor.known_json(&call.args)),
    }
}

/// What of the arguments is written down where nothing ran: refusals cost a caller nothing, and what is sent with them
/// would push out what was done.
fn refused(ground: Ground<'_>, found: &Found<'_>, call: &Call) -> Payload {
    let is_kept = ground.journal.keeps_payloads();
    match written(ground, found).arguments {
        Detail::Hash | Detail::Redacted | Detail::Full if is_kept => {
            Payload::Hash(call.args.to_string())
        }
        Detail::Nothing | Detail::Hash | Detail::Redacted | Detail::Full => Payload::Nothing,
    }
}

/// What of the result is written down: what the caller reads of it, as an array of texts, or the data where there is
/// no text.
fn said(ground: Ground<'_>, found: &Found<'_>, output: &Output) -> Payload {
    if !ground.journal.keeps_payloads() {
        return Payload::Nothing;
    }
    match written(ground, found).results {
        Detail::Nothing => Payload::Nothing,
        Detail::Hash => Payload::Hash(texts(output, Cow::Borrowed)),
        Detail::Redacted => Payload::Text(texts(output, |text| ground.redactor.text(text))),
        // Secrets that are known are not in it any more.
        Detail::Full => Payload::Text(texts(output, Cow::Borrowed)),
    }
}

fn written(ground: Ground<'_>, found: &Found<'_>) -> Written {
    found.policy.written.unwrap_or(ground.rules.written)
}

/// The texts of an output as JSON. Of what is no text it says how many bytes it has.
fn texts<'a>(output: &'a Output, masked: impl Fn(&'a str) -> Cow<'a, str>) -> String {
    let mut out = String::from("[");
    let mut push = |part: Result<&'a str, usize>| {
        out.push_str(if out.len() > 1 { "," } else { "" });
        out.push_str(&match part {
            Ok(text) => Value::from(masked(text)).to_string(),
            Err(bytes) => bytes.to_string(),
        });
    };
    match output {
        Output::Tool(reported) => reported.content.iter().for_each(|one| push(part(one))),
        Output::Resource(contents) => contents.iter().for_each(|one| push(body(one))),
        Output::Prompt { messages, .. } => {
            let contents = messages.iter().map(|message| &message.content);
            contents.for_each(|one| push(part(one)));
        }
        Output::Completion { values, .. } => values.iter().for_each(|value| push(Ok(value))),
    }
    out.push(']');
    out
}

fn part(content: &Content) -> Result<&str, usize> {
    match content.bare() {
        Content::Text(text) => Ok(text),
        Content::Link(resource) => Ok(&resource.uri),
        Content::Embedded(contents) => body(contents),
        Content::Image { .. } | Content::Audio { .. } | Content::Noted(_) => Err(content.bytes()),
    }
}

fn body(contents: &Contents) -> Result<&str, usize> {
    match &contents.body {
        Body::Text(text) => Ok(text),
        Body::Blob(bytes) => Err(bytes.len()),
    }
}

/// Whether the caller heard of no such target because it is hidden, which only the operator reads.
fn is_hidden(found: Option<&Found<'_>>, call: &Call, result: &Result<Outcome, Refusal>) -> bool {
    let Err(Refusal::UnknownTool(_) | Refusal::UnknownPrompt(_) | Refusal::UnknownResource(_)) =
        result
    else {
        return false;
    };
    found.is_some_and(|found| judge(&call.principal, &found.policy.access) == Verdict::Hidden)
}

const TEXT_CHARS_MAX: usize = 128;
/// The step at which a call runs.
const RUNS: &str = "execute";
