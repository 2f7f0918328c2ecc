//! The generic cell rate algorithm, in whole nanoseconds: one number per counter says all.
//!
//! A cell holds the time until which it is used up (ITU-T I.371, "theoretical arrival time"). Each use moves it on by
//! one step; a use passes that leaves it no further ahead of now than one span, so a counter that rested lets a
//! whole quota come at once. A cell whose time has come is as good as none.

use std::time::Duration;

use crate::Quota;

/// How fast a cell fills again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// What one use takes.
    step_ns: u64,
    /// How far ahead of now a use may leave the cell.
    span_ns: u64,
    /// How far ahead of now it can be at all.
    horizon_ns: u64,
}

impl Pace {
    /// For what is counted before it happens: who asks for more than there is, is refused.
    pub(crate) fn of(quota: Quota) -> Self {
        let span_ns = nanoseconds(quota.per).max(1);
        Self {
            step_ns: (span_ns / u64::from(quota.times.max(1))).max(1),
            span_ns,
            horizon_ns: span_ns,
        }
    }

    /// For what is counted after it has happened: it can leave a debt, though none that lasts for ever.
    pub(crate) fn with_debt(quota: Quota) -> Self {
        let pace = Self::of(quota);
        Self {
            horizon_ns: pace.span_ns.saturating_mul(DEBT_SPANS_MAX),
            ..pace
        }
    }

    /// How long it takes until so many more uses pass; 0 if they pass now. More than ever pass count as all.
    pub(crate) fn wait_ns(self, used_until_ns: u64, now_ns: u64, uses: u64) -> u64 {
        let all = self.span_ns;
        let asked = self.step_ns.saturating_mul(uses).min(all);
        let then = self.seen(used_until_ns, now_ns).saturating_add(asked);
        then.saturating_sub(now_ns.saturating_add(self.span_ns))
    }

    /// The cell after so many more uses.
    pub(crate) fn after(self, used_until_ns: u64, now_ns: u64, uses: u64) -> u64 {
        let more = self.step_ns.saturating_mul(uses);
        let then = self.seen(used_until_ns, now_ns).saturating_add(more);
        then.min(now_ns.saturating_add(self.horizon_ns))
    }

    /// How many uses pass now.
    pub(crate) fn left(self, used_until_ns: u64, now_ns: u64) -> u64 {
        let used_ns = self.seen(used_until_ns, now_ns).saturating_sub(now_ns);
        self.span_ns.saturating_sub(used_ns) / self.step_ns
    }

    /// The cell before so many uses that were charged a moment ago.
    pub(crate) fn before(self, used_until_ns: u64, uses: u64) -> u64 {
        used_until_ns.saturating_sub(self.step_ns.saturating_mul(uses))
    }

    /// A cell as it counts now. One that a longer quota filled is as full as this one can be.
    fn seen(self, used_until_ns: u64, now_ns: u64) -> u64 {
        let furthest = now_ns.saturating_add(self.horizon_ns);
        used_until_ns.max(now_ns).min(furthest)
    }
}

/// Whole nanoseconds: enough for 584 years.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

const DEBT_SPANS_MAX: u64 = 10;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::{prop, proptest};

    use super::{Pace, nanoseconds};
    use crate::Quota;

    fn quota(times: u32, seconds: u64) -> Quota {
        Quota {
            times,
            per: Duration::from_secs(seconds),
        }
    }

    /// How many of these pass, and the cell afterwards.
    fn passed(pace: Pace, mut cell: u64, times_ns: impl IntoIterator<Item = u64>) -> (u32, u64) {
        let mut passed = 0;
        for now in times_ns {
            if pace.wait_ns(cell, now, 1) == 0 {
                cell = pace.after(cell, now, 1);
                passed += 1;
            }
        }
        (passed, cell)
    }

    #[test]
    fn case_66_a_quota_passes_at_once_and_one_more_after_one_step() {
        let pace = Pace::of(quota(60, 60));
        let (count, cell) = passed(pace, 0, [7; 100]);
        assert_eq!(count, 60);
        let second = nanoseconds(Duration::from_secs(1));
        assert_eq!(pace.wait_ns(cell, 7, 1), second);
        assert_eq!(pace.wait_ns(cell, 7 + second, 1), 0);
        assert_eq!(pace.wait_ns(cell, 7 + second, 2), second);
    }

    #[test]
    fn who_asks_for_more_than_all_passes_when_nothing_is_used() {
        let pace = Pace::of(quota(5, 60));
        assert_eq!(pace.wait_ns(0, 0, 1_000), 0);
        let cell = pace.after(0, 0, 1_000);
        assert_eq!(
            pace.wait_ns(cell, 0, 1_000),
            nanoseconds(Duration::from_secs(60))
        );
    }

    #[test]
    fn p45_a_debt_is_waited_for_and_does_not_last_for_ever() {
        let pace = Pace::with_debt(quota(10_000, 60));
        let minute = nanoseconds(Duration::from_secs(60));
        let cell = pace.after(0, 0, 25_000);
        assert_eq!(pace.wait_ns(cell, 0, 1), minute * 3 / 2 + minute / 10_000);
        let cell = pace.after(0, 0, u64::MAX);
        assert!(pace.wait_ns(cell, 0, 1) <= 10 * minute);
    }

    #[test]
    fn a_shorter_quota_does_not_wait_for_what_a_longer_one_counted() {
        let day = Pace::of(quota(10, 24 * 60 * 60));
        let (_, cell) = passed(day, 0, [0; 10]);
        let minute = Pace::of(quota(10, 60));
        assert_eq!(
            minute.wait_ns(cell, 0, 1),
            nanoseconds(Duration::from_secs(6))
        );
    }

    proptest! {
        #[test]
        fn r19_never_more_than_the_rate_and_one_quota(
            times in 1..500_u32,
            mut at_ms in prop::collection::vec(0..600_000_u64, 1..2_000),
        ) {
            at_ms.sort_unstable();
            let pace = Pace::of(quota(times, 60));
            let (count, _) = passed(pace, 0, at_ms.iter().map(|at| at * 1_000_000));
            let (first, last) = (at_ms[0], at_ms[at_ms.len() - 1]);
            let refilled = u64::from(times) * (last - first) * 105 / 100 / 60_000;
            assert!(u64::from(count) <= refilled + u64::from(times) + 1);
        }
    }
}
