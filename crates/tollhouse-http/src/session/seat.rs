//! What is remembered of one session.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio_util::sync::CancellationToken;
use tollhouse_core::{Exchange, Id, Last, Refusal, Session};

use super::stream::Stream;

/// One session that is in use, or has more to remember than its id says.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) id: Arc<str>,
    pub(super) subject: String,
    pub(super) session: Session,
    /// How many use it now.
    holders: AtomicUsize,
    used: Mutex<Duration>,
    things: Mutex<Things>,
}

/// Requests by their ids, and what cancels them.
pub(super) type Requests = Vec<(Id, CancellationToken)>;

#[derive(Debug, Default)]
struct Things {
    /// The calls under way, to be cancelled by their ids.
    open: BTreeMap<Id, CancellationToken>,
    /// The replies that a client can come back for.
    streams: BTreeMap<String, Arc<Stream>>,
    /// The session's own stream.
    own: Option<Arc<Stream>>,
    /// Whether the session has ended, so that nothing more is taken in.
    is_over: bool,
}

impl Seat {
    /// A seat without holders.
    pub(super) fn new(id: &str, subject: &str, session: Session, now: Duration) -> Self {
        Self {
            id: id.into(),
            subject: subject.to_owned(),
            session,
            holders: AtomicUsize::new(0),
            used: Mutex::new(now),
            things: Mutex::default(),
        }
    }

    pub(super) fn hold(&self) {
        self.holders.fetch_add(1, Ordering::Relaxed);
    }

    /// One holder less; whether it was the last.
    pub(super) fn let_go(&self, now: Duration) -> bool {
        *lock(&self.used) = now;
        self.holders.fetch_sub(1, Ordering::AcqRel) == 1
    }

    pub(super) fn is_held(&self) -> bool {
        self.holders.load(Ordering::Acquire) > 0
    }

    /// When it was last used.
    pub(super) fn used(&self) -> Duration {
        *lock(&self.used)
    }

    /// Whether forgetting it loses nothing.
    pub(super) fn is_blank(&self) -> bool {
        let things = self.things();
        things.open.is_empty()
            && things.streams.is_empty()
            && things.own.is_none()
            && self.session.is_blank()
    }

    /// Whether its client waits for nothing of it: at most for changes of lists.
    pub(super) fn is_light(&self) -> bool {
        let things = self.things();
        things.open.is_empty() && things.streams.is_empty() && self.session.is_light()
    }

    pub(super) fn reserve(&self, exchange: &mut Exchange) -> Result<Requests, Last> {
        let mut things = self.things();
        if things.is_over {
            return Err(exchange.refused(Refusal::UnknownSession));
        }
        if things.open.len() >= OPEN_MAX {
            return Err(exchange.refused(Refusal::Busy));
        }
        match exchange.without(|id| things.open.contains_key(id)) {
            Some(refused) => Err(refused),
            None => {
                let requests = exchange.cancellers();
                things.open.extend(requests.iter().cloned());
                Ok(requests)
            }
        }
    }

    pub(super) fn release(&self, requests: &[(Id, CancellationToken)]) {
        let mut things = self.things();
        for (id, _) in requests {
            things.open.remove(id);
        }
    }

    pub(super) fn add(&self, stream: &Arc<Stream>) {
        let mut things = self.things();
        if things.is_over {
            stream.end();
        }
        let name = stream.name().to_owned();
        things.streams.insert(name, Arc::clone(stream));
    }

    pub(super) fn stream(&self, name: &str) -> Option<Arc<Stream>> {
        self.things().streams.get(name).cloned()
    }

    pub(super) fn drop_stream(&self, name: &str) {
        self.things().streams.remove(name);
    }

    /// The session's own stream, made if there is none.
    pub(super) fn own(&self, make: impl FnOnce() -> Arc<Stream>) -> Arc<Stream> {
        let mut things = self.things();
        let is_over = things.is_over;
        let own = things.own.get_or_insert_with(make);
        if is_over {
            own.end();
        }
        Arc::clone(own)
    }

    pub(super) fn cancel(&self, id: &Id) {
        if let Some(cancel) = self.things().open.get(id) {
            cancel.cancel();
        }
    }

    pub(super) fn cancel_all(&self) {
        let things = self.things();
        things.open.values().for_each(CancellationToken::cancel);
    }

    /// Cancels its calls and ends its streams.
    pub(super) fn end(&self) {
        let over = Things {
            is_over: true,
            ..Things::default()
        };
        let things = std::mem::replace(&mut *self.things(), over);
        things.open.values().for_each(CancellationToken::cancel);
        let streams = things.streams.values().chain(&things.own);
        streams.for_each(|stream| stream.end());
    }

    fn things(&self) -> MutexGuard<'_, Things> {
        lock(&self.things)
    }
}

fn lock<T>(thing: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic between lock and unlock cannot leave such a thing half changed.
    thing.lock().unwrap_or_else(PoisonError::into_inner)
}

const OPEN_MAX: usize = 256;
