//! One stream of events that a client can come back to: what was said on it, bounded, and what comes.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use tokio::{
    sync::{Notify, futures::Notified},
    time::timeout,
};

/// A stream of messages in their order. The first has the number 1.
#[derive(Debug)]
pub(super) struct Stream {
    name: String,
    said: Mutex<Said>,
    bell: Notify,
}

#[derive(Debug, Default)]
struct Said {
    messages: VecDeque<Message>,
    bytes: usize,
    /// How many messages there have been.
    count: u64,
    /// The message that answers the request.
    answer: Option<Bytes>,
    is_over: bool,
    /// Whether its reader is to leave for now.
    is_paused: bool,
    /// Counts the readers: only the newest one reads on.
    readers: u64,
    /// How many readers there are.
    reading: usize,
}

#[derive(Debug)]
struct Message {
    number: u64,
    text: Bytes,
    /// Whether the client cannot do without it.
    is_needed: bool,
}

/// What a reader finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A message and its number.
    Message(u64, Bytes),
    /// Nothing yet.
    Nothing,
    /// No more, or not for this reader, or not now.
    End,
}

impl Stream {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            said: Mutex::default(),
            bell: Notify::new(),
        }
    }

    /// What event ids of it begin with.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Says a message. The oldest ones are dropped when there are too many.
    pub(super) fn say(&self, message: Bytes) {
        self.said().push(message, false);
        self.bell.notify_waiters();
    }

    /// Says a message that the client has to answer, or is told just once.
    pub(super) fn say_needed(&self, message: Bytes) {
        self.said().push(message, true);
        self.bell.notify_waiters();
    }

    /// Says the message that answers the request.
    pub(super) fn answer(&self, message: Bytes) {
        let mut said = self.said();
        said.answer = Some(message.clone());
        said.push(message, true);
        drop(said);
        self.bell.notify_waiters();
    }

    /// Says that nothing more will come.
    pub(super) fn end(&self) {
        self.said().is_over = true;
        self.bell.notify_waiters();
    }

    /// Makes whoever reads leave for now.
    pub(super) fn pause(&self) {
        self.said().is_paused = true;
        self.bell.notify_waiters();
    }

    /// A new reader, who takes the place of any other: gives its number.
    pub(super) fn take_over(&self) -> u64 {
        let mut said = self.said();
        said.readers += 1;
        said.reading += 1;
        said.is_paused = false;
        let number = said.readers;
        drop(said);
        self.bell.notify_waiters();
        number
    }

    /// A reader leaves.
    pub(super) fn leave(&self) {
        self.said().reading -= 1;
        self.bell.notify_waiters();
    }

    /// Whether nobody reads it, and nobody was told to stop for now.
    pub(super) fn is_forsaken(&self) -> bool {
        let said = self.said();
        said.reading == 0 && !said.is_paused
    }

    /// Comes when nobody has read for this long.
    pub(super) async fn left_alone(&self, patience: Duration) {
        loop {
            let rung = self.rung();
            if self.said().reading > 0 {
                rung.await;
            } else if timeout(patience, rung).await.is_err() {
                return;
            }
        }
    }

    /// What comes after this message for this reader.
    pub(super) fn after(&self, number: u64, reader: u64) -> Found {
        let said = self.said();
        if said.readers != reader {
            return Found::End;
        }
        let place = said
            .messages
            .partition_point(|message| message.number <= number);
        match said.messages.get(place) {
            Some(message) => Found::Message(message.number, message.text.clone()),
            None if said.is_over || said.is_paused => Found::End,
            None => Found::Nothing,
        }
    }

    /// The number of the newest message.
    pub(super) fn latest(&self) -> u64 {
        self.said().count
    }

    /// The message that answered the request; `None` if none has come, and none if the stream is over.
    pub(super) fn answered(&self) -> Option<Option<Bytes>> {
        let said = self.said();
        said.is_over.then(|| said.answer.clone())
    }

    /// Comes when something has happened since it was made.
    pub(super) fn rung(&self) -> Notified<'_> {
        self.bell.notified()
    }

    /// How many bytes of messages it keeps.
    pub(super) fn bytes(&self) -> usize {
        self.said().bytes
    }

    /// A message as an event, from which a client can come back.
    pub(super) fn event(&self, number: u64, message: &[u8]) -> Bytes {
        let mut out = BytesMut::with_capacity(message.len() + self.name.len() + 48);
        let head = format!("id: {}-{number}\nevent: message\ndata: ", self.name);
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(message);
        out.extend_from_slice(b"\n\n");
        out.freeze()
    }

    /// An event without a message, so that a client that has had this one can come back before there is
    /// another, and when it should.
    pub(super) fn priming(&self, number: u64) -> Bytes {
        format!("id: {}-{number}\nretry: {RETRY_MS}\ndata: \n\n", self.name).into()
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        // A panic between lock and unlock cannot leave it half changed.
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Said {
    fn push(&mut self, text: Bytes, is_needed: bool) {
        self.count += 1;
        self.bytes += text.len();
        self.messages.push_back(Message {
            number: self.count,
            text,
            is_needed,
        });
        while self.messages.len() > MESSAGES_MAX
            || (self.bytes > BYTES_MAX && self.messages.len() > 1)
        {
            let spare = self.messages.iter().position(|message| !message.is_needed);
            let gone = self.messages.remove(spare.unwrap_or(0));
            self.bytes -= gone.map_or(0, |gone| gone.text.len());
        }
    }
}

/// The stream's name and the message's number in an event id.
pub(super) fn parse(event_id: &str) -> Option<(&str, u64)> {
    let (name, number) = event_id.rsplit_once('-')?;
    Some((name, number.parse().ok()?))
}

const MESSAGES_MAX: usize = 256;
const BYTES_MAX: usize = 4 * 1024 * 1024;
const RETRY_MS: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::{BYTES_MAX, Found, MESSAGES_MAX, Stream, parse};

    #[test]
    fn l36_the_oldest_messages_go_first_and_the_numbers_stay() {
        let stream = Stream::new("a".into());
        let reader = stream.take_over();
        for number in 0..MESSAGES_MAX + 3 {
            stream.say(number.to_string().into());
        }
        assert_eq!(stream.after(0, reader), Found::Message(4, "3".into()));
        assert_eq!(stream.after(9, reader), Found::Message(10, "9".into()));
        assert_eq!(
            stream.after(MESSAGES_MAX as u64 + 3, reader),
            Found::Nothing
        );
        stream.say(vec![b'x'; BYTES_MAX].into());
        assert_eq!(stream.bytes(), BYTES_MAX);
    }

    #[test]
    fn only_the_newest_reader_reads_on() {
        let stream = Stream::new("a".into());
        let old = stream.take_over();
        let new = stream.take_over();
        stream.say("1".into());
        assert_eq!(stream.after(0, old), Found::End);
        assert_eq!(stream.after(0, new), Found::Message(1, "1".into()));
    }

    #[test]
    fn an_event_id_names_its_stream() {
        assert_eq!(parse("p7-12"), Some(("p7", 12)));
        for odd in ["", "7", "p7-", "p7-x", "p7--1"] {
            assert!(parse(odd).is_none_or(|(name, _)| name != "p7"), "{odd}");
        }
    }
}
