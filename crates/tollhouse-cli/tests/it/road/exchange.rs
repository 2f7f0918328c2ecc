//! One exchange over HTTP, whose answer is read as it comes: a message, or a stream of them.

use std::{
    io::{BufRead as _, BufReader, Read, Result, Write as _},
    net::{SocketAddr, TcpStream},
};

use serde_json::Value;

use crate::process::PATIENCE;

/// An answer that is under way.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: String,
    body: BufReader<Box<dyn Read>>,
    is_stream: bool,
}

/// Sends a message with these headers.
pub(super) fn post(address: SocketAddr, headers: &[(&str, &str)], message: &Value) -> Reply {
    let body = message.to_string();
    let mut request = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += "\r\n";
    request += &body;
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    Reply::read(BufReader::new(stream))
}

impl Reply {
    fn read(mut stream: BufReader<TcpStream>) -> Self {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
        }
        let lower = head.to_lowercase();
        let body: Box<dyn Read> = if lower.contains("transfer-encoding: chunked") {
            Box::new(Chunks { stream, left: 0 })
        } else {
            Box::new(stream)
        };
        Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            is_stream: lower.contains("content-type: text/event-stream"),
            body: BufReader::new(body),
            head,
        }
    }

    /// The next message; none at the end.
    pub(super) fn next(&mut self) -> Option<Value> {
        if !self.is_stream {
            let mut text = String::new();
            self.body.read_to_string(&mut text).unwrap();
            return serde_json::from_str(&text).ok();
        }
        loop {
            let mut line = String::new();
            if self.body.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // An empty event only says where the stream stands.
            let data = line.strip_prefix("data:").map(str::trim);
            if let Some(message) = data.and_then(|data| serde_json::from_str(data).ok()) {
                return Some(message);
            }
        }
    }
}

/// A body that comes in chunks.
struct Chunks {
    stream: BufReader<TcpStream>,
    left: usize,
}

impl Read for Chunks {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if self.left == 0 {
            self.left = self.next_size()?;
        }
        let most = into.len().min(self.left);
        let count = self.stream.read(&mut into[..most])?;
        self.left -= count;
        Ok(count)
    }
}

impl Chunks {
    /// How long the next chunk is; the end has none.
    fn next_size(&mut self) -> Result<usize> {
        let mut line = String::new();
        // The line after a chunk is empty.
        for _ in 0..2 {
            line.clear();
            self.stream.read_line(&mut line)?;
            if !line.trim().is_empty() {
                break;
            }
        }
        Ok(usize::from_str_radix(line.trim(), 16).unwrap_or_default())
    }
}
