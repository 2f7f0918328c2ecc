//! Whether both clocks tell the same time: where they do not, good tokens seem expired, or not yet valid.

use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::DATE;
use tollhouse::{Clock as _, SystemClock};

use super::{Culprit, Round, fetch::Answer};

pub(super) fn look(round: &mut Round<'_>, answer: &Answer) {
    let said = answer.header(&DATE);
    let said = said.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    let Some(said) = said else {
        round
            .report
            .skip("clock", "the server does not say what time it is");
        return;
    };
    let here = SystemClock::default().unix_ms() / 1000;
    let here = i64::try_from(here).unwrap_or(i64::MAX);
    let apart = said.as_second().saturating_sub(here);
    let text = match apart {
        0 => "the same time as here".to_owned(),
        _ if apart > 0 => format!("{apart} s ahead of here"),
        _ => format!("{} s behind", apart.unsigned_abs()),
    };
    if apart.unsigned_abs() <= SECONDS_APART_MAX {
        round.report.good("clock", &text);
        return;
    }
    round.report.bad(
        "clock",
        Culprit::Clock,
        &format!("{text}: tokens seem expired, or not yet valid"),
        "let both machines follow a time server",
    );
}

/// As much as verifiers commonly forgive.
const SECONDS_APART_MAX: u64 = 60;
