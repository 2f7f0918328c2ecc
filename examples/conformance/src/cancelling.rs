//! A tool that waits to be cancelled, and two that tell how often it began and how often that happened.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::sleep;
use tollhouse::{Builder, Ctx, Fault, State, fail, tool};

/// What happened to the calls of `test_cancellable` so far.
#[derive(Default)]
pub(crate) struct Count {
    begun: AtomicU64,
    cancelled: AtomicU64,
}

pub(crate) fn add(builder: Builder) -> Builder {
    let cancellable = tool("test_cancellable", "Waits to be cancelled.", wait);
    let cancellations = tool(
        "test_cancellations",
        "Tells how many calls of test_cancellable were cancelled so far.",
        async |State(count): State<Count>| count.cancelled.load(Ordering::Relaxed).to_string(),
    );
    let begun = tool(
        "test_cancellable_begun",
        "Tells how many calls of test_cancellable have begun so far.",
        async |State(count): State<Count>| count.begun.load(Ordering::Relaxed).to_string(),
    );
    builder
        .tool(cancellable.read_only())
        .tool(cancellations.read_only())
        .tool(begun.read_only())
}

async fn wait(count: State<Count>, ctx: Ctx) -> Result<(), Fault> {
    let mut vigil = Vigil {
        count,
        cancelled: true,
    };
    vigil.count.begun.fetch_add(1, Ordering::Relaxed);
    // Tells callers who listen that there is something to cancel now.
    ctx.progress(0.0, None, None);
    sleep(WAIT).await;
    vigil.cancelled = false;
    Err(fail("Nobody cancelled this call."))
}

/// Counts if it is dropped before the wait is over: a cancelled call ends by being dropped.
struct Vigil {
    count: State<Count>,
    cancelled: bool,
}

impl Drop for Vigil {
    fn drop(&mut self) {
        if self.cancelled {
            self.count.cancelled.fetch_add(1, Ordering::Relaxed);
        }
    }
}

const WAIT: Duration = Duration::from_secs(20);
