//! The audit: one record for each call, chained, in the state that several processes share.
//!
//! Each process that writes is a writer with a chain of its own; its thread alone decides the place of a record. Of
//! people, and of what they sent and got, a record has only salted digests: names and texts stand beside it, so that they
//! can be erased and the chain still verifies. To write something new about a call, add a key at the end of a line.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::{
    sync::{Semaphore, oneshot},
    time::timeout,
};
use tollhouse_core::{Intent, Journal, Record, StoreError, draw};

use crate::{State, StateError};

mod append;
mod chain;
mod checkpoint;
mod draft;
mod erase;
mod figures;
mod held;
mod line;
mod prune;
mod queue;
mod read;
mod salts;
mod second;
mod short;
mod unwritten;
mod verify;
mod writer;

use checkpoint::Key;
pub use draft::Deed;
use draft::{Entry, People};
pub use erase::Erased;
pub use figures::AuditFigures;
use figures::Counts;
use held::Held;
use prune::{Kept, Size};
use queue::Queue;
pub use read::AuditPage;
use second::Second;
pub use second::SecondPlace;
pub use unwritten::Unwritten;
pub use verify::{Finding, Verified};
use writer::Writer;

/// How the audit is kept.
#[derive(Debug)]
pub struct AuditOptions {
    /// The release that writes.
    pub version: String,
    /// For how long records are kept; `None` is for ever.
    pub keep: Option<Duration>,
    /// How many bytes of records and texts are kept; of more, the oldest go.
    pub bytes_max: Option<u64>,
    /// Where records go besides.
    pub second: Vec<Box<dyn SecondPlace>>,
}

impl Default for AuditOptions {
    /// Everything for ever, nowhere else: nobody drops a record by leaving something out.
    fn default() -> Self {
        Self {
            version: String::new(),
            keep: None,
            bytes_max: None,
            second: Vec::new(),
        }
    }
}

/// A writer of the audit. Clones are the same writer; the last one closes it.
#[derive(Clone)]
pub struct Audit(Arc<Inner>);

struct Inner {
    queue: Arc<Queue>,
    /// How many may wait at once until something is written down.
    seats: Semaphore,
    keep: Arc<Kept>,
    counts: Arc<Counts>,
    thread: Mutex<Option<JoinHandle<Unwritten>>>,
}

impl Audit {
    /// Begins to write into this state. Nothing is written before there is something to write.
    ///
    /// # Errors
    ///
    /// The key of the audit, which stands beside the state, cannot be read or made, or there is no thread.
    pub fn open(state: &State, options: AuditOptions) -> Result<Self, StateError> {
        let file = state.file();
        let beside = file.map(checkpoint::key_beside);
        let unusable = |error| StateError::Unwritable(shown(beside.as_deref()), error);
        let key = match &beside {
            Some(path) if !options.second.is_empty() => Key::open(path)?,
            // Nobody is told anything.
            _ => Key::passing(),
        };
        let counts = Arc::new(Counts::default());
        let second = options.second.into_iter();
        let second = second.map(|place| Second::start(place, Arc::clone(&counts)));
        let second = second.collect::<Result<Vec<_>, _>>();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let queue = Arc::new(Queue::default());
        let keep = Arc::new(Kept::new(options.keep, options.bytes_max));
        let writer = Writer {
            state: state.clone(),
            queue: Arc::clone(&queue),
            runtime: runtime.map_err(unusable)?,
            process: process_name(),
            version: options.version,
            keep: Arc::clone(&keep),
            counts: Arc::clone(&counts),
            second: second.map_err(unusable)?,
            key,
            place: None,
            people: People::default(),
            held: Held::default(),
            lost: 0,
            looked_ms: 0,
            size: Size::default(),
            is_due: false,
            told: (0, 0),
            has_failed: false,
        };
        let thread = thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || writer.work())
            .map_err(unusable)?;
        Ok(Self(Arc::new(Inner {
            queue,
            seats: Semaphore::new(WAITERS_MAX),
            keep,
            counts,
            thread: Mutex::new(Some(thread)),
        })))
    }

    /// Writes down what whoever runs the server has done, and comes back when that outlives a power cut.
    ///
    /// # Errors
    ///
    /// It cannot be kept.
    pub fn note(&self, deed: Deed) -> BoxFuture<'_, Result<(), StoreError>> {
        self.wait(Entry::Deed(deed)).boxed()
    }

    /// From the next record on, this much is kept: for how long, and how many bytes.
    pub fn keep(&self, time: Option<Duration>, bytes_max: Option<u64>) {
        self.0.keep.set(time, bytes_max);
    }

    /// How it is doing.
    #[must_use]
    pub fn figures(&self) -> AuditFigures {
        self.0.counts.figures(self.0.queue.len())
    }

    /// Writes what still waits, and takes nothing more. Blocks until that is done. Gives what could not be written, the
    /// first time.
    pub fn close(&self) -> Unwritten {
        self.0.close()
    }

    fn add(&self, mut entry: Entry) {
        entry.shorten(false);
        self.0.queue.add(entry);
    }

    async fn wait(&self, mut entry: Entry) -> Result<(), StoreError> {
        entry.shorten(false);
        let written = async {
            let _seat = self.0.seats.acquire().await.map_err(|_| StoreError::Busy)?;
            let (answer, answered) = oneshot::channel();
            self.0.queue.add_urgent(entry, answer);
            answered
                .await
                .unwrap_or_else(|_| Err(StoreError::Failed("the audit is closed".into())))
        };
        timeout(WAIT, written)
            .await
            .unwrap_or(Err(StoreError::Busy))
    }
}

impl Journal for Audit {
    fn write(&self, record: Record) {
        self.add(Entry::Call(Box::new(record)));
    }

    fn keeps_payloads(&self) -> bool {
        true
    }

    fn is_ready(&self) -> bool {
        !self.0.counts.is_failing()
    }

    fn intend(&self, intent: Intent) -> BoxFuture<'_, Result<(), StoreError>> {
        self.wait(Entry::Intent(Box::new(intent))).boxed()
    }
}

impl Inner {
    fn close(&self) -> Unwritten {
        self.queue.close();
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(thread) = thread.take() else {
            return Unwritten::default();
        };
        thread.join().unwrap_or_else(|_panic| {
            tracing::error!("the thread that writes the audit ended in a panic");
            Unwritten::default()
        })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Audit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Audit").finish_non_exhaustive()
    }
}

fn shown(path: Option<&Path>) -> std::path::PathBuf {
    path.unwrap_or_else(|| Path::new("the audit")).to_owned()
}

/// What tells this process from every other that ever wrote.
fn process_name() -> String {
    chain::hex(&draw::<16>().unwrap_or_default())
}

/// Calls that wait until they are written down; more wait to be let in.
const WAITERS_MAX: usize = 4096;
/// Who waits longer does not run.
const WAIT: Duration = Duration::from_secs(10);
