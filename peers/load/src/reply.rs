//! Reads HTTP/1.1 responses off a keep-alive connection: just enough of them.

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::events;

/// The bytes of one connection that have been read and not yet used up.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    buffer: Vec<u8>,
    /// Where the response that is being read begins.
    start: usize,
    /// The body of a chunked response, put together.
    joined: Vec<u8>,
}

/// One whole response.
#[derive(Debug)]
pub(crate) struct Reply<'a> {
    status: u16,
    head: &'a [u8],
    is_events: bool,
    body: &'a [u8],
}

impl<'a> Reply<'a> {
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// The session that the server has opened.
    pub(crate) fn session(&self) -> Option<&'a str> {
        let mut headers = headers(std::str::from_utf8(self.head).ok()?);
        let (_, id) = headers.find(|(name, _)| name.eq_ignore_ascii_case("mcp-session-id"))?;
        Some(id)
    }

    /// The JSON of the answer, whether it is the body or the last event in it.
    /// Anything but a 200 is an error.
    pub(crate) fn answer(&self) -> Result<&'a [u8]> {
        ensure!(
            self.status == 200,
            "HTTP {}: {}",
            self.status,
            String::from_utf8_lossy(self.body.get(..400).unwrap_or(self.body))
        );
        match self.is_events {
            true => events::last_message(self.body),
            false => Ok(self.body),
        }
    }
}

impl Replies {
    /// The next response, with its whole body.
    pub(crate) async fn next<R: AsyncRead + Unpin>(&mut self, stream: &mut R) -> Result<Reply<'_>> {
        let head = self.head(stream).await?;
        let end = match head.length {
            Some(length) => {
                let end = head.bytes + length;
                while self.buffer.len() < end {
                    self.fill(stream).await?;
                }
                end
            }
            None => self.join_chunks(stream, head.bytes).await?,
        };
        self.start = end;
        let body = match head.length {
            Some(_) => self.buffer.get(head.bytes..end).unwrap_or_default(),
            None => &self.joined,
        };
        Ok(Reply {
            status: head.status,
            head: self.buffer.get(..head.bytes).unwrap_or_default(),
            is_events: head.is_events,
            body,
        })
    }

    /// Waits until a response begins that is a stream of events.
    pub(crate) async fn begin<R: AsyncRead + Unpin>(&mut self, stream: &mut R) -> Result<()> {
        let head = self.head(stream).await?;
        ensure!(
            head.status == 200 && head.is_events,
            "HTTP {} instead of a stream of events",
            head.status
        );
        Ok(())
    }

    async fn head<R: AsyncRead + Unpin>(&mut self, stream: &mut R) -> Result<Head> {
        // The previous response is used up: what follows it moves to the front.
        self.buffer.drain(..self.start);
        self.start = 0;
        loop {
            if let Some(head) = Head::parse(&self.buffer)? {
                return Ok(head);
            }
            self.fill(stream).await?;
        }
    }

    /// Puts a chunked body together and says where it ended.
    async fn join_chunks<R: AsyncRead + Unpin>(
        &mut self,
        stream: &mut R,
        mut at: usize,
    ) -> Result<usize> {
        self.joined.clear();
        loop {
            let line_end = self.line_end(stream, at).await?;
            let size = chunk_size(self.buffer.get(at..line_end).unwrap_or_default())?;
            let begin = line_end + LINE_END;
            let end = begin + size + LINE_END;
            while self.buffer.len() < end {
                self.fill(stream).await?;
            }
            let chunk = self.buffer.get(begin..begin + size).unwrap_or_default();
            self.joined.extend_from_slice(chunk);
            at = end;
            if size == 0 {
                return Ok(end);
            }
        }
    }

    /// Where the line that begins at `at` ends.
    async fn line_end<R: AsyncRead + Unpin>(&mut self, stream: &mut R, at: usize) -> Result<usize> {
        loop {
            let rest = self.buffer.get(at..).unwrap_or_default();
            if let Some(found) = memmem::find(rest, b"\r\n") {
                return Ok(at + found);
            }
            self.fill(stream).await?;
        }
    }

    async fn fill<R: AsyncRead + Unpin>(&mut self, stream: &mut R) -> Result<()> {
        self.buffer.reserve(READ_BYTES);
        let read = stream.read_buf(&mut self.buffer).await?;
        ensure!(read > 0, "the server closed the connection");
        Ok(())
    }
}

#[derive(Debug, PartialEq)]
struct Head {
    status: u16,
    /// Without one the body is chunked.
    length: Option<usize>,
    bytes: usize,
    is_events: bool,
}

impl Head {
    fn parse(buffer: &[u8]) -> Result<Option<Self>> {
        let Some(end) = memmem::find(buffer, b"\r\n\r\n") else {
            return Ok(None);
        };
        let text = std::str::from_utf8(buffer.get(..end).unwrap_or_default())?;
        let status = text
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3))
            .context("not an HTTP/1.1 response")?
            .parse()?;
        let mut head = Self {
            status,
            length: None,
            bytes: end + 2 * LINE_END,
            is_events: false,
        };
        let mut chunked = false;
        for (name, value) in headers(text) {
            if name.eq_ignore_ascii_case("content-length") {
                head.length = Some(value.parse()?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.eq_ignore_ascii_case("chunked");
            } else if name.eq_ignore_ascii_case("content-type") {
                head.is_events = value.starts_with("text/event-stream");
            }
        }
        if head.length.is_none() && !chunked {
            bail!("a response without content-length and without chunks");
        }
        Ok(Some(head))
    }
}

/// The names and values below the status line.
fn headers(head: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = head.split("\r\n").skip(1);
    lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name, value.trim()))
    })
}

fn chunk_size(line: &[u8]) -> Result<usize> {
    let text = std::str::from_utf8(line)?;
    let digits = text.split(';').next().unwrap_or_default().trim();
    usize::from_str_radix(digits, 16).with_context(|| format!("{text:?} is no chunk size"))
}

const LINE_END: usize = 2;
/// Room for the longest answer, so that it arrives in few reads.
const READ_BYTES: usize = 128 << 10;

#[cfg(test)]
mod tests {
    use super::Replies;

    /// Hands out a few bytes at a time.
    struct Drip(Vec<u8>, usize);

    impl tokio::io::AsyncRead for Drip {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            into: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            let count = self.1.min(self.0.len());
            into.put_slice(&self.0.drain(..count).collect::<Vec<u8>>());
            std::task::Poll::Ready(Ok(()))
        }
    }

    fn read_all(wire: &str, step: usize) -> Vec<Result<String, String>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut stream = Drip(wire.as_bytes().to_vec(), step);
        let mut replies = Replies::default();
        (0..3)
            .map(|_| {
                let reply = runtime.block_on(replies.next(&mut stream));
                match reply.and_then(|reply| reply.answer()) {
                    Ok(body) => Ok(String::from_utf8(body.to_vec()).unwrap()),
                    Err(error) => Err(error.to_string()),
                }
            })
            .collect()
    }

    #[test]
    fn bodies_are_found_however_the_bytes_arrive() {
        let wire = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\
                    HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nwor\r\n2;x=y\r\nld\r\n0\r\n\r\n\
                    HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno";
        for step in [1, 2, 7, 1000] {
            let bodies = read_all(wire, step);
            assert_eq!(bodies[0].as_deref(), Ok("hello"), "{step} bytes at a time");
            assert_eq!(bodies[1].as_deref(), Ok("world"), "{step} bytes at a time");
            assert_eq!(bodies[2].as_ref().unwrap_err(), "HTTP 404: no");
        }
    }

    #[test]
    fn the_answer_among_events_is_found_and_so_is_the_session() {
        let wire = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nMcp-Session-Id: a b\r\n\
                    Transfer-Encoding: chunked\r\n\r\n\
                    8\r\ndata: \n\n\r\n4\r\ndata\r\n9\r\n: {\"x\":1}\r\n2\r\n\n\n\r\n0\r\n\r\n\
                    HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        for step in [1, 5, 1000] {
            let mut stream = Drip(wire.as_bytes().to_vec(), step);
            let mut replies = Replies::default();
            let reply = runtime.block_on(replies.next(&mut stream)).unwrap();
            assert_eq!(reply.answer().unwrap(), b"{\"x\":1}");
            assert_eq!(reply.session(), Some("a b"));
            let reply = runtime.block_on(replies.next(&mut stream)).unwrap();
            assert_eq!(reply.status(), 202);
            assert!(reply.answer().is_err());
        }
    }

    #[test]
    fn an_early_end_is_an_error() {
        let bodies = read_all("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel", 4);
        assert!(bodies[0].as_ref().unwrap_err().contains("closed"));
    }
}
