//! A call as a span, with the names of OpenTelemetry's conventions for MCP.
//!
//! What callers sent and what they were told is in none of the attributes, but for the name of what they called; nor is
//! who they are. `tollhouse.call.id` leads to the record that has it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::{
    InstrumentationScope, KeyValue, Value,
    trace::{Link, SpanContext, SpanId, SpanKind, Status},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use tollhouse::{Ending, Record};

use crate::metrics::attributes;

/// Where in which trace a call stands.
#[derive(Debug)]
pub(crate) struct Mark {
    pub(super) own: SpanContext,
    pub(super) parent: Option<SpanContext>,
    pub(super) link: Option<SpanContext>,
}

/// A call that becomes a span.
#[derive(Debug)]
pub(super) struct Marked(Box<(Mark, Record)>);

impl Marked {
    pub(super) fn new(mark: Mark, record: Record) -> Self {
        Self(Box::new((mark, record)))
    }

    pub(super) fn into_span(self) -> SpanData {
        let (mark, record) = *self.0;
        let end = time(record.at_ms);
        let mut links = SpanLinks::default();
        let link = mark.link.map(|context| Link::new(context, Vec::new(), 0));
        links.links.extend(link);
        SpanData {
            parent_span_id: mark
                .parent
                .as_ref()
                .map_or(SpanId::INVALID, SpanContext::span_id),
            parent_span_is_remote: mark.parent.is_some(),
            span_context: mark.own,
            span_kind: SpanKind::Server,
            name: name(&record).into(),
            start_time: end.checked_sub(record.duration).unwrap_or(end),
            end_time: end,
            status: status(&record),
            attributes: attributes(&record),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links,
            instrumentation_scope: InstrumentationScope::builder("tollhouse")
                .with_version(env!("CARGO_PKG_VERSION"))
                .build(),
        }
    }
}

/// The method and what is there of the name; what callers make up would be as many names.
fn name(record: &Record) -> String {
    let method = attributes::method(record.kind);
    match attributes::known_name(record) {
        Some((_, name)) if name != attributes::UNKNOWN => format!("{method} {name}"),
        _ => method.to_owned(),
    }
}

/// An error if there is an `error.type`. The words are of a closed set: what a caller was told may hold what it sent.
fn status(record: &Record) -> Status {
    match (&record.ending, attributes::error_type(record)) {
        (_, None) => Status::Unset,
        (Ending::Refused(refusal), Some(_)) => Status::error(refusal.name()),
        (_, Some(fault)) => Status::error(fault),
    }
}

fn attributes(record: &Record) -> Vec<KeyValue> {
    let mut all = Attributes(Vec::with_capacity(20));
    all.put("mcp.method.name", attributes::method(record.kind));
    match record.kind {
        "tool" => {
            all.put("gen_ai.operation.name", "execute_tool");
            all.put("gen_ai.tool.name", record.target.clone());
        }
        "prompt" => all.put("gen_ai.prompt.name", record.target.clone()),
        "resource" => all.put("mcp.resource.uri", record.target.clone()),
        _ => {}
    }
    if let Ending::Refused(refusal) = &record.ending {
        let reason = if record.is_hidden {
            "hidden"
        } else {
            refusal.name()
        };
        all.put("tollhouse.refusal", reason);
        all.put("tollhouse.step", refusal.step());
        if !(refusal.row().for_the_model && record.kind == "tool") {
            all.put("rpc.response.status_code", refusal.row().code.to_string());
        }
    }
    all.maybe("error.type", attributes::error_type(record));
    arrival(record, &mut all);
    ours(record, &mut all);
    all.0
}

/// How the request came.
fn arrival(record: &Record, all: &mut Attributes) {
    let arrival = &record.arrival;
    all.maybe("mcp.protocol.version", arrival.revision);
    all.maybe(
        "mcp.session.id",
        record.session.as_deref().map(str::to_owned),
    );
    let id = arrival.request.as_deref();
    let id = id.and_then(|json| serde_json::from_slice(json).ok());
    all.maybe(
        "jsonrpc.request.id",
        id.map(|id: serde_json::Value| match id {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        }),
    );
    if arrival.is_piped {
        all.put("network.transport", "pipe");
    } else if arrival.revision.is_some() {
        all.put("network.transport", "tcp");
        all.put("network.protocol.name", "http");
    }
}

/// What the road noted.
fn ours(record: &Record, all: &mut Attributes) {
    let trail = &record.trail;
    all.put("tollhouse.call.id", record.call.to_string());
    all.put("tollhouse.status", record.ending.name());
    all.maybe("tollhouse.client", record.client.clone());
    let definition = record.definition.as_deref();
    all.maybe("tollhouse.tool.definition", definition.map(str::to_owned));
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    all.maybe("tollhouse.result.bytes", record.result_bytes.map(number));
    let tokens = record.result_bytes.map(|bytes| bytes.div_ceil(4));
    all.maybe("tollhouse.result.tokens", tokens.map(number));
    all.maybe("tollhouse.result.rows", trail.rows.map(number));
    all.maybe(
        "tollhouse.result.cut_from_bytes",
        trail.cut_from_bytes.map(number),
    );
    all.maybe("tollhouse.replayed", trail.is_replayed.then_some(true));
    let tainted = trail.tainted_until_ms.map(|_| true);
    all.maybe("tollhouse.tainted", tainted);
    if let Some(by) = attributes::confirmed(trail.confirmed) {
        all.put("tollhouse.confirmed", by);
    }
}

struct Attributes(Vec<KeyValue>);

impl Attributes {
    fn put(&mut self, key: &'static str, value: impl Into<Value>) {
        self.0.push(KeyValue::new(key, value));
    }

    fn maybe(&mut self, key: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }
}

fn time(unix_ms: u64) -> SystemTime {
    let since = Duration::from_millis(unix_ms);
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
}
