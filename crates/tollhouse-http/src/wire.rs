//! A connection's socket, with two limits that the HTTP machine does not have: how long the peer may take
//! nothing of what is sent to it, and how long it may stay when all has been said.

use std::{
    fmt,
    future::Future as _,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::Sleep};

/// One socket. Both timers exist only while they are needed.
pub(crate) struct Wire {
    stream: TokioIo<TcpStream>,
    write_timeout: Duration,
    /// Runs while the peer takes nothing.
    stuck: Option<Pin<Box<Sleep>>>,
    parting: Option<Parting>,
}

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
            stream: TokioIo::new(stream),
            write_timeout,
            stuck: None,
            parting: None,
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
        let parting = self.parting.get_or_insert_with(Parting::begin);
        let mut scratch = [0; 4096];
        while parting.bytes_left > 0 {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.stream).poll_read(context, buffer.unfilled()) {
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
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.bound(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.bound(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.parting.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        }
        self.poll_part(context).map(Ok)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Wire({:?})", self.stream.inner())
    }
}

const PARTING: Duration = Duration::from_secs(1);
const PARTING_BYTES_MAX: usize = 32 * 1024;
