//! Which sessions are remembered, and for how long.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use tollhouse_core::{Refusal, Session};

use super::{seat::Seat, store::Store, stream::Stream};

/// The seats of one edge, the ids that have ended, and the replies that are kept.
#[derive(Debug, Default)]
pub(super) struct Table {
    seats: BTreeMap<Arc<str>, Arc<Seat>>,
    ended: Ended,
    store: Store,
    sweep_at: Duration,
    /// When a table full of seats in use is looked through again.
    make_room_at: Duration,
}

impl Table {
    /// The seat of a session whose id has been opened, held by one more. A session of which only the id is
    /// known is taken in: it had nothing to remember, or was opened by another process with the same keys.
    pub(super) fn take(
        &mut self,
        id: &str,
        subject: &str,
        session: Session,
        now: Duration,
    ) -> Result<Arc<Seat>, Refusal> {
        if self.ended.has(id) {
            return Err(Refusal::UnknownSession);
        }
        let seat = match self.seats.get(id) {
            Some(seat) => Arc::clone(seat),
            None => {
                self.sweep(now);
                if self.seats.len() >= SEATS_MAX && !self.has_made_room(now) {
                    return Err(Refusal::Busy);
                }
                let seat = Arc::new(Seat::new(id, subject, session, now));
                self.seats.insert(Arc::clone(&seat.id), Arc::clone(&seat));
                seat
            }
        };
        seat.hold();
        Ok(seat)
    }

    /// Keeps a reply that has been sent for a while.
    pub(super) fn keep(&mut self, now: Duration, seat: &Arc<Seat>, stream: &Stream) {
        // Of a session that has ended meanwhile, nobody comes back.
        if self
            .seats
            .get(&seat.id)
            .is_some_and(|known| Arc::ptr_eq(known, seat))
        {
            self.store.keep(now, seat, stream);
        }
        self.forget_replies(now);
    }

    /// Forgets a session for good.
    pub(super) fn end(&mut self, seat: &Seat) {
        self.ended.add(&seat.id);
        self.seats.remove(&seat.id);
        self.store.forget(&seat.id);
    }

    /// Forgets a seat that nobody holds, if that loses nothing.
    pub(super) fn forget_blank(&mut self, seat: &Arc<Seat>) {
        let known = self.seats.get(&seat.id);
        let is_known = known.is_some_and(|known| Arc::ptr_eq(known, seat));
        if is_known && !seat.is_held() && seat.is_blank() {
            self.seats.remove(&seat.id);
        }
    }

    pub(super) fn each(&self, mut with: impl FnMut(&Seat)) {
        self.seats.values().for_each(|seat| with(seat));
    }

    /// Drops the replies that nobody came back for.
    fn forget_replies(&mut self, now: Duration) {
        for seat in self.store.sweep(now) {
            self.forget_blank(&seat);
        }
    }

    /// Forgets what has been idle for long, now and then.
    fn sweep(&mut self, now: Duration) {
        if now < self.sweep_at {
            return;
        }
        self.sweep_at = now + SWEEP_EVERY;
        self.forget_replies(now);
        let is_old = |seat: &Arc<Seat>| now.saturating_sub(seat.used()) >= IDLE_MAX;
        let old: Vec<Arc<Seat>> = self.idle().into_iter().filter(is_old).collect();
        old.iter().for_each(|seat| self.drop_seat(seat));
    }

    /// Forgets those that have been idle longest of whom has most, many at once, so that a full table is not
    /// looked through for each newcomer. Where all are in use, it is not looked through again for a second.
    fn has_made_room(&mut self, now: Duration) -> bool {
        if now < self.make_room_at {
            return false;
        }
        let most = of_whom_has_most(self.idle());
        if most.is_empty() {
            self.make_room_at = now + MAKE_ROOM_EVERY;
        }
        let longest = most.iter().take(SEATS_MAX / 10);
        longest.for_each(|seat| self.drop_seat(seat));
        self.seats.len() < SEATS_MAX
    }

    /// The seats that nobody holds.
    fn idle(&self) -> Vec<Arc<Seat>> {
        let idle = self.seats.values().filter(|seat| !seat.is_held());
        idle.map(Arc::clone).collect()
    }

    /// Forgets a session. Where its client would wait for what never comes, it must begin anew.
    fn drop_seat(&mut self, seat: &Arc<Seat>) {
        if !seat.is_light() {
            let session = seat.session.label();
            tracing::warn!(
                session = session.as_deref(),
                "a session had to end: nobody came back to it for long, or there was no room for more"
            );
            self.ended.add(&seat.id);
        }
        self.seats.remove(&seat.id);
        self.store.forget(&seat.id);
        seat.end();
    }
}

/// The seats of the subject that has most of these, those first that have been idle longest.
fn of_whom_has_most(seats: Vec<Arc<Seat>>) -> Vec<Arc<Seat>> {
    let mut by_subject: BTreeMap<String, Vec<Arc<Seat>>> = BTreeMap::new();
    for seat in seats {
        by_subject
            .entry(seat.subject.clone())
            .or_default()
            .push(seat);
    }
    let most = by_subject.into_values().max_by_key(Vec::len);
    let mut most = most.unwrap_or_default();
    most.sort_by_key(|seat| seat.used());
    most
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

const SEATS_MAX: usize = 10_000;
const ENDED_MAX: usize = 50_000;
const TAIL_BYTES: usize = 22;
const IDLE_MAX: Duration = Duration::from_secs(60 * 60);
const SWEEP_EVERY: Duration = Duration::from_secs(60);
const MAKE_ROOM_EVERY: Duration = Duration::from_secs(1);
