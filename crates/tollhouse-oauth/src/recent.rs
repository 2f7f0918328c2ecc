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
pub(crate) struct Recent<V: Clone> {
    answers: Mutex<BTreeMap<[u8; 32], Asked<V>>>,
    kept: Duration,
    surroundings: Surroundings,
}

struct Asked<V: Clone> {
    at: Duration,
    answer: Flight<V>,
}

impl<V: Clone + Send + Sync + 'static> Recent<V> {
    /// Keeps answers for this long.
    pub(crate) fn new(kept: Duration, surroundings: &Surroundings) -> Self {
        Self {
            answers: Mutex::default(),
            kept,
            surroundings: surroundings.clone(),
        }
    }

    /// The answer that is kept or on its way, or that of the question that is put now. None if that broke off.
    pub(crate) async fn ask<F>(&self, digest: [u8; 32], question: impl FnOnce() -> F) -> Option<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        self.answer(digest, question).landed().await
    }

    fn answer<F>(&self, digest: [u8; 32], question: impl FnOnce() -> F) -> Flight<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let now = self.surroundings.clock.ticks();
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |asked: &Asked<V>| now.saturating_sub(asked.at) < self.kept;
        if let Some(asked) = answers.get(&digest).filter(|asked| is_recent(asked)) {
            return asked.answer.clone();
        }
        if answers.len() >= ANSWERS_MAX {
            answers.retain(|_, asked| is_recent(asked));
        }
        // Whoever floods the table costs others their kept answers, and no memory.
        if answers.len() >= ANSWERS_MAX {
            answers.pop_first();
        }
        let answer = Flight::begin(&self.surroundings.tasks, question());
        let asked = Asked {
            at: now,
            answer: answer.clone(),
        };
        answers.insert(digest, asked);
        answer
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

const ANSWERS_MAX: usize = 4096;
