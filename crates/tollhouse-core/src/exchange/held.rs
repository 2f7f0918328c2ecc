//! Work that outlives its holder.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::future::BoxFuture;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Work that is polled where it stands; when its holder is dropped, its token fires and the rest of it runs
/// on the server's tracker.
pub(super) struct Held<T: Send + 'static> {
    work: Option<BoxFuture<'static, T>>,
    cancel: CancellationToken,
    tasks: TaskTracker,
    /// Whether dropping it cancels the work.
    pub(super) cancels: bool,
}

impl<T: Send + 'static> Held<T> {
    pub(super) fn new(
        work: BoxFuture<'static, T>,
        cancel: CancellationToken,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            work: Some(work),
            cancel,
            tasks,
            cancels: true,
        }
    }
}

impl<T: Send + 'static> fmt::Debug for Held<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Held(running: {})", self.work.is_some())
    }
}

impl<T: Send + 'static> Future for Held<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = self.work.as_mut() else {
            return Poll::Pending;
        };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.work = None;
        }
        polled
    }
}

impl<T: Send + 'static> Drop for Held<T> {
    fn drop(&mut self) {
        let Some(work) = self.work.take() else {
            return;
        };
        if self.cancels {
            self.cancel.cancel();
        }
        // Outside a runtime there is nobody to run the rest; then dropping it is all that is left.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            drop(self.tasks.spawn_on(work, &runtime));
        }
    }
}
