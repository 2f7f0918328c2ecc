//! Takes connections, within a cap and with a time limit on everything that a peer can be slow at.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    io,
    net::{IpAddr, SocketAddr},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, header::CONNECTION},
};
use hyper::{
    Request, Response, body::Incoming, rt::Write as _, server::conn::http1, service::service_fn,
};
use hyper_util::{rt::TokioTimer, server::graceful::GracefulShutdown};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::Semaphore,
    task::{JoinError, JoinSet},
    time::timeout,
};
use tollhouse_core::{Principal, Server};
use tower::ServiceExt as _;

use crate::{
    Connections, Options,
    endpoint::{self, Endpoint},
    gate::Gate,
    health::{self, Health},
    metadata,
    session::Pairs,
    wire::{Departure, Wire},
};

/// Listens, with room for a crowd that comes at once: where the usual 128 fit, whoever is one more waits a
/// second before it tries again. Must be called inside a runtime, as [`serve`].
///
/// # Errors
///
/// The address cannot be had.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // So that a restart need not wait for old connections. Elsewhere it would let a second process in.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `stop` fires; then takes no more connections, ends the streams of changes, lets requests
/// under way come to their end within the drain timeout, cuts what is left, and returns. A connection that
/// is idle then is kept for half a second more, in case a request is on its way.
///
/// Dropping it cuts every connection at once; calls under way are cancelled and still get their line in
/// the journal.
///
/// # Errors
///
/// The listener's own address cannot be read.
pub async fn serve(
    server: Server,
    listener: TcpListener,
    options: Options,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    // This edge's end is not that of others on the same server.
    let server = server.edge();
    let mut house = House::new(&server, &listener, &options)?;
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(ended) = house.connections.join_next() => note(ended),
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => house.welcome(stream, peer.ip()),
                Err(error) => house.pause_after(&error).await,
            },
        }
    }
    house.welcome_waiting(listener);
    house.close(&server, options.drain_timeout).await;
    Ok(())
}

/// What every connection shares, and all connections.
struct House {
    front: Arc<Front>,
    protocol: http1::Builder,
    slots: Arc<Semaphore>,
    count: Connections,
    door: Arc<Semaphore>,
    // Not a tracker: what is left when the time is up must be cut, and nothing may outlive `serve`.
    connections: JoinSet<()>,
    graceful: GracefulShutdown,
    write_timeout: Duration,
    /// Whether accepting has failed and not yet succeeded again.
    is_blocked: bool,
}

/// The gate, and behind it the endpoint and the other routes.
struct Front {
    gate: Gate,
    endpoint: Endpoint,
    pairs: Option<Pairs>,
    routes: Router,
    health: Arc<Health>,
}

impl House {
    fn new(server: &Server, listener: &TcpListener, options: &Options) -> io::Result<Self> {
        let health = Health::new(server.clone());
        let address = listener.local_addr()?;
        let front = Front {
            gate: Gate::new(options, address),
            endpoint: Endpoint::new(server, options, address),
            pairs: options.pairs.then(Pairs::default),
            routes: health::routes(Arc::clone(&health)),
            health,
        };
        Ok(Self {
            front: Arc::new(front),
            protocol: protocol(options),
            slots: Arc::new(Semaphore::new(options.connections_max)),
            count: options.count.clone(),
            door: Arc::new(Semaphore::new(TURNED_AWAY_MAX)),
            connections: JoinSet::new(),
            graceful: GracefulShutdown::new(),
            write_timeout: options.write_timeout,
            is_blocked: false,
        })
    }

    fn welcome(&mut self, stream: TcpStream, peer: IpAddr) {
        self.is_blocked = false;
        let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else {
            return self.turn_away(stream);
        };
        // Replies are small and written whole; waiting to fill a packet would only delay them.
        drop(stream.set_nodelay(true));
        let front = Arc::clone(&self.front);
        let stranger = front.endpoint.desk.stranger(peer);
        let service = service_fn(move |request| {
            Box::pin(Arc::clone(&front).answer(request, stranger.clone()))
        });
        let wire = Wire::new(stream, self.write_timeout);
        let departure = wire.departure();
        let connection = self.protocol.serve_connection(wire, service);
        let connection = self.graceful.watch(connection);
        let counted = self.count.enter();
        self.connections.spawn(async move {
            // A peer that breaks off or is too slow is an everyday thing.
            if let Err(error) = unless_left(connection, departure).await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop((slot, counted));
        });
    }

    /// Lets in whoever has got through to the listener before it closes.
    fn welcome_waiting(&mut self, listener: TcpListener) {
        // Asked of the system itself: the runtime might not have heard of them yet.
        let Ok(listener) = listener.into_std() else {
            return;
        };
        for stream in listener.incoming().take(WAITING_MAX) {
            let stream = stream.and_then(|stream| {
                stream.set_nonblocking(true)?;
                let peer = stream.peer_addr()?.ip();
                Ok((TcpStream::from_std(stream)?, peer))
            });
            match stream {
                Ok((stream, peer)) => self.welcome(stream, peer),
                Err(_nobody) => return,
            }
        }
    }

    /// Says that the house is full; to more than a few at once not even that.
    fn turn_away(&mut self, stream: TcpStream) {
        if let Ok(place) = Arc::clone(&self.door).try_acquire_owned() {
            self.connections.spawn(async move {
                drop(timeout(TURNING_AWAY, say_full(stream)).await);
                drop(place);
            });
        }
    }

    /// A failed accept concerns one peer, or means that descriptors have run out; then trying at once
    /// again would only spin.
    async fn pause_after(&mut self, error: &io::Error) {
        let peer = [
            io::ErrorKind::ConnectionAborted,
            io::ErrorKind::ConnectionReset,
            io::ErrorKind::ConnectionRefused,
        ];
        if !peer.contains(&error.kind()) {
            if !self.is_blocked {
                tracing::error!(%error, "cannot accept connections");
                self.is_blocked = true;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn close(mut self, server: &Server, limit: Duration) {
        self.front.health.close();
        server.closing().cancel();
        let graceful = self.graceful;
        let ended = timeout(limit, async {
            // A request may be on its way over an idle connection; it is answered, and told that it was
            // the last.
            drop(timeout(LAST_ORDERS, all(&mut self.connections)).await);
            graceful.shutdown().await;
            all(&mut self.connections).await;
            server.drain().await;
        });
        if ended.await.is_err() {
            let open = self.connections.len();
            tracing::warn!(open, "connections were cut at the end of the drain timeout");
            self.connections.shutdown().await;
            self.front.endpoint.cancel_all();
            drop(timeout(CUT, server.drain()).await);
        }
    }
}

/// Also when serving is given up in the middle: calls whose client has left are not to outlive it.
impl Drop for Front {
    fn drop(&mut self) {
        self.endpoint.cancel_all();
    }
}

impl Front {
    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        stranger: Principal,
    ) -> Result<Response<Body>, Infallible> {
        let mut response = match self.open(&request) {
            Some(response) => response,
            None => self.guarded(request, stranger).await?,
        };
        if self.health.is_closing() {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        Ok(response)
    }

    /// What every page may read, if that is what is asked for. It is found by the path alone, and then the Host is
    /// looked at as ever.
    fn open(&self, request: &Request<Incoming>) -> Option<Response<Body>> {
        let places = &self.endpoint.desk.places;
        let document = places.document(request.headers(), request.uri().path())?;
        Some(match self.gate.check_host(request) {
            Ok(()) => metadata::answer(document, request),
            Err(refusal) => *refusal,
        })
    }

    /// Everything else.
    async fn guarded(
        &self,
        request: Request<Incoming>,
        stranger: Principal,
    ) -> Result<Response<Body>, Infallible> {
        Ok(match self.gate.check(&request) {
            Err(refusal) => *refusal,
            Ok(pass) => {
                let mut response = self.route(request, stranger).await?;
                pass.mark(&mut response);
                response
            }
        })
    }

    /// The endpoint is not among the routes: finding it there would cost a call a tenth of its time.
    async fn route(
        &self,
        request: Request<Incoming>,
        stranger: Principal,
    ) -> Result<Response<Body>, Infallible> {
        if let Some(pairs) = &self.pairs
            && Pairs::is_at(request.method(), request.uri().path())
        {
            return Ok(pairs.answer(&self.endpoint.desk, request, stranger).await);
        }
        if self.endpoint.is_at(request.uri().path()) {
            return Ok(endpoint::answer(&self.endpoint, request, stranger).await);
        }
        self.routes.clone().oneshot(request.map(Body::new)).await
    }
}

/// Serves a connection until it ends, or until its peer has left in the middle of something.
async fn unless_left(
    connection: impl Future<Output = hyper::Result<()>>,
    departure: Departure,
) -> hyper::Result<()> {
    let mut connection = pin!(connection);
    poll_fn(|context| match connection.as_mut().poll(context) {
        Poll::Pending if departure.has_come() => Poll::Ready(Ok(())),
        polled => polled,
    })
    .await
}

fn protocol(options: &Options) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(options.header_timeout)
        .max_header_size(HEADER_BYTES_MAX)
        .max_buf_size(BUFFER_BYTES_MAX);
    builder
}

/// Waits for the request, since a client may take words before its own for noise, and answers it.
async fn say_full(stream: TcpStream) -> io::Result<()> {
    let full = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.readable().await?;
    stream.try_write(full)?;
    let mut wire = Wire::new(stream, TURNING_AWAY);
    poll_fn(|context| Pin::new(&mut wire).poll_shutdown(context)).await
}

/// Waits until every connection has ended.
async fn all(connections: &mut JoinSet<()>) {
    while let Some(ended) = connections.join_next().await {
        note(ended);
    }
}

fn note(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection failed");
    }
}

const HEADER_BYTES_MAX: usize = 64 * 1024;
const BUFFER_BYTES_MAX: usize = 64 * 1024;
const BACKLOG: u32 = 4096;
const WAITING_MAX: usize = 4096;
const TURNED_AWAY_MAX: usize = 64;
const TURNING_AWAY: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(100);
const LAST_ORDERS: Duration = Duration::from_millis(500);
const CUT: Duration = Duration::from_secs(1);
