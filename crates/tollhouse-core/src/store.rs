//! What must outlive a call, as ports.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use crate::Refusal;

mod keys;
pub mod memory;
mod setting;
mod users;

pub use keys::{Key, KeyChange, KeyError, KeyHash, Keys, Presented};
pub use setting::{Names, Setting};
pub use users::{User, UserChange, Users};

/// Why a store gave no answer. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Somebody else holds the store for too long. The same may be tried again.
    #[error("the store is busy; try again in a moment")]
    Busy,
    /// It cannot be read or written.
    #[error("the store failed: {0}")]
    Failed(Box<dyn Error + Send + Sync>),
}

/// Keeps one record per call, however it ended.
///
/// `write` is called on the road of every call, so it must not wait: an implementation queues the
/// record, within a bound, and counts what it had to drop.
pub trait Journal: fmt::Debug + Send + Sync {
    /// Adds one record.
    fn write(&self, record: Record);
}

/// One call, as the journal sees it.
#[derive(Clone, Debug)]
pub struct Record {
    /// When it ended, in milliseconds since 1970.
    pub at_ms: u64,
    /// Who called.
    pub subject: String,
    /// The program that called for it, if it has an id.
    pub client: Option<String>,
    /// The organisation whose data it was about, if there are several.
    pub tenant: Option<String>,
    /// Under what it was called: the id of a key, or of a sign-in.
    pub grant: Option<String>,
    /// The kind of target: `tool`, `resource`, `prompt` or `completion`.
    pub kind: &'static str,
    /// The name or URI, or the first 128 characters of a longer one.
    pub target: String,
    /// How it ended.
    pub ending: Ending,
    /// Whether the target exists and is hidden from the caller, who was told that there is none.
    pub is_hidden: bool,
    /// How long it took.
    pub duration: Duration,
    /// The caller's `traceparent`.
    pub trace: Option<String>,
    /// What tells its session from others, if it is of one.
    pub session: Option<Arc<str>>,
    /// How many bytes the caller reads of what the target said, if it said something.
    pub result_bytes: Option<u64>,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With a result.
    Done,
    /// With a result that tells of a failure.
    Failed,
    /// With questions to the caller.
    Asked,
    /// Early. Of a long text, the first 128 characters.
    Refused(Refusal),
}

impl Ending {
    /// What logs and figures call it: `done`, `failed`, `asked` or `refused`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Asked => "asked",
            Self::Refused(_) => "refused",
        }
    }
}
