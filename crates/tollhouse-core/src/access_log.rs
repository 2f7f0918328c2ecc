//! The journal of a server that was given none: one line of the log per call.

use crate::{
    Confirmation, Ending, Journal, Record, Refusal, Trace, approvals::ApprovalId, refusal::Blame,
};

/// Writes each record as an event of the log, with fields that stay as they are. What callers sent or were
/// told is in none of them, but for the name of what they called.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccessLog;

/// Both levels have the same fields.
macro_rules! line {
    ($level:ident, $record:ident, $refusal:expr) => {{
        let refusal: Option<&Refusal> = $refusal;
        let is_tool = $record.kind == "tool";
        let target = $record.target.as_str();
        tracing::$level!(
            call = (!$record.call.is_empty()).then_some(&*$record.call),
            kind = $record.kind,
            tool = is_tool.then_some(target),
            name = (!is_tool).then_some(target),
            client = $record.client.as_deref(),
            subject = $record.subject.as_str(),
            tenant = $record.tenant.as_deref(),
            grant = $record.grant.as_deref(),
            session = $record.session.as_deref(),
            duration_ms = milliseconds($record),
            status = $record.ending.name(),
            reason = refusal.map(|refusal| reason($record, refusal)),
            step = refusal.map(Refusal::step),
            id = refusal.and_then(told_id),
            result_bytes = $record.result_bytes,
            replayed = $record.trail.is_replayed.then_some(true),
            confirmed = confirmed($record),
            approval = $record.trail.approval.as_ref().map(ApprovalId::as_str),
            trace_id = $record.trace.as_deref().and_then(Trace::id),
            "call"
        )
    }};
}

impl AccessLog {
    /// Writes the event, for a journal that does something else with the record besides.
    pub fn tell(self, record: &Record) {
        match &record.ending {
            // Only the name: the text of a refusal often holds what the caller sent.
            Ending::Refused(refusal) => match refusal.row().blame {
                Blame::Server => line!(warn, record, Some(refusal)),
                Blame::Caller => line!(info, record, Some(refusal)),
            },
            Ending::Done | Ending::Failed | Ending::Asked => {
                line!(info, record, None);
            }
        }
    }
}

impl Journal for AccessLog {
    fn write(&self, record: Record) {
        self.tell(&record);
    }
}

/// What the caller cannot tell from what does not exist is told apart here.
const fn reason(record: &Record, refusal: &Refusal) -> &'static str {
    if record.is_hidden {
        "hidden"
    } else {
        refusal.name()
    }
}

/// The id that the caller was told in place of what went wrong.
fn told_id(refusal: &Refusal) -> Option<&str> {
    match refusal {
        Refusal::Internal(id) => Some(id),
        _ => None,
    }
}

/// Who said yes to it, if somebody did.
const fn confirmed(record: &Record) -> Option<&'static str> {
    match record.trail.confirmed {
        Confirmation::Nobody => None,
        Confirmation::Client => Some("client"),
        Confirmation::Human => Some("human"),
    }
}

/// To the microsecond.
fn milliseconds(record: &Record) -> f64 {
    record.duration.as_micros() as f64 / 1000.0
}
