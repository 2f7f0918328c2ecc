//! The second place: a thread that hands on what was committed. It never holds anybody up; what finds no room is
//! counted, and the count is told there.

use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
};

use super::figures::Counts;

/// Somewhere else where records are kept: a file, a system log, another machine.
pub trait SecondPlace: fmt::Debug + Send {
    /// Takes whole lines, each one object of JSON. May block.
    ///
    /// # Errors
    ///
    /// They were not taken. They are counted as lost.
    fn take(&mut self, lines: &[u8]) -> io::Result<()>;
}

/// The way to the second place.
#[derive(Debug)]
pub(super) struct Second {
    queue: SyncSender<Handed>,
    lost: Arc<AtomicU64>,
    counts: Arc<Counts>,
    ended: Receiver<()>,
}

#[derive(Debug)]
enum Handed {
    /// Records of this writer, as they stand in its chain.
    Records(i64, Arc<[u8]>),
    /// Lines as they are.
    Whole(Arc<[u8]>),
    /// Nothing more comes.
    End,
}

impl Second {
    pub(super) fn start(place: Box<dyn SecondPlace>, counts: Arc<Counts>) -> io::Result<Self> {
        let (queue, waiting) = mpsc::sync_channel(WAITING_MAX);
        let (end, ended) = mpsc::sync_channel(1);
        let lost = Arc::new(AtomicU64::new(0));
        let own = (Arc::clone(&lost), Arc::clone(&counts));
        thread::Builder::new()
            .name("audit second".to_owned())
            .spawn(move || {
                work(place, &waiting, (&own.0, &own.1));
                // Nobody may wait for it.
                let _ = end.send(());
            })?;
        Ok(Self {
            queue,
            lost,
            counts,
            ended,
        })
    }

    pub(super) fn send(&self, writer: i64, lines: Arc<[u8]>) {
        self.hand(Handed::Records(writer, lines));
    }

    pub(super) fn send_whole(&self, line: Arc<[u8]>) {
        self.hand(Handed::Whole(line));
    }

    /// Waits for a moment until all is handed on.
    pub(super) fn close(&self) {
        self.hand(Handed::End);
        // Who takes longer gets no more.
        let _ = self.ended.recv_timeout(CLOSE);
    }

    fn hand(&self, handed: Handed) {
        let lines = match &handed {
            Handed::Records(_, lines) | Handed::Whole(lines) => super::append::count(lines),
            Handed::End => 0,
        };
        if self.queue.try_send(handed).is_err() {
            self.lost.fetch_add(lines, Ordering::Relaxed);
            self.counts.lose_second(lines);
        }
    }
}

fn work(
    mut place: Box<dyn SecondPlace>,
    waiting: &Receiver<Handed>,
    (lost, counts): (&AtomicU64, &Counts),
) {
    let mut has_failed = false;
    while let Ok(handed) = waiting.recv() {
        let mut lines = match handed {
            Handed::Records(writer, lines) => with_writer(writer, &lines),
            Handed::Whole(lines) => lines.to_vec(),
            Handed::End => return,
        };
        let missing = lost.swap(0, Ordering::Relaxed);
        let count = super::append::count(&lines);
        if missing > 0 {
            let gap = format!("{{\"kind\":\"gap\",\"lost\":{missing}}}\n");
            lines.splice(0..0, gap.into_bytes());
        }
        let taken = place.take(&lines);
        if let Err(error) = &taken {
            lost.fetch_add(missing.saturating_add(count), Ordering::Relaxed);
            counts.lose_second(count);
            if !has_failed {
                tracing::warn!(%error, "the second place of the audit takes nothing; what it misses is counted");
            }
        } else if has_failed {
            tracing::info!("the second place of the audit takes records again");
        }
        has_failed = taken.is_err();
    }
}

/// The lines with whose they are: numbers of records are of one writer.
fn with_writer(writer: i64, lines: &[u8]) -> Vec<u8> {
    let member = format!("\"writer\":{writer},");
    let member = member.as_bytes();
    let mut out = Vec::with_capacity(lines.len() + lines.len() / 8);
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        out.push(b'{');
        out.extend_from_slice(member);
        let mut rest = line.get(1..).unwrap_or_default();
        // The first of a chain says it itself, and a member that comes twice is no JSON to everybody.
        let own = |line: &[u8]| line.windows(member.len()).position(|piece| piece == member);
        if let (true, Some(place)) = (line.starts_with(OPENING), own(rest)) {
            let (before, after) = rest.split_at(place);
            out.extend_from_slice(before);
            rest = after.get(member.len()..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
    }
    out
}

/// What the first record of a chain begins with.
const OPENING: &[u8] = b"{\"seq\":1,";
/// Commits that wait to be handed on.
const WAITING_MAX: usize = 256;
const CLOSE: std::time::Duration = std::time::Duration::from_secs(2);
