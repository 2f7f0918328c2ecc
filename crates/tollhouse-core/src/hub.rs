//! Tells subscribers that something changed. One hub for every stream of every client.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::Notify;

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The list of tools.
    Tools,
    /// The list of prompts.
    Prompts,
    /// The list of resources or of templates.
    Resources,
    /// What stands in the resource under this URI.
    Resource(String),
}

/// Where changes are told and heard. Cloning gives another handle on the same hub.
#[derive(Clone, Default)]
pub struct Hub {
    seats: Arc<Mutex<Vec<Weak<Seat>>>>,
}

#[derive(Debug)]
struct Seat {
    filter: Mutex<BTreeSet<Change>>,
    waiting: Mutex<BTreeSet<Change>>,
    bell: Notify,
}

/// A subscriber's place. Dropping it leaves the hub.
///
/// What has not been taken yet is kept once per kind, so a slow reader holds no more than its filter.
#[derive(Debug)]
pub struct Hearing {
    seat: Arc<Seat>,
}

impl Hub {
    /// Tells everybody who listens for this.
    pub fn publish(&self, change: &Change) {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.retain(|seat| {
            let Some(seat) = seat.upgrade() else {
                return false;
            };
            seat.tell(change);
            true
        });
    }

    /// Listens for these changes from now on.
    #[must_use]
    pub fn listen(&self, filter: BTreeSet<Change>) -> Hearing {
        let seat = Arc::new(Seat {
            filter: Mutex::new(filter),
            waiting: Mutex::default(),
            bell: Notify::new(),
        });
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.retain(|seat| seat.strong_count() > 0);
        seats.push(Arc::downgrade(&seat));
        Hearing { seat }
    }
}

impl Seat {
    fn tell(&self, change: &Change) {
        if lock(&self.filter).contains(change) {
            lock(&self.waiting).insert(change.clone());
            self.bell.notify_one();
        }
    }
}

impl Hearing {
    /// Listens for this too from now on.
    pub fn add(&self, change: Change) {
        lock(&self.seat.filter).insert(change);
    }

    /// Tells this hearer alone, if it listens for this.
    pub fn tell(&self, change: &Change) {
        self.seat.tell(change);
    }

    /// How many resources it listens for, and the bytes of their URIs.
    #[must_use]
    pub fn followed(&self) -> (usize, usize) {
        let filter = lock(&self.seat.filter);
        let uris = filter.iter().filter_map(|change| match change {
            Change::Resource(uri) => Some(uri.len()),
            Change::Tools | Change::Prompts | Change::Resources => None,
        });
        uris.fold((0, 0), |(count, bytes), uri| (count + 1, bytes + uri))
    }

    /// Listens for it no more; what has not been taken yet is dropped.
    pub fn remove(&self, change: &Change) {
        lock(&self.seat.filter).remove(change);
        lock(&self.seat.waiting).remove(change);
    }

    /// The next change. Nothing is lost if the wait is dropped.
    pub async fn next(&self) -> Change {
        loop {
            if let Some(change) = lock(&self.seat.waiting).pop_first() {
                return change;
            }
            self.seat.bell.notified().await;
        }
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Hub").finish_non_exhaustive()
    }
}

fn lock(waiting: &Mutex<BTreeSet<Change>>) -> std::sync::MutexGuard<'_, BTreeSet<Change>> {
    // A panic between lock and unlock cannot leave a set half changed.
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Change, Hub};

    #[tokio::test]
    async fn changes_are_heard_once_per_kind_and_only_if_asked_for() {
        let hub = Hub::default();
        let hearing = hub.listen([Change::Tools, Change::Resource("a:b".into())].into());
        for _ in 0..1000 {
            hub.publish(&Change::Tools);
        }
        hub.publish(&Change::Prompts);
        hub.publish(&Change::Resource("a:other".into()));
        hub.publish(&Change::Resource("a:b".into()));
        assert_eq!(hearing.next().await, Change::Tools);
        assert_eq!(hearing.next().await, Change::Resource("a:b".into()));
        assert!(hearing.seat.waiting.lock().unwrap().is_empty());
    }

    #[test]
    fn a_subscriber_who_left_is_forgotten() {
        let hub = Hub::default();
        drop(hub.listen([Change::Tools].into()));
        hub.publish(&Change::Tools);
        assert!(hub.seats.lock().unwrap().is_empty());
    }
}
