//! How a call came, for its record.

use super::{Header, Headers, Id, Op, Revision, Session, types::params::is_traceparent};
use crate::Arrival;

/// Notes how a call came.
pub(super) fn noted(
    mut op: Op,
    id: &Id,
    (headers, session): (Option<&Headers<'_>>, Option<&Session>),
) -> Op {
    if let Op::Call(call, _) = &mut op {
        let carried = headers.and_then(|headers| match headers.trace {
            Header::One(bytes) => std::str::from_utf8(bytes).ok(),
            Header::Absent | Header::Several => None,
        });
        let revision = session.map_or(Revision::NEWEST, |session| session.terms().revision);
        call.arrival = Arrival {
            revision: Some(revision.name()),
            request: Some(id.shared()),
            is_piped: headers.is_none(),
            carried: carried
                .filter(|text| is_traceparent(text))
                .map(str::to_owned),
        };
    }
    op
}
