//! The stream of a session: changes that it is told of, and replies that it comes back for.

use axum::{
    body::Body,
    http::{HeaderMap, Response, StatusCode},
};
use tollhouse_core::Refusal;

use super::{
    Asker,
    reader::{Carried, Reader},
    seat,
    sessions::{OWN, Seated},
    stream, text,
};
use crate::{
    desk::{Caller, Desk},
    headers::accepts,
    reply::Accepts,
    vigil::{self, Fate, Vigil},
};

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
    let vigil = desk.vigil(caller, headers);
    match text(headers, "last-event-id").and_then(stream::parse) {
        None => own((desk, caller, vigil), seat, None),
        Some((name, number)) if name.starts_with(OWN) => {
            own((desk, caller, vigil), seat, Some((name, number)))
        }
        Some((name, number)) => match seat.stream(name) {
            Some(stream) => {
                let work = vigil.map_or_else(Carried::nothing, |mut vigil| {
                    Carried::only_here(Box::pin(async move { vigil.gone().await }))
                });
                Reader::new(seat, (stream, number), work, desk.keep_alive).into_response()
            }
            // What it waits for will not come: only a new session helps.
            None => desk.refusal(Refusal::UnknownSession),
        },
    }
}

/// The session's own stream, after what its client has had of it. It takes the place of one that is open.
fn own(
    (desk, caller, mut vigil): (&Desk, &Caller<'_>, Option<Box<Vigil>>),
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
    let mut news = desk.server.news(seat.session(), &caller.principal);
    let told = std::sync::Arc::clone(&stream);
    let work = Carried::only_here(Box::pin(async move {
        loop {
            tokio::select! {
                biased;
                fate = vigil::fate(&mut vigil) => match fate {
                    Fate::Changed(principal) => news.renew(&principal),
                    Fate::Gone => return,
                },
                message = news.next() => match message {
                    Some(message) => told.say(message),
                    None => return,
                },
            }
        }
    }));
    Reader::new(seat, (stream, number), work, desk.keep_alive).into_response()
}
