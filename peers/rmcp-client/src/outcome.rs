//! What came of one step, as it is printed.

use anyhow::Error;
use serde::Serialize;

/// The word of the table for a step.
#[derive(Serialize)]
pub(crate) struct Outcome {
    pub(crate) ok: Option<bool>,
    detail: String,
    /// What stands in the table instead of "ok".
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'static str>,
}

impl Outcome {
    pub(crate) const fn passed(detail: String) -> Self {
        Self {
            ok: Some(true),
            detail,
            mark: None,
        }
    }

    pub(crate) const fn marked(mark: &'static str, detail: String) -> Self {
        Self {
            ok: Some(true),
            detail,
            mark: Some(mark),
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "the end of the error")]
    pub(crate) fn failed(error: Error) -> Self {
        Self {
            ok: Some(false),
            detail: format!("{error:#}"),
            mark: None,
        }
    }
}
