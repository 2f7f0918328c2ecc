//! Server-sent events, cut out of bytes as they come, within a size
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>, 9.2.6).

use super::{FRAME_BYTES_MAX, too_large};

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its type; `message` if it has none.
    pub(super) kind: String,
    pub(crate) data: String,
    pub(super) id: Option<String>,
    /// How many milliseconds to wait before coming back.
    pub(super) retry_ms: Option<u64>,
}

/// Bytes that have come and are not yet an event.
#[derive(Debug, Default)]
pub(crate) struct Events {
    buffer: Vec<u8>,
    /// How much of the buffer was read as lines.
    read: usize,
    /// How much of the buffer is known to hold no end of a line.
    searched: usize,
    begun: Event,
    has_data: bool,
}

impl Events {
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.buffer.drain(..self.read);
        self.searched -= self.read.min(self.searched);
        self.read = 0;
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() + self.begun.data.len() > FRAME_BYTES_MAX + bytes.len() {
            return Err(too_large());
        }
        Ok(())
    }

    /// The next event that has come. One without data says only how to come back.
    pub(crate) fn next(&mut self) -> Result<Option<Event>, String> {
        while let Some(line) = self.line() {
            if !line.is_empty() {
                let line = String::from_utf8(line)
                    .map_err(|_| "the server sent a stream that is not UTF-8".to_owned())?;
                self.field(&line)?;
            } else if let Some(event) = self.finish() {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// What has come since the last event, if it is one.
    fn finish(&mut self) -> Option<Event> {
        let event = std::mem::take(&mut self.begun);
        let is_whole = std::mem::take(&mut self.has_data);
        (is_whole || event.id.is_some() || event.retry_ms.is_some()).then_some(event)
    }

    fn field(&mut self, line: &str) -> Result<(), String> {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => {
                if self.has_data {
                    self.begun.data.push('\n');
                }
                self.has_data = true;
                self.begun.data.push_str(value);
                if self.begun.data.len() > FRAME_BYTES_MAX {
                    return Err(too_large());
                }
            }
            "event" => value.clone_into(&mut self.begun.kind),
            "id" if !value.contains('\0') => self.begun.id = Some(value.to_owned()),
            "retry" => self.begun.retry_ms = value.parse().ok(),
            // A comment, or what nobody knows.
            _ => {}
        }
        Ok(())
    }

    /// The next line without its end: LF, CR, or both.
    fn line(&mut self) -> Option<Vec<u8>> {
        let unsearched = self.buffer.get(self.searched.max(self.read)..)?;
        let from = self.searched.max(self.read);
        let Some(end) = unsearched
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
        else {
            self.searched = self.buffer.len();
            return None;
        };
        let end = from + end;
        let is_return = self.buffer.get(end) == Some(&b'\r');
        let follower = self.buffer.get(end + 1);
        if is_return && follower.is_none() {
            // What follows decides how long the end of the line is.
            self.searched = end;
            return None;
        }
        let line = self.buffer.get(self.read..end).unwrap_or_default().to_vec();
        self.read = end + 1 + usize::from(is_return && follower == Some(&b'\n'));
        self.searched = self.read;
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Events, FRAME_BYTES_MAX};

    fn data(events: &mut Events) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(Event { data, .. }) = events.next().unwrap() {
            all.push(data);
        }
        all
    }

    #[test]
    fn events_are_found_however_the_bytes_are_cut() {
        let text = b": hello\r\nevent: message\r\nid: 1\r\ndata: a\r\ndata: b\r\n\r\ndata:c\n\nid: 2\nretry: 5\n\ndata: lost";
        for size in 1..text.len() {
            let mut events = Events::default();
            let mut all = Vec::new();
            for part in text.chunks(size) {
                events.add(part).unwrap();
                all.extend(data(&mut events));
            }
            assert_eq!(all, ["a\nb", "c", ""], "{size}");
        }
    }

    #[test]
    fn the_way_back_is_read() {
        let mut events = Events::default();
        events.add(b"id: 2\nretry: 5\nevent: endpoint\n\n").unwrap();
        let event = events.next().unwrap().unwrap();
        assert_eq!(event.id.as_deref(), Some("2"));
        assert_eq!(event.retry_ms, Some(5));
        assert_eq!(event.kind, "endpoint");
    }

    #[test]
    fn what_is_too_large_or_no_text_is_told() {
        let mut events = Events::default();
        let part = vec![b'x'; 1024 * 1024];
        let mut added = 0;
        while events.add(&part).is_ok() {
            assert!(events.next().unwrap().is_none());
            added += part.len();
            assert!(added <= FRAME_BYTES_MAX + part.len());
        }
        let mut events = Events::default();
        events.add(b"data: \xff\n\n").unwrap();
        assert!(events.next().is_err());
    }
}
