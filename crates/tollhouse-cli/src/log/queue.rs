//! Lines on their way to standard error. No caller waits for whoever reads it: what does not fit any more is
//! counted and lost.

use std::{
    io::{self, Write as _, stderr},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};
use tollhouse::Redactor;

/// Lines that wait to be written, by a thread of their own.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    redactor: Redactor,
    /// Tells the thread that there is something.
    filled: Condvar,
    /// Tells who waits for the end that there is nothing left.
    emptied: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    lost: u64,
    is_writing: bool,
    /// Whether somebody waits for the end.
    is_urgent: bool,
}

impl Queue {
    pub(super) fn open(redactor: Redactor) -> Result<Arc<Self>> {
        let queue = Arc::new(Self {
            redactor,
            ..Self::default()
        });
        let own = Arc::clone(&queue);
        let thread = thread::Builder::new().name("log".to_owned());
        let started = thread.spawn(move || own.write());
        started.context("no thread to write the log with")?;
        Ok(queue)
    }

    /// Waits until all is written, unless nobody reads it.
    pub(super) fn flush(&self) {
        let mut waiting = self.lock();
        waiting.is_urgent = true;
        self.filled.notify_one();
        let is_left = |waiting: &mut Waiting| waiting.is_writing || !waiting.bytes.is_empty();
        let ended = self.emptied.wait_timeout_while(waiting, FLUSH, is_left);
        drop(ended.unwrap_or_else(PoisonError::into_inner));
    }

    /// Adds one line, if there is room.
    fn add(&self, line: &[u8]) {
        let mut waiting = self.lock();
        if waiting.bytes.len().saturating_add(line.len()) > WAITING_BYTES_MAX {
            waiting.lost = waiting.lost.saturating_add(1);
            return;
        }
        let before = waiting.bytes.len();
        waiting.bytes.extend_from_slice(line);
        // Of the many lines of a busy moment, only the first wakes the thread.
        let wakes = before == 0 || (before < WORTH_BYTES && waiting.bytes.len() >= WORTH_BYTES);
        drop(waiting);
        if wakes {
            self.filled.notify_one();
        }
    }

    /// Writes what comes, all that has come within a moment at a time.
    fn write(&self) {
        let mut bytes = Vec::new();
        loop {
            let waiting = self.lock();
            let is_empty = |waiting: &mut Waiting| waiting.bytes.is_empty();
            let waited = self.filled.wait_while(waiting, is_empty);
            let waiting = waited.unwrap_or_else(PoisonError::into_inner);
            let is_early =
                |waiting: &mut Waiting| !waiting.is_urgent && waiting.bytes.len() < WORTH_BYTES;
            let waited = self.filled.wait_timeout_while(waiting, MOMENT, is_early);
            let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
            mem::swap(&mut waiting.bytes, &mut bytes);
            let lost = mem::take(&mut waiting.lost);
            waiting.is_writing = true;
            drop(waiting);
            // Nobody may be listening; that is no reason to stop.
            drop(stderr().lock().write_all(&bytes));
            bytes.clear();
            bytes.shrink_to(KEPT_BYTES_MAX);
            if lost > 0 {
                tracing::warn!(
                    lost,
                    "lines of the log found no room, because nobody reads fast enough"
                );
            }
            self.lock().is_writing = false;
            self.emptied.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing that is done under the lock can panic half way.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl io::Write for &Queue {
    /// Takes whole lines only.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // Whatever a line quotes, and whoever wrote it: here it leaves without secrets.
        match std::str::from_utf8(line).map(|text| self.redactor.text(text)) {
            Ok(text) => self.add(text.as_bytes()),
            Err(_) => self.add(line),
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const WAITING_BYTES_MAX: usize = 1024 * 1024;
const KEPT_BYTES_MAX: usize = 64 * 1024;
/// For how long a line waits for others, so that they are written at once.
const MOMENT: Duration = Duration::from_millis(10);
/// As many as are worth a write of their own.
const WORTH_BYTES: usize = 32 * 1024;
/// Who does not read at the end either gets no more.
const FLUSH: Duration = Duration::from_secs(1);
