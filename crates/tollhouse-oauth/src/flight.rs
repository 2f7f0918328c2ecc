//! One piece of work that many wait for, and that goes on when they leave.

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use tokio::task::AbortHandle;
use tokio_util::task::TaskTracker;

/// Work under way or done. Every clone gives the same result.
#[derive(Clone, Debug)]
pub(crate) struct Flight<V: Clone> {
    result: Shared<BoxFuture<'static, Option<V>>>,
    task: AbortHandle,
}

impl<V: Clone + Send + Sync + 'static> Flight<V> {
    /// Begins the work at once. It is as long as its own deadline, and what is left of it when the process ends is
    /// dropped.
    pub(crate) fn begin(
        tasks: &TaskTracker,
        work: impl Future<Output = V> + Send + 'static,
    ) -> Self {
        let handle = tasks.spawn(work);
        let task = handle.abort_handle();
        // Work that panicked has no result; whoever waits must not wait for ever.
        let result = async move { handle.await.ok() }.boxed().shared();
        Self { result, task }
    }

    /// Whether the work has ended, in whichever way.
    pub(crate) fn is_over(&self) -> bool {
        self.task.is_finished()
    }

    /// Its result, if anybody has waited for it to the end.
    pub(crate) fn result(&self) -> Option<&V> {
        self.result.peek()?.as_ref()
    }

    /// Its result; none if it ended without one.
    pub(crate) async fn landed(self) -> Option<V> {
        self.result.await
    }
}
