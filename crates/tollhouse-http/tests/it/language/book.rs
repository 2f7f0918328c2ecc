//! What happened inside the tools and what the journal wrote, to be waited for.

use std::sync::Arc;

use tokio::sync::watch;
use tollhouse_core::{Ending, Journal, Record, Refusal};

use super::{PATIENCE, within};

/// Where tools and journal write. Cloning gives another handle on the same book.
#[derive(Clone, Debug)]
pub(crate) struct Book(Arc<watch::Sender<Page>>);

/// All that was written so far.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// How many tools began.
    pub(crate) begun: usize,
    /// How many are gone, finished or dropped.
    pub(crate) gone: usize,
    /// How many finished.
    pub(crate) finished: usize,
    /// Whether tools that wait may go on.
    pub(crate) released: bool,
    /// The journal.
    pub(crate) records: Vec<Record>,
}

/// A tool that runs: its end is written however it ends.
#[derive(Debug)]
pub(crate) struct Running(Book);

impl Default for Book {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::default()))
    }
}

impl Book {
    pub(crate) fn begin(&self) -> Running {
        self.0.send_modify(|page| page.begun += 1);
        Running(self.clone())
    }

    /// Lets the tools go on that wait.
    pub(crate) fn release(&self) {
        self.0.send_modify(|page| page.released = true);
    }

    /// What a page says now.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Page) -> T) -> T {
        read(&self.0.borrow())
    }

    /// Waits until the page says so.
    pub(crate) async fn until(&self, says: impl FnMut(&Page) -> bool) {
        let mut reader = self.0.subscribe();
        drop(within(PATIENCE, reader.wait_for(says)).await.unwrap());
    }

    /// Waits, without a limit, until tools may go on.
    pub(super) async fn released(&self) {
        let mut reader = self.0.subscribe();
        drop(reader.wait_for(|page| page.released).await.unwrap());
    }
}

impl Page {
    /// How many calls the journal calls cancelled.
    pub(crate) fn cancelled(&self) -> usize {
        let is_cancelled = |record: &&Record| record.ending == Ending::Refused(Refusal::Cancelled);
        self.records.iter().filter(is_cancelled).count()
    }
}

impl Running {
    pub(crate) fn finish(self) {
        self.0.0.send_modify(|page| page.finished += 1);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.send_modify(|page| page.gone += 1);
    }
}

impl Journal for Book {
    fn write(&self, record: Record) {
        self.0.send_modify(|page| page.records.push(record));
    }
}
