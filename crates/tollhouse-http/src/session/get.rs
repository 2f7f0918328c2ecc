//! The stream of a session: changes that it is told of, and replies that it comes back for.

use axum::{
    body::Body,
    http::{HeaderMap, Response, StatusCode},
};
use tollhouse_core::{Principal, Refusal};

use super::{
    Asker,
    reader::{Carried, Reader},
    seat,
    sessions::{OWN, Seated},
    stream, text,
};
use crate::{desk::Desk, headers::accepts, reply::Accepts};

/// Opens the session's own stream, or goes on with the one that `Last-Event-ID` is of.
pub(crate) fn get(asker: Asker<'_>, headers: &HeaderMap) -> Response<Body> {
    let (desk, _, caller) = asker;
    let seat = match seat(asker, headers) {
        Ok(seat) => seat,
        Err(refusal) => return *refusal,
    };
    if !matches!(accepts(headers), Some(Accepts::Both | Accepts::Stream)) {
        let why = "a stream needs Accept: text/event-stream";
        return desk.refuse(None, StatusCode::NOT_ACCEPTABLE, why);
    }
    match text(headers, "last-event-id").and_then(stream::parse) {
        None => own((desk, &caller.principal), seat, None),
        Some((name, number)) if name.starts_with(OWN) => {
            own((desk, &caller.principal), seat, Some((name, number)))
        }
        Some((name, number)) => match seat.stream(name) {
            Some(stream) => {
                let place = (stream, number);
                Reader::new(seat, place, Carried::nothing(), desk.keep_alive).into_response()
            }
            // What it waits for will not come: only a new session helps.
            None => desk.refusal(Refusal::UnknownSession),
        },
    }
}

/// The session's own stream, after what its client has had of it. It takes the place of one that is open.
fn own(
    (desk, principal): (&Desk, &Principal),
    seat: Seated,
    had: Option<(&str, u64)>,
) -> Response<Body> {
    let stream = seat.own_stream();
    let latest = stream.latest();
    // Who names an event that has not been said has had all that was.
    let number = match had {
        Some((name, number)) if name == stream.name() => number.min(latest),
        _ => latest,
    };
    let mut news = desk.server.news(seat.session(), principal);
    let told = std::sync::Arc::clone(&stream);
    let work = Carried::only_here(Box::pin(async move {
        while let Some(message) = news.next().await {
            told.say(message);
        }
        told.pause();
    }));
    Reader::new(seat, (stream, number), work, desk.keep_alive).into_response()
}
