//! What an issuer needs of the process that it is in.

use std::sync::Arc;

use tokio_util::task::TaskTracker;
use tollhouse_core::Clock;

/// The clock, and where work goes on that nobody waits for. What goes on is a request with a deadline; it ends with
/// the process.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tasks: TaskTracker,
}
