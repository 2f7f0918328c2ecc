//! The thread that writes the audit: it gathers what waits, appends it in one commit, answers who waits, and passes
//! it on to the second place.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::runtime::Runtime;
use tollhouse_core::StoreError;

use super::{
    append::{self, Appended, Appending, Place},
    checkpoint::Key,
    draft::{Draft, Entry, People},
    figures::Counts,
    held::Held,
    prune::{Kept, Size},
    queue::{Batch, Queue, Waiter},
    second::Second,
    unwritten::Unwritten,
};
use crate::State;

/// The one who writes.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) state: State,
    pub(super) queue: Arc<Queue>,
    pub(super) runtime: Runtime,
    pub(super) process: String,
    pub(super) version: String,
    pub(super) keep: Arc<Kept>,
    pub(super) counts: Arc<Counts>,
    pub(super) second: Vec<Second>,
    pub(super) key: Key,
    pub(super) place: Option<Place>,
    pub(super) people: People,
    /// What could not be written yet.
    pub(super) held: Held,
    pub(super) lost: u64,
    /// When it was last looked for what is too old, by the time of the records.
    pub(super) looked_ms: u64,
    /// How much there is.
    pub(super) size: Size,
    /// Whether that is to be done at once, because something else is too old now.
    pub(super) is_due: bool,
    /// What was last told of where the chain ends: when, and at which record.
    pub(super) told: (u64, u64),
    pub(super) has_failed: bool,
}

impl Writer {
    pub(super) fn work(mut self) -> Unwritten {
        loop {
            let idle = self.counts.is_failing().then_some(RETRY);
            let batch = self.queue.take(idle);
            let is_last = batch.is_last;
            // What is not held was written, or nobody is left who waits for it.
            let has_failed = !self.take(batch);
            self.counts.fail(has_failed);
            self.counts.hold(self.held.len());
            if is_last {
                // Once more, if it is only now that it can be.
                self.take(Batch::default());
                return self.end();
            }
        }
    }

    /// Tells the second place where the chain ends, and what is not in it.
    fn end(&mut self) -> Unwritten {
        self.tell_head(None);
        let (unwritten, lines) = Unwritten::of(&self.held, self.lost);
        if !lines.is_empty() {
            let lines: Arc<[u8]> = lines.into();
            for second in &self.second {
                second.send_whole(Arc::clone(&lines));
            }
        }
        self.second.iter().for_each(Second::close);
        unwritten.tell();
        unwritten
    }

    /// Writes what has come, in commits of a bounded size. Whether all of them were kept.
    fn take(&mut self, batch: Batch) -> bool {
        self.lose(batch.lost);
        let mut rest = batch.entries;
        while !rest.is_empty() || !self.held.is_empty() || self.lost > 0 {
            let (entries, waiters) = self.gather(&mut rest);
            if let Err(error) = self.write(&entries) {
                self.fail((entries, waiters), rest, &error);
                return false;
            }
            for waiter in waiters {
                drop(waiter.send(Ok(())));
            }
        }
        true
    }

    /// What goes into the next commit: what was held back, a word of what is missing, and what has come since.
    fn gather(
        &mut self,
        rest: &mut VecDeque<(Entry, Option<Waiter>)>,
    ) -> (Vec<Entry>, Vec<Waiter>) {
        let mut entries = Vec::new();
        let mut waiters = Vec::new();
        let mut bytes: usize = 0;
        while bytes < SEGMENT_BYTES && entries.len() < SEGMENT_RECORDS {
            let (entry, waiter) = match self.held.next() {
                Some(entry) => (entry, None),
                None if self.lost > 0 => {
                    let at_ms = rest.front().and_then(|(entry, _)| at_ms(entry));
                    let lost = std::mem::take(&mut self.lost);
                    let at_ms = at_ms.unwrap_or(self.looked_ms);
                    (Entry::Gap { at_ms, lost }, None)
                }
                None => match rest.pop_front() {
                    Some(next) => next,
                    None => break,
                },
            };
            bytes += entry.bytes();
            entries.push(entry);
            waiters.extend(waiter);
        }
        (entries, waiters)
    }

    /// One commit. It is tried again at once only where the draft was of an older state of things.
    fn write(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        let (keep, is_new) = self.keep.get();
        self.is_due |= is_new;
        for _ in 0..TRIES {
            let draft = Draft::of(entries, append::first_seq(self.place), &mut self.people);
            let now_ms = draft.span_ms.map_or(0, |(_, to)| to);
            let is_time = self.is_due || now_ms.abs_diff(self.looked_ms) >= LOOK_MS;
            let appending = Appending {
                place: self.place,
                process: self.process.clone(),
                version: self.version.clone(),
                draft,
                erasures: self.people.erasures,
                keep,
                is_time,
                size: self.size,
            };
            let work = self
                .state
                .write(move |state| append::append(state, appending));
            match self.runtime.block_on(work) {
                Ok(Appended::Done(place, lines, size)) => {
                    self.size = size;
                    self.done(place, lines, now_ms);
                    return Ok(());
                }
                Ok(Appended::Stale(erasures)) => {
                    self.people.forget();
                    self.people.erasures = erasures;
                }
                Ok(Appended::Moved) => {
                    self.people.forget();
                    self.place = None;
                    self.process = super::process_name();
                }
                Err(error) => {
                    // Marks that are new were not kept.
                    self.people.forget();
                    return Err(error);
                }
            }
        }
        Err(StoreError::Busy)
    }

    fn done(&mut self, place: Place, lines: Vec<u8>, now_ms: u64) {
        if self.is_due || now_ms.abs_diff(self.looked_ms) >= LOOK_MS {
            self.looked_ms = now_ms;
            self.is_due = false;
        }
        if std::mem::take(&mut self.has_failed) {
            tracing::info!("the audit is written again");
        }
        let before = self.place.map_or(0, |place| place.head.seq);
        self.counts.write(place.head.seq.saturating_sub(before));
        self.place = Some(place);
        let lines: Arc<[u8]> = lines.into();
        for second in &self.second {
            second.send(place.writer, Arc::clone(&lines));
        }
        if now_ms.abs_diff(self.told.0) >= TELL_MS {
            self.tell_head(Some(now_ms));
        }
    }

    /// Tells the second place where the chain ends, so that nobody can cut it off there unseen.
    fn tell_head(&mut self, now_ms: Option<u64>) {
        let at_ms = now_ms.unwrap_or(self.told.0);
        if let Some(place) = self.place.filter(|place| place.head.seq != self.told.1) {
            let line: Arc<[u8]> = self.key.checkpoint(at_ms, &self.process, place).into();
            for second in &self.second {
                second.send_whole(Arc::clone(&line));
            }
            self.told = (at_ms, place.head.seq);
        }
    }

    /// Tells who waits, and keeps the records of calls that have ended for the next time.
    fn fail(
        &mut self,
        (entries, waiters): (Vec<Entry>, Vec<Waiter>),
        rest: VecDeque<(Entry, Option<Waiter>)>,
        error: &StoreError,
    ) {
        self.counts.fail(true);
        if !std::mem::replace(&mut self.has_failed, true) {
            tracing::error!(%error, "the audit cannot be written; what changes something does not run until it can");
        }
        let (later, waiting): (Vec<_>, Vec<_>) = rest.into_iter().unzip();
        for waiter in waiters.into_iter().chain(waiting.into_iter().flatten()) {
            drop(waiter.send(Err(again(error))));
        }
        let mut held = std::mem::take(&mut self.held);
        let held = std::iter::from_fn(|| held.next());
        for entry in entries.into_iter().chain(held).chain(later) {
            self.hold(entry);
        }
    }

    fn lose(&mut self, records: u64) {
        self.lost = self.lost.saturating_add(records);
        self.counts.lose(records);
    }

    fn hold(&mut self, entry: Entry) {
        match entry {
            Entry::Call(_) => {
                if !self.held.add(entry) {
                    self.lose(1);
                }
            }
            Entry::Gap { lost, .. } => self.lost = self.lost.saturating_add(lost),
            // Those belong to what does not happen.
            Entry::Intent(_) | Entry::Deed(_) | Entry::Erased { .. } => {}
        }
    }
}

fn at_ms(entry: &Entry) -> Option<u64> {
    match entry {
        Entry::Call(record) => Some(record.at_ms),
        Entry::Intent(intent) => Some(intent.at_ms),
        Entry::Deed(deed) => Some(deed.at_ms),
        Entry::Gap { at_ms, .. } | Entry::Erased { at_ms, .. } => Some(*at_ms),
    }
}

/// The same failure, for one more who waited.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Busy => StoreError::Busy,
        failed => StoreError::Failed(failed.to_string().into()),
    }
}

const TRIES: usize = 4;
const SEGMENT_RECORDS: usize = 1024;
const SEGMENT_BYTES: usize = 4 * 1024 * 1024;
/// After a failure, until it is tried again without anybody who waits.
const RETRY: Duration = Duration::from_secs(1);
/// Between two looks at what is too old.
const LOOK_MS: u64 = 10 * 60 * 1000;
/// Between two words to the second place of where the chain ends.
const TELL_MS: u64 = 60 * 1000;
