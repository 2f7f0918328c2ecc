//! The audit, the door and callers' turns, looked at when somebody wants to know how they are doing.

use std::sync::Arc;

use opentelemetry::{KeyValue, metrics::Meter};
use tollhouse::Server;
use tollhouse_store::AuditFigures;

use crate::book::Book;
use crate::doorman::Doorman;

/// Tells how many were not let in.
pub(super) fn door(meter: &Meter, doorman: Arc<Doorman>) {
    meter
        .u64_observable_counter("auth_failures")
        .with_description("Credentials that let nobody in, by why.")
        .with_callback(move |told| {
            for (reason, number) in doorman.refusals() {
                told.observe(number, &[KeyValue::new("reason", reason)]);
            }
        })
        .build();
}

/// Tells in how many turns more was called than is usual.
pub(super) fn turns(meter: &Meter, server: &Server) {
    let server = server.clone();
    meter
        .u64_observable_counter("tollhouse.turns_over")
        .with_description("Turns with more calls than is usual.")
        .with_callback(move |told| told.observe(server.turns_over(), &[]))
        .build();
}

/// Tells of the audit of this book.
pub(super) fn audit(meter: &Meter, book: &Book) {
    let gauges: [Told; 2] = [
        (
            "tollhouse.audit.waiting",
            "Records that are on their way into the audit.",
            |audit| audit.waiting,
        ),
        (
            "tollhouse.audit.failing",
            "Whether the audit cannot be written: 1, or 0.",
            |audit| u64::from(audit.is_failing),
        ),
    ];
    for (name, what, read) in gauges {
        let book = book.clone();
        let gauge = meter.u64_observable_gauge(name).with_description(what);
        gauge
            .with_callback(move |told| told.observe(book.audit().map_or(0, read), &[]))
            .build();
    }
    let counters: [Told; 3] = [
        (
            "tollhouse.audit.records",
            "Records that were written into the audit.",
            |audit| audit.written,
        ),
        (
            "tollhouse.audit.lost",
            "Records of reads for which there was no room.",
            |audit| audit.lost,
        ),
        (
            "tollhouse.audit.second_lost",
            "Records that the second place of the audit did not get.",
            |audit| audit.second_lost,
        ),
    ];
    for (name, what, read) in counters {
        let book = book.clone();
        let counter = meter.u64_observable_counter(name).with_description(what);
        counter
            .with_callback(move |told| told.observe(book.audit().map_or(0, read), &[]))
            .build();
    }
}

/// A figure: its name, what it says, and where it stands.
type Told = (&'static str, &'static str, fn(AuditFigures) -> u64);
