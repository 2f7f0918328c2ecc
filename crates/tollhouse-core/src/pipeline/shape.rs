//! Makes an output fit to be sent: as declared, readable by clients that only read text, and no longer than a model
//! should read at once.
//!
//! What counts as read are the texts, and beside them the data: clients show one or the other, or both, so each of
//! the two keeps to the whole budget. Both are counted as they are written, every escape included. Pictures and
//! sounds are no text, and have a bound in bytes.

use serde_json::Value;

use super::{Ground, may_use};
use crate::{
    Body, Content, Contents, Ctx, Output, Refusal, Reported, Target, Trail, ids, projection,
    results,
    toolset::{Found, ToolEntry, What},
};

mod data;
mod narrow;
mod rest;
mod shrink;
mod table;
mod texts;
mod weigh;

use rest::{Desk, Shown, Told, Whole};

pub(super) async fn fit(
    ground: Ground<'_>,
    ctx: &Ctx,
    found: &Found<'_>,
    (output, trail): (Output, &mut Trail),
) -> Result<Output, Refusal> {
    if let Some(origin) = ctx.origin() {
        return read_on(ground, ctx, &origin.tool, output);
    }
    match (found.what, output) {
        (What::Tool(entry), Output::Tool(reported)) => {
            let desk = Desk { ground, ctx, entry };
            report(desk, reported, trail).await.map(Output::Tool)
        }
        (_, Output::Completion { mut values, total }) => {
            let all = total.or_else(|| u64::try_from(values.len()).ok());
            values.truncate(SUGGESTIONS_MAX);
            Ok(Output::Completion { values, total: all })
        }
        (What::Resource(resource), Output::Resource(contents)) => Ok(Output::Resource(typed(
            contents,
            resource.mime_type.as_deref(),
        ))),
        (What::Template(template), Output::Resource(contents)) => {
            let mime_type = template.entry.item.mime_type.as_deref();
            Ok(Output::Resource(typed(contents, mime_type)))
        }
        (_, output) => Ok(output),
    }
}

/// What another call gave is read on for as long as its tool may be used. It has been made to fit.
fn read_on(ground: Ground<'_>, ctx: &Ctx, tool: &str, output: Output) -> Result<Output, Refusal> {
    let target = Target::Tool(tool.to_owned());
    let found = ground.toolset.find(&target);
    if found.is_ok_and(|found| may_use(ctx.principal(), found.policy)) {
        return Ok(output);
    }
    drop(ctx.take_words());
    match &ctx.call().target {
        Target::Tool(_) => Ok(Output::Tool(Reported::error(results::GONE))),
        target => Err(Refusal::unknown(target)),
    }
}

/// Gives contents that do not say what they are the media type under which they were offered.
fn typed(mut contents: Vec<Contents>, offered: Option<&str>) -> Vec<Contents> {
    for one in contents.iter_mut().filter(|one| one.mime_type.is_none()) {
        let plain = matches!(one.body, Body::Text(_)).then_some("text/plain");
        one.mime_type = offered.or(plain).map(str::to_owned);
    }
    contents
}

/// A tool's result: the fields that callers get, as its schema says, within the budget.
async fn report(
    desk: Desk<'_>,
    mut reported: Reported,
    trail: &mut Trail,
) -> Result<Reported, Refusal> {
    let shape = &desk.entry.tool.policy.shape;
    let has_words = !reported.content.is_empty() && !says_the_same(&reported);
    if let (Some(value), true) = (&mut reported.structured, projection::is_part(shape)) {
        *value = projection::apply(value.take(), shape);
        if !has_words {
            reported.content.clear();
        }
    }
    check(desk.entry, &reported)?;
    trail.rows = reported.structured.as_ref().and_then(rows);
    if let Some(value) = reported.structured.take() {
        let data = data::fit(desk, value, has_words);
        if let Some(text) = data.text {
            reported.content = vec![Content::Text(text)];
        }
        reported.structured = Some(data.value);
        if let Some((whole, shown)) = data.cut {
            return cut_data(desk, reported, (whole, shown), trail).await;
        }
    }
    reported.content = texts::put_aside(desk, reported.content).await;
    let (content, whole) = texts::cut(reported.content, (desk.room(), desk.leaves()));
    reported.content = content;
    if let Some(whole) = whole {
        let shown = bytes_of(&whole);
        trail.cut_from_bytes = Some(whole.body.len() as u64);
        let told = desk.keep(whole, shown).await;
        tell(desk.ctx, &mut reported, told);
    }
    Ok(reported)
}

/// How much of a text is shown.
fn bytes_of(whole: &Whole) -> Shown {
    Shown {
        what: "bytes",
        shown: usize::try_from(whole.from).unwrap_or(usize::MAX),
        total: whole.body.len(),
    }
}

/// Data of which a part is shown: what is missing is said beside it, and in it where its schema lets that be.
async fn cut_data(
    desk: Desk<'_>,
    mut reported: Reported,
    (whole, shown): (Whole, Shown),
    trail: &mut Trail,
) -> Result<Reported, Refusal> {
    trail.cut_from_bytes = Some(whole.body.len() as u64);
    if shown.what != "bytes" {
        trail.rows = u64::try_from(shown.shown).ok();
    }
    let fits = |value: &Value| {
        let schema = desk.entry.output.as_ref();
        schema.is_none_or(|schema| reported.is_error || schema.accepts(value))
    };
    let part = reported.structured.take().unwrap_or_default();
    if !fits(&part) {
        // A part would break what the tool promises. Reading it in pieces breaks nothing.
        let from_the_start = Whole { from: 0, ..whole };
        let none = Shown { shown: 0, ..shown };
        let mut told = Reported {
            is_error: true,
            ..Reported::default()
        };
        let rest = desk.keep(from_the_start, none).await;
        tell(desk.ctx, &mut told, rest);
        return Ok(told);
    }
    let said = said_inside(&part, &shown).filter(fits);
    reported.structured = Some(said.unwrap_or(part));
    reported.content = texts::put_aside(desk, reported.content).await;
    let (content, words) = texts::cut(reported.content, (desk.room(), desk.leaves()));
    reported.content = content;
    let told = desk.keep(whole, shown).await;
    tell(desk.ctx, &mut reported, told);
    if let Some(words) = words {
        // What the tool said in its own words is another whole.
        let shown = bytes_of(&words);
        let told = desk.keep(words, shown).await;
        tell(desk.ctx, &mut reported, told);
    }
    Ok(reported)
}

/// The same data with a word on what is missing, for clients that show a model the data alone.
fn said_inside(part: &Value, shown: &Shown) -> Option<Value> {
    let Shown { what, shown, total } = shown;
    let mut fields = part.as_object()?.clone();
    let own = match fields.get(NOTE) {
        Some(Value::String(own)) => format!(" {own}"),
        Some(Value::Null) | None => String::new(),
        Some(_) => return None,
    };
    fields.insert(TRUNCATED.to_owned(), true.into());
    let note = format!(
        "{shown} of {total} {what} are shown; the text beside this says how to get more.{own}"
    );
    fields.insert(NOTE.to_owned(), note.into());
    Some(fields.into())
}

/// Adds what is said of the rest.
fn tell(ctx: &Ctx, reported: &mut Reported, told: Told) {
    let Told { text, link, meta } = told;
    ctx.say([Content::Text(text)].into_iter().chain(link));
    rest::note(&mut reported.meta, meta);
}

/// Says last what the road itself has to say of an answer, so that it is not taken for a part of it.
pub(super) fn speak(ctx: &Ctx, mut output: Output) -> Output {
    if let Output::Tool(reported) = &mut output {
        reported.content.extend(ctx.take_words());
    }
    output
}

/// Whether the only text of a result is its data.
pub(super) fn says_the_same(reported: &Reported) -> bool {
    match (reported.content.as_slice(), &reported.structured) {
        ([Content::Text(text)], Some(value)) => weigh::is_written_as(value, text),
        _ => false,
    }
}

/// How many rows a value has, if it has rows.
fn rows(value: &Value) -> Option<u64> {
    let list = projection::list_of(value)?;
    u64::try_from(list.items(value)?.len()).ok()
}

/// Checks the structured part against the declared schema (MCP, "Tools": servers must conform to it).
fn check(entry: &ToolEntry, reported: &Reported) -> Result<(), Refusal> {
    let (Some(schema), false) = (&entry.output, reported.is_error) else {
        return Ok(());
    };
    let value = reported.structured.as_ref();
    if value.is_some_and(|value| schema.accepts(value)) {
        return Ok(());
    }
    let id = ids::error_id();
    // The rules alone: what the tool said is not for the log.
    let rules = value.map(|value| schema.broken_rules(value).join(" "));
    tracing::error!(
        id,
        tool = entry.tool.name,
        rules = rules.as_deref().unwrap_or("no structured result"),
        "a result does not fit its output schema"
    );
    Err(Refusal::Internal(id))
}

const SUGGESTIONS_MAX: usize = 100;
const TRUNCATED: &str = "truncated";
const NOTE: &str = "note";
