//! Reads HTTP/1.1 responses off a keep-alive connection: just enough of them.

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The bytes of one connection that have been read and not yet used up.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    buffer: Vec<u8>,
    /// Where the response that is being read begins.
    start: usize,
    /// The body of a chunked response, put together.
    joined: Vec<u8>,
}

impl Replies {
    /// The body of the next response. Anything but a 200 is an error.
    pub(crate) async fn next<R: AsyncRead + Unpin>(&mut self, stream: &mut R) -> Result<&[u8]> {
        // The previous response is used up: what follows it moves to the front.
        self.buffer.drain(..self.start);
        self.start = 0;
        let head = loop {
            if let Some(head) = Head::parse(&self.buffer)? {
                break head;
            }
            self.fill(stream).await?;
        };
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
        ensure!(
            head.status == 200,
            "HTTP {}: {}",
            head.status,
            String::from_utf8_lossy(body.get(..400).unwrap_or(body))
        );
        Ok(body)
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
}

impl Head {
    fn parse(buffer: &[u8]) -> Result<Option<Self>> {
        let Some(end) = memmem::find(buffer, b"\r\n\r\n") else {
            return Ok(None);
        };
        let text = std::str::from_utf8(buffer.get(..end).unwrap_or_default())?;
        let mut lines = text.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3))
            .context("not an HTTP/1.1 response")?
            .parse()?;
        let mut length = None;
        let mut chunked = false;
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.trim().parse()?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.trim().eq_ignore_ascii_case("chunked");
            }
        }
        if length.is_none() && !chunked {
            bail!("a response without content-length and without chunks");
        }
        Ok(Some(Self {
            status,
            length,
            bytes: end + 2 * LINE_END,
        }))
    }
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
            .map(|_| match runtime.block_on(replies.next(&mut stream)) {
                Ok(body) => Ok(String::from_utf8(body.to_vec()).unwrap()),
                Err(error) => Err(error.to_string()),
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
    fn an_early_end_is_an_error() {
        let bodies = read_all("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel", 4);
        assert!(bodies[0].as_ref().unwrap_err().contains("closed"));
    }
}
