//! Long-term memory, as a port: what owners want remembered, and found again.

use std::{fmt, str::FromStr};

use futures_util::future::BoxFuture;

use super::StoreError;
use crate::ids;

/// Keeps memories, each for one owner.
///
/// Every verb is bound to an owner: what belongs to another is exactly as if it were not there. Every verb is
/// atomic, also among processes that share a store. Dropping a future stops the wait; what was sent by then
/// happens whole or not at all. Times are milliseconds since 1970, by the caller's clock.
pub trait Memory: fmt::Debug + Send + Sync {
    /// Remembers a note. The same content in the same project is remembered once, however often it is sent; it is tainted
    /// if one of those who sent it was.
    ///
    /// # Errors
    ///
    /// There is no such project, or no room for more.
    fn save<'a>(
        &'a self,
        owner: &'a str,
        note: Note,
        room: Room,
    ) -> BoxFuture<'a, Result<Saved, MemoryError>>;

    /// The memories that fit a query best, the best first. A query without a word gives the newest.
    ///
    /// # Errors
    ///
    /// There is no such project.
    fn search<'a>(
        &'a self,
        owner: &'a str,
        search: Search,
    ) -> BoxFuture<'a, Result<Vec<Found>, MemoryError>>;

    /// Forgets a memory for good.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn delete<'a>(
        &'a self,
        owner: &'a str,
        id: MemoryId,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<Deleted, StoreError>>;

    /// The names of the owner's projects, in alphabetical order.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn projects<'a>(&'a self, owner: &'a str) -> BoxFuture<'a, Result<Vec<String>, StoreError>>;

    /// Adds a project, and tells its name: that of an existing one if they differ in nothing but case.
    ///
    /// # Errors
    ///
    /// There is no room for more.
    fn create_project<'a>(
        &'a self,
        owner: &'a str,
        name: &'a str,
        now_ms: u64,
        room: Room,
    ) -> BoxFuture<'a, Result<String, MemoryError>>;
}

/// Something to remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The id under which it will be found if it is new.
    pub id: MemoryId,
    /// What it says.
    pub content: String,
    /// What kind of thing it is.
    pub category: Option<Category>,
    /// Where it belongs.
    pub filing: Filing,
    /// Whether whoever saves it has read what is not trusted.
    pub is_tainted: bool,
    /// The time now.
    pub now_ms: u64,
}

/// Which project a note belongs to. Names that differ in nothing but case are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filing {
    /// To none.
    Nowhere,
    /// To one that must be there.
    In(String),
    /// To one that is made if it is not there.
    InNew(String),
}

/// How much one owner may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// How many memories.
    pub memories_max: usize,
    /// How many projects.
    pub projects_max: usize,
}

/// What came of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It was new. These say nearly the same, the nearest first.
    New(Vec<Kept>),
    /// It was there already, as this.
    Same(Kept),
}

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Words in any order and language. Nothing in it is syntax.
    pub query: String,
    /// Only in this project.
    pub project: Option<String>,
    /// Only of this category.
    pub category: Option<Category>,
    /// How many to give at most.
    pub limit: usize,
}

/// A memory that fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The memory.
    pub kept: Kept,
    /// How well it fits, from 0 to 1.
    pub relevance: f64,
}

/// A memory as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: MemoryId,
    /// What it says.
    pub content: String,
    /// What kind of thing it is.
    pub category: Option<Category>,
    /// The project it belongs to.
    pub project: Option<String>,
    /// Whether anybody saved it who had read what is not trusted.
    pub is_tainted: bool,
    /// When it was first saved.
    pub saved_at_ms: u64,
}

/// What came of a wish to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// It is gone.
    Now,
    /// It was gone already.
    Before,
    /// The owner never had it, as far as anybody remembers.
    Unknown,
}

/// What kind of thing is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// What somebody likes or wants done in a certain way.
    Preference,
    /// What is the case.
    Fact,
    /// What was decided.
    Decision,
    /// What explains other things.
    Context,
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Preference, Self::Fact, Self::Decision, Self::Context];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Preference => "preference",
            Self::Fact => "fact",
            Self::Decision => "decision",
            Self::Context => "context",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|category| category.name() == name)
    }
}

/// The id of a memory: `mem_` and 16 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemoryId(String);

impl MemoryId {
    /// One that nothing else has.
    ///
    /// # Errors
    ///
    /// The system has no randomness to give.
    pub fn random() -> Result<Self, StoreError> {
        let bytes: [u8; 8] = ids::random().map_err(|error| StoreError::Failed(error.into()))?;
        let digits = bytes.map(|byte| format!("{byte:02x}")).concat();
        Ok(Self(format!("{PREFIX}{digits}")))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MemoryId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FromStr for MemoryId {
    type Err = NoMemoryId;

    fn from_str(text: &str) -> Result<Self, NoMemoryId> {
        let digits = text.strip_prefix(PREFIX).ok_or(NoMemoryId)?;
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let fits = digits.len() == DIGITS && digits.bytes().all(is_digit);
        fits.then(|| Self(text.to_owned())).ok_or(NoMemoryId)
    }
}

/// A text that is no id of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id of a memory is mem_ and 16 hexadecimal digits, as search_memory shows it")]
pub struct NoMemoryId;

/// Why a memory does not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// The owner has no project of this name, but these.
    #[error("there is no such project; name an existing one, or make it first")]
    NoSuchProject(Vec<String>),
    /// The owner has as many memories as it may have.
    #[error("there is room for {0} memories; delete what is not needed any more")]
    Full(usize),
    /// The owner has as many projects as it may have.
    #[error("there is room for {0} projects; use an existing one")]
    ProjectsFull(usize),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const PREFIX: &str = "mem_";
const DIGITS: usize = 16;
