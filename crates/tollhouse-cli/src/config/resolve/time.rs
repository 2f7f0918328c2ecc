//! Times, sizes and how often.

use std::time::Duration;

use tollhouse::Quota;

use crate::config::{codes::Code, files::Said, problem::Problems, raw::Amount};

/// `500ms`, `5s`, `1m`, `24h`, `90d`, up to a longest.
pub(super) fn time(
    said: &Said<String>,
    longest: Longest,
    problems: &mut Problems,
) -> Option<Duration> {
    let (number, unit) = parts(&said.value);
    let seconds = |each: u64| number?.checked_mul(each).map(Duration::from_secs);
    let found = match unit {
        "ms" => number.map(Duration::from_millis),
        "s" => seconds(1),
        "m" => seconds(60),
        "h" => seconds(60 * 60),
        "d" => seconds(24 * 60 * 60),
        _ => None,
    };
    let found = found.filter(|found| !found.is_zero() && *found <= longest.at_most);
    if found.is_none() {
        let text = format!("`{}` is no time {}", said.value, longest.what);
        problems.add(Code::Malformed, said.span, text, longest.mend);
    }
    found
}

/// How long a time may be, and how that is said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Longest {
    at_most: Duration,
    what: &'static str,
    mend: &'static str,
}

impl Longest {
    /// Of one call.
    pub(super) const CALL: Self = Self {
        at_most: Duration::from_hours(1),
        what: "that a call may take",
        mend: "write a number and ms, s or m, at most an hour: \"5s\"",
    };
    /// Of what is remembered for a while.
    pub(super) const WHILE: Self = Self {
        at_most: Duration::from_hours(7 * 24),
        what: "for which this is remembered",
        mend: "write a number and s, m or h, at most a week: \"10m\"",
    };
    /// Of what is kept.
    pub(super) const KEPT: Self = Self {
        at_most: Duration::from_hours(20 * 366 * 24),
        what: "for which records are kept",
        mend: "write a number and h or d, \"90d\", or \"forever\"",
    };
}

/// `60/min`, or `off`, which is as often as somebody likes.
pub(super) fn quota(said: &Said<String>, problems: &mut Problems) -> Option<Often> {
    if said.value == "off" {
        return Some(Often::Unlimited);
    }
    let (times, per) = said.value.split_once('/').unwrap_or_default();
    let times: Option<u32> = times.trim().parse().ok().filter(|times| *times > 0);
    let seconds = match per.trim() {
        "s" | "sec" | "second" => Some(1),
        "m" | "min" | "minute" => Some(60),
        "h" | "hour" => Some(60 * 60),
        "d" | "day" => Some(24 * 60 * 60),
        _ => None,
    };
    if let (Some(times), Some(seconds)) = (times, seconds) {
        let per = Duration::from_secs(seconds);
        return Some(Often::At(Quota { times, per }));
    }
    let text = format!("`{}` does not say how often", said.value);
    let fix = "write a number and s, min, hour or day: \"60/min\"; or \"off\"";
    problems.add(Code::Malformed, said.span, text, fix);
    None
}

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Often {
    /// As often as somebody likes.
    Unlimited,
    /// So often.
    At(Quota),
}

/// A number that fits, or none for no limit.
pub(super) fn most<N: TryFrom<u64>>(said: &Said<Amount>) -> Option<N> {
    match said.value {
        Amount::Off(()) => None,
        // What is too large to be counted is no limit.
        Amount::Most(most) => N::try_from(most).ok(),
    }
}

/// `64KiB`, `512MiB`, `2GiB`, or a number of bytes.
pub(super) fn size(said: &Said<String>, problems: &mut Problems) -> Option<u64> {
    let (number, unit) = parts(&said.value);
    let each = match unit {
        "" | "B" => Some(1),
        "KiB" | "KB" => Some(1 << 10),
        "MiB" | "MB" => Some(1 << 20),
        "GiB" | "GB" => Some(1 << 30),
        _ => None,
    };
    let found = number
        .zip(each)
        .and_then(|(number, each)| number.checked_mul(each));
    let found = found.filter(|bytes| *bytes >= 1 << 20);
    if found.is_none() {
        let text = format!("`{}` is no size for this", said.value);
        let fix = "write a number and MiB or GiB, at least one MiB: \"512MiB\"";
        problems.add(Code::Malformed, said.span, text, fix);
    }
    found
}

/// A number and its unit.
fn parts(text: &str) -> (Option<u64>, &str) {
    let digits = text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default();
    (digits.trim().parse().ok(), unit)
}
