//! The time that a visit may take, all of it together.

use std::time::Duration;

use tollhouse::{Clock as _, SystemClock};

/// The time that a visit may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    clock: SystemClock,
    limit: Duration,
}

impl Deadline {
    /// From now on.
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            clock: SystemClock::default(),
            limit,
        }
    }

    /// The time that there is; none if it is used up.
    pub(super) fn left(&self) -> Option<Duration> {
        let left = self.limit.checked_sub(self.clock.ticks())?;
        (!left.is_zero()).then_some(left)
    }

    /// How long one thing is waited for, so that several that do not come leave time for the others. None if no time
    /// is left.
    pub(super) fn patience(&self) -> Option<Duration> {
        let usual = (self.limit / 4).clamp(Duration::from_secs(1), PATIENCE);
        Some(self.left()?.min(usual))
    }
}

const PATIENCE: Duration = Duration::from_secs(10);
