//! What calls with a key came to, as a port: so that one that is sent again runs once.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::StoreError;

/// Remembers calls by their keys. Neither keys nor arguments are kept, only digests of them.
///
/// Every verb is atomic, also among processes that share a store. Dropping a future stops the wait; what was sent by
/// then happens whole or not at all. Times are milliseconds since 1970, by the caller's clock. What has expired is as
/// if it had never been.
pub trait Ledger: std::fmt::Debug + Send + Sync {
    /// How it stands with a key. [`Standing::Free`] is no promise: only [`Ledger::claim`] makes one.
    fn look(
        &self,
        slot: Slot,
        arguments: [u8; 32],
        now_ms: u64,
    ) -> BoxFuture<'_, Result<Standing, StoreError>>;

    /// Takes the right to run what has a key. [`Standing::Free`] means that the bidder has it now, and nobody else.
    fn claim(&self, bid: Bid) -> BoxFuture<'_, Result<Standing, StoreError>>;

    /// Says how what was claimed ended. False if the holder has lost the claim, in which case nothing is changed.
    fn settle(
        &self,
        slot: Slot,
        holder: Arc<str>,
        end: End,
    ) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Takes away what has expired. How much there was.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>>;
}

/// Where one key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Whose it is: the mark of a principal.
    pub owner: [u8; 16],
    /// A digest of the tool's name and the key.
    pub key: [u8; 32],
}

/// A call that wants to run.
#[derive(Clone, Debug)]
pub struct Bid {
    /// Where its key stands.
    pub slot: Slot,
    /// A digest of its arguments.
    pub arguments: [u8; 32],
    /// The call's own name, by which it settles later.
    pub holder: Arc<str>,
    /// The time now.
    pub now_ms: u64,
    /// When whoever has not settled is gone.
    pub until_ms: u64,
    /// When all of it is forgotten.
    pub forget_ms: u64,
    /// Whether it may run where nobody knows how the call before ended, because its source finds out by itself.
    pub is_bold: bool,
}

/// How it stands with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has it.
    Free,
    /// It was used for other arguments.
    Reused,
    /// A call with it runs.
    Running {
        /// Since when.
        began_ms: u64,
    },
    /// A call with it has ended like this.
    Done(Answer),
    /// A call with it began, and nobody knows how it ended.
    InDoubt {
        /// When it began.
        began_ms: u64,
    },
}

/// How a call ended that had claimed its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With an answer.
    Done(Answer),
    /// It changed nothing: the key is free again.
    Nothing,
    /// Nobody knows.
    Unknown,
}

/// What a call was answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This, as a text that the core wrote and reads.
    Kept(String),
    /// So many bytes, which are too many to be kept, or had to make room.
    Gone(u64),
}

/// What is remembered of one key. For stores, which all read it alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// A digest of the arguments.
    pub arguments: [u8; 32],
    /// When it began.
    pub began_ms: u64,
    /// When whoever has not settled is gone.
    pub until_ms: u64,
    /// When all of it is forgotten.
    pub forget_ms: u64,
    /// How far it is.
    pub life: Life,
}

/// How far a call with a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Life {
    /// It runs, if whoever runs it is still there.
    Running,
    /// It has ended.
    Done(Answer),
    /// Nobody knows.
    InDoubt,
}

impl Entry {
    /// What it means to a call with these arguments.
    #[must_use]
    pub fn standing(self, arguments: &[u8; 32], now_ms: u64) -> Standing {
        let began_ms = self.began_ms;
        match self.life {
            _ if self.forget_ms <= now_ms => Standing::Free,
            _ if self.arguments != *arguments => Standing::Reused,
            Life::Done(answer) => Standing::Done(answer),
            Life::Running if now_ms < self.until_ms => Standing::Running { began_ms },
            Life::Running | Life::InDoubt => Standing::InDoubt { began_ms },
        }
    }
}

impl Bid {
    /// How it stands with the key for this bidder, by what is remembered of it.
    #[must_use]
    pub fn standing(&self, entry: Option<Entry>) -> Standing {
        let standing = entry.map_or(Standing::Free, |entry| {
            entry.standing(&self.arguments, self.now_ms)
        });
        match standing {
            Standing::InDoubt { .. } if self.is_bold => Standing::Free,
            standing => standing,
        }
    }
}

/// How many keys of one caller are remembered. Of more, the oldest that have ended are forgotten.
pub const KEYS_MAX: usize = 50_000;
/// How many bytes of answers to one caller are kept. Of more, the oldest answers go, and their keys stay.
pub const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;
