//! How a source is kept from taking others along when it hangs or fails.

use std::time::Duration;

/// How a source is kept from taking others along when it hangs or fails, and how hard it is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Care {
    /// What fails together.
    pub fails: FailsAs,
    /// How many calls may run at once of what fails together; more wait for as long as they may take.
    pub concurrent: usize,
    /// After how many failures in a row it is left alone for a while; 0 means never.
    pub failures: u32,
    /// For how long. Then one call tries whether it is back.
    pub pause: Duration,
    /// How often a call that only reads is tried again, if the source says that it may work in a moment.
    pub retries: u32,
}

impl Care {
    /// The usual: all as one, 64 at once, ten failures, ten seconds, two more tries.
    pub const USUAL: Self = Self {
        fails: FailsAs::One,
        concurrent: 64,
        failures: 10,
        pause: Duration::from_secs(10),
        retries: 2,
    };

    /// The usual for a source whose targets fail each for itself.
    pub const EACH: Self = Self {
        fails: FailsAs::Each,
        ..Self::USUAL
    };
}

impl Default for Care {
    fn default() -> Self {
        Self::USUAL
    }
}

/// What of a source fails together, and so is counted, bounded and left alone together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailsAs {
    /// All of it: what stands behind it is one thing that can be away, such as another server. Failures are what
    /// comes too late, and every fault that is not the caller's.
    One,
    /// Each target for itself: its work is done in this process, so that one that hangs says nothing of the others.
    /// Failures are what comes too late, and what the source says is away; what is broken at once costs nobody
    /// anything, and somebody who knows how to break it should not take it from others.
    Each,
}
