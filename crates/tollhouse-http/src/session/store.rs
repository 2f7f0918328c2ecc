//! The replies that have been sent and are kept for a while, for clients that lost them on the way.

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
    time::Duration,
};

use super::{sessions::Seat, stream::Stream};

/// Streams that are over, oldest first, within a number of bytes and an age.
#[derive(Debug, Default)]
pub(super) struct Store {
    kept: VecDeque<Kept>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    since: Duration,
    seat: Weak<Seat>,
    name: String,
    bytes: usize,
}

impl Store {
    pub(super) fn keep(&mut self, now: Duration, seat: &Arc<Seat>, stream: &Stream) {
        let bytes = stream.bytes() + OVERHEAD_BYTES;
        self.bytes += bytes;
        self.kept.push_back(Kept {
            since: now,
            seat: Arc::downgrade(seat),
            name: stream.name().to_owned(),
            bytes,
        });
    }

    /// Drops the oldest stream if there are too many or it is too old, and gives whose it was.
    pub(super) fn drop_one(&mut self, now: Duration) -> Option<Arc<Seat>> {
        loop {
            let oldest = self.kept.front()?;
            if self.bytes <= BYTES_MAX && now.saturating_sub(oldest.since) < AGE_MAX {
                return None;
            }
            let oldest = self.kept.pop_front()?;
            self.bytes -= oldest.bytes;
            if let Some(seat) = oldest.seat.upgrade() {
                seat.drop_stream(&oldest.name);
                return Some(seat);
            }
        }
    }
}

const BYTES_MAX: usize = 32 * 1024 * 1024;
const AGE_MAX: Duration = Duration::from_secs(5 * 60);
/// What a stream takes besides its messages, about.
const OVERHEAD_BYTES: usize = 1024;
