//! Leaves alone what has failed several times in a row, and asks one call now and then whether it is back.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use crate::Care;

/// How often in a row something has failed, and since when it is left alone.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: AtomicU32,
    rest: Mutex<Rest>,
}

/// How something is left alone.
#[derive(Debug, Default)]
struct Rest {
    until: Duration,
    /// Whether a call is under way that tries whether it is back.
    is_tried: bool,
}

/// How a call ended, for whoever counts what fails in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// What stands behind it answered, whatever it said.
    Answered,
    /// It failed, or did not answer in time.
    Failed,
    /// It says nothing: the caller left, say.
    Untold,
}

/// A call that was let through. It ends with a verdict.
#[derive(Debug)]
#[must_use]
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    care: &'a Care,
    is_trial: bool,
    is_over: bool,
}

impl Breaker {
    /// Lets a call through, or says for how long nothing is.
    pub(super) fn enter<'a>(&'a self, care: &'a Care, now: Duration) -> Result<Pass<'a>, Duration> {
        let is_open = self.is_open(care);
        if is_open {
            let mut rest = self.rest();
            if now < rest.until || rest.is_tried {
                return Err(rest.until.saturating_sub(now));
            }
            rest.is_tried = true;
        }
        Ok(Pass {
            breaker: self,
            care,
            is_trial: is_open,
            is_over: false,
        })
    }

    fn is_open(&self, care: &Care) -> bool {
        care.failures > 0 && self.failures.load(Ordering::Relaxed) >= care.failures
    }

    fn rest(&self) -> MutexGuard<'_, Rest> {
        // Each field is assigned at once, so a panic cannot leave it half done.
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// Says how the call ended, at this time. `of` is what the log calls it.
    pub(crate) fn end(mut self, verdict: Verdict, now: Duration, of: &str) {
        self.settle(verdict, Some(now), of);
    }

    fn settle(&mut self, verdict: Verdict, now: Option<Duration>, of: &str) {
        self.is_over = true;
        let (breaker, care) = (self.breaker, self.care);
        match verdict {
            Verdict::Answered => {
                // Most have nothing to forget, and write nothing that others share.
                let failures = breaker.failures.load(Ordering::Relaxed);
                if failures > 0 {
                    breaker.failures.store(0, Ordering::Relaxed);
                }
                if care.failures > 0 && failures >= care.failures {
                    tracing::info!(of, "what was left alone answers again");
                }
            }
            Verdict::Failed => {
                let mut rest = breaker.rest();
                // Without a time nothing is put off further; the count alone opens it.
                rest.until = now.map_or(rest.until, |now| now.saturating_add(care.pause));
                let failures = breaker.failures.load(Ordering::Relaxed).saturating_add(1);
                breaker.failures.store(failures, Ordering::Relaxed);
                if failures == care.failures {
                    let pause_s = care.pause.as_secs();
                    tracing::warn!(
                        of,
                        failures,
                        pause_s,
                        "it failed or hung several times in a row and is left alone for a while"
                    );
                }
            }
            Verdict::Untold => {}
        }
        if self.is_trial {
            breaker.rest().is_tried = false;
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            let verdict = match thread::panicking() {
                true => Verdict::Failed,
                false => Verdict::Untold,
            };
            self.settle(verdict, None, "a call that panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Breaker, Verdict};
    use crate::Care;

    const CARE: Care = Care {
        failures: 3,
        pause: Duration::from_secs(10),
        ..Care::USUAL
    };

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn ends(breaker: &Breaker, verdict: Verdict, second: u64) {
        let pass = breaker.enter(&CARE, at(second)).unwrap();
        pass.end(verdict, at(second), "test");
    }

    #[test]
    fn r13_it_opens_after_failures_in_a_row_and_only_then() {
        let breaker = Breaker::default();
        for _ in 0..10 {
            ends(&breaker, Verdict::Failed, 0);
            ends(&breaker, Verdict::Failed, 0);
            ends(&breaker, Verdict::Untold, 0);
            ends(&breaker, Verdict::Answered, 0);
        }
        (0..3).for_each(|_| ends(&breaker, Verdict::Failed, 1));
        assert_eq!(breaker.enter(&CARE, at(4)).unwrap_err(), at(7));
    }

    #[test]
    fn r13_one_call_tries_whether_it_is_back() {
        let breaker = Breaker::default();
        (0..3).for_each(|_| ends(&breaker, Verdict::Failed, 0));
        let trial = breaker.enter(&CARE, at(10)).unwrap();
        assert!(breaker.enter(&CARE, at(10)).is_err());
        trial.end(Verdict::Failed, at(12), "test");
        assert_eq!(breaker.enter(&CARE, at(13)).unwrap_err(), at(9));
        // One whose caller leaves says nothing, and the next may try.
        drop(breaker.enter(&CARE, at(22)).unwrap());
        ends(&breaker, Verdict::Answered, 22);
        (0..10).for_each(|_| ends(&breaker, Verdict::Answered, 22));
    }

    #[test]
    fn r13_without_a_bound_it_never_opens() {
        let care = Care {
            failures: 0,
            ..CARE
        };
        let breaker = Breaker::default();
        for _ in 0..100 {
            let pass = breaker.enter(&care, at(0)).unwrap();
            pass.end(Verdict::Failed, at(0), "test");
        }
    }
}
