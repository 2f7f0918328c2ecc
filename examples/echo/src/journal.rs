//! A journal in a file: one line of JSON per call, written in batches.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Serialize;
use tokio::{sync::mpsc, time::sleep};
use tollhouse::{Ending, Journal, Record};

/// Queues records for a [`Writer`]. What does not fit is counted, and the count is written as a gap.
#[derive(Debug)]
pub(crate) struct FileJournal {
    queue: mpsc::Sender<Record>,
    missed: Arc<AtomicU64>,
}

/// Appends what a [`FileJournal`] queued.
pub(crate) struct Writer {
    file: File,
    queue: mpsc::Receiver<Record>,
    missed: Arc<AtomicU64>,
}

impl FileJournal {
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Writer)> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let (sender, receiver) = mpsc::channel(RECORDS_MAX);
        let missed = Arc::new(AtomicU64::new(0));
        let writer = Writer {
            file,
            queue: receiver,
            missed: Arc::clone(&missed),
        };
        let queue = sender;
        Ok((Self { queue, missed }, writer))
    }
}

impl Journal for FileJournal {
    fn write(&self, record: Record) {
        if self.queue.try_send(record).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Writer {
    /// Writes until the journal is gone and the queue is empty.
    pub(crate) async fn run(mut self) -> io::Result<()> {
        let mut records = Vec::new();
        let mut lines = Vec::new();
        while self.queue.recv_many(&mut records, RECORDS_MAX).await > 0 {
            for record in records.drain(..) {
                append(&mut lines, &Line::from(&record))?;
            }
            let missed = self.missed.swap(0, Ordering::Relaxed);
            if missed > 0 {
                append(&mut lines, &Gap { gap: missed })?;
            }
            // Into the page cache: short enough to do on the spot.
            self.file.write_all(&lines)?;
            lines.clear();
            // While nobody waits on the queue, a call that fills it wakes nobody.
            sleep(PAUSE).await;
        }
        Ok(())
    }
}

fn append(lines: &mut Vec<u8>, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, line)?;
    lines.push(b'\n');
    Ok(())
}

/// A record as it is written.
#[derive(Serialize)]
struct Line<'a> {
    at_ms: u64,
    subject: &'a str,
    kind: &'a str,
    target: &'a str,
    ending: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    duration_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'a str>,
}

impl<'a> From<&'a Record> for Line<'a> {
    fn from(record: &'a Record) -> Self {
        let (ending, refusal) = match &record.ending {
            Ending::Done => ("done", None),
            Ending::Failed => ("failed", None),
            Ending::Asked => ("asked", None),
            Ending::Refused(refusal) => ("refused", Some(refusal.text())),
        };
        Self {
            at_ms: record.at_ms,
            subject: &record.subject,
            kind: record.kind,
            target: &record.target,
            ending,
            refusal,
            duration_ms: record.duration.as_secs_f64() * 1e3,
            trace: record.trace.as_deref(),
        }
    }
}

/// Stands where records are missing.
#[derive(Serialize)]
struct Gap {
    gap: u64,
}

const PAUSE: Duration = Duration::from_millis(20);
/// What may wait during one pause; half a million calls per second fit.
const RECORDS_MAX: usize = 10_000;

#[cfg(test)]
mod tests;
