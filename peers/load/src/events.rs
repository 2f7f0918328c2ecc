//! Finds the message in a whole body of server-sent events.

use anyhow::{Context, Result, ensure};
use memchr::memchr_iter;

/// The last message among the events: an answer ends its stream. Events without
/// data, which only say where a stream could be taken up again, are passed over.
pub(crate) fn last_message(body: &[u8]) -> Result<&[u8]> {
    let mut found = None;
    let mut lines_of_data = 0;
    let mut begin = 0;
    for end in memchr_iter(b'\n', body) {
        let line = body.get(begin..end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        begin = end + 1;
        if line.is_empty() {
            lines_of_data = 0;
        } else if let Some(data) = line.strip_prefix(b"data:") {
            let data = data.strip_prefix(b" ").unwrap_or(data);
            lines_of_data += 1;
            // Nobody breaks JSON into lines; joining them would cost a copy.
            ensure!(lines_of_data == 1, "an event with several lines of data");
            found = (!data.is_empty()).then_some(data).or(found);
        }
    }
    ensure!(
        body.ends_with(b"\n\n") || body.ends_with(b"\n\r\n"),
        "the last event has no end"
    );
    found.context("a stream without a message")
}

#[cfg(test)]
mod tests {
    use super::last_message;

    #[test]
    fn the_answer_follows_what_opens_the_stream() {
        for end in ["\n", "\r\n"] {
            let body = "id: 0\nretry: 3000\ndata:\n\n: ping\n\n\
                        event: message\ndata: {\"method\":\"x\"}\n\n\
                        id: 1\ndata: {\"id\":7}\n\n"
                .replace('\n', end);
            assert_eq!(last_message(body.as_bytes()).unwrap(), b"{\"id\":7}");
        }
        assert_eq!(last_message(b"data:{}\nid:1\n\n").unwrap(), b"{}");
    }

    #[test]
    fn half_an_event_is_no_answer() {
        for body in ["", "data: \n\n", "data: {}\n", "data: {\ndata: }\n\n"] {
            assert!(last_message(body.as_bytes()).is_err(), "{body:?}");
        }
    }
}
