//! A few connections that read, and the way to run blocking work on them.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;
use tokio::{sync::Semaphore, task};
use tollhouse_core::StoreError;

use crate::{connection::Place, error};

/// Connections of one kind, used by one piece of work at a time.
pub(crate) struct Lane {
    place: Place,
    idle: Mutex<Vec<Connection>>,
    seats: Arc<Semaphore>,
}

impl Lane {
    /// A lane of at most so many connections.
    pub(crate) fn new(place: Place, connections: usize) -> Arc<Self> {
        Arc::new(Self {
            place,
            idle: Mutex::default(),
            seats: Arc::new(Semaphore::new(connections)),
        })
    }

    /// Runs work on a connection, on a thread that may block. Waits its turn if all are taken.
    ///
    /// Dropping the future before its turn means that the work is never done; dropped later, the work goes
    /// on to its end and nobody hears of it.
    pub(crate) async fn run<T, F>(self: &Arc<Self>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let seats = Arc::clone(&self.seats);
        let seat = seats.acquire_owned().await.map_err(error::failed)?;
        let lane = Arc::clone(self);
        let result = task::spawn_blocking(move || {
            let result = Borrowed::take(&lane).and_then(|mut borrowed| borrowed.work(work));
            drop(seat);
            result
        });
        result.await.map_err(error::failed)?.map_err(error::store)
    }

    /// How many more pieces of work could begin at once.
    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.seats.available_permits()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        // A panic between lock and unlock cannot leave a list half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Lane")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// A connection that goes back to its lane, also when the work on it panics.
struct Borrowed<'a> {
    lane: &'a Lane,
    connection: Option<Connection>,
}

impl<'a> Borrowed<'a> {
    fn take(lane: &'a Lane) -> rusqlite::Result<Self> {
        lane.place.is_as_it_was()?;
        // Taken out first, so that the lock is not held while a file is opened.
        let idle = lane.idle().pop();
        let connection = idle.map_or_else(|| lane.place.open(), Ok)?;
        Ok(Self {
            lane,
            connection: Some(connection),
        })
    }

    fn work<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.connection
            .as_mut()
            .ok_or(rusqlite::Error::InvalidQuery)
            .and_then(work)
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let kept = self.connection.take();
        let kept = kept.filter(|connection| self.lane.place.keeps(connection));
        self.lane.idle().extend(kept);
    }
}
