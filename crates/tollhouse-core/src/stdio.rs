//! Standard input and output as a transport: one message per line (MCP 2026-07-28, "stdio").
//!
//! A client that opens a session has it for as long as the pipes last; what stands alone is answered beside
//! it.
//! A request that answers at once is answered where it was read; any other goes on beside the reader.
//! One writer owns the output. Queues are bounded: a client that does not read stops being read.

mod lines;

use std::{
    collections::BTreeMap,
    future::Future,
    io,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::poll;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use lines::{Line, Lines};

use crate::{Exchange, Frame, Id, Known, Last, Principal, Received, Refusal, Server, Session};

/// Serves one client over a pair of pipes until the input ends or `stop` fires; then the streams are
/// closed, what is under way has a second to end, and the rest is cancelled.
///
/// # Errors
///
/// The output cannot be written. An input that ends, even in the middle of a line, is no error.
pub async fn serve<R, W>(
    server: &Server,
    principal: Principal,
    pipes: (R, W),
    stop: impl Future<Output = ()>,
) -> io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (_same, caller) = watch::channel(principal);
    serve_caller(server, caller, pipes, stop).await
}

/// The same for a caller who may come to do more or less while being served: what is asked from then on is judged
/// anew, and open streams tell of the lists that are seen differently. Who is to be let in no more is stopped.
///
/// # Errors
///
/// As above.
pub async fn serve_caller<R, W>(
    server: &Server,
    caller: watch::Receiver<Principal>,
    pipes: (R, W),
    stop: impl Future<Output = ()>,
) -> io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (input, output) = pipes;
    let (sender, queue) = mpsc::channel(QUEUE_MESSAGES_MAX);
    let desk = Desk {
        server: server.edge(),
        caller,
        session: OnceLock::new(),
        is_told: AtomicBool::new(false),
        sender,
        open: Open::default(),
        taken: AtomicU64::new(0),
        tasks: TaskTracker::new(),
    };
    let mut writer = Box::pin(write(output, queue));
    let broken = tokio::select! {
        result = &mut writer => Some(result),
        () = desk.serve(input, stop) => None,
    };
    let tasks = desk.finish();
    let result = match broken {
        Some(result) => result,
        None => timeout(GRACE, &mut writer)
            .await
            .unwrap_or_else(|_elapsed| {
                tracing::warn!("the client does not read; what was left to say is lost");
                Ok(())
            }),
    };
    // Whoever still waits for room in the queue finds it gone.
    drop(writer);
    drop(timeout(GRACE, tasks.wait()).await);
    result
}

/// What may be cancelled, by the id that the client gave it, and by our own number: an id is free again
/// once it is cancelled, while its task may still be ending.
type Open = Arc<Mutex<BTreeMap<Id, (u64, CancellationToken)>>>;

struct Desk {
    server: Server,
    caller: watch::Receiver<Principal>,
    /// The client's, once it has opened one, and when that was.
    session: OnceLock<(Session, Duration)>,
    /// Whether it is told of changes: only once it goes on after its opening.
    is_told: AtomicBool,
    sender: mpsc::Sender<Bytes>,
    open: Open,
    taken: AtomicU64,
    tasks: TaskTracker,
}

impl Desk {
    /// Answers until the input ends or `stop` fires, then lets what is under way come to its end for a moment.
    async fn serve(&self, input: impl AsyncRead + Unpin, stop: impl Future<Output = ()>) {
        tokio::select! {
            read = self.read(input) => if let Err(error) = read {
                tracing::warn!(%error, "the input broke off");
            },
            () = stop => {}
        }
        if let Some((session, since)) = self.session.get() {
            let lasted = self.server.clock().ticks().saturating_sub(*since);
            self.server.tell_session_over((session, true), lasted);
        }
        self.server.closing().cancel();
        self.tasks.close();
        // Whoever still runs after that is cancelled.
        drop(timeout(GRACE, self.tasks.wait()).await);
    }

    /// Reads lines and answers them.
    async fn read(&self, mut input: impl AsyncRead + Unpin) -> io::Result<()> {
        let mut lines = Lines::default();
        while input.read_buf(lines.room()).await? > 0 {
            while let Some(line) = lines.next() {
                match line {
                    Line::Whole(line) => self.take(&line).await,
                    Line::TooLong => self.complain().await,
                }
            }
        }
        Ok(())
    }

    async fn complain(&self) {
        let why = format!("a line is longer than {LINE_BYTES_MAX} bytes");
        self.say(self.server.refuse(None, Refusal::Unreadable(why)).body)
            .await;
    }

    async fn take(&self, line: &Bytes) {
        let line = line.slice_ref(line.trim_ascii());
        if line.is_empty() {
            return;
        }
        let session = self.session.get().map(|(session, _)| session);
        if let Some(session) = session.filter(|_| !self.is_told.swap(true, Ordering::Relaxed)) {
            self.tell_news(session);
        }
        let known = session.map_or(Known::Nothing, Known::Session);
        let principal = self.caller.borrow().clone();
        match self.server.receive(&line, None, &principal, known) {
            Received::Exchange(exchange) => self.answer(exchange).await,
            Received::Several(exchange, cancelled) => {
                cancelled.iter().for_each(|id| self.cancel(id));
                if let Some(exchange) = exchange {
                    self.answer(exchange).await;
                }
            }
            Received::Opened(session, last) => {
                let now = self.server.clock().ticks();
                drop(self.session.set((session, now)));
                self.say(last.body).await;
            }
            Received::Refused(last) => self.say(last.body).await,
            Received::Cancel(id) => self.cancel(&id),
            Received::Accepted => {}
        }
    }

    fn cancel(&self, id: &Id) {
        if let Some((_, cancel)) = lock(&self.open).remove(id) {
            cancel.cancel();
        }
    }

    /// Tells the client of changes from now on, unasked.
    fn tell_news(&self, session: &Session) {
        let mut caller = self.caller.clone();
        let mut news = self.server.news(session, &caller.borrow_and_update());
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let mut told = true;
            while told {
                let message = tokio::select! {
                    message = news.next() => message,
                    Ok(()) = caller.changed() => {
                        news.renew(&caller.borrow_and_update());
                        continue;
                    }
                    () = sender.closed() => None,
                };
                told = match message {
                    Some(message) => sender.send(message).await.is_ok(),
                    None => false,
                };
            }
        });
    }

    async fn answer(&self, mut exchange: Box<Exchange>) {
        if lock(&self.open).len() >= OPEN_MAX {
            return self.say(exchange.refused(Refusal::Busy).body).await;
        }
        if let Some(last) = exchange.without(|id| lock(&self.open).contains_key(id)) {
            return self.say(last.body).await;
        }
        let first = {
            let next = exchange.next();
            tokio::pin!(next);
            poll!(next)
        };
        if let Poll::Ready(Some(Frame::Last(last))) = first {
            return self.say(last.body).await;
        }
        let cancellers = exchange.cancellers();
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        let ids: Vec<Id> = cancellers.iter().map(|(id, _)| id.clone()).collect();
        lock(&self.open).extend(
            cancellers
                .into_iter()
                .map(|(id, cancel)| (id, (number, cancel))),
        );
        let (open, sender) = (Arc::clone(&self.open), self.sender.clone());
        let mut caller = self.caller.clone();
        self.tasks.spawn(async move {
            let frame = match first {
                Poll::Ready(frame) => frame,
                Poll::Pending => exchange.next().await,
            };
            let last = tell((&mut exchange, &mut caller), frame, &sender).await;
            // The id is free before the client can know that the answer is there.
            ids.iter().for_each(|id| free(&open, id, number));
            if let Some(last) = last {
                drop(sender.send(last.body).await);
            }
        });
    }

    async fn say(&self, message: Bytes) {
        // Fails only when the writer has gone, and then the whole edge ends.
        drop(self.sender.send(message).await);
    }

    /// Cancels what is under way, and gives the tasks that are to end now. With the desk goes its sender;
    /// the writer ends when the last one is gone.
    fn finish(self) -> TaskTracker {
        // Also when the output broke and nobody asked for the end.
        self.server.closing().cancel();
        for (_, cancel) in lock(&self.open).values() {
            cancel.cancel();
        }
        self.tasks.close();
        self.tasks
    }
}

/// Frees an id, if it is still that of this request.
fn free(open: &Open, id: &Id, number: u64) {
    let mut open = lock(open);
    if open.get(id).is_some_and(|(holder, _)| *holder == number) {
        open.remove(id);
    }
}

/// Sends the events of an exchange, from this frame on, and gives its last message.
async fn tell(
    (exchange, caller): (&mut Exchange, &mut watch::Receiver<Principal>),
    mut frame: Option<Frame>,
    sender: &mpsc::Sender<Bytes>,
) -> Option<Last> {
    loop {
        match frame {
            Some(Frame::Event(message) | Frame::Question(message)) => {
                sender.send(message).await.ok()?;
            }
            // A pipe cannot be taken up again.
            Some(Frame::Pause) => {}
            Some(Frame::Last(last)) => return Some(last),
            None => return None,
        }
        frame = next(exchange, caller).await;
    }
}

/// The next message. A stream of changes goes on for the caller as it is then.
async fn next(exchange: &mut Exchange, caller: &mut watch::Receiver<Principal>) -> Option<Frame> {
    let is_listening = exchange.is_listening();
    loop {
        let principal = tokio::select! {
            frame = exchange.next() => return frame,
            Ok(()) = caller.changed(), if is_listening => caller.borrow_and_update().clone(),
        };
        exchange.renew(&principal);
    }
}

/// Writes messages, as many at once as there are.
async fn write(
    mut output: impl AsyncWrite + Unpin,
    mut queue: mpsc::Receiver<Bytes>,
) -> io::Result<()> {
    let mut messages = Vec::new();
    let mut lines = BytesMut::new();
    while queue.recv_many(&mut messages, QUEUE_MESSAGES_MAX).await > 0 {
        for message in messages.drain(..) {
            lines.extend_from_slice(&message);
            lines.extend_from_slice(b"\n");
        }
        output.write_all_buf(&mut lines).await?;
        output.flush().await?;
        lines.clear();
    }
    Ok(())
}

fn lock(open: &Open) -> MutexGuard<'_, BTreeMap<Id, (u64, CancellationToken)>> {
    // A panic between lock and unlock cannot leave the map half changed.
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) const LINE_BYTES_MAX: usize = 1024 * 1024;
const GRACE: Duration = Duration::from_secs(1);
const OPEN_MAX: usize = 1024;
const QUEUE_MESSAGES_MAX: usize = 256;
