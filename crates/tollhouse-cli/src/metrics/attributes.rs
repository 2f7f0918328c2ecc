//! What a call is told under: the names that figures and spans share.

use tollhouse::{Confirmation, Ending, Record, Refusal};

/// The method of a kind of target.
pub(crate) fn method(kind: &str) -> &'static str {
    match kind {
        "tool" => "tools/call",
        "prompt" => "prompts/get",
        "resource" => "resources/read",
        _ => "completion/complete",
    }
}

/// What a call was for, of a tool or a prompt: a name out of the catalogue, or [`UNKNOWN`]. Callers can make up as many
/// names as they like.
pub(crate) fn known_name(record: &Record) -> Option<(&'static str, &str)> {
    let key = match record.kind {
        "tool" => "gen_ai.tool.name",
        "prompt" => "gen_ai.prompt.name",
        _ => return None,
    };
    Some(if is_unknown(&record.ending) {
        (key, UNKNOWN)
    } else {
        (key, &record.target)
    })
}

/// What the caller read, if it was an error.
pub(crate) fn error_type(record: &Record) -> Option<String> {
    match &record.ending {
        Ending::Done | Ending::Asked => None,
        Ending::Failed => Some(TOOL_ERROR.to_owned()),
        Ending::Refused(refusal) => {
            let row = refusal.row();
            Some(if row.for_the_model && record.kind == "tool" {
                TOOL_ERROR.to_owned()
            } else {
                row.code.to_string()
            })
        }
    }
}

/// Who said yes to a call, if anybody was asked.
pub(crate) const fn confirmed(by: Confirmation) -> Option<&'static str> {
    match by {
        Confirmation::Nobody => None,
        Confirmation::Client => Some("client"),
        Confirmation::Human => Some("human"),
    }
}

/// Whether there is nothing of the name that was called, so that the name is only the caller's.
const fn is_unknown(ending: &Ending) -> bool {
    matches!(
        ending,
        Ending::Refused(
            Refusal::UnknownTool(_) | Refusal::UnknownPrompt(_) | Refusal::UnknownResource(_)
        )
    )
}

/// No tool can have this name.
pub(crate) const UNKNOWN: &str = "(unknown)";
const TOOL_ERROR: &str = "tool_error";
