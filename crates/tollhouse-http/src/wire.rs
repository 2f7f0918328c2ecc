//! A connection's socket, with what the HTTP machine does not have: two limits, on how long the peer may take
//! nothing of what is sent to it and how long it may stay when all has been said; and an eye on peers that
//! leave.

use std::{
    fmt,
    future::{Future, pending},
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::{io::Interest, net::TcpStream, time::Sleep};

/// One socket. Timers and lookout exist only while they are needed.
pub(crate) struct Wire {
    /// Shared with nobody but the lookout.
    stream: Arc<TokioIo<TcpStream>>,
    write_timeout: Duration,
    /// Runs while the peer takes nothing.
    stuck: Option<Pin<Box<Sleep>>>,
    parting: Option<Parting>,
    /// Whether the HTTP machine waits for bytes, and so will meet the peer's end by itself.
    is_reading: bool,
    lookout: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    departure: Departure,
}

/// Tells whoever holds a copy that the peer has left in the middle of something.
///
/// As long as the HTTP machine has unread bytes it does not read, and so would not notice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Departure(Arc<AtomicBool>);

/// The time between our last word and the peer's.
///
/// Closing a socket in which unread bytes lie resets the connection, and with it goes the response that
/// the peer has not read yet (RFC 9112, 9.6): so we only stop talking, and wait for the peer to hang up.
struct Parting {
    patience: Pin<Box<Sleep>>,
    bytes_left: usize,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, write_timeout: Duration) -> Self {
        Self {
            stream: Arc::new(TokioIo::new(stream)),
            write_timeout,
            stuck: None,
            parting: None,
            is_reading: false,
            lookout: None,
            departure: Departure::default(),
        }
    }

    /// Is heard of only while this wire is polled.
    pub(crate) fn departure(&self) -> Departure {
        self.departure.clone()
    }

    /// The socket, to read and write; whoever looked out is called back for it.
    fn stream(&mut self) -> io::Result<Pin<&mut TokioIo<TcpStream>>> {
        self.lookout = None;
        let alone = Arc::get_mut(&mut self.stream).map(Pin::new);
        alone.ok_or_else(|| io::ErrorKind::ResourceBusy.into())
    }

    /// Looks out for the peer's end while nobody reads.
    fn look_out(&mut self, context: &mut Context<'_>) {
        if self.is_reading || self.parting.is_some() {
            return;
        }
        let stream = &self.stream;
        let lookout = self
            .lookout
            .get_or_insert_with(|| Box::pin(end_of(Arc::clone(stream))));
        if lookout.as_mut().poll(context).is_ready() {
            self.lookout = None;
            self.departure.0.store(true, Ordering::Relaxed);
        }
    }

    /// Lets a write wait as long as it may.
    fn bound<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let limit = self.write_timeout;
        let stuck = self
            .stuck
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(stuck.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Throws away what still comes, within a bound, until the peer hangs up or time is up.
    fn poll_part(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.lookout = None;
        let parting = self.parting.get_or_insert_with(Parting::begin);
        let Some(stream) = Arc::get_mut(&mut self.stream) else {
            return Poll::Ready(());
        };
        let mut scratch = [0; 4096];
        while parting.bytes_left > 0 {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut *stream).poll_read(context, buffer.unfilled()) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    let read = buffer.filled().len();
                    parting.bytes_left = parting.bytes_left.saturating_sub(read);
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => break,
            }
        }
        parting.patience.as_mut().poll(context)
    }
}

impl Departure {
    pub(crate) fn has_come(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Parting {
    fn begin() -> Self {
        Self {
            patience: Box::pin(tokio::time::sleep(PARTING)),
            bytes_left: PARTING_BYTES_MAX,
        }
    }
}

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.stream()?.poll_read(context, buffer);
        self.is_reading = read.is_pending();
        read
    }
}

impl Write for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream()?.poll_write(context, bytes);
        self.bound(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream()?.poll_write_vectored(context, slices);
        self.bound(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A socket has nothing to flush; but this is called whenever a connection has been looked after.
        self.look_out(context);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.parting.is_none() {
            ready!(self.stream()?.poll_shutdown(context))?;
        }
        // All has been said: a peer that leaves now leaves nothing behind.
        self.departure.0.store(false, Ordering::Relaxed);
        self.poll_part(context).map(Ok)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Wire({:?})", self.stream.inner())
    }
}

/// Waits until the peer has closed its side, or the connection is broken, whatever lies unread before that.
async fn end_of(stream: Arc<TokioIo<TcpStream>>) {
    let ready = stream.inner().ready(ENDING).await;
    if ready.is_ok_and(|ready| !ready.is_read_closed()) {
        // Unread bytes hide what comes after them.
        pending::<()>().await;
    }
}

/// Comes true at the end and not for bytes, since nothing here ever counts as urgent.
#[cfg(any(target_os = "linux", target_os = "android"))]
const ENDING: Interest = Interest::PRIORITY;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const ENDING: Interest = Interest::READABLE;
const PARTING: Duration = Duration::from_secs(1);
const PARTING_BYTES_MAX: usize = 32 * 1024;
