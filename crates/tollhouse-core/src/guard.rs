//! What keeps a source that hangs or fails from taking others along: a bound on what runs of it, and a breaker.
//!
//! Both live as long as the catalogue that they are of: sources that were put in place of others start fresh.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use crate::{Care, FailsAs, Refusal};

mod breaker;
mod bulkhead;

use breaker::Breaker;
pub(crate) use breaker::{Pass, Verdict};
use bulkhead::Bulkhead;
pub(crate) use bulkhead::Seat;

/// What all calls go through that fail together.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) care: Care,
    breaker: Breaker,
    bulkhead: Bulkhead,
}

/// The guards of one source.
#[derive(Debug)]
pub(crate) struct Guards {
    care: Care,
    /// By what they are for; of a source that fails as one, there is one.
    made: BTreeMap<String, Arc<Guard>>,
}

impl Guards {
    pub(crate) const fn new(care: Care) -> Self {
        Self {
            care,
            made: BTreeMap::new(),
        }
    }

    /// The guard of one target.
    pub(crate) fn of(&mut self, kind: &str, name: &str) -> Arc<Guard> {
        let key = match self.care.fails {
            FailsAs::One => String::new(),
            FailsAs::Each => format!("{kind} {name}"),
        };
        let care = &self.care;
        let guard = self.made.entry(key);
        Arc::clone(guard.or_insert_with(|| Arc::new(Guard::new(care))))
    }
}

impl Guard {
    fn new(care: &Care) -> Self {
        Self {
            care: care.clone(),
            breaker: Breaker::default(),
            bulkhead: Bulkhead::new(care.concurrent),
        }
    }

    /// Lets a call through, unless what is behind is left alone for now.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unavailable`], which says when to try again.
    pub(crate) fn enter(&self, now: Duration) -> Result<Pass<'_>, Refusal> {
        self.breaker.enter(&self.care, now).map_err(left_alone)
    }

    /// A place among the calls that run now. Waits for one if there is none.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unavailable`]: more wait already than may.
    pub(crate) async fn seat(&self) -> Result<Seat<'_>, Refusal> {
        let seat = self.bulkhead.seat().await;
        seat.ok_or_else(|| Refusal::Unavailable(CROWDED.to_owned()))
    }
}

fn left_alone(rest: Duration) -> Refusal {
    let seconds = rest.as_millis().div_ceil(1000).max(1);
    Refusal::Unavailable(format!(
        "What stands behind this has failed or hung several times in a row, so it was not asked now and nothing was \
         done. Try again in {seconds} s; until then, go on with what does not need it."
    ))
}

const CROWDED: &str = "Too many calls of this wait already, so nothing was done. Try again in 10 s, with fewer at once.";
