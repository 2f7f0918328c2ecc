//! Makes an output fit to be sent: as declared, and readable by clients that only read text.

use crate::{
    Content, Output, Refusal, Reported, ids,
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
        (_, output) => Ok(output),
    }
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
            let problems = reported
                .structured
                .as_ref()
                .map(|value| schema.problems(value));
            tracing::error!(
                id,
                tool = entry.tool.name,
                ?problems,
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
