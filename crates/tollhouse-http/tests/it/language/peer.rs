//! A client that can send any bytes and reads what really comes back.

use std::{io, net::SocketAddr};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Head, PATIENCE, Request, Response, within};

/// One connection.
#[derive(Debug)]
pub(crate) struct Peer {
    stream: TcpStream,
    unread: Vec<u8>,
    /// What has been taken out of its chunks but not yet been looked at.
    events: Vec<u8>,
}

impl Peer {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap())
    }

    pub(crate) fn over(stream: TcpStream) -> Self {
        Self {
            stream,
            unread: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Says one request and gives the whole response.
    pub(crate) async fn say(&mut self, request: &Request) -> Response {
        self.send(request.wire()).await;
        if request.has_body() {
            self.response().await
        } else {
            let head = self.head().await;
            let body = Vec::new();
            Response { head, body }
        }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends what the server takes; an error if it takes no more.
    pub(crate) async fn try_send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes).await
    }

    /// Says that nothing more will be sent; what comes is still read.
    pub(crate) async fn finish(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    /// Breaks the connection off, without a word of parting.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// Whether there is something to read.
    pub(crate) async fn readable(&self) {
        self.stream.readable().await.unwrap();
    }

    /// The whole next response.
    pub(crate) async fn response(&mut self) -> Response {
        let head = self.head().await;
        let body = self.body(&head).await;
        Response { head, body }
    }

    /// The next response but for its body.
    pub(crate) async fn head(&mut self) -> Head {
        let end = self.find(b"\r\n\r\n").await;
        let text: Vec<u8> = self.unread.drain(..end).collect();
        Head::parse(std::str::from_utf8(&text).unwrap().trim_end())
    }

    /// The body that belongs to this head.
    pub(crate) async fn body(&mut self, head: &Head) -> Vec<u8> {
        if matches!(head.status, 100..200 | 204 | 304) {
            return Vec::new();
        }
        if head.header("transfer-encoding") == Some("chunked") {
            let mut body = Vec::new();
            while let Some(chunk) = self.chunk().await {
                body.extend_from_slice(&chunk);
            }
            return body;
        }
        match head.header("content-length") {
            Some(length) => self.take(length.parse().unwrap()).await,
            None => {
                while self.fill().await {}
                std::mem::take(&mut self.unread)
            }
        }
    }

    /// The next block of a stream in chunks, without the empty line behind it; none at its end.
    pub(crate) async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = position(&self.events, b"\n\n") {
                let block: Vec<u8> = self.events.drain(..end).collect();
                return Some(String::from_utf8(block).unwrap().trim_end().to_owned());
            }
            let chunk = self.chunk().await?;
            self.events.extend_from_slice(&chunk);
        }
    }

    /// The message of the next event of a stream; comments are passed over; none at its end.
    pub(crate) async fn event(&mut self) -> Option<Value> {
        loop {
            let block = self.block().await?;
            if block.starts_with(':') {
                continue;
            }
            let data = block.strip_prefix("event: message\ndata: ").unwrap();
            let message = serde_json::from_str(data).unwrap();
            tollhouse_wire_check::check(&message);
            return Some(message);
        }
    }

    /// Waits for the end of the connection; what still comes is thrown away.
    pub(crate) async fn closed(&mut self) {
        self.unread.clear();
        while self.fill().await {
            self.unread.clear();
        }
    }

    /// Waits for the end of the connection; false if it is broken off instead.
    pub(crate) async fn ends(&mut self) -> bool {
        let mut rest = Vec::new();
        let read = within(PATIENCE, self.stream.read_to_end(&mut rest)).await;
        read.is_ok()
    }

    /// Reads once; false at the end of the connection, however it ends.
    pub(crate) async fn fill(&mut self) -> bool {
        let read = within(PATIENCE, self.stream.read_buf(&mut self.unread)).await;
        read.is_ok_and(|bytes| bytes > 0)
    }

    /// What has been read and not been looked at.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.unread
    }

    /// One chunk; none for the last.
    async fn chunk(&mut self) -> Option<Vec<u8>> {
        let end = self.find_or_end(b"\r\n").await?;
        let line: Vec<u8> = self.unread.drain(..end).collect();
        let size = std::str::from_utf8(&line).unwrap().trim();
        let size = usize::from_str_radix(size, 16).unwrap();
        let mut chunk = self.take(size + 2).await;
        chunk.truncate(size);
        (size > 0).then_some(chunk)
    }

    /// So many bytes, neither more nor less.
    pub(crate) async fn take(&mut self, bytes: usize) -> Vec<u8> {
        while self.unread.len() < bytes {
            assert!(self.fill().await, "the connection broke off");
        }
        self.unread.drain(..bytes).collect()
    }

    async fn find(&mut self, mark: &[u8]) -> usize {
        self.find_or_end(mark).await.unwrap()
    }

    /// Where the mark ends; none if the connection ends before it.
    async fn find_or_end(&mut self, mark: &[u8]) -> Option<usize> {
        loop {
            if let Some(end) = position(&self.unread, mark) {
                return Some(end);
            }
            if !self.fill().await {
                return None;
            }
        }
    }
}

fn position(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    let mut windows = bytes.windows(mark.len());
    windows
        .position(|window| window == mark)
        .map(|at| at + mark.len())
}
