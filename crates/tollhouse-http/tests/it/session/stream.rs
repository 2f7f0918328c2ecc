//! One stream of events, read event by event.

use serde_json::Value;

use crate::language::{Head, Peer};

/// A response whose body is events.
#[derive(Debug)]
pub(super) struct Stream {
    peer: Peer,
    /// The id of the newest event that has one.
    pub(super) last: Option<String>,
    /// When the client is to come back, as far as it was told.
    pub(super) retry_ms: Option<u64>,
}

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: Option<String>,
    pub(super) id: Option<String>,
    pub(super) data: String,
}

impl Stream {
    pub(super) fn new(peer: Peer, head: &Head) -> Self {
        assert_eq!(head.status, 200);
        assert!(head.is_stream());
        Self {
            peer,
            last: None,
            retry_ms: None,
        }
    }

    /// The next event, as browsers read them (WHATWG, "Server-sent events"); none at the end.
    pub(super) async fn event(&mut self) -> Option<Event> {
        loop {
            let block = self.peer.block().await?;
            let mut event = Event::default();
            for line in block.lines().filter(|line| !line.starts_with(':')) {
                let (field, value) = line.split_once(':').unwrap();
                let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
                match field {
                    "event" => event.name = Some(value),
                    "id" => event.id = Some(value),
                    "data" => event.data = value,
                    "retry" => self.retry_ms = Some(value.parse().unwrap()),
                    other => unreachable!("there is no field {other}"),
                }
            }
            if block.starts_with(':') {
                continue;
            }
            self.last = event.id.clone().or(self.last.take());
            return Some(event);
        }
    }

    /// The next event that carries a message; those before it only say where to come back.
    pub(super) async fn message(&mut self) -> Option<Value> {
        loop {
            let event = self.event().await?;
            if !event.data.is_empty() {
                assert_eq!(event.name.as_deref(), Some("message"));
                return Some(serde_json::from_str(&event.data).unwrap());
            }
        }
    }

    /// The id from which a client comes back.
    pub(super) fn last(&self) -> &str {
        self.last.as_deref().unwrap()
    }

    /// Leaves without a word.
    pub(super) fn leave(self) -> Option<String> {
        self.peer.reset();
        self.last
    }

    /// What follows on the same connection.
    pub(super) fn into_peer(self) -> Peer {
        self.peer
    }
}
