//! The sessions of one edge, as its requests use them.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tollhouse_core::{Exchange, Id, Last, Principal, Refusal, Server, Session};

use super::{
    seat::{Requests, Seat},
    stream::Stream,
    table::Table,
};

/// All sessions of one edge.
#[derive(Debug)]
pub(crate) struct Sessions {
    server: Server,
    table: Mutex<Table>,
    /// Numbers streams, so that an event id of an earlier process or of a forgotten session names none.
    streams: AtomicU64,
    /// Room for calls whose client has left.
    alone: Arc<Semaphore>,
}

/// A session in use. While there is one, the session is remembered; after the last, only if it has to be.
#[derive(Debug)]
pub(crate) struct Seated {
    sessions: Arc<Sessions>,
    seat: Arc<Seat>,
}

impl Sessions {
    pub(crate) fn new(server: Server) -> Self {
        let began = server.clock().unix_ms();
        Self {
            server,
            table: Mutex::default(),
            streams: AtomicU64::new(began << 16),
            alone: Arc::new(Semaphore::new(ALONE_MAX)),
        }
    }

    /// The session of this id, if it is this principal's and has not ended.
    ///
    /// # Errors
    ///
    /// It is unknown, or there is no room to remember one more.
    pub(crate) fn find(
        self: &Arc<Self>,
        id: &[u8],
        principal: &Principal,
    ) -> Result<Seated, Refusal> {
        let id = std::str::from_utf8(id).map_err(|_| Refusal::UnknownSession)?;
        // Also of one that is remembered: its time may be up.
        let session = self.server.open_session(id, principal);
        let session = session.ok_or(Refusal::UnknownSession)?;
        let now = self.server.clock().ticks();
        let seat = self.table().take(id, principal.subject(), session, now)?;
        Ok(Seated {
            sessions: Arc::clone(self),
            seat,
        })
    }

    /// Cancels every call that is left.
    pub(crate) fn cancel_all(&self) {
        self.table().each(Seat::cancel_all);
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing that is done under the lock can panic half way.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stream(&self, kind: char) -> Arc<Stream> {
        let number = self.streams.fetch_add(1, Ordering::Relaxed);
        Arc::new(Stream::new(format!("{kind}{number:x}")))
    }
}

impl Seated {
    pub(crate) fn session(&self) -> &Session {
        &self.seat.session
    }

    /// Takes in requests, so that they can be cancelled, and no other takes their ids. Gives them, or
    /// what answers them if none can be taken.
    pub(super) fn reserve(&self, exchange: &mut Exchange) -> Result<Requests, Last> {
        self.seat.reserve(exchange)
    }

    /// Forgets requests that have been answered.
    pub(super) fn release(&self, requests: &Requests) {
        self.seat.release(requests);
    }

    /// A stream for the reply to requests.
    pub(super) fn open(&self) -> Arc<Stream> {
        let stream = self.sessions.stream(REPLY);
        self.seat.add(&stream);
        stream
    }

    /// Ends the stream of a reply. It is kept for a while, in case the client comes back for it.
    pub(super) fn close(&self, requests: &Requests, stream: &Stream) {
        stream.end();
        self.seat.release(requests);
        let now = self.sessions.server.clock().ticks();
        self.sessions.table().keep(now, &self.seat, stream);
    }

    /// The stream of a reply.
    pub(super) fn stream(&self, name: &str) -> Option<Arc<Stream>> {
        self.seat.stream(name)
    }

    /// The session's own stream.
    pub(super) fn own_stream(&self) -> Arc<Stream> {
        self.seat.own(|| self.sessions.stream(OWN))
    }

    /// Room for requests whose client has left; `None` if there are too many already.
    pub(super) fn leave_alone(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.sessions.alone).try_acquire_owned().ok()
    }

    pub(crate) fn cancel(&self, id: &Id) {
        self.seat.cancel(id);
    }

    /// Ends the session, with its calls and streams.
    pub(crate) fn end(&self) {
        self.sessions.table().end(&self.seat);
        self.seat.end();
    }
}

impl Clone for Seated {
    fn clone(&self) -> Self {
        self.seat.hold();
        Self {
            sessions: Arc::clone(&self.sessions),
            seat: Arc::clone(&self.seat),
        }
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        let now = self.sessions.server.clock().ticks();
        if self.seat.let_go(now) {
            self.sessions.table().forget_blank(&self.seat);
        }
    }
}

/// What the names of streams begin with.
const REPLY: char = 'r';
pub(super) const OWN: char = 's';
const ALONE_MAX: usize = 1000;
