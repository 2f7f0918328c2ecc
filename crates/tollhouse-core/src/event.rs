//! What a running call may tell its caller before the result: progress and log lines.

use serde_json::Value;
use tokio::sync::mpsc;

/// How grave a log line is, in the order of RFC 5424 turned round: `Debug` is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For developers.
    Debug,
    /// General information.
    Info,
    /// Normal but worth noticing.
    Notice,
    /// Something is odd.
    Warning,
    /// Something failed.
    Error,
    /// A part is failing.
    Critical,
    /// Somebody must act at once.
    Alert,
    /// The system is unusable.
    Emergency,
}

/// One thing said before the result.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// How far the work is.
    Progress {
        /// Grows with each event.
        progress: f64,
        /// Where it ends, in the same unit.
        total: Option<f64>,
        /// What is being done.
        message: Option<String>,
    },
    /// A log line.
    Log {
        /// How grave.
        level: Level,
        /// Whose line.
        logger: Option<String>,
        /// The line.
        data: Value,
    },
}

/// Where the events of one call go. A call whose caller asked for none has no channel at all.
///
/// The channel is bounded: when the caller reads too slowly, the newest events are dropped.
#[derive(Clone, Debug, Default)]
pub struct Events {
    sender: Option<mpsc::Sender<Event>>,
    progress: bool,
    level: Option<Level>,
}

impl Events {
    /// Nobody listens.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            sender: None,
            progress: false,
            level: None,
        }
    }

    /// A channel for a caller who asked for progress, for log lines from `level` up, or both.
    #[must_use]
    pub fn channel(progress: bool, level: Option<Level>) -> (Self, mpsc::Receiver<Event>) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let events = Self {
            sender: Some(sender),
            progress,
            level,
        };
        (events, receiver)
    }

    /// Whether anybody wants any of it.
    pub(crate) const fn has_listener(&self) -> bool {
        self.sender.is_some()
    }

    /// Whether anybody wants progress.
    #[must_use]
    pub const fn wants_progress(&self) -> bool {
        self.progress
    }

    /// Whether anybody wants log lines of this level.
    #[must_use]
    pub fn wants_log(&self, level: Level) -> bool {
        self.level.is_some_and(|least| level >= least)
    }

    /// Hands over an event if somebody wants its kind and there is room.
    pub fn send(&self, event: Event) {
        let wanted = match &event {
            Event::Progress { .. } => self.progress,
            Event::Log { level, .. } => self.wants_log(*level),
        };
        if let Some(sender) = self.sender.as_ref().filter(|_| wanted) {
            drop(sender.try_send(event));
        }
    }
}

const WAITING_MAX: usize = 64;
