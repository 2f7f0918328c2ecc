//! Results of which a caller got a part, as a port: kept whole for a while, and read piece by piece.

use std::{fmt, str::FromStr};

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::StoreError;
use crate::{digest, ids};

/// Keeps whole results, each for one owner.
///
/// Every verb is bound to an owner: what belongs to another is exactly as if it were not there, and so is what has
/// expired. Every verb is atomic, also among processes that share a store. Dropping a future stops the wait; what was
/// sent by then happens whole or not at all. Times are milliseconds since 1970, by the caller's clock.
pub trait Spills: fmt::Debug + Send + Sync {
    /// Keeps a result. Where there is no room, the owner's oldest go first, then the oldest of all; what is larger than
    /// all room there is is not kept, and nothing else goes for it.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn put(&self, spill: Spill, room: Room) -> BoxFuture<'_, Result<Placed, StoreError>>;

    /// A piece of a result, from this byte on and of at most so many; `None` if the owner has no such result.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn get<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Option<Piece>, StoreError>>;

    /// Takes a result away for good. Whether the owner had it.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn forget<'a>(
        &'a self,
        owner: Owner,
        id: &'a SpillId,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Takes away what has expired. How many there were.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>>;
}

/// Whose a result is: [`Principal::mark`](crate::Principal::mark).
pub type Owner = [u8; 16];

/// A result to keep.
#[derive(Clone, Debug)]
pub struct Spill {
    /// The id under which it will be found.
    pub id: SpillId,
    /// Whose it is.
    pub owner: Owner,
    /// What it is.
    pub label: Label,
    /// All of it.
    pub body: Bytes,
    /// The time now.
    pub now_ms: u64,
    /// Until when it is kept.
    pub until_ms: u64,
}

/// What a kept result is, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The name of the tool that said it.
    pub tool: String,
    /// Its media type.
    pub mime_type: String,
    /// Whether it is text: whole characters, in UTF-8.
    pub is_text: bool,
    /// Whether somebody may have written it who wants to be obeyed by a model.
    pub is_untrusted: bool,
    /// How many tokens a piece has at most that a model reads.
    pub tokens: u32,
}

/// How much may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// How many bytes of one owner.
    pub owner_bytes: u64,
    /// How many bytes of all.
    pub bytes: u64,
}

/// What came of a wish to keep something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It is kept.
    Kept,
    /// It is larger than the room.
    NoRoom,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// By whom.
    pub owner: Owner,
    /// Of which result.
    pub id: &'a SpillId,
    /// From which byte on.
    pub from: u64,
    /// How many bytes at most.
    pub bytes_max: usize,
    /// The time now.
    pub now_ms: u64,
}

/// A piece of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What the result is.
    pub label: Label,
    /// The bytes. None at the end and behind it.
    pub bytes: Bytes,
    /// How many bytes the whole result has.
    pub total: u64,
}

/// The id of a kept result: 32 hexadecimal digits that nobody can guess.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpillId(String);

impl SpillId {
    /// One that nothing else has.
    ///
    /// # Errors
    ///
    /// The system has no randomness to give.
    pub fn random() -> Result<Self, StoreError> {
        let name = ids::name().map_err(|error| StoreError::Failed(error.into()))?;
        Ok(Self(name))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A digest of it, as hexadecimal digits: what may be written down. It opens nothing.
    #[must_use]
    pub fn digest(&self) -> String {
        digest::hex(&digest::of(&[b"tollhouse result", self.0.as_bytes()]))
    }
}

impl FromStr for SpillId {
    type Err = NoSpillId;

    fn from_str(text: &str) -> Result<Self, NoSpillId> {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let fits = text.len() == DIGITS && text.bytes().all(is_digit);
        fits.then(|| Self(text.to_owned())).ok_or(NoSpillId)
    }
}

/// A text that is no id of a kept result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of a kept result is 32 hexadecimal digits")]
pub struct NoSpillId;

const DIGITS: usize = 32;
