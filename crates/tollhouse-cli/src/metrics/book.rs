//! The journal of the program: each call goes into the log, and into the figures if somebody wants them.

use std::sync::{Arc, OnceLock};

use tollhouse::{AccessLog, Journal, Record};

use super::Figures;

/// Where calls and reloads are written down. Clones are the same book.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book(Arc<OnceLock<Figures>>);

impl Book {
    /// From now on, what is written is counted too. Only the first call of this does anything.
    pub(super) fn count_in(&self, figures: Figures) {
        drop(self.0.set(figures));
    }

    /// The file was read again, and is served or not.
    pub(crate) fn reloaded(&self, is_served: bool) {
        if let Some(figures) = self.0.get() {
            figures.reloaded(is_served);
        }
    }
}

impl Journal for Book {
    fn write(&self, record: Record) {
        AccessLog.tell(&record);
        if let Some(figures) = self.0.get() {
            figures.count(record);
        }
    }
}
