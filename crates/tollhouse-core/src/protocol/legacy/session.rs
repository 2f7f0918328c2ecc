//! A session: what its client said once, and what has to be remembered between its messages.

use std::{
    collections::BTreeSet,
    fmt,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{opening::NEWEST, question::Waiting};
use crate::{
    Capabilities, Header, Hearing, Level, Principal, Refusal, protocol::types::revision::Revision,
};

/// What was agreed on at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) revision: Revision,
    pub(crate) client: Capabilities,
}

/// One client that says things once. Cloning gives another handle on the same session.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    terms: Terms,
    /// What tells it from others in a log, if its client has an id for it.
    label: Option<Arc<str>>,
    memory: Mutex<Memory>,
}

/// What a session remembers besides its terms.
#[derive(Default)]
pub(crate) struct Memory {
    /// From which level up the client wants log lines.
    pub(crate) level: Option<Level>,
    /// Where the changes wait that it is told of.
    pub(crate) hearing: Option<Arc<Hearing>>,
    /// Who hears of them, as it was last let in to.
    pub(crate) hearer: Option<Principal>,
    /// The questions without an answer yet.
    pub(crate) waiting: Waiting,
    /// The pages that it was sent to by an error, after which it calls again.
    pub(crate) visited: BTreeSet<String>,
}

impl Session {
    pub(crate) fn new(terms: Terms) -> Self {
        Self(Arc::new(Inner {
            terms,
            label: None,
            memory: Mutex::default(),
        }))
    }

    /// A session that its client names by this sealed text.
    pub(crate) fn named(terms: Terms, text: &str) -> Self {
        Self(Arc::new(Inner {
            terms,
            label: text.get(LABEL).map(Arc::from),
            memory: Mutex::default(),
        }))
    }

    /// What tells it from others in records and in the log, a part of what its client names it by; it opens nothing.
    /// `None` for one without a name.
    #[must_use]
    pub fn label(&self) -> Option<Arc<str>> {
        self.0.label.clone()
    }

    /// A session on the terms that this value of `MCP-Protocol-Version` implies, for a transport that keeps
    /// none: its client can be asked nothing. Without the header, the revision before it was there. `None` if
    /// the version is none with sessions.
    #[must_use]
    pub fn bare(version: Option<&[u8]>) -> Option<Self> {
        let revision = match version {
            None => Revision::V2025_03_26,
            Some(name) => Revision::parse(std::str::from_utf8(name).ok()?)
                .filter(|revision| *revision <= NEWEST)?,
        };
        let client = Capabilities::NONE;
        Some(Self::new(Terms { revision, client }))
    }

    pub(crate) fn terms(&self) -> Terms {
        self.0.terms
    }

    /// Whether a version header, if there is one, says what the session was opened with.
    ///
    /// # Errors
    ///
    /// It says something else, or is there more than once.
    pub fn check_version(&self, version: Header<'_>) -> Result<(), Refusal> {
        let spoken = self.0.terms.revision.name();
        match version {
            Header::Absent => Ok(()),
            Header::One(version) if version == spoken.as_bytes() => Ok(()),
            Header::One(_) | Header::Several => Err(Refusal::BadSession(format!(
                "MCP-Protocol-Version must be {spoken}, as this session was opened with"
            ))),
        }
    }

    /// Whether its client understands an event without a message, from which it can come back.
    #[must_use]
    pub fn understands_priming(&self) -> bool {
        self.0.terms.revision.has_icons()
    }

    /// Whether forgetting it loses nothing.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let memory = self.memory();
        memory.level.is_none()
            && memory.hearing.is_none()
            && memory.waiting.is_empty()
            && memory.visited.is_empty()
    }

    /// Whether its client would miss nothing but changes of lists if it were forgotten.
    #[must_use]
    pub fn is_light(&self) -> bool {
        let memory = self.memory();
        let hearing = memory.hearing.as_ref();
        memory.level.is_none()
            && hearing.is_none_or(|hearing| hearing.followed().0 == 0)
            && memory.waiting.is_empty()
            && memory.visited.is_empty()
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        // A panic between lock and unlock cannot leave a memory half changed.
        let memory = &self.0.memory;
        memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Session({})", self.0.terms.revision.name())
    }
}

/// The part of a sealed text that tells it from others: behind the number of its key, inside its nonce.
const LABEL: Range<usize> = 8..20;
