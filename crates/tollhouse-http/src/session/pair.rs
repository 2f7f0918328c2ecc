//! The transport of 2024-11-05: a stream that the server speaks on, and an address that the client posts to.
//!
//! Behind it stands the same edge as behind a pair of pipes: what is posted is a line of input, and each line
//! of output is an event. It ends with its stream.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    http::{Method, Request, Response, StatusCode},
};
use bytes::Bytes;
use futures_util::stream;
use hyper::body::Incoming;
use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf,
        WriteHalf, duplex, split,
    },
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_util::sync::{CancellationToken, DropGuard};
use tollhouse_core::{Principal, stdio};

use crate::{
    body,
    desk::{self, Desk, status},
    headers::is_json,
    reply,
    vigil::{self, Fate, Vigil},
};

/// The open pairs, by the ids in the addresses to post to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs(Arc<Mutex<BTreeMap<String, Pair>>>);

/// Where what is posted goes, and who may.
#[derive(Clone, Debug)]
struct Pair {
    /// As it was when it was last asked for.
    caller: watch::Sender<Principal>,
    lines: mpsc::Sender<Bytes>,
}

/// The stream of a pair; dropping it ends the pair.
struct Output {
    pairs: Pairs,
    id: String,
    is_told: bool,
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    caller: watch::Sender<Principal>,
    vigil: Option<Box<Vigil>>,
    // Ends what stands behind, even if it is stuck both ways.
    _end: DropGuard,
}

impl Pairs {
    /// Whether a request is for this transport.
    pub(crate) fn is_at(method: &Method, path: &str) -> bool {
        (method == Method::GET && path == STREAM_PATH)
            || (method == Method::POST && path == POST_PATH)
    }

    pub(crate) async fn answer(
        &self,
        desk: &Desk,
        request: Request<Incoming>,
        stranger: Principal,
    ) -> Response<Body> {
        let whence = (request.uri(), stranger);
        let caller = match desk.caller(request.headers(), whence).await {
            Ok(caller) => caller,
            Err(refusal) => return *refusal,
        };
        if request.method() == Method::GET {
            let vigil = desk.vigil(&caller, request.headers());
            self.open(desk, caller.principal, vigil)
        } else {
            self.post(desk, &caller.principal, request).await
        }
    }

    fn open(&self, desk: &Desk, principal: Principal, vigil: Option<Box<Vigil>>) -> Response<Body> {
        let id = desk.server.draw_name();
        let Some(id) = id.filter(|_| self.table().len() < PAIRS_MAX) else {
            return status(StatusCode::SERVICE_UNAVAILABLE);
        };
        let (near, far) = duplex(BUFFER_BYTES);
        let (output, input) = split(near);
        let (lines, posted) = mpsc::channel(LINES_MAX);
        let (caller, served) = watch::channel(principal);
        let pair = Pair {
            caller: caller.clone(),
            lines,
        };
        self.table().insert(id.clone(), pair);
        let end = CancellationToken::new();
        serve(desk, served, far, (feed(input, posted), end.clone()));
        let output = Output {
            pairs: self.clone(),
            id,
            is_told: false,
            lines: BufReader::new(output).lines(),
            caller,
            vigil,
            _end: end.drop_guard(),
        };
        output.into_response(desk.keep_alive)
    }

    async fn post(
        &self,
        desk: &Desk,
        principal: &Principal,
        request: Request<Incoming>,
    ) -> Response<Body> {
        let (head, body) = request.into_parts();
        let pair = head.uri.query().and_then(|query| self.find(query));
        let Some(pair) = pair.filter(|pair| pair.is_of(principal)) else {
            return desk.refusal(tollhouse_core::Refusal::UnknownSession);
        };
        renew(&pair.caller, principal);
        if !is_json(&head.headers) {
            return status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let body = match body::read(body, desk.body_bytes_max, desk.body_timeout).await {
            Ok(body) => body,
            Err(why) => return desk::no_body(desk, why),
        };
        let mut line: Vec<u8> = body.to_vec();
        // Between the tokens of JSON a space says the same, and inside a text there is no raw end of a line.
        for byte in &mut line {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        line.push(b'\n');
        match timeout(desk.body_timeout, pair.lines.send(line.into())).await {
            Ok(Ok(())) => status(StatusCode::ACCEPTED),
            Ok(Err(_gone)) => desk.refusal(tollhouse_core::Refusal::UnknownSession),
            Err(_elapsed) => desk.refusal(tollhouse_core::Refusal::Busy),
        }
    }

    fn find(&self, query: &str) -> Option<Pair> {
        let id = query.strip_prefix(ID_PARAMETER)?;
        self.table().get(id).cloned()
    }

    fn table(&self) -> MutexGuard<'_, BTreeMap<String, Pair>> {
        // A panic between lock and unlock cannot leave the table half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pair {
    /// Whether it was opened by this caller, under the same grant: what is posted waits beside what was posted before,
    /// and one grant is not to be judged by the rights of another.
    fn is_of(&self, principal: &Principal) -> bool {
        let opened = self.caller.borrow();
        opened.subject() == principal.subject()
            && opened.client() == principal.client()
            && opened.tenant() == principal.tenant()
            && opened.grant() == principal.grant()
    }
}

/// Lets what is asked from now on be judged by what the caller may do now.
fn renew(caller: &watch::Sender<Principal>, now: &Principal) {
    caller.send_if_modified(|before| {
        let differs = !before.is_same(now);
        if differs {
            before.clone_from(now);
        }
        differs
    });
}

/// Serves what stands behind a pair until its client leaves or the server ends.
fn serve(
    desk: &Desk,
    caller: watch::Receiver<Principal>,
    pipes: DuplexStream,
    (feed, end): (impl Future<Output = ()> + Send + 'static, CancellationToken),
) {
    let server = desk.server.from_afar();
    desk.server.carry_on(async move {
        // Also the end of the client is a wish to stop: what it has running is to be cancelled.
        let stop = async {
            tokio::select! {
                () = server.closing().cancelled() => {}
                () = end.cancelled() => {}
            }
        };
        tokio::select! {
            // Its only error is a client that has left.
            _left = stdio::serve_caller(&server, caller, split(pipes), stop) => {}
            () = feed => {}
        }
    });
}

/// Writes what is posted, whole lines only. Never ends before the pair does, which still may have to speak.
async fn feed(mut input: WriteHalf<DuplexStream>, mut posted: mpsc::Receiver<Bytes>) {
    while let Some(line) = posted.recv().await {
        if input.write_all(&line).await.is_err() {
            break;
        }
    }
    drop(input);
    std::future::pending().await
}

impl Output {
    fn into_response(self, keep_alive: Duration) -> Response<Body> {
        let chunks = stream::unfold(self, move |mut output| async move {
            let chunk = output.next(keep_alive).await?;
            Some((Ok::<_, Infallible>(chunk), output))
        });
        reply::event_stream(Body::from_stream(chunks))
    }

    async fn next(&mut self, keep_alive: Duration) -> Option<Bytes> {
        if !std::mem::replace(&mut self.is_told, true) {
            let id = &self.id;
            let event = format!("event: endpoint\ndata: {POST_PATH}?{ID_PARAMETER}{id}\n\n");
            return Some(event.into());
        }
        loop {
            tokio::select! {
                biased;
                fate = vigil::fate(&mut self.vigil) => match fate {
                    Fate::Changed(principal) => renew(&self.caller, &principal),
                    Fate::Gone => return None,
                },
                line = self.lines.next_line() => {
                    return Some(reply::event(line.ok()??.as_bytes()));
                }
                () = tokio::time::sleep(keep_alive) => {
                    return Some(Bytes::from_static(reply::ALIVE));
                }
            }
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.pairs.table().remove(&self.id);
    }
}

const STREAM_PATH: &str = "/sse";
const POST_PATH: &str = "/messages";
const ID_PARAMETER: &str = "session_id=";
const PAIRS_MAX: usize = 1000;
const LINES_MAX: usize = 4;
const BUFFER_BYTES: usize = 64 * 1024;
