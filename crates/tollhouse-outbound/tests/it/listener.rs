//! Something to call: a listener that counts who comes, reads one request of each and says what it was told to say.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};

/// What is said to whoever comes.
#[derive(Clone, Debug)]
pub(crate) enum Say {
    /// This, and the end.
    Bytes(Vec<u8>),
    /// A head, then bytes for as long as somebody reads them.
    Endless,
    /// A head, then a byte now and then, for ever.
    Drip,
    /// Nothing at all.
    Silence,
}

/// Listens for as long as it is held.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
    _serving: JoinSet<()>,
}

impl Listener {
    pub(crate) async fn saying(say: Say) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, requests) = (Arc::default(), Arc::<Mutex<Vec<String>>>::default());
        let mut serving = JoinSet::new();
        let (counted, kept) = (Arc::clone(&connections), Arc::clone(&requests));
        serving.spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                AtomicUsize::fetch_add(&counted, 1, Ordering::SeqCst);
                talks.spawn(talk(stream, say.clone(), Arc::clone(&kept)));
            }
        });
        Self {
            address,
            connections,
            requests,
            _serving: serving,
        }
    }

    /// One answer with this body.
    pub(crate) async fn answering(body: &str) -> Self {
        Self::saying(Say::Bytes(answer("200 OK", "", body.as_bytes()))).await
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The heads of the requests that came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }
}

/// An answer as it stands on the wire; `more` are header lines, each with its end.
pub(crate) fn answer(status: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut bytes =
        format!("HTTP/1.1 {status}\r\n{more}content-length: {length}\r\n\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Reads a request to its end and answers it; the connection ends then.
pub(crate) async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    say: Say,
    requests: Arc<Mutex<Vec<String>>>,
) {
    let Some(request) = request(&mut stream).await else {
        return;
    };
    requests.lock().unwrap().push(request);
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    // Whoever hangs up ends the talk, which is what some of these tests are about.
    let _ended = match say {
        Say::Bytes(bytes) => async { stream.write_all(&bytes).await }.await,
        Say::Endless => {
            let mut told = stream.write_all(head).await;
            while told.is_ok() {
                told = stream.write_all(b"400\r\n").await;
                told = told.and(stream.write_all(&[b'x'; 1024]).await);
                told = told.and(stream.write_all(b"\r\n").await);
            }
            told
        }
        Say::Drip => {
            let mut told = stream.write_all(head).await;
            let mut beat = tokio::time::interval(std::time::Duration::from_millis(20));
            while told.is_ok() {
                beat.tick().await;
                told = stream.write_all(b"1\r\nx\r\n").await;
            }
            told
        }
        Say::Silence => stream.read_u8().await.map(drop),
    };
    let _closed = stream.shutdown().await;
}

/// Head and body of a request, if it comes whole.
async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return Some(text);
            }
        }
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
}
