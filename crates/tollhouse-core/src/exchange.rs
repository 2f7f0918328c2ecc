//! One request and the messages that answer it, for any edge: events as they come, then the last one.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Ctx, Id, Outcome, Refusal, Server, Target,
    pipeline::{self, Ground},
    protocol::{Encoder, Op, Request, Watch},
    server::Plan,
};

mod listen;

/// One request under way. Dropping it cancels the work; the journal still gets its line.
#[derive(Debug)]
pub struct Exchange {
    id: Id,
    plan: Arc<Plan>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The answer is there.
    Ready(Last),
    /// A call runs.
    Running(Running),
    /// The call has ended; what it had said before goes first.
    Flushing(Watch, Option<Last>),
    /// A stream of changes.
    Listening(listen::Listening),
    /// Nothing more to say.
    Over,
}

/// One message on its way out.
#[derive(Debug)]
pub enum Frame {
    /// A message before the last.
    Event(Bytes),
    /// The last one.
    Last(Last),
}

/// The last message of an exchange.
#[derive(Clone, Debug)]
pub struct Last {
    /// The message, one line of JSON.
    pub body: Bytes,
    /// Why there is no result.
    pub refusal: Option<Refusal>,
}

impl Last {
    pub(crate) fn refused(plan: &Plan, id: Option<&Id>, refusal: Refusal, tool: bool) -> Self {
        Self {
            body: plan.encoder.refusal(id, &refusal, tool),
            refusal: (!tool || !refusal.row().for_the_model).then_some(refusal),
        }
    }

    /// The HTTP status, if nothing has been sent yet.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.refusal
            .as_ref()
            .map_or(200, |refusal| refusal.row().status)
    }

    const fn good(body: Bytes) -> Self {
        Self {
            body,
            refusal: None,
        }
    }
}

impl Exchange {
    pub(crate) fn new(server: &Server, plan: Arc<Plan>, request: Request, piped: bool) -> Self {
        let inner = server.inner();
        let Request { id, principal, op } = request;
        let stage = match op {
            Op::Discover => Stage::Ready(Last::good(Encoder::made(&id, &plan.discovery))),
            Op::List(which, cursor) => {
                let desk = (&plan.encoder, &inner.seals);
                let page = plan
                    .listings
                    .page(which, cursor.as_deref(), &principal, desk);
                Stage::Ready(match page {
                    Ok(inside) => Last::good(Encoder::made(&id, &inside)),
                    Err(refusal) => Last::refused(&plan, Some(&id), refusal, false),
                })
            }
            Op::Listen(filter) => Stage::Listening(listen::Listening::open(
                server, &plan, &principal, filter, piped,
            )),
            Op::Call(call, watch) => {
                let tool = matches!(call.target, Target::Tool(_));
                let cancel = call.cancel.clone();
                let ctx = Ctx::new(*call, inner.hub.clone());
                let (server, ground) = (Arc::clone(inner), Arc::clone(&plan));
                let work = async move {
                    let ground = Ground {
                        toolset: &ground.toolset,
                        seals: &server.seals,
                        clock: server.clock.as_ref(),
                        journal: server.journal.as_ref(),
                    };
                    pipeline::run(ground, ctx).await
                };
                let work = Held::new(Box::pin(work), cancel, inner.tasks.clone());
                Stage::Running(Running { work, watch, tool })
            }
        };
        Self { id, plan, stage }
    }

    /// The request's id.
    #[must_use]
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// Says that the caller no longer wants the reply: the work stops, and no further message comes.
    #[must_use]
    pub fn canceller(&self) -> Option<CancellationToken> {
        match &self.stage {
            Stage::Running(running) => Some(running.work.cancel.clone()),
            Stage::Listening(listening) => Some(listening.cancel.clone()),
            Stage::Ready(_) | Stage::Flushing(..) | Stage::Over => None,
        }
    }

    /// The next message; `None` when all has been said. Dropping the wait loses nothing.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            match &mut self.stage {
                Stage::Running(running) => match running.next().await {
                    Said::Event(message) => return Some(Frame::Event(message)),
                    Said::Ended(result) => {
                        // Who no longer wants the reply gets none, even if the work came to its end.
                        let wanted = !running.work.cancel.is_cancelled();
                        let last = finish(&self.plan, &self.id, result, running.tool);
                        let watch = running.watch.take();
                        self.stage = Stage::after(last.filter(|_| wanted), watch);
                    }
                },
                Stage::Flushing(watch, last) => match watch.left() {
                    Some(message) => return Some(Frame::Event(message)),
                    None => self.stage = last.take().map_or(Stage::Over, Stage::Ready),
                },
                Stage::Listening(listening) => {
                    match listening.next(&self.id, &self.plan.encoder).await {
                        Some(frame) => return Some(frame),
                        None => self.stage = Stage::Over,
                    }
                }
                Stage::Ready(_) | Stage::Over => {
                    return match std::mem::replace(&mut self.stage, Stage::Over) {
                        Stage::Ready(last) => Some(Frame::Last(last)),
                        _ => None,
                    };
                }
            }
        }
    }
}

/// A call that runs.
#[derive(Debug)]
struct Running {
    work: Held<Result<Outcome, Refusal>>,
    watch: Option<Watch>,
    tool: bool,
}

/// What a running call says next.
enum Said {
    Event(Bytes),
    Ended(Result<Outcome, Refusal>),
}

impl Running {
    /// Events while the work goes on, then what came of it. After a cancellation there are no events.
    async fn next(&mut self) -> Said {
        let cancelled = self.work.cancel.is_cancelled();
        if let Some(watch) = self.watch.as_mut().filter(|_| !cancelled) {
            let cancel = self.work.cancel.clone();
            tokio::select! {
                biased;
                () = cancel.cancelled() => {}
                Some(message) = watch.next() => return Said::Event(message),
                result = &mut self.work => return Said::Ended(result),
            }
        }
        Said::Ended((&mut self.work).await)
    }
}

impl Stage {
    /// What follows the end of a call: what it had said before goes first.
    fn after(last: Option<Last>, watch: Option<Watch>) -> Self {
        match (last, watch) {
            (Some(last), Some(watch)) => Self::Flushing(watch, Some(last)),
            (Some(last), None) => Self::Ready(last),
            (None, _) => Self::Over,
        }
    }
}

/// The last message of a call; none for a caller who left.
fn finish(plan: &Plan, id: &Id, result: Result<Outcome, Refusal>, tool: bool) -> Option<Last> {
    match result {
        Ok(outcome) => Some(Last::good(plan.encoder.outcome(id, &outcome))),
        Err(Refusal::Cancelled) => None,
        Err(refusal) => Some(Last::refused(plan, Some(id), refusal, tool)),
    }
}

/// Work that outlives its holder: polled where it stands, and when its holder is dropped, its token
/// fires and the rest of it runs on the server's tracker.
struct Held<T: Send + 'static> {
    work: Option<BoxFuture<'static, T>>,
    cancel: CancellationToken,
    tasks: TaskTracker,
}

impl<T: Send + 'static> Held<T> {
    fn new(work: BoxFuture<'static, T>, cancel: CancellationToken, tasks: TaskTracker) -> Self {
        Self {
            work: Some(work),
            cancel,
            tasks,
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
        self.cancel.cancel();
        // Outside a runtime there is nobody to run the rest; then dropping it is all that is left.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            drop(self.tasks.spawn_on(work, &runtime));
        }
    }
}
