//! The date at fixed moments: summer, winter, the two nights between, and zones that do not exist (T16).

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tollhouse_core::{Clock, Policy, Server, testing::TestServer};
use tollhouse_sources::date::DateSource;

/// A clock that stands.
#[derive(Debug)]
struct Stopped(u64);

impl Clock for Stopped {
    fn unix_ms(&self) -> u64 {
        self.0
    }

    fn ticks(&self) -> Duration {
        Duration::ZERO
    }
}

fn at(seconds: u64) -> TestServer {
    let source = DateSource::new(None, Policy::default()).unwrap();
    let source = source.with_clock(Arc::new(Stopped(seconds * 1000)));
    TestServer::new(Server::builder("date").source(source).build().unwrap())
        .showing(tollhouse_wire_check::check)
}

#[tokio::test]
async fn t16_stockholm_keeps_summer_time_and_skips_and_repeats_an_hour() {
    for (seconds, expected) in [
        (1_782_907_200, "2026-07-01T14:00:00+02:00"),
        (1_798_120_800, "2026-12-24T15:00:00+01:00"),
        (1_774_745_999, "2026-03-29T01:59:59+01:00"),
        (1_774_746_000, "2026-03-29T03:00:00+02:00"),
        (1_792_889_999, "2026-10-25T02:59:59+02:00"),
        (1_792_890_000, "2026-10-25T02:00:00+01:00"),
    ] {
        let told = at(seconds).call("get_current_date", json!({})).await;
        assert_eq!(told.text(), expected);
    }
}

#[tokio::test]
async fn t16_any_zone_can_be_asked_for() {
    for (zone, expected) in [
        ("Asia/Kathmandu", "2026-07-01T17:45:00+05:45"),
        ("America/St_Johns", "2026-07-01T09:30:00-02:30"),
        ("australia/sydney", "2026-07-01T22:00:00+10:00"),
        ("UTC", "2026-07-01T12:00:00+00:00"),
    ] {
        let arguments = json!({"timezone": zone});
        let told = at(1_782_907_200).call("get_current_date", arguments).await;
        assert_eq!(told.text(), expected);
    }
}

#[tokio::test]
async fn t16_a_bad_zone_is_answered_with_the_nearest() {
    for (bad, meant) in [
        ("Europe/Stokholm", "Europe/Stockholm"),
        ("america/new york", "America/New_York"),
        ("Asia/Katmandu2", "Asia/Kathmandu"),
        ("../../etc/passwd", "Near: "),
        ("\u{0}", "Near: "),
    ] {
        let arguments = json!({"timezone": bad});
        let told = at(1_782_907_200).call("get_current_date", arguments).await;
        assert!(told.is_error());
        let text = told.text();
        // What nobody sees is not said again.
        let bad = bad.trim_end_matches('\0');
        assert!(text.contains(bad) && text.contains(meant), "{text}");
    }
}

#[test]
fn another_zone_can_be_the_usual_one_if_there_is_such() {
    let error = DateSource::new(Some("Europe/Stokholm"), Policy::default()).unwrap_err();
    assert!(error.near.starts_with("Europe/Stockholm"), "{error}");
    assert!(DateSource::new(Some("Asia/Tokyo"), Policy::default()).is_ok());
}
