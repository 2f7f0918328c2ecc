//! Writes the one record of a call. Its size is ours: what the caller sent is cut.

use std::time::Duration;

use super::{Ground, Verdict, judge};
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
        tenant: call.principal.tenant().map(str::to_owned),
        grant: call.principal.grant().map(str::to_owned),
        kind: call.target.kind(),
        target: call.target.label().into_owned(),
        ending: match result {
            Ok(Outcome::Done(Output::Tool(reported))) if reported.is_error => Ending::Failed,
            Ok(Outcome::Done(_)) => Ending::Done,
            Ok(Outcome::NeedsInput { .. }) => Ending::Asked,
            Err(refusal) => Ending::Refused(refusal.cut(TEXT_CHARS_MAX)),
        },
        is_hidden: is_hidden(ground, call, result),
        duration: ground.clock.ticks().saturating_sub(began),
        trace: call.trace.parent.clone(),
        session: call.session.clone(),
        result_bytes: match result {
            Ok(Outcome::Done(output)) => Some(output.bytes()),
            Ok(Outcome::NeedsInput { .. }) | Err(_) => None,
        },
    });
}

/// Whether the caller heard of no such target because it is hidden, which only the operator reads.
fn is_hidden(ground: Ground<'_>, call: &Call, result: &Result<Outcome, Refusal>) -> bool {
    let Err(Refusal::UnknownTool(_) | Refusal::UnknownPrompt(_) | Refusal::UnknownResource(_)) =
        result
    else {
        return false;
    };
    let found = ground.toolset.find(&call.target);
    found.is_ok_and(|found| judge(&call.principal, &found.policy.access) == Verdict::Hidden)
}

const TEXT_CHARS_MAX: usize = 128;
