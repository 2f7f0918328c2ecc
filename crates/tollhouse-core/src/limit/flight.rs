//! Reads that are the same and run at the same time: one runs, the others wait for what it says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::{Output, ctx::Others};

/// The reads under way that others may share.
#[derive(Debug, Default)]
pub(crate) struct Flights(Mutex<BTreeMap<Mark, Landed>>);

/// What tells a read from all that are not the same.
pub(crate) type Mark = [u8; 32];

/// What comes of a read; closed if nothing does that is of use to others.
pub(crate) type Landed = watch::Receiver<Option<Arc<Said>>>;

/// What a read said, and how much of it its source says that others wrote.
pub(crate) type Said = (Output, Others);

/// Whether a read runs or waits.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    /// It runs, and tells the others.
    Lead(Lead<'a>),
    /// It waits.
    Follow(Landed),
}

/// The right to run for all. Dropping it lets the next of them run.
#[derive(Debug)]
#[must_use]
pub(crate) struct Lead<'a> {
    flights: &'a Flights,
    mark: Mark,
    told: watch::Sender<Option<Arc<Said>>>,
}

impl Flights {
    /// Joins those who want the same now.
    pub(crate) fn join(&self, mark: Mark) -> Part<'_> {
        let mut flights = self.flights();
        if let Some(landed) = flights.get(&mark) {
            return Part::Follow(landed.clone());
        }
        let (told, landed) = watch::channel(None);
        flights.insert(mark, landed);
        Part::Lead(Lead {
            flights: self,
            mark,
            told,
        })
    }

    fn flights(&self) -> MutexGuard<'_, BTreeMap<Mark, Landed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lead<'_> {
    /// Tells the others what came of it.
    pub(crate) fn land(&self, output: &Output, others: Others) {
        if self.told.receiver_count() > 1 {
            self.told
                .send_replace(Some(Arc::new((output.clone(), others))));
        }
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.flights.flights().remove(&self.mark);
    }
}
