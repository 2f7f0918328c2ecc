//! One page on a listener of its own, for programs that look after the process.

use std::{convert::Infallible, fmt, future::Future, io, pin::pin, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{
        HeaderValue, Method, Request, Response, StatusCode,
        header::{ALLOW, CONTENT_TYPE},
    },
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};

use crate::{Options, gate::Gate};

/// A page that is made anew for everybody who asks.
#[derive(Clone)]
pub struct Page {
    path: &'static str,
    media_type: &'static str,
    make: Arc<dyn Fn() -> Vec<u8> + Send + Sync>,
}

impl Page {
    /// A page under this path and of this media type.
    #[must_use]
    pub fn new(
        path: &'static str,
        media_type: &'static str,
        make: impl Fn() -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self {
            path,
            media_type,
            make: Arc::new(make),
        }
    }

    /// Serves the page until `stop` fires. On a loopback address only under a name of this machine, so that no
    /// web page reads it (DNS rebinding); on any other, whoever reaches it may read it.
    ///
    /// # Errors
    ///
    /// The listener's own address cannot be read.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let address = listener.local_addr()?;
        let is_loopback = address.ip().is_loopback();
        let gate = is_loopback.then(|| Gate::new(&Options::default(), address));
        let desk = Arc::new((self, gate));
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => return Ok(()),
                Some(_ended) = connections.join_next() => {}
                accepted = listener.accept() => match accepted {
                    Ok((stream, _peer)) if connections.len() < CONNECTIONS_MAX => {
                        connections.spawn(connection(Arc::clone(&desk), stream));
                    }
                    Ok(_one_too_many) => {}
                    // At once again, it would only spin.
                    Err(_error) => tokio::time::sleep(PAUSE).await,
                },
            }
        }
    }

    fn answer<B>(&self, gate: Option<&Gate>, request: &Request<B>) -> Response<Body> {
        if let Some(Err(refusal)) = gate.map(|gate| gate.check(request)) {
            return *refusal;
        }
        let mut response = Response::new(Body::empty());
        if request.uri().path() != self.path {
            *response.status_mut() = StatusCode::NOT_FOUND;
        } else if !matches!(*request.method(), Method::GET | Method::HEAD) {
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allowed);
        } else {
            *response.body_mut() = Body::from((self.make)());
            let media_type = HeaderValue::from_static(self.media_type);
            response.headers_mut().insert(CONTENT_TYPE, media_type);
        }
        response
    }
}

/// One request, and all of it within a time limit.
async fn connection(desk: Arc<(Page, Option<Gate>)>, stream: TcpStream) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (page, gate) = &*desk;
        let response = page.answer(gate.as_ref(), &request);
        async { Ok::<_, Infallible>(response) }
    });
    let mut protocol = http1::Builder::new();
    let served = protocol
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // A peer that breaks off or is too slow is an everyday thing.
    drop(timeout(PATIENCE, served).await);
}

impl fmt::Debug for Page {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Page({})", self.path)
    }
}

const CONNECTIONS_MAX: usize = 16;
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(100);
