//! Which calls become spans: decided at the end of a call, without waiting.

use std::{str::FromStr as _, sync::Arc};

use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, SpanKind, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{
    IdGenerator as _, RandomIdGenerator, Sampler, SamplingDecision, ShouldSample as _,
};
use tokio::sync::mpsc;
use tollhouse::Record;

use super::{
    drops::Drops,
    span::{Mark, Marked},
};

/// Takes the records of calls that become spans.
#[derive(Debug)]
pub(crate) struct Spans {
    sampler: Sampler,
    ids: RandomIdGenerator,
    queue: mpsc::Sender<Marked>,
    drops: Arc<Drops>,
}

impl Spans {
    pub(super) fn new(sampler: Sampler, queue: mpsc::Sender<Marked>, drops: Arc<Drops>) -> Self {
        Self {
            sampler,
            ids: RandomIdGenerator::default(),
            queue,
            drops,
        }
    }

    /// Decides whether a call becomes a span. One that is of no trace begins one, which its record then names, so that
    /// the log and the collector tell of the same.
    pub(crate) fn mark(&self, record: &mut Record) -> Option<Mark> {
        let state = record.trace_state.as_deref();
        let caller = record
            .trace
            .as_deref()
            .and_then(|text| context(text, state));
        let carrier = record.arrival.carried.as_deref();
        let carrier = carrier.and_then(|text| context(text, None));
        // What the caller says in its message comes before what carried it, which then is only a link.
        let (parent, link) = match (caller, carrier) {
            (Some(caller), carrier) => (Some(caller), carrier),
            (None, carrier) => (carrier, None),
        };
        let trace_id = parent
            .as_ref()
            .map_or_else(|| self.ids.new_trace_id(), SpanContext::trace_id);
        let around = parent.clone().map(|parent| {
            let nothing = Context::new();
            nothing.with_remote_span_context(parent)
        });
        let decided =
            self.sampler
                .should_sample(around.as_ref(), trace_id, "", &SpanKind::Server, &[], &[]);
        if decided.decision != SamplingDecision::RecordAndSample {
            return None;
        }
        let own = SpanContext::new(
            trace_id,
            self.ids.new_span_id(),
            TraceFlags::SAMPLED,
            false,
            decided.trace_state,
        );
        if record.trace.is_none() {
            record.trace = Some(format!("00-{trace_id}-{}-01", own.span_id()));
        }
        Some(Mark { own, parent, link })
    }

    /// Takes a record; drops and counts it if there is no place.
    pub(crate) fn take(&self, mark: Mark, record: Record) {
        if self.queue.try_send(Marked::new(mark, record)).is_err() {
            self.drops.count_full();
        }
    }
}

/// What a `traceparent` and the `tracestate` beside it name (W3C Trace Context).
fn context(parent: &str, state: Option<&str>) -> Option<SpanContext> {
    let mut parts = parent.split('-').skip(1);
    let trace_id = TraceId::from_hex(parts.next()?).ok()?;
    let span_id = SpanId::from_hex(parts.next()?).ok()?;
    let flags = u8::from_str_radix(parts.next()?, 16).ok()?;
    let state = state.and_then(|state| TraceState::from_str(state).ok());
    let flags = TraceFlags::new(flags) & TraceFlags::SAMPLED;
    let read = SpanContext::new(trace_id, span_id, flags, true, state.unwrap_or_default());
    read.is_valid().then_some(read)
}
