//! Whole results in the memory of this process.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt as _, ready};

use crate::{
    StoreError,
    spills::{Asked, Label, Owner, Piece, Placed, Room, Spill, SpillId, Spills},
};

/// Whole results in memory, at most [`BYTES_MAX`] of them all.
#[derive(Default)]
pub(crate) struct LocalSpills(Mutex<VecDeque<Kept>>);

/// One result; the oldest stands first.
struct Kept {
    digest: String,
    owner: Owner,
    label: Label,
    body: Bytes,
    until_ms: u64,
}

impl LocalSpills {
    fn kept(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        // A panic between lock and unlock cannot leave a list half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, spill: Spill, room: Room) -> Placed {
        let all_max = room.bytes.min(BYTES_MAX);
        let bytes = size(&spill.body);
        if bytes > room.owner_bytes.min(all_max) {
            return Placed::NoRoom;
        }
        let mut kept = self.kept();
        kept.retain(|one| spill.now_ms < one.until_ms);
        make_room(&mut kept, room.owner_bytes - bytes, |one| {
            one.owner == spill.owner
        });
        make_room(&mut kept, all_max - bytes, |_| true);
        kept.push_back(Kept {
            digest: spill.id.digest(),
            owner: spill.owner,
            label: spill.label,
            body: spill.body,
            until_ms: spill.until_ms,
        });
        Placed::Kept
    }

    fn piece(&self, asked: Asked<'_>) -> Option<Piece> {
        let digest = asked.id.digest();
        let kept = self.kept();
        let mut theirs = kept
            .iter()
            .filter(|one| one.owner == asked.owner && asked.now_ms < one.until_ms);
        let one = theirs.find(|one| one.digest == digest)?;
        let from = usize::try_from(asked.from).unwrap_or(usize::MAX);
        let from = from.min(one.body.len());
        let to = from.saturating_add(asked.bytes_max).min(one.body.len());
        Some(Piece {
            label: one.label.clone(),
            bytes: one.body.slice(from..to),
            total: size(&one.body),
        })
    }
}

/// Takes the oldest of these away until no more than so many bytes of them are left.
fn make_room(kept: &mut VecDeque<Kept>, bytes_max: u64, is_one: impl Fn(&Kept) -> bool) {
    let ones = kept.iter().filter(|one| is_one(one));
    let mut bytes: u64 = ones.map(|one| size(&one.body)).sum();
    kept.retain(|one| {
        let goes = bytes > bytes_max && is_one(one);
        if goes {
            bytes -= size(&one.body);
        }
        !goes
    });
}

impl Spills for LocalSpills {
    fn put(&self, spill: Spill, room: Room) -> BoxFuture<'_, Result<Placed, StoreError>> {
        ready(Ok(self.place(spill, room))).boxed()
    }

    fn get<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Option<Piece>, StoreError>> {
        ready(Ok(self.piece(asked))).boxed()
    }

    fn forget<'a>(
        &'a self,
        owner: Owner,
        id: &'a SpillId,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        let digest = id.digest();
        let mut kept = self.kept();
        let before = kept.len();
        kept.retain(|one| one.owner != owner || one.digest != digest);
        ready(Ok(kept.len() < before)).boxed()
    }

    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        let mut kept = self.kept();
        let before = kept.len();
        kept.retain(|one| now_ms < one.until_ms);
        ready(Ok((before - kept.len()) as u64)).boxed()
    }
}

impl fmt::Debug for LocalSpills {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "LocalSpills({} results)", self.kept().len())
    }
}

fn size(body: &Bytes) -> u64 {
    body.len() as u64
}

/// However much a rule allows, a process does not give more of its memory.
const BYTES_MAX: u64 = 128 * 1024 * 1024;
