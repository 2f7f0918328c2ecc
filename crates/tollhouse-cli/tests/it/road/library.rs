//! A server of functions, in this process, for what no statement can do: panic, break its promise, say very much.

use std::{
    io::{self, BufReader, Write},
    net::SocketAddr,
    os::unix::net::UnixStream,
    sync::{Arc, LazyLock, Mutex, mpsc},
    thread::{self, JoinHandle},
};

use schemars::JsonSchema;
use serde::Serialize;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tollhouse::{Journal, Json, Limits, Principal, Record, Server, http, tool};
use tollhouse_store::State;

use super::{
    Keeps, Way,
    door::{Door, Line},
};

/// Ends with its story.
pub(super) struct Library {
    way: Way,
    records: Records,
    address: Option<SocketAddr>,
    pipe: Option<UnixStream>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _folder: TempDir,
}

/// A journal that can be read.
#[derive(Clone, Debug, Default)]
struct Records(Arc<Mutex<Vec<Record>>>);

impl Journal for Records {
    fn write(&self, record: Record) {
        self.0.lock().unwrap().push(record);
    }
}

/// What this process logs: a library has one log, and its threads are many.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let written = log.clone();
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || written.clone())
        .init();
    log
});

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines of the log that have this in them.
pub(super) fn logged(part: &str) -> Vec<String> {
    let text = String::from_utf8(LOG.0.lock().unwrap().clone()).unwrap();
    let lines = text.lines().filter(|line| line.contains(part));
    lines.map(str::to_owned).collect()
}

impl Library {
    pub(super) fn open(way: Way, keeps: Keeps) -> Self {
        LazyLock::force(&LOG);
        let folder = tempfile::tempdir().unwrap();
        let records = Records::default();
        let mut builder = server().journal(records.clone());
        if keeps == Keeps::File {
            let state = State::open(&folder.path().join("state.db")).unwrap();
            builder = builder.stores(state.stores());
        }
        let server = builder.build().unwrap();
        let (stop, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        let (mut address, mut pipe) = (None, None);
        let thread = if way.is_http() {
            let (tell, told) = mpsc::channel();
            let thread = thread::spawn(move || over_http(server, &tell, stopped));
            address = Some(told.recv().unwrap());
            thread
        } else {
            let (ours, theirs) = UnixStream::pair().unwrap();
            pipe = Some(ours);
            thread::spawn(move || over_pipe(&server, theirs, stopped))
        };
        Self {
            way,
            records,
            address,
            pipe,
            stop: Some(stop),
            thread: Some(thread),
            _folder: folder,
        }
    }

    /// The only caller.
    pub(super) fn door(&mut self) -> Door {
        let line = match (self.address, self.pipe.take()) {
            (Some(address), _) => Line::Http {
                address,
                key: String::new(),
            },
            (None, Some(pipe)) => Line::Here(BufReader::new(pipe.try_clone().unwrap()), pipe),
            (None, None) => panic!("a pipe has one caller"),
        };
        Door::open(self.way, line, true)
    }

    /// The last call, as it is written down.
    pub(super) fn last(&self) -> Record {
        self.records.0.lock().unwrap().last().unwrap().clone()
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn over_http(server: Server, tell: &mpsc::Sender<SocketAddr>, stopped: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _entered = runtime.enter();
    let listener = http::listen(([127, 0, 0, 1], 0).into()).unwrap();
    tell.send(listener.local_addr().unwrap()).unwrap();
    let serving = http::serve(server, listener, http::Options::default(), stopped);
    runtime.block_on(serving).unwrap();
}

fn over_pipe(server: &Server, pipe: UnixStream, stopped: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _entered = runtime.enter();
    pipe.set_nonblocking(true).unwrap();
    let pipes = tokio::net::UnixStream::from_std(pipe).unwrap().into_split();
    let caller = Principal::new("ana", []);
    let serving = tollhouse::stdio::serve(server, caller, pipes, stopped);
    runtime.block_on(serving).unwrap();
}

fn server() -> tollhouse::Builder {
    Server::builder("library")
        .limits(Limits::NONE)
        .tool(text::tool())
        .tool(rows::tool())
        .tool(wrong::tool())
        .tool(fall::tool())
}

/// A row as it is promised.
#[derive(Debug, Serialize, JsonSchema)]
struct Row {
    id: u32,
    note: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Rows {
    rows: Vec<Row>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Small {
    #[schemars(range(max = 3))]
    count: u32,
}

/// Say a long text.
#[tool(read_only)]
async fn text(
    /// How many bytes, about
    bytes: usize,
) -> String {
    lines(bytes)
}

/// Give many rows.
#[tool(read_only)]
async fn rows(
    /// How many
    count: u32,
) -> Json<Rows> {
    Json(Rows {
        rows: (0..count).map(row).collect(),
    })
}

/// Give a number that it promised not to give.
#[tool(read_only)]
async fn wrong() -> Json<Small> {
    Json(Small { count: 4711 })
}

/// Fall over.
#[tool(read_only)]
async fn fall(
    /// Over what
    over: String,
) -> String {
    panic!("the inner state of a library, over {over}");
}

pub(super) fn lines(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 64);
    let mut number = 0;
    while text.len() < bytes {
        text += &format!("line {number} says é and \"quotes\"\n");
        number += 1;
    }
    text
}

fn row(id: u32) -> Row {
    Row {
        id,
        note: format!("note {id} of many"),
    }
}
