//! What is counted of a call. Names, units and bounds are those of OpenTelemetry's conventions for MCP, so that
//! whatever exports them later finds them as they should be.
//!
//! Labels are of closed sets: what a caller can choose freely, such as the name of a tool that does not exist
//! or a URI, is none, and nobody's subject is one. Beyond 2,000 combinations of labels, further ones are counted
//! together (`otel_metric_overflow`).

use std::time::Duration;

use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, Meter},
};
use tollhouse::{Arrival, Confirmation, Ending, Record, Refusal};

use super::attributes;

/// The instruments that calls and reloads are counted with.
#[derive(Debug)]
pub(crate) struct Figures {
    durations: Histogram<f64>,
    sessions: Histogram<f64>,
    result_bytes: Histogram<u64>,
    reloads: Counter<u64>,
    noted: Noted,
}

/// Calls of which the road noted something: by what was called alone.
#[derive(Debug)]
struct Noted {
    limited: Counter<u64>,
    replayed: Counter<u64>,
    confirmed: Counter<u64>,
    tainted: Counter<u64>,
    cut: Counter<u64>,
}

impl Figures {
    pub(super) fn new(meter: &Meter) -> Self {
        let reloads = meter
            .u64_counter("tollhouse.reloads")
            .with_description("How often the file was read again, by whether it could be served.")
            .build();
        // So that the first one is seen as a change.
        reloads.add(0, &[KeyValue::new("status", "ok")]);
        reloads.add(0, &[KeyValue::new("status", "failed")]);
        Self {
            durations: meter
                .f64_histogram("mcp.server.operation.duration")
                .with_unit("s")
                .with_description(
                    "How long calls took, by what was called, by whom, and how it ended.",
                )
                .with_boundaries(SECONDS.to_vec())
                .build(),
            sessions: meter
                .f64_histogram("mcp.server.session.duration")
                .with_unit("s")
                .with_description(
                    "How long sessions of older revisions were, until their clients ended them.",
                )
                .with_boundaries(SECONDS.to_vec())
                .build(),
            result_bytes: meter
                .u64_histogram("mcp.server.result")
                .with_unit("By")
                .with_description("How large the results were.")
                .with_boundaries(BYTES.to_vec())
                .build(),
            reloads,
            noted: Noted::new(meter),
        }
    }

    pub(crate) fn reloaded(&self, is_served: bool) {
        let status = if is_served { "ok" } else { "failed" };
        self.reloads.add(1, &[KeyValue::new("status", status)]);
    }

    pub(crate) fn session_over(&self, arrival: &Arrival, lasted: Duration) {
        let transport = if arrival.is_piped { "pipe" } else { "tcp" };
        let mut labels = vec![KeyValue::new("network.transport", transport)];
        let revision = arrival.revision;
        labels.extend(revision.map(|name| KeyValue::new("mcp.protocol.version", name)));
        self.sessions.record(lasted.as_secs_f64(), &labels);
    }

    pub(crate) fn count(&self, record: &Record) {
        let labels = labels(record);
        self.durations
            .record(record.duration.as_secs_f64(), &labels);
        // Who called does not matter for the rest.
        let of = labels.get(..WHAT).unwrap_or_default();
        if let Some(bytes) = record.result_bytes {
            self.result_bytes.record(bytes, of);
        }
        self.noted.count(record, of);
    }
}

impl Noted {
    fn new(meter: &Meter) -> Self {
        let counter = |name: &'static str, what: &'static str| {
            let counter = meter.u64_counter(name).with_description(what).build();
            // So that a dashboard finds it before it happens.
            counter.add(0, &[]);
            counter
        };
        Self {
            limited: counter("mcp.server.rate_limited", "Calls that came too often."),
            replayed: counter(
                "mcp.server.idempotent_replays",
                "Calls that came again and were answered as before.",
            ),
            confirmed: counter(
                "mcp.server.confirmations",
                "Calls that somebody had to say yes to, by who and what came of it.",
            ),
            tainted: counter(
                "mcp.server.tainted",
                "Calls of those who had read what is not trusted.",
            ),
            cut: counter("mcp.server.truncated", "Results of which a part was given."),
        }
    }

    fn count(&self, record: &Record, of: &[KeyValue]) {
        let trail = &record.trail;
        let refusal = match &record.ending {
            Ending::Refused(refusal) => Some(refusal),
            Ending::Done | Ending::Failed | Ending::Asked => None,
        };
        for (counter, is_counted) in [
            (
                &self.limited,
                matches!(refusal, Some(Refusal::Limited { .. })),
            ),
            (&self.replayed, trail.is_replayed),
            (&self.tainted, trail.tainted_until_ms.is_some()),
            (&self.cut, trail.cut_from_bytes.is_some()),
        ] {
            if is_counted {
                counter.add(1, of);
            }
        }
        if let Some((by, answer)) = confirmation(trail.confirmed, refusal) {
            let answer = [KeyValue::new("by", by), KeyValue::new("answer", answer)];
            self.confirmed.add(1, &[of, &answer].concat());
        }
    }
}

/// Who was to say yes, and what came of it. Calls that wait for an answer are counted when it comes.
const fn confirmation(
    confirmed: Confirmation,
    refusal: Option<&Refusal>,
) -> Option<(&'static str, &'static str)> {
    match (attributes::confirmed(confirmed), refusal) {
        (_, Some(Refusal::Declined(_))) => Some(("client", "no")),
        (_, Some(Refusal::NeedsApproval(_))) => Some(("human", "pending")),
        (Some(by), _) => Some((by, "yes")),
        (None, _) => None,
    }
}

/// What was called first, then by whom and how it ended.
fn labels(record: &Record) -> Vec<KeyValue> {
    let mut labels = Vec::with_capacity(5);
    labels.push(KeyValue::new(
        "mcp.method.name",
        attributes::method(record.kind),
    ));
    if let Some((key, name)) = attributes::known_name(record) {
        labels.push(KeyValue::new(key, name.to_owned()));
    }
    let client = record.client.as_deref().unwrap_or(NOBODY);
    labels.push(KeyValue::new("client", client.to_owned()));
    labels.push(KeyValue::new("status", record.ending.name()));
    let fault = attributes::error_type(record);
    labels.extend(fault.map(|of| KeyValue::new("error.type", of)));
    labels
}

const NOBODY: &str = "unknown";
/// How many labels say what was called, of a tool or a prompt.
const WHAT: usize = 2;
const SECONDS: [f64; 14] = [
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0,
];
const BYTES: [f64; 6] = [256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262_144.0];
