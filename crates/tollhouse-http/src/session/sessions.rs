//! The sessions that have more to remember than their ids say.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio_util::sync::CancellationToken;
use tollhouse_core::{Exchange, Id, Principal, Refusal, Server, Session};

use super::{store::Store, stream::Stream};

/// All sessions of one edge.
#[derive(Debug)]
pub(crate) struct Sessions {
    server: Server,
    table: Mutex<Table>,
    /// Numbers streams, so that an event id of an earlier process or of a forgotten session names none.
    streams: AtomicU64,
}

#[derive(Debug, Default)]
struct Table {
    seats: BTreeMap<Arc<str>, Arc<Seat>>,
    ended: Ended,
    store: Store,
    sweep_at: Duration,
}

/// What is remembered of one session.
#[derive(Debug)]
pub(super) struct Seat {
    id: Arc<str>,
    session: Session,
    used: Mutex<Duration>,
    things: Mutex<Things>,
}

#[derive(Debug, Default)]
struct Things {
    /// The calls under way, to be cancelled by their ids.
    open: BTreeMap<Id, CancellationToken>,
    /// The replies that a client can come back for.
    streams: BTreeMap<String, Arc<Stream>>,
    /// The session's own stream.
    own: Option<Arc<Stream>>,
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
        }
    }

    /// The session of this id, if it is this principal's and has not ended.
    pub(crate) fn find(self: &Arc<Self>, id: &[u8], principal: &Principal) -> Option<Seated> {
        let id = std::str::from_utf8(id).ok()?;
        // Also of one that is remembered: its time may be up.
        let session = self.server.open_session(id, principal)?;
        let now = self.server.clock().ticks();
        let mut table = self.table();
        if table.ended.has(id) {
            return None;
        }
        let seat = table.seats.get(id).cloned();
        let seat = seat.unwrap_or_else(|| table.adopt(id, session, now));
        drop(table);
        Some(Seated {
            sessions: Arc::clone(self),
            seat,
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing that is done under the lock can panic half way.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stream_name(&self, kind: char) -> String {
        let number = self.streams.fetch_add(1, Ordering::Relaxed);
        format!("{kind}{number:x}")
    }
}

impl Seated {
    pub(crate) fn session(&self) -> &Session {
        &self.seat.session
    }

    /// Why these requests cannot be taken now.
    pub(super) fn refuses(&self, exchange: &Exchange) -> Option<Refusal> {
        let things = self.seat.things();
        if exchange.ids().any(|id| things.open.contains_key(id)) {
            let why = "a request with this id is still running".to_owned();
            return Some(Refusal::NotAMessage(why));
        }
        (things.open.len() >= OPEN_MAX).then_some(Refusal::Busy)
    }

    /// A stream for the reply to these requests, which can be cancelled from now on.
    pub(super) fn open(&self, requests: Vec<(Id, CancellationToken)>) -> Arc<Stream> {
        let stream = Arc::new(Stream::new(self.sessions.stream_name(REPLY)));
        let mut things = self.seat.things();
        things.open.extend(requests);
        let name = stream.name().to_owned();
        things.streams.insert(name, Arc::clone(&stream));
        stream
    }

    /// Ends the stream of a reply. It is kept for a while, in case the client comes back for it.
    pub(super) fn close(&self, ids: &[Id], stream: &Stream) {
        stream.end();
        let mut things = self.seat.things();
        for id in ids {
            things.open.remove(id);
        }
        drop(things);
        let now = self.sessions.server.clock().ticks();
        let mut table = self.sessions.table();
        table.store.keep(now, &self.seat, stream);
        table.forget_old(now);
    }

    /// The stream of a reply.
    pub(super) fn stream(&self, name: &str) -> Option<Arc<Stream>> {
        self.seat.things().streams.get(name).cloned()
    }

    /// The session's own stream.
    pub(super) fn own_stream(&self) -> Arc<Stream> {
        let mut things = self.seat.things();
        let own = things
            .own
            .get_or_insert_with(|| Arc::new(Stream::new(self.sessions.stream_name(OWN))));
        Arc::clone(own)
    }

    pub(crate) fn cancel(&self, id: &Id) {
        if let Some(cancel) = self.seat.things().open.get(id) {
            cancel.cancel();
        }
    }

    /// Ends the session, with its calls and streams.
    pub(crate) fn end(&self) {
        let mut table = self.sessions.table();
        table.ended.add(&self.seat.id);
        table.seats.remove(&self.seat.id);
        drop(table);
        let things = std::mem::take(&mut *self.seat.things());
        things.open.values().for_each(CancellationToken::cancel);
        let streams = things.streams.values().chain(&things.own);
        streams.for_each(|stream| stream.end());
    }
}

impl Clone for Seated {
    fn clone(&self) -> Self {
        Self {
            sessions: Arc::clone(&self.sessions),
            seat: Arc::clone(&self.seat),
        }
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        let now = self.sessions.server.clock().ticks();
        *lock(&self.seat.used) = now;
        self.sessions.table().forget_blank(&self.seat);
    }
}

impl Seat {
    pub(super) fn drop_stream(&self, name: &str) {
        self.things().streams.remove(name);
    }

    /// Whether forgetting it loses nothing.
    fn is_blank(&self) -> bool {
        let things = self.things();
        things.open.is_empty()
            && things.streams.is_empty()
            && things.own.is_none()
            && self.session.is_blank()
    }

    fn things(&self) -> MutexGuard<'_, Things> {
        lock(&self.things)
    }
}

impl Table {
    /// Takes in a session of which only the id is known: it had nothing to remember, or was opened by another
    /// process with the same keys.
    fn adopt(&mut self, id: &str, session: Session, now: Duration) -> Arc<Seat> {
        self.sweep(now);
        let seat = Arc::new(Seat {
            id: id.into(),
            session,
            used: Mutex::new(now),
            things: Mutex::default(),
        });
        let key = Arc::clone(&seat.id);
        self.seats.insert(key, Arc::clone(&seat));
        seat
    }

    /// Forgets a seat that nobody but the table and the caller holds, if that loses nothing.
    fn forget_blank(&mut self, seat: &Arc<Seat>) {
        if Arc::strong_count(seat) == 2 && seat.is_blank() {
            self.forget(seat);
        }
    }

    fn forget(&mut self, seat: &Arc<Seat>) {
        if let Some(known) = self.seats.get(&seat.id)
            && Arc::ptr_eq(known, seat)
        {
            self.seats.remove(&seat.id);
        }
    }

    /// Drops the replies that nobody came back for.
    fn forget_old(&mut self, now: Duration) {
        while let Some(seat) = self.store.drop_one(now) {
            self.forget_blank(&seat);
        }
    }

    /// Forgets what has been idle for long, now and then; if there are too many seats, what has been idle
    /// longest.
    fn sweep(&mut self, now: Duration) {
        let is_full = self.seats.len() >= SEATS_MAX;
        if now < self.sweep_at && !is_full {
            return;
        }
        self.sweep_at = now + SWEEP_EVERY;
        self.forget_old(now);
        let used = |seat: &Arc<Seat>| *lock(&seat.used);
        self.seats.retain(|_, seat| {
            Arc::strong_count(seat) > 1 || now.saturating_sub(used(seat)) < IDLE_MAX
        });
        if self.seats.len() < SEATS_MAX {
            return;
        }
        let mut idle: Vec<(Duration, Arc<str>)> = self
            .seats
            .values()
            .filter(|seat| Arc::strong_count(seat) == 1)
            .map(|seat| (used(seat), Arc::clone(&seat.id)))
            .collect();
        idle.sort_unstable();
        for (_, id) in idle.iter().take(SEATS_MAX / 10) {
            self.seats.remove(id);
        }
    }
}

/// The newest ids that have ended, by their last characters, which are as good as random.
#[derive(Debug, Default)]
struct Ended {
    known: BTreeSet<[u8; TAIL_BYTES]>,
    order: VecDeque<[u8; TAIL_BYTES]>,
}

impl Ended {
    fn has(&self, id: &str) -> bool {
        let tail = id.as_bytes().last_chunk::<TAIL_BYTES>();
        tail.is_some_and(|tail| self.known.contains(tail))
    }

    fn add(&mut self, id: &str) {
        let Some(tail) = id.as_bytes().last_chunk::<TAIL_BYTES>() else {
            return;
        };
        if self.known.insert(*tail) {
            self.order.push_back(*tail);
        }
        if self.order.len() > ENDED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

fn lock<T>(thing: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic between lock and unlock cannot leave such a thing half changed.
    thing.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the names of streams begin with.
const REPLY: char = 'r';
pub(super) const OWN: char = 's';
const OPEN_MAX: usize = 256;
const SEATS_MAX: usize = 10_000;
const ENDED_MAX: usize = 50_000;
const TAIL_BYTES: usize = 22;
const IDLE_MAX: Duration = Duration::from_secs(60 * 60);
const SWEEP_EVERY: Duration = Duration::from_secs(60);
