//! A call that runs.

use std::{
    future::{Future as _, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;

use super::held::Held;
use crate::{
    Ctx, Outcome, Refusal, Target, pipeline,
    protocol::Watch,
    server::{Inner, Plan},
};

/// A call on the road, and the events that its caller wants.
#[derive(Debug)]
pub(super) struct Running {
    work: Held<Result<Outcome, Refusal>>,
    pub(super) watch: Option<Watch>,
    pub(super) tool: bool,
    pub(super) ctx: Ctx,
}

/// What a running call says next.
pub(super) enum Said {
    Event(Bytes),
    Pause,
    Ended(Result<Outcome, Refusal>),
}

impl Running {
    pub(super) fn start(
        server: &Arc<Inner>,
        plan: &Arc<Plan>,
        ctx: Ctx,
        watch: Option<Watch>,
    ) -> Self {
        let (inner, plan, walker) = (Arc::clone(server), Arc::clone(plan), ctx.clone());
        let work = async move {
            let _counted = inner.count();
            pipeline::run(inner.ground(&plan), walker).await
        };
        Self {
            work: Held::new(Box::pin(work), ctx.gone().clone(), server.tasks.clone()),
            watch,
            tool: matches!(ctx.call().target, Target::Tool(_)),
            ctx,
        }
    }

    pub(super) fn outlive_its_caller(&mut self) {
        self.work.cancels = false;
    }

    /// Events while the work goes on, then what came of it. After a cancellation there are no events.
    pub(super) async fn next(&mut self) -> Said {
        let Self {
            work, watch, ctx, ..
        } = self;
        let cancelled = ctx.gone().is_cancelled();
        if let Some(watch) = watch.as_mut().filter(|_| !cancelled) {
            tokio::select! {
                biased;
                () = ctx.gone().cancelled() => {}
                Some(message) = watch.next() => return Said::Event(message),
                said = poll_fn(|context| poll(work, ctx, context)) => return said,
            }
        }
        poll_fn(|context| poll(work, ctx, context)).await
    }
}

fn poll(
    work: &mut Held<Result<Outcome, Refusal>>,
    ctx: &Ctx,
    context: &mut Context<'_>,
) -> Poll<Said> {
    match Pin::new(work).poll(context) {
        Poll::Ready(result) => Poll::Ready(Said::Ended(result)),
        Poll::Pending if ctx.take_pause() => Poll::Ready(Said::Pause),
        Poll::Pending => Poll::Pending,
    }
}
