//! The one who writes: a thread that takes whatever waits, commits it together, and answers only then.
//!
//! A commit that outlives a power cut costs the same for one piece of work as for a hundred, so those that come
//! while the disk is busy share the next one.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};
use tollhouse_core::StoreError;

use crate::{
    connection::{self, Place},
    error,
};

/// The way to the thread that writes. It ends, and closes its connection, when the last handle is dropped.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Piece>>>,
    thread: Option<JoinHandle<()>>,
}

/// What is left to do once a piece of work is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// To say so.
    Answer,
    /// To empty the write-ahead log, which still has what was taken away, and to say so.
    EmptyLog,
}

impl Writer {
    /// Starts the thread, on a connection that is open already.
    pub(crate) fn start(place: Place, first: Connection) -> std::io::Result<Arc<Self>> {
        let (queue, waiting) = mpsc::channel(WAITING_MAX);
        let desk = Desk {
            place,
            connection: Some(first),
            waiting,
        };
        let thread = thread::Builder::new()
            .name("state".to_owned())
            .spawn(move || desk.work())?;
        Ok(Arc::new(Self {
            queue: Some(queue),
            thread: Some(thread),
        }))
    }

    /// Runs work in a transaction, and comes back when it is committed. If the work fails or panics, nothing of it is
    /// kept, and others who share its commit hear nothing of that.
    ///
    /// Dropping the future before its turn means that the work is never done; dropped later, the work is done or
    /// not as a whole, and nobody hears of it.
    pub(crate) async fn run<T, F>(&self, then: Then, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let piece = Work {
            then,
            work: Some(work),
            done: None,
            answer,
        };
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        queue.send(Box::new(piece)).await.map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        let thread = self.thread.take();
        // Whoever opens the file next must not meet this connection. Work that holds the last handle is on the
        // thread itself, which cannot wait for its own end.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id())
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes the state ended in a panic");
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// Work of whatever result.
trait Piece: Send {
    fn then(&self) -> Then;
    /// Whether anybody still waits for it.
    fn is_wanted(&self) -> bool;
    /// Does it; whether what it did is to be kept.
    fn perform(&mut self, on: &Transaction<'_>) -> bool;
    /// Tells how it ended; what failed for all of a batch failed for this one too.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Work<T, F> {
    then: Then,
    work: Option<F>,
    done: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Piece for Work<T, F>
where
    T: Send,
    F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send,
{
    fn then(&self) -> Then {
        self.then
    }

    fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    fn perform(&mut self, on: &Transaction<'_>) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        // What it leaves behind in the database is taken back, and it shares nothing else with anybody.
        let done = catch_unwind(AssertUnwindSafe(|| work(on)));
        let done = done.map_or_else(|_panic| Err(panicked()), |done| done.map_err(error::store));
        let is_good = done.is_ok();
        self.done = Some(done);
        is_good
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (self.done, committed) {
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(ended()),
        };
        // Whoever asked may have gone.
        drop(self.answer.send(answer));
    }
}

/// What the thread has before it.
struct Desk {
    place: Place,
    connection: Option<Connection>,
    waiting: mpsc::Receiver<Box<dyn Piece>>,
}

impl Desk {
    fn work(mut self) {
        while let Some(first) = self.waiting.blocking_recv() {
            let mut batch = vec![first];
            let committed = self.write(&mut batch);
            if committed.is_err() {
                // Each would wait as long for the same answer.
                self.gather(&mut batch);
            }
            if self
                .connection
                .as_ref()
                .is_some_and(|open| !self.place.keeps(open))
            {
                self.connection = None;
            }
            self.answer(batch, committed.as_ref().err());
        }
    }

    /// Runs what waits, each piece on its own, and commits it all.
    fn write(&mut self, batch: &mut Vec<Box<dyn Piece>>) -> rusqlite::Result<()> {
        self.place.is_as_it_was()?;
        if self.connection.is_none() {
            self.connection = Some(self.place.open()?);
        }
        let Some(connection) = self.connection.as_mut() else {
            return Err(rusqlite::Error::InvalidQuery);
        };
        // One that reads first and writes then may find that it cannot.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut next = 0;
        while let Some(piece) = batch.get_mut(next) {
            if piece.is_wanted() {
                perform(&transaction, &mut **piece)?;
            }
            next += 1;
            if next < BATCH_MAX {
                batch.extend(self.waiting.try_recv().ok());
            }
        }
        transaction.commit()
    }

    fn gather(&mut self, batch: &mut Vec<Box<dyn Piece>>) {
        while batch.len() < BATCH_MAX
            && let Ok(piece) = self.waiting.try_recv()
        {
            batch.push(piece);
        }
    }

    fn answer(&self, batch: Vec<Box<dyn Piece>>, failure: Option<&rusqlite::Error>) {
        let (erasing, rest): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .partition(|piece| piece.then() == Then::EmptyLog);
        let committed = || failure.map_or(Ok(()), |failure| Err(error::shared(failure)));
        for piece in rest {
            piece.answer(committed());
        }
        if !erasing.is_empty()
            && let Some(open) = &self.connection
        {
            match connection::empty_log(open, LOG_WAIT) {
                Ok(true) => {}
                Ok(false) => tracing::debug!("what was deleted stays in the log while others read"),
                Err(error) => tracing::debug!(%error, "what was deleted stays in the log for now"),
            }
        }
        for piece in erasing {
            piece.answer(committed());
        }
    }
}

/// Runs one piece so that it can be taken back alone.
fn perform(transaction: &Transaction<'_>, piece: &mut dyn Piece) -> rusqlite::Result<()> {
    let step = |sql: &str| transaction.prepare_cached(sql)?.execute([]);
    step("SAVEPOINT piece")?;
    if !piece.perform(transaction) {
        // Where SQLite itself took back everything, this fails, and so does the batch.
        step("ROLLBACK TO piece")?;
    }
    step("RELEASE piece")?;
    Ok(())
}

fn panicked() -> StoreError {
    StoreError::Failed("the work panicked, and nothing of it was kept".into())
}

fn ended() -> StoreError {
    StoreError::Failed("the state is closed".into())
}

/// Pieces of work that share a commit; more only make the first of them wait.
const BATCH_MAX: usize = 256;
/// Pieces of work that wait; more wait to be let in.
const WAITING_MAX: usize = 1024;
/// For those who read, while others wait to write.
const LOG_WAIT: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests;
