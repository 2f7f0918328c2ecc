//! The date at fixed moments: summer, winter, the two nights between, and zones that do not exist.

use tollhouse::Fault;

use super::date;

#[test]
fn stockholm_keeps_summer_time() {
    let stockholm = "Europe/Stockholm";
    let cases = [
        ("2026-07-01T12:00:00Z", "2026-07-01T14:00:00+02:00"),
        ("2026-12-24T14:00:00Z", "2026-12-24T15:00:00+01:00"),
    ];
    for (now, expected) in cases {
        assert_eq!(told(now, stockholm), expected);
    }
}

#[test]
fn the_hour_between_is_skipped_in_spring_and_repeated_in_autumn() {
    let stockholm = "Europe/Stockholm";
    let cases = [
        ("2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00"),
        ("2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00"),
        ("2026-10-25T00:59:59Z", "2026-10-25T02:59:59+02:00"),
        ("2026-10-25T01:00:00Z", "2026-10-25T02:00:00+01:00"),
    ];
    for (now, expected) in cases {
        assert_eq!(told(now, stockholm), expected);
    }
}

#[test]
fn any_zone_can_be_asked_for() {
    let cases = [
        ("Asia/Kathmandu", "2026-07-01T17:45:00+05:45"),
        ("America/St_Johns", "2026-07-01T09:30:00-02:30"),
        ("Australia/Sydney", "2026-07-01T22:00:00+10:00"),
        ("UTC", "2026-07-01T12:00:00+00:00"),
    ];
    for (zone, expected) in cases {
        assert_eq!(told("2026-07-01T12:00:00Z", zone), expected);
    }
}

#[test]
fn a_bad_zone_is_answered_with_the_nearest() {
    for (bad, meant) in [
        ("Europe/Stokholm", "Europe/Stockholm"),
        ("america/new york", "America/New_York"),
        ("Asia/Katmandu2", "Asia/Kathmandu"),
    ] {
        let text = told("2026-07-01T12:00:00Z", bad);
        assert!(text.contains(bad) && text.contains(meant), "{text}");
    }
}

/// What the model reads.
fn told(now: &str, zone: &str) -> String {
    match date(now.parse().unwrap(), zone) {
        Ok(text) | Err(Fault::Fail(text)) => text,
        Err(fault) => panic!("{fault:?}"),
    }
}
