//! One keep-alive connection to a server on this machine.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Result, ensure};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::reply::{Replies, Reply};

/// A connection, and what has come over it.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    replies: Replies,
}

impl Connection {
    /// Connects to a port of this machine.
    pub(crate) async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            replies: Replies::default(),
        })
    }

    /// Sends one request and reads its whole reply.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Reply<'_>> {
        self.stream.write_all(request).await?;
        self.replies.next(&mut self.stream).await
    }

    /// Sends a request whose reply goes on as long as the connection.
    pub(crate) async fn listen(&mut self, request: &[u8]) -> Result<()> {
        self.stream.write_all(request).await?;
        self.replies.begin(&mut self.stream).await
    }

    /// Fails once the server has closed it. What has come is thrown away.
    pub(crate) fn still_open(&self) -> Result<()> {
        let mut scratch = [0; 4096];
        loop {
            match self.stream.try_read(&mut scratch) {
                Ok(read) => ensure!(read > 0, "the server closed a connection"),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
