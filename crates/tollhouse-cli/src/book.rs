//! The journal of the program: each call goes into the log, into the audit unless it is switched off, and into the
//! figures and to a collector if somebody wants that.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures_util::future::{BoxFuture, FutureExt as _, ready};
use tollhouse::{AccessLog, Arrival, Intent, Journal, Record, StoreError};
use tollhouse_store::{Audit, AuditFigures, Deed};

use crate::{config::resolve, metrics::figures::Figures, telemetry::Spans};

/// Where calls and reloads are written down. Clones are the same book.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book(Arc<Pages>);

#[derive(Debug, Default)]
struct Pages {
    figures: OnceLock<Figures>,
    audit: OnceLock<Audit>,
    spans: OnceLock<Spans>,
}

impl Book {
    /// From now on, what is written is counted too. Only the first call of this does anything.
    pub(crate) fn count_in(&self, figures: Figures) {
        drop(self.0.figures.set(figures));
    }

    /// From now on, what is written goes into the audit too. Only the first call of this does anything.
    pub(crate) fn audit_in(&self, audit: Audit) {
        drop(self.0.audit.set(audit));
    }

    /// From now on, calls become spans too. Only the first call of this does anything.
    pub(crate) fn tell(&self, spans: Spans) {
        drop(self.0.spans.set(spans));
    }

    /// Writes down what whoever runs the server has done; `None` if nothing is.
    pub(crate) fn note(&self, deed: Deed) -> Option<BoxFuture<'_, Result<(), StoreError>>> {
        self.0.audit.get().map(|audit| audit.note(deed))
    }

    /// From now on the audit keeps this much.
    pub(crate) fn keep(&self, said: &resolve::Audit) {
        if let Some(audit) = self.0.audit.get() {
            audit.keep(said.keep, Some(said.bytes_max));
        }
    }

    /// Writes what still waits, and takes nothing more. Blocks until that is done. How many records could not be
    /// written, which the log has told.
    pub(crate) fn close(&self) -> u64 {
        let audit = self.0.audit.get();
        audit.map_or(0, |audit| audit.close().records)
    }

    /// How the audit is doing, if there is one.
    pub(crate) fn audit(&self) -> Option<AuditFigures> {
        self.0.audit.get().map(Audit::figures)
    }

    /// The file was read again, and is served or not.
    pub(crate) fn reloaded(&self, is_served: bool) {
        if let Some(figures) = self.0.figures.get() {
            figures.reloaded(is_served);
        }
    }
}

impl Journal for Book {
    fn write(&self, mut record: Record) {
        let spans = self.0.spans.get();
        // First, so that log and audit name the trace that the call is told under.
        let marked = spans.and_then(|spans| Some((spans, spans.mark(&mut record)?)));
        AccessLog.tell(&record);
        if let Some(figures) = self.0.figures.get() {
            figures.count(&record);
        }
        match (marked, self.0.audit.get()) {
            (Some((spans, mark)), Some(audit)) => {
                spans.take(mark, record.clone());
                audit.write(record);
            }
            (Some((spans, mark)), None) => spans.take(mark, record),
            (None, Some(audit)) => audit.write(record),
            (None, None) => {}
        }
    }

    fn keeps_payloads(&self) -> bool {
        self.0.audit.get().is_some()
    }

    fn session_over(&self, arrival: &Arrival, lasted: Duration) {
        if let Some(figures) = self.0.figures.get() {
            figures.session_over(arrival, lasted);
        }
    }

    fn is_ready(&self) -> bool {
        self.0.audit.get().is_none_or(Audit::is_ready)
    }

    fn intend(&self, intent: Intent) -> BoxFuture<'_, Result<(), StoreError>> {
        match self.0.audit.get() {
            Some(audit) => audit.intend(intent),
            None => ready(Ok(())).boxed(),
        }
    }
}
