//! Writes the one record of a call. Its size is ours: what the caller sent is cut.

use std::time::Duration;

use super::Ground;
use crate::{Call, Ending, Outcome, Output, Record, Refusal};

pub(super) fn write(
    ground: Ground<'_>,
    call: &Call,
    result: &Result<Outcome, Refusal>,
    began: Duration,
) {
    ground.journal.write(Record {
        at_ms: ground.clock.unix_ms(),
        subject: call.principal.subject().to_owned(),
        client: call.principal.client().map(str::to_owned),
        kind: call.target.kind(),
        target: call.target.label().into_owned(),
        ending: match result {
            Ok(Outcome::Done(Output::Tool(reported))) if reported.is_error => Ending::Failed,
            Ok(Outcome::Done(_)) => Ending::Done,
            Ok(Outcome::NeedsInput { .. }) => Ending::Asked,
            Err(refusal) => Ending::Refused(refusal.cut(TEXT_CHARS_MAX)),
        },
        duration: ground.clock.ticks().saturating_sub(began),
        trace: call.trace.parent.clone(),
        session: call.session.clone(),
        result_bytes: match result {
            Ok(Outcome::Done(output)) => Some(output.bytes()),
            Ok(Outcome::NeedsInput { .. }) | Err(_) => None,
        },
    });
}

const TEXT_CHARS_MAX: usize = 128;
