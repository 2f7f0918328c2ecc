//! The journal of a server that was given none: one line of the log per call.

use crate::{Ending, Journal, Record, refusal::Blame};

/// Writes each record as an event of the log.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccessLog;

impl Journal for AccessLog {
    fn write(&self, record: Record) {
        let ms = record.duration.as_secs_f64() * 1000.0;
        let Record {
            kind,
            target,
            subject,
            client,
            ..
        } = record;
        let client = client.as_deref();
        match record.ending {
            Ending::Done => tracing::info!(kind, target, subject, client, ms, "done"),
            Ending::Failed => tracing::info!(kind, target, subject, client, ms, "failed"),
            Ending::Asked => tracing::info!(kind, target, subject, client, ms, "asked"),
            // Only the name: the text of a refusal often holds what the caller sent.
            Ending::Refused(refusal) => {
                let why = refusal.name();
                match refusal.row().blame {
                    Blame::Server => {
                        tracing::warn!(kind, target, subject, client, ms, why, "refused")
                    }
                    Blame::Caller => {
                        tracing::info!(kind, target, subject, client, ms, why, "refused")
                    }
                }
            }
        }
    }
}
