//! What a collector is told of calls, by a collector that reads real OTLP.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::Command,
    sync::mpsc,
    thread,
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{AnyValue, any_value},
    metrics::v1::Metric,
    trace::v1::Span,
};
use prost::Message as _;
use serde_json::{Value, json};

use crate::process::{PATIENCE, command};

mod resilience;
mod spans;

/// One request, as the collector got it.
pub(crate) struct Told {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Told {
    /// The spans, if they are what it is about.
    pub(crate) fn spans(&self) -> Option<Vec<Span>> {
        if !self.head.starts_with("POST /v1/traces ") {
            return None;
        }
        let read = ExportTraceServiceRequest::decode(&self.body[..]).unwrap();
        let scopes = read.resource_spans.into_iter();
        let scopes = scopes.flat_map(|of| of.scope_spans);
        Some(scopes.flat_map(|of| of.spans).collect())
    }
}

/// A collector: it takes what comes, and hands it over as it was.
pub(crate) struct Collector {
    pub(crate) address: SocketAddr,
    told: mpsc::Receiver<Told>,
}

impl Collector {
    /// One that answers everything with this status.
    pub(crate) fn open(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, told) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let sender = sender.clone();
                thread::spawn(move || converse(&stream, status, &sender));
            }
        });
        Self { address, told }
    }

    /// The next request.
    pub(crate) fn next(&self) -> Told {
        self.told.recv_timeout(PATIENCE).unwrap()
    }

    /// All that has come and nobody looked at yet.
    pub(crate) fn rest(&self) -> Vec<Told> {
        self.told.try_iter().collect()
    }

    /// The next span.
    pub(crate) fn span(&self) -> (Span, Vec<(String, Value)>) {
        loop {
            let told = self.next();
            if !told.head.starts_with("POST /v1/traces ") {
                continue;
            }
            let read = ExportTraceServiceRequest::decode(&told.body[..]).unwrap();
            let mut all = read.resource_spans;
            assert_eq!(all.len(), 1);
            let of = all.remove(0);
            let resource = attributes(&of.resource.unwrap().attributes);
            let mut spans: Vec<Span> = of.scope_spans.into_iter().flat_map(|it| it.spans).collect();
            assert_eq!(spans.len(), 1, "{spans:#?}");
            return (spans.remove(0), resource);
        }
    }

    /// All figures, as soon as the one of this name is among them.
    pub(crate) fn figures(&self, name: &str) -> (Vec<Metric>, Vec<(String, Value)>) {
        loop {
            let told = self.next();
            if !told.head.starts_with("POST /v1/metrics ") {
                continue;
            }
            let read = ExportMetricsServiceRequest::decode(&told.body[..]).unwrap();
            let mut all = read.resource_metrics;
            assert_eq!(all.len(), 1);
            let of = all.remove(0);
            let resource = attributes(&of.resource.unwrap().attributes);
            let scopes = of.scope_metrics.into_iter();
            let all: Vec<Metric> = scopes.flat_map(|scope| scope.metrics).collect();
            let mut names = all.iter().map(|metric| &metric.name);
            if names.any(|known| known == name) {
                return (all, resource);
            }
        }
    }
}

fn converse(stream: &TcpStream, status: u16, sender: &mpsc::Sender<Told>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let lower = head.to_lowercase();
        let (_, length) = lower.split_once("content-length: ").unwrap();
        let (length, _) = length.split_once("\r\n").unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        if sender.send(Told { head, body }).is_err()
            || (&mut &*stream).write_all(answer.as_bytes()).is_err()
        {
            return;
        }
    }
}

pub(crate) fn attributes(
    all: &[opentelemetry_proto::tonic::common::v1::KeyValue],
) -> Vec<(String, Value)> {
    let value = |value: &Option<AnyValue>| match value.as_ref().and_then(|it| it.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => json!(text),
        Some(any_value::Value::BoolValue(is)) => json!(is),
        Some(any_value::Value::IntValue(number)) => json!(number),
        Some(any_value::Value::DoubleValue(number)) => json!(number),
        other => json!(format!("{other:?}")),
    };
    let pairs = all.iter().map(|one| (one.key.clone(), value(&one.value)));
    pairs.collect()
}

/// The value of an attribute; null if there is none.
pub(crate) fn value(all: &[(String, Value)], key: &str) -> Value {
    let mut found = all.iter().filter(|(known, _)| known == key);
    let value = found.next().map_or(Value::Null, |(_, value)| value.clone());
    assert!(found.next().is_none(), "{key} twice: {all:?}");
    value
}

/// The program, with a collector to tell at once.
pub(crate) fn telling(folder: &std::path::Path, to: SocketAddr, arguments: &[&str]) -> Command {
    let mut command = command(folder, arguments);
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{to}"))
        .env("OTEL_BSP_SCHEDULE_DELAY", "1")
        .env("OTEL_METRIC_EXPORT_INTERVAL", "50");
    command
}

/// Waits for a while that a figure may need to move, without saying how long.
pub(crate) fn pause() {
    thread::sleep(Duration::from_millis(10));
}
