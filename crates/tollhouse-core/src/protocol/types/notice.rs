//! Notifications: what clients send without wanting a reply, and what a running call tells.

use bytes::Bytes;

use serde_json::json;

use super::{
    message,
    params::{self, Params},
    revision::Revision,
    write,
};
use crate::{
    Change, Event,
    protocol::{Id, Incoming},
};

/// Reads a client's notification. Unknown and malformed ones want nothing and get nothing.
pub(crate) fn read(method: &str, params: &Params<'_>) -> Incoming {
    if method != "notifications/cancelled" {
        return Incoming::Notification;
    }
    let id = params.request_id.and_then(Id::read);
    id.map_or(Incoming::Notification, Incoming::Cancel)
}

/// Writes an event as a notification. Progress without a token cannot be told.
pub(crate) fn event(event: &Event, token: Option<&Bytes>, revision: Revision) -> Option<Bytes> {
    let mut out = Vec::with_capacity(128);
    match event {
        Event::Progress {
            progress,
            total,
            message,
        } => {
            out.extend_from_slice(
                br#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"#,
            );
            out.extend_from_slice(token?);
            write::key(&mut out, "progress");
            number(&mut out, *progress);
            if let Some(total) = total.filter(|total| total.is_finite()) {
                write::key(&mut out, "total");
                number(&mut out, total);
            }
            let message = message.as_deref().filter(|_| revision.has_audio());
            write::field(&mut out, "message", message);
        }
        Event::Log {
            level,
            logger,
            data,
        } => {
            out.extend_from_slice(
                br#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":""#,
            );
            out.extend_from_slice(params::level_name(*level).as_bytes());
            out.push(b'"');
            write::field(&mut out, "logger", logger.as_deref());
            write::key(&mut out, "data");
            write::value(&mut out, data);
        }
    }
    out.extend_from_slice(b"}}");
    Some(out.into())
}

/// Writes a change for a client that is told of all in one place.
pub(crate) fn change(change: &Change) -> Bytes {
    let list = |method| message::notification(method, &json!({}));
    match change {
        Change::Tools => list("notifications/tools/list_changed"),
        Change::Prompts => list("notifications/prompts/list_changed"),
        Change::Resources => list("notifications/resources/list_changed"),
        Change::Resource(uri) => {
            message::notification("notifications/resources/updated", &json!({"uri": uri}))
        }
    }
}

/// A whole number is written without a fraction.
fn number(out: &mut Vec<u8>, number: f64) {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        out.extend_from_slice(format!("{number:.0}").as_bytes());
    } else {
        write::value(out, &number);
    }
}
