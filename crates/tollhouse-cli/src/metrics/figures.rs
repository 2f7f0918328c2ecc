//! What is counted of a call. Names, units and bounds are those of OpenTelemetry's conventions for MCP, so that
//! whatever exports them later finds them as they should be.
//!
//! Labels are of closed sets: what a caller can choose freely, such as the name of a tool that does not exist
//! or a URI, is none. Beyond 2,000 combinations of labels, further ones are counted together
//! (`otel_metric_overflow`).

use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, Meter},
};
use tollhouse::{Ending, Record, Refusal};

/// The instruments that calls and reloads are counted with.
#[derive(Debug)]
pub(crate) struct Figures {
    durations: Histogram<f64>,
    result_bytes: Histogram<u64>,
    reloads: Counter<u64>,
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
            result_bytes: meter
                .u64_histogram("mcp.server.result")
                .with_unit("By")
                .with_description("How large the results were.")
                .with_boundaries(BYTES.to_vec())
                .build(),
            reloads,
        }
    }

    pub(super) fn reloaded(&self, is_served: bool) {
        let status = if is_served { "ok" } else { "failed" };
        self.reloads.add(1, &[KeyValue::new("status", status)]);
    }

    pub(super) fn count(&self, record: Record) {
        let seconds = record.duration.as_secs_f64();
        let bytes = record.result_bytes;
        let labels = labels(record);
        self.durations.record(seconds, &labels);
        if let Some(bytes) = bytes {
            // Who called does not matter for it.
            let of = labels.get(..WHAT).unwrap_or_default();
            self.result_bytes.record(bytes, of);
        }
    }
}

/// What was called first, then by whom and how it ended.
fn labels(record: Record) -> Vec<KeyValue> {
    let (method, name) = match record.kind {
        "tool" => ("tools/call", Some("gen_ai.tool.name")),
        "prompt" => ("prompts/get", Some("gen_ai.prompt.name")),
        "resource" => ("resources/read", None),
        _ => ("completion/complete", None),
    };
    let mut labels = Vec::with_capacity(5);
    labels.push(KeyValue::new("mcp.method.name", method));
    if let Some(key) = name {
        let name = if is_unknown(&record.ending) {
            UNKNOWN.to_owned()
        } else {
            record.target
        };
        labels.push(KeyValue::new(key, name));
    }
    let client = record.client.unwrap_or_else(|| NOBODY.to_owned());
    labels.push(KeyValue::new("client", client));
    labels.push(KeyValue::new("status", record.ending.name()));
    labels.extend(fault(&record.ending, record.kind).map(|of| KeyValue::new("error.type", of)));
    labels
}

/// Whether there is nothing of the name that was called, so that the name is only the caller's.
const fn is_unknown(ending: &Ending) -> bool {
    matches!(
        ending,
        Ending::Refused(
            Refusal::UnknownTool(_) | Refusal::UnknownPrompt(_) | Refusal::UnknownResource(_)
        )
    )
}

/// What the caller read, if it was an error.
fn fault(ending: &Ending, kind: &str) -> Option<String> {
    match ending {
        Ending::Done | Ending::Asked => None,
        Ending::Failed => Some(TOOL_ERROR.to_owned()),
        Ending::Refused(refusal) => {
            let row = refusal.row();
            Some(if row.for_the_model && kind == "tool" {
                TOOL_ERROR.to_owned()
            } else {
                row.code.to_string()
            })
        }
    }
}

/// No tool can have this name.
const UNKNOWN: &str = "(unknown)";
const NOBODY: &str = "unknown";
const TOOL_ERROR: &str = "tool_error";
/// How many labels say what was called, of a tool or a prompt.
const WHAT: usize = 2;
const SECONDS: [f64; 14] = [
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0,
];
const BYTES: [f64; 6] = [256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262_144.0];
