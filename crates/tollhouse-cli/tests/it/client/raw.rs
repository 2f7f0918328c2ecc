//! A server over HTTP that says whatever bytes it is told to.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

/// What is written after each request, until nobody reads any more.
pub(super) type Say = fn(&mut TcpStream) -> std::io::Result<()>;

/// A server of bytes, and the requests that it got.
pub(super) struct Raw {
    address: SocketAddr,
    pub(super) requests: mpsc::Receiver<String>,
}

impl Raw {
    /// Answers each connection in the same way. Its thread ends with the process of the test.
    pub(super) fn start(say: Say) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let sender = sender.clone();
                thread::spawn(move || drop(answer(stream, say, &sender)));
            }
        });
        Self { address, requests }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }
}

fn answer(stream: TcpStream, say: Say, sender: &mpsc::Sender<String>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        if reader.read_line(&mut request)? == 0 {
            return Ok(());
        }
    }
    let length = request.to_lowercase();
    let length = length.split("content-length: ").nth(1);
    let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut body)?;
    request.push_str(&String::from_utf8_lossy(&body));
    // Nobody may look at it.
    drop(sender.send(request));
    let mut stream = stream;
    say(&mut stream)
}

/// A whole response with this body.
pub(super) fn respond(stream: &mut TcpStream, head: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}

pub(super) const JSON: &str = "200 OK\r\nContent-Type: application/json";
pub(super) const EVENTS: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
