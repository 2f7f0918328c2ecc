//! Takes connections, within a cap and with a time limit on everything that a peer can be slow at.

use std::{convert::Infallible, future::Future, io, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_util::task::TaskTracker;
use tollhouse_core::Server;
use tower::ServiceExt as _;

use crate::{Options, gate::Gate, routes};

/// Serves until `stop` fires; then takes no more connections, ends the streams, lets requests under way
/// come to their end within the drain timeout, and returns.
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
    let front = Front {
        gate: Gate::new(&options, listener.local_addr()?),
        routes: routes(server.clone(), &options),
    };
    let house = House {
        front: Arc::new(front),
        protocol: protocol(&options),
        slots: Arc::new(Semaphore::new(options.connections_max)),
        connections: TaskTracker::new(),
        graceful: GracefulShutdown::new(),
    };
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _peer)) => house.welcome(stream),
                Err(error) => pause_after(&error).await,
            },
        }
    }
    drop(listener);
    house.close(&server, options.drain_timeout).await;
    Ok(())
}

/// What every connection shares.
struct House {
    front: Arc<Front>,
    protocol: http1::Builder,
    slots: Arc<Semaphore>,
    connections: TaskTracker,
    graceful: GracefulShutdown,
}

/// The gate before the routes.
struct Front {
    gate: Gate,
    routes: Router,
}

impl House {
    fn welcome(&self, stream: TcpStream) {
        let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else {
            return turn_away(&stream);
        };
        // Replies are small and written whole; waiting to fill a packet would only delay them.
        drop(stream.set_nodelay(true));
        let front = Arc::clone(&self.front);
        let service = service_fn(move |request| Arc::clone(&front).answer(request));
        let connection = self
            .protocol
            .serve_connection(TokioIo::new(stream), service);
        let connection = self.graceful.watch(connection);
        self.connections.spawn(async move {
            // A peer that breaks off or is too slow is an everyday thing.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(slot);
        });
    }

    async fn close(self, server: &Server, limit: Duration) {
        self.connections.close();
        server.closing().cancel();
        let ended = timeout(limit, async {
            self.graceful.shutdown().await;
            self.connections.wait().await;
            server.drain().await;
        });
        if ended.await.is_err() {
            let open = self.connections.len();
            tracing::warn!(open, "stopped before every connection had ended");
        }
    }
}

impl Front {
    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<axum::response::Response, Infallible> {
        let pass = match self.gate.check(&request) {
            Ok(pass) => pass,
            Err(refusal) => return Ok(*refusal),
        };
        let mut response = self.routes.clone().oneshot(request.map(Body::new)).await?;
        pass.mark(&mut response);
        Ok(response)
    }
}

fn protocol(options: &Options) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(options.header_timeout)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEADER_BYTES_MAX);
    builder
}

/// Says that the house is full, without waiting for anything.
fn turn_away(stream: &TcpStream) {
    let full = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    drop(stream.try_write(full));
}

/// A failed accept concerns one peer, or means that descriptors have run out; then trying at once again
/// would only spin.
async fn pause_after(error: &io::Error) {
    let peer = [
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::ConnectionRefused,
    ];
    if !peer.contains(&error.kind()) {
        tracing::error!(%error, "cannot accept connections");
        tokio::time::sleep(PAUSE).await;
    }
}

const HEADERS_MAX: usize = 100;
const HEADER_BYTES_MAX: usize = 64 * 1024;
const PAUSE: Duration = Duration::from_millis(100);
