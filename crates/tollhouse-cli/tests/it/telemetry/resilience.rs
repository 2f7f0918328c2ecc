//! A collector that is down, silent or unwilling keeps nobody waiting.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use serde_json::json;
use tollhouse::{Clock as _, SystemClock};

use super::{Collector, pause, telling};
use crate::{
    config::{folder, serve::FIRST},
    operate::exchange,
    process::{Process, post},
};

const TELEMETRY: &str = "telemetry.metrics = \"127.0.0.1:0\"\n";

/// How many spans were dropped, by the page for Prometheus.
fn dropped(page: SocketAddr) -> f64 {
    let head = format!("GET /metrics HTTP/1.1\r\nHost: {page}");
    let (_, body) = exchange(page, &head, "");
    let lines = body.lines();
    let dropped = lines.filter(|line| line.starts_with("tollhouse_telemetry_dropped_total"));
    dropped
        .map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap())
        .sum()
}

/// Calls on while the collector at this address is of no use, and comes to an end.
fn r24(to: SocketAddr) {
    let folder = folder(&format!("{TELEMETRY}{FIRST}"));
    let mut command = telling(folder.path(), to, &["run", "--http", "127.0.0.1:0"]);
    command.env("OTEL_BSP_MAX_QUEUE_SIZE", "8");
    let process = Process::spawn(&mut command);
    let line = process.hears("metrics  http://");
    let (_, url) = line.split_once("http://").unwrap();
    let page: SocketAddr = url.strip_suffix("/metrics").unwrap().parse().unwrap();
    let address = process.address();
    let call = || {
        let params = json!({"name": "list_orders", "arguments": {"status": "open"}});
        let (status, message) = post(address, "tools/call", Some("list_orders"), &params);
        assert_eq!(status, 200, "{message}");
        assert_eq!(
            message["result"]["structuredContent"]["rows"][0]["status"],
            "open"
        );
    };
    // One batch is under way and eight wait: what comes then has no place, or was not taken.
    let mut calls = 0;
    while dropped(page) == 0.0 {
        call();
        calls += 1;
        assert!(calls < 20_000, "nothing is dropped");
        pause();
    }
    call();
    #[cfg(unix)]
    {
        process.signal(rustix::process::Signal::TERM);
        let clock = SystemClock::default();
        let (status, _, errors) = process.ends();
        assert!(status.success(), "{status}");
        let took = clock.ticks();
        assert!(took < 3 * Duration::from_secs(2), "{took:?}");
        let warned = errors
            .iter()
            .filter(|line| line.contains("the collector does not take spans"));
        assert!(warned.count() <= 1, "{errors:#?}");
    }
}

#[test]
fn r24_a_collector_that_is_down_keeps_nobody_waiting() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    r24(address);
}

#[test]
fn r24_a_collector_that_never_answers_keeps_nobody_waiting() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    r24(listener.local_addr().unwrap());
}

#[test]
fn r24_a_collector_that_refuses_keeps_nobody_waiting() {
    r24(Collector::open(400).address);
}

/// Why nothing arrives is told, with the mend, and the server serves.
#[test]
fn n23_what_cannot_be_followed_is_told_and_keeps_nobody_from_serving() {
    let folder = folder(FIRST);
    for (name, value, told) in [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "4318"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "collector",
            "http://127.0.0.1:4318",
        ),
    ] {
        let to = SocketAddr::from(([127, 0, 0, 1], 1));
        let mut command = telling(folder.path(), to, &["run", "--stdio"]);
        let mut process = Process::spawn(command.env(name, value));
        let line = process.hears("no collector is told of calls");
        assert!(line.contains(told), "{line}");
        let found = process.call("list_orders", &json!({"status": "open"}));
        assert!(found["isError"] != json!(true), "{found}");
    }
}
