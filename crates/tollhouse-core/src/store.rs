//! What must outlive a call, as ports.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use futures_util::future::{BoxFuture, FutureExt as _, ready};

use crate::{Arrival, Confirmation, Effect, Refusal, approvals::ApprovalId};

pub mod approvals;
mod keys;
pub mod ledger;
mod local;
pub mod memory;
mod setting;
pub mod spills;
pub mod taints;
mod users;

pub use keys::{Key, KeyChange, KeyError, KeyHash, Keys, Presented};
pub use setting::{Names, Setting};
pub use users::{User, UserChange, Users};

/// What must outlive a call, each behind its port. Those that nobody gives end with the process.
#[derive(Clone, Debug)]
pub struct Stores {
    /// Calls that wait for a person, and every yes that was used.
    pub approvals: Arc<dyn approvals::Approvals>,
    /// What calls with a key came to.
    pub ledger: Arc<dyn ledger::Ledger>,
    /// Results of which a caller got a part.
    pub spills: Arc<dyn spills::Spills>,
    /// Who has read what is not trusted.
    pub taints: Arc<dyn taints::Taints>,
}

impl Default for Stores {
    fn default() -> Self {
        Self {
            approvals: Arc::new(local::LocalApprovals::default()),
            ledger: Arc::new(local::LocalLedger::default()),
            spills: Arc::new(local::LocalSpills::default()),
            taints: Arc::new(local::LocalTaints::default()),
        }
    }
}

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

    /// Whether it does something with arguments and results. If not, records have none, which costs nothing.
    fn keeps_payloads(&self) -> bool {
        false
    }

    /// A session of an older revision has ended, as its client wished, after so long.
    fn session_over(&self, _arrival: &Arrival, _lasted: Duration) {}

    /// Whether it keeps what it is given. Asked by whoever looks after the process.
    fn is_ready(&self) -> bool {
        true
    }

    /// Notes that a call that changes something is about to run, and comes back when that outlives a power cut. One
    /// who keeps nothing has nothing to wait for.
    ///
    /// # Errors
    ///
    /// It cannot be kept. The call must not run.
    fn intend(&self, _intent: Intent) -> BoxFuture<'_, Result<(), StoreError>> {
        ready(Ok(())).boxed()
    }
}

/// A call that is about to change something.
#[derive(Clone, Debug)]
pub struct Intent {
    /// What tells the call from every other; its record has the same.
    pub call: Arc<str>,
    /// The time now, in milliseconds since 1970.
    pub at_ms: u64,
    /// Who calls.
    pub subject: String,
    /// The program that calls for it, if it has an id.
    pub client: Option<String>,
    /// The organisation whose data it is about, if there are several.
    pub tenant: Option<String>,
    /// Under what it is called: the id of a key, or of a sign-in.
    pub grant: Option<String>,
    /// The name of the tool.
    pub target: String,
    /// A digest of the tool as it is listed, as hexadecimal digits.
    pub definition: Arc<str>,
    /// What the tool does to the world.
    pub effect: Effect,
    /// Under which id a person was asked for a yes to it.
    pub approval: Option<ApprovalId>,
    /// The arguments, so far as they are written down.
    pub arguments: Payload,
}

/// What of arguments or of a result is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Payload {
    /// Nothing.
    #[default]
    Nothing,
    /// Only a digest of this text, with salt.
    Hash(String),
    /// This text, which is JSON.
    Text(String),
    /// A digest that was made already, because the text is too long to be carried along.
    Digest {
        /// What was put before the text.
        salt: [u8; 16],
        /// SHA-256 of the salt and the text.
        digest: [u8; 32],
        /// How many bytes the text has.
        bytes: u64,
    },
}

/// One call, as the journal sees it.
#[derive(Clone, Debug)]
pub struct Record {
    /// What tells the call from every other. Rounds of one call, between which its caller answers questions, have the
    /// same.
    pub call: Arc<str>,
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
    /// The `tracestate` beside it.
    pub trace_state: Option<String>,
    /// How the request came.
    pub arrival: Arrival,
    /// What tells its session from others, if it is of one.
    pub session: Option<Arc<str>>,
    /// How many bytes the caller reads of what the target said, if it said something.
    pub result_bytes: Option<u64>,
    /// A digest of the tool as it is listed, as hexadecimal digits; `None` for what is no tool or unknown.
    pub definition: Option<Arc<str>>,
    /// What the tool does to the world, if it is one.
    pub effect: Option<Effect>,
    /// The arguments, so far as they are written down.
    pub arguments: Payload,
    /// The result, so far as it is written down.
    pub result: Payload,
    /// What the road noted on the way.
    pub trail: Trail,
}

impl Record {
    /// A record that says nothing but how a call of this target ended; for whoever makes records otherwise than the road
    /// does.
    #[must_use]
    pub fn new(kind: &'static str, target: &str, ending: Ending) -> Self {
        Self {
            call: Arc::from(""),
            at_ms: 0,
            subject: String::new(),
            client: None,
            tenant: None,
            grant: None,
            kind,
            target: target.to_owned(),
            ending,
            is_hidden: false,
            duration: Duration::ZERO,
            trace: None,
            trace_state: None,
            arrival: Arrival::default(),
            session: None,
            result_bytes: None,
            definition: None,
            effect: None,
            arguments: Payload::Nothing,
            result: Payload::Nothing,
            trail: Trail::default(),
        }
    }
}

/// What the road noted of a call on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// Whether it was answered with what an earlier call with the same key had got.
    pub is_replayed: bool,
    /// Who said yes to it.
    pub confirmed: Confirmation,
    /// Under which id a person was asked for a yes to it.
    pub approval: Option<ApprovalId>,
    /// Until when its caller counts as one who has read what is not trusted, in milliseconds since 1970.
    pub tainted_until_ms: Option<u64>,
    /// How many bytes the whole result has, of which the caller got a part.
    pub cut_from_bytes: Option<u64>,
    /// How many characters were taken out of the result that nobody sees or that steer a terminal.
    pub removed: u64,
    /// How many rows the result has, if it has rows.
    pub rows: Option<u64>,
    /// Whether an intent of it was written down before it ran.
    pub is_intended: bool,
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
