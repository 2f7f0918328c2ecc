//! Makes an output fit to be sent: as declared, and readable by clients that only read text.

use crate::{
    Body, Content, Contents, Output, Refusal, Reported, ids,
    toolset::{Found, ToolEntry, What},
};

pub(super) fn fit(found: &Found<'_>, output: Output) -> Result<Output, Refusal> {
    match (found.what, output) {
        (What::Tool(entry), Output::Tool(reported)) => report(entry, reported).map(Output::Tool),
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

/// Gives contents that do not say what they are the media type under which they were offered.
fn typed(mut contents: Vec<Contents>, offered: Option<&str>) -> Vec<Contents> {
    for one in contents.iter_mut().filter(|one| one.mime_type.is_none()) {
        let plain = matches!(one.body, Body::Text(_)).then_some("text/plain");
        one.mime_type = offered.or(plain).map(str::to_owned);
    }
    contents
}

/// Checks the structured part against the declared schema (MCP, "Tools": servers must conform to it),
/// and says it as text too where the tool said nothing.
fn report(entry: &ToolEntry, mut reported: Reported) -> Result<Reported, Refusal> {
    if let (Some(schema), false) = (&entry.output, reported.is_error) {
        let fits = reported
            .structured
            .as_ref()
            .is_some_and(|value| schema.accepts(value));
        if !fits {
            let id = ids::error_id();
            // The rules alone: what the tool said is not for the log.
            let rules = reported
                .structured
                .as_ref()
                .map(|value| schema.broken_rules(value).join(" "));
            tracing::error!(
                id,
                tool = entry.tool.name,
                rules = rules.as_deref().unwrap_or("no structured result"),
                "a result does not fit its output schema"
            );
            return Err(Refusal::Internal(id));
        }
    }
    if let (Some(value), true) = (&reported.structured, reported.content.is_empty()) {
        reported.content.push(Content::Text(value.to_string()));
    }
    Ok(reported)
}

const SUGGESTIONS_MAX: usize = 100;
