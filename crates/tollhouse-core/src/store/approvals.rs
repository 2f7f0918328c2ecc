//! What a person has to say yes to, as a port: calls that wait, the answers to them, and every yes used once.

use std::{fmt, str::FromStr};

use futures_util::future::BoxFuture;

use super::StoreError;
use crate::{digest, ids};

/// Keeps calls that wait for a person, and remembers each yes that was used.
///
/// Every verb is one step, also among processes that share a store: of many who redeem one yes at the same time, one
/// does. Dropping a future stops the wait; what was sent by then happens whole or not at all. Times are milliseconds
/// since 1970, by the caller's clock.
pub trait Approvals: fmt::Debug + Send + Sync {
    /// Says how it stands with a call: the same call as one that is known finds that one, another begins to wait.
    /// A no and an end without an answer are told once; then the call is a new one.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn open(&self, wish: Wish) -> BoxFuture<'_, Result<Standing, StoreError>>;

    /// Uses a yes for the one call that it was given to. False if there is none, or it was used before.
    ///
    /// # Errors
    ///
    /// The store does not answer. Nothing may run.
    fn redeem<'a>(
        &'a self,
        id: &'a ApprovalId,
        binding: Binding,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// One call that waits, or did.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn look<'a>(
        &'a self,
        id: &'a ApprovalId,
    ) -> BoxFuture<'a, Result<Option<Approval>, StoreError>>;

    /// All that are known, the oldest first.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn list(&self) -> BoxFuture<'_, Result<Vec<Approval>, StoreError>>;

    /// Says yes or no to a call that waits. A yes lasts as long as the wait might have. `None` if no such call is
    /// known; what comes back of one that did not wait any longer is how it stood.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn answer<'a>(
        &'a self,
        id: &'a ApprovalId,
        is_allowed: bool,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<Option<Answered>, StoreError>>;

    /// Uses what may be used once, and is remembered until it is of no use in any case. False if it was used before.
    ///
    /// # Errors
    ///
    /// The store does not answer, or has no room. Nothing may run.
    fn spend(
        &self,
        nonce: Nonce,
        until_ms: u64,
        now_ms: u64,
    ) -> BoxFuture<'_, Result<bool, StoreError>>;
    /// Takes away what has expired. How much there was.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>>;
}

/// Tells somebody that a call waits.
pub trait Tell: fmt::Debug + Send + Sync {
    /// A call begins to wait. Called on the road, so it must not wait itself: an implementation queues what it has to
    /// send, within a bound.
    fn waits(&self, approval: &Approval);
}

/// What an approval is bound to: a digest of caller, target, its definition and the arguments.
pub type Binding = [u8; 32];

/// What is good for one use.
pub type Nonce = [u8; 16];

/// A call that wants a yes.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The id that it gets if it is not known yet.
    pub id: ApprovalId,
    /// What a yes to it will be bound to.
    pub binding: Binding,
    /// Whose call it is: [`Principal::mark`](crate::Principal::mark).
    pub owner: [u8; 16],
    /// What somebody reads who has to answer.
    pub plea: Plea,
    /// The time now.
    pub now_ms: u64,
    /// How long it waits, and how long a yes lasts.
    pub lasts_ms: u64,
}

/// What somebody reads who has to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plea {
    /// Who calls.
    pub subject: String,
    /// The program that calls for it, if it has an id.
    pub client: Option<String>,
    /// The organisation whose data it is about, if there are several.
    pub tenant: Option<String>,
    /// What would run.
    pub target: String,
    /// A digest of it as it is listed.
    pub definition: String,
    /// The question, in words.
    pub question: String,
    /// The arguments, as JSON with sorted keys. What is allowed is this and nothing else.
    pub arguments: String,
}

/// A call that waits for a person, or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// What it is about.
    pub plea: Plea,
    /// How far it is.
    pub stage: Stage,
    /// Since when it waits.
    pub since_ms: u64,
    /// Until when it waits, or its yes lasts.
    pub until_ms: u64,
    /// When it was answered.
    pub answered_at_ms: Option<u64>,
}

impl Approval {
    /// How far it is at this time.
    #[must_use]
    pub const fn stage(&self, now_ms: u64) -> Stage {
        match self.stage {
            Stage::Waiting | Stage::Allowed if self.until_ms <= now_ms => Stage::Expired,
            stage => stage,
        }
    }
}

/// How far an approval is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has answered.
    Waiting,
    /// Somebody said yes, and the call has not come again.
    Allowed,
    /// Somebody said no.
    Denied,
    /// The call came again and was let through.
    Used,
    /// Its time is over.
    Expired,
}

impl Stage {
    /// What it is called wherever somebody reads it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Used => "used",
            Self::Expired => "expired",
        }
    }
}

/// How it stands with a call that wants a yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits from now on.
    New(Approval),
    /// It waits already.
    Waiting(Approval),
    /// Somebody said yes: this can be redeemed.
    Allowed(ApprovalId),
    /// Somebody said no. Told once.
    Denied(ApprovalId),
    /// Nobody answered in time, or the call did not come again in time. Told once.
    Expired(ApprovalId),
    /// Too many of this caller wait, or too many in all.
    Full,
}

/// What came of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It counts.
    Now(Approval),
    /// It does not: the call did not wait any longer.
    Before(Approval),
}

/// The id of an approval. Whoever knows it can do nothing with it but name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApprovalId(String);

impl ApprovalId {
    /// One that nothing else has.
    ///
    /// # Errors
    ///
    /// The system has no randomness to give.
    pub fn random() -> Result<Self, StoreError> {
        let bytes: [u8; DIGITS / 2] =
            ids::random().map_err(|error| StoreError::Failed(error.into()))?;
        Ok(Self(format!("{MARK}{}", digest::hex(&bytes))))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApprovalId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FromStr for ApprovalId {
    type Err = NoApprovalId;

    fn from_str(text: &str) -> Result<Self, NoApprovalId> {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let fits = |digits: &&str| digits.len() == DIGITS && digits.bytes().all(is_digit);
        let digits = text.strip_prefix(MARK).filter(fits);
        digits.map(|_| Self(text.to_owned())).ok_or(NoApprovalId)
    }
}

/// A text that is no id of an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of an approval is apr_ and 16 hexadecimal digits")]
pub struct NoApprovalId;

/// How many calls of one caller wait at most.
pub const WAITING_MAX: usize = 10;
/// How many are known at most, of all callers.
pub const KNOWN_MAX: usize = 1_000;
/// For how long after its end one is still known, so that it can be said what became of it.
pub const KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

const MARK: &str = "apr_";
const DIGITS: usize = 16;
