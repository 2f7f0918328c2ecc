//! Bodies: whole, or event by event.

use http_body_util::BodyExt as _;
use hyper::{
    Response,
    body::{Bytes, Incoming},
};

/// One event of a stream.
#[derive(Debug, Default)]
pub(super) struct Event {
    pub(super) id: Option<String>,
    pub(super) kind: String,
    pub(super) data: String,
}

/// A stream of events as it comes.
pub(super) struct Reader {
    body: Incoming,
    unread: String,
}

impl Reader {
    pub(super) fn new(response: Response<Incoming>) -> Self {
        Self {
            body: response.into_body(),
            unread: String::new(),
        }
    }

    /// The next event; none at the end of the stream. Comments and waiting times are passed over.
    pub(super) async fn event(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.take_read() {
                return Some(event);
            }
            let frame = self.body.frame().await?.ok()?;
            let data = frame.into_data().unwrap_or_default();
            self.unread.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    /// The next event of what has been read.
    fn take_read(&mut self) -> Option<Event> {
        while let Some((block, rest)) = self.unread.split_once("\n\n") {
            let event = event(block);
            self.unread = rest.to_owned();
            if event.is_some() {
                return event;
            }
        }
        None
    }
}

fn event(block: &str) -> Option<Event> {
    let mut event = None::<Event>;
    for line in block.lines() {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        match name.trim_end_matches(':') {
            "id" => event.get_or_insert_default().id = Some(value.to_owned()),
            "data" => event.get_or_insert_default().data.push_str(value),
            "event" => value.clone_into(&mut event.get_or_insert_default().kind),
            _ => {}
        }
    }
    event
}

/// The whole body.
pub(super) async fn whole(response: Response<Incoming>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}
