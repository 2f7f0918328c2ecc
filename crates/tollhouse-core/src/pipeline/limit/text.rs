//! What whoever met a limit reads: which, for how long, and what to do instead.

use std::time::Duration;

use crate::{
    Budget, Quota, Refusal,
    limit::{Denied, Met},
};

/// The refusal of a call of this target.
pub(super) fn refusal(denied: Denied, name: &str) -> Refusal {
    let retry_s = denied.wait_ns.div_ceil(SECOND_NS).max(1);
    let text = match denied.met {
        Met::Tool(quota) => format!(
            "Too many calls: {} for {name}; retry in {retry_s} s; batch ids in one call, or go on with what you have.",
            rate(quota, "")
        ),
        Met::Key(quota) => format!(
            "Too many calls: {} over all tools; retry in {retry_s} s; ask for several things in one call.",
            rate(quota, "")
        ),
        Met::Session(quota) => format!(
            "Too many calls: {} in one session; retry in {retry_s} s; ask for several things in one call.",
            rate(quota, "")
        ),
        Met::All(quota) => format!(
            "Too many calls: {} of all callers together; retry in {retry_s} s.",
            rate(quota, "")
        ),
        Met::Rows(quota) => format!(
            "Too many rows: {} are used up; retry in {retry_s} s; ask for fewer: filter, count or sum instead of \
             listing, or take smaller pages.",
            rate(quota, " rows")
        ),
        Met::CallerAtOnce(most) => format!(
            "Too much at once: {most} of your calls are running, which is all that may; wait for one to end, then \
             call again."
        ),
        Met::ToolAtOnce(most) => format!(
            "Too much at once: {most} calls of {name} are running, which is all that may; retry in {retry_s} s."
        ),
        Met::Same(times) => format!(
            "The same again: {name} has run {times} times with these arguments in this turn, and says the same; use \
             what it said, or change the arguments; else retry in {retry_s} s."
        ),
    };
    Refusal::Limited {
        budget: match denied.met {
            Met::Key(_) | Met::All(_) => Budget::Caller,
            Met::Tool(_)
            | Met::Session(_)
            | Met::Rows(_)
            | Met::CallerAtOnce(_)
            | Met::ToolAtOnce(_)
            | Met::Same(_) => Budget::Tool,
        },
        text: format!("{text} Nothing was done."),
        retry_s,
    }
}

/// A quota as people say it: `60/min`.
fn rate(quota: Quota, of: &str) -> String {
    let Quota { times, per } = quota;
    let unit = UNITS.iter().find(|(unit, _)| *unit == per);
    match unit {
        Some((_, name)) => format!("{times}{of}/{name}"),
        None => format!("{times}{of} in {} s", per.as_secs_f64()),
    }
}

const SECOND_NS: u64 = 1_000_000_000;
const UNITS: [(Duration, &str); 4] = [
    (Duration::from_secs(1), "s"),
    (Duration::from_mins(1), "min"),
    (Duration::from_hours(1), "h"),
    (Duration::from_hours(24), "day"),
];

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Denied, Met, refusal};
    use crate::{Budget, Quota, Refusal};

    fn told(met: Met) -> (Budget, String) {
        let wait_ns = 11_000_000_001;
        let refusal = refusal(Denied { met, wait_ns }, "find");
        assert_eq!(refusal.retry_s(), Some(12));
        let Refusal::Limited { budget, text, .. } = refusal else {
            panic!("a limit refuses as one");
        };
        assert!(text.ends_with("Nothing was done."), "{text}");
        (budget, text)
    }

    #[test]
    fn o8_every_limit_says_how_much_until_when_and_what_to_do() {
        let minute = Quota::per_minute(60);
        let odd = Quota {
            times: 3,
            per: Duration::from_secs(90),
        };
        let of_the_tool = [
            (
                Met::Tool(minute),
                "60/min for find; retry in 12 s; batch ids in one call",
            ),
            (Met::Tool(odd), "3 in 90 s for find"),
            (Met::Session(minute), "60/min in one session; retry in 12 s"),
            (
                Met::Rows(minute),
                "60 rows/min are used up; retry in 12 s; ask for fewer",
            ),
            (Met::CallerAtOnce(3), "3 of your calls are running"),
            (Met::ToolAtOnce(3), "3 calls of find are running"),
            (Met::Same(20), "20 times with these arguments in this turn"),
        ];
        let of_the_caller = [
            (Met::Key(minute), "60/min over all tools; retry in 12 s"),
            (
                Met::All(minute),
                "60/min of all callers together; retry in 12 s",
            ),
        ];
        for (rows, budget) in [
            (&of_the_tool[..], Budget::Tool),
            (&of_the_caller, Budget::Caller),
        ] {
            for (met, says) in rows {
                let (whose, text) = told(*met);
                assert_eq!(whose, budget, "{text}");
                assert!(text.contains(says), "{text}");
            }
        }
    }
}
