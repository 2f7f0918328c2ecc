//! The replies that have been sent and are kept for a while, for clients that lost them on the way.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Weak},
    time::Duration,
};

use super::{seat::Seat, stream::Stream};

/// Streams that are over, within an age and a number of bytes. Where there are too many, those of whom has
/// most go first, so that nobody can push out what others have.
#[derive(Debug, Default)]
pub(super) struct Store {
    shelves: BTreeMap<Arc<str>, Shelf>,
    bytes: usize,
    sweep_at: Duration,
}

/// What is kept of one session, oldest first.
#[derive(Debug)]
struct Shelf {
    seat: Weak<Seat>,
    kept: VecDeque<Kept>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    since: Duration,
    name: String,
    bytes: usize,
}

impl Store {
    pub(super) fn keep(&mut self, now: Duration, seat: &Arc<Seat>, stream: &Stream) {
        let bytes = stream.bytes() + OVERHEAD_BYTES;
        let shelf = self
            .shelves
            .entry(Arc::clone(&seat.id))
            .or_insert_with(|| Shelf {
                seat: Arc::downgrade(seat),
                kept: VecDeque::new(),
                bytes: 0,
            });
        shelf.kept.push_back(Kept {
            since: now,
            name: stream.name().to_owned(),
            bytes,
        });
        shelf.bytes += bytes;
        self.bytes += bytes;
        while shelf.bytes > SHELF_BYTES_MAX && shelf.kept.len() > 1 {
            self.bytes -= shelf.drop_oldest();
        }
    }

    /// Drops what is kept of a session.
    pub(super) fn forget(&mut self, id: &str) {
        if let Some(shelf) = self.shelves.remove(id) {
            self.bytes -= shelf.bytes;
        }
    }

    /// Drops what is too much and what is too old; gives whose it was.
    pub(super) fn sweep(&mut self, now: Duration) -> Vec<Arc<Seat>> {
        let mut touched = Vec::new();
        while self.bytes > BYTES_MAX {
            let shelves = self.shelves.iter_mut();
            let Some((id, most)) = shelves.max_by_key(|(_, shelf)| shelf.bytes) else {
                break;
            };
            self.bytes -= most.drop_oldest();
            touched.extend(most.seat.upgrade());
            if most.kept.is_empty() {
                let id = Arc::clone(id);
                self.shelves.remove(&id);
            }
        }
        if now >= self.sweep_at {
            self.sweep_at = now + SWEEP_EVERY;
            for shelf in self.shelves.values_mut() {
                self.bytes -= shelf.drop_older(now);
                touched.extend(shelf.seat.upgrade());
            }
            self.shelves.retain(|_, shelf| !shelf.kept.is_empty());
        }
        touched
    }
}

impl Shelf {
    /// Gives how many bytes that makes free.
    fn drop_oldest(&mut self) -> usize {
        let Some(oldest) = self.kept.pop_front() else {
            return 0;
        };
        self.bytes -= oldest.bytes;
        if let Some(seat) = self.seat.upgrade() {
            seat.drop_stream(&oldest.name);
        }
        oldest.bytes
    }

    /// Drops what is too old; gives how many bytes that makes free.
    fn drop_older(&mut self, now: Duration) -> usize {
        let is_old = |kept: &Kept| now.saturating_sub(kept.since) >= AGE_MAX;
        let mut free = 0;
        while self.kept.front().is_some_and(is_old) {
            free += self.drop_oldest();
        }
        free
    }
}

const BYTES_MAX: usize = 32 * 1024 * 1024;
const SHELF_BYTES_MAX: usize = 2 * 1024 * 1024;
const AGE_MAX: Duration = Duration::from_secs(5 * 60);
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// What a stream takes besides its messages, about.
const OVERHEAD_BYTES: usize = 4096;
