//! Answers about credentials, kept for a moment, so that a burst of calls asks once.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{flight::Flight, surroundings::Surroundings};

/// A bounded table of answers by the digest of what they are about, so that it holds no credential.
///
/// The moment counts from when the question was put, not from when its answer came: whatever changed since then would
/// be missed for longer otherwise. A question that is older than that is put again, even while its answer is awaited.
/// Where nobody could tell, that is no answer, and the question is put again after a second, however long others count.
pub(crate) struct Recent<V: Clone> {
    answers: Mutex<BTreeMap<[u8; 32], Asked<V>>>,
    kept: Duration,
    /// Whether nobody could tell.
    is_none: fn(&V) -> bool,
    surroundings: Surroundings,
}

#[derive(Clone)]
struct Asked<V: Clone> {
    at: Duration,
    answer: Flight<V>,
}

impl<V: Clone + Send + Sync + 'static> Recent<V> {
    /// Keeps answers for this long.
    pub(crate) fn new(
        kept: Duration,
        is_none: fn(&V) -> bool,
        surroundings: &Surroundings,
    ) -> Self {
        Self {
            answers: Mutex::default(),
            kept,
            is_none,
            surroundings: surroundings.clone(),
        }
    }

    /// The answer that is kept or on its way, or that of the question that is put now; and how long ago the question was
    /// put. None if that broke off.
    pub(crate) async fn ask<F>(
        &self,
        digest: [u8; 32],
        question: impl FnOnce() -> F,
    ) -> Option<(V, Duration)>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let asked = self.asked(digest, question);
        let answer = asked.answer.landed().await?;
        let now = self.surroundings.clock.ticks();
        Some((answer, now.saturating_sub(asked.at)))
    }

    fn asked<F>(&self, digest: [u8; 32], question: impl FnOnce() -> F) -> Asked<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let now = self.surroundings.clock.ticks();
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |asked: &Asked<V>| self.counts(asked, now);
        if let Some(asked) = answers.get(&digest).filter(|asked| is_recent(asked)) {
            return asked.clone();
        }
        if answers.len() >= ANSWERS_MAX {
            answers.retain(|_, asked| is_recent(asked));
        }
        // Whoever floods the table costs others their kept answers, and no memory.
        if answers.len() >= ANSWERS_MAX {
            answers.pop_first();
        }
        let asked = Asked {
            at: now,
            answer: Flight::begin(&self.surroundings.tasks, question()),
        };
        answers.insert(digest, asked.clone());
        asked
    }

    fn counts(&self, asked: &Asked<V>, now: Duration) -> bool {
        let age = now.saturating_sub(asked.at);
        let is_one = || match asked.answer.result() {
            Some(answer) => !(self.is_none)(answer),
            // One that nobody waited for is not known.
            None => !asked.answer.is_over(),
        };
        age < self.kept && (age < NONE_KEPT || is_one())
    }
}

impl<V: Clone> fmt::Debug for Recent<V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = &self.kept;
        formatter
            .debug_struct("Recent")
            .field("kept", kept)
            .finish_non_exhaustive()
    }
}

/// How long a question is not put again to which there was no answer.
const NONE_KEPT: Duration = Duration::from_secs(1);
const ANSWERS_MAX: usize = 4096;
