//! Users, as a port: what a server knows of a subject besides the credential that it shows.

use std::fmt;

use futures_util::future::BoxFuture;

use super::{Names, Setting, StoreError};

/// Keeps what is known of users. Who is not kept here is a user too: one of whose roles nothing was said, and whom nobody has blocked.
///
/// Every verb is atomic, also among processes that share a store, and moves the number that
/// [`Keys::changes`](super::Keys::changes) tells if it changed anything. Dropping a future stops the wait; what was
/// sent by then happens whole or not at all. Times are milliseconds since 1970, by the caller's clock.
pub trait Users: fmt::Debug + Send + Sync {
    /// Changes a user, who is kept from now on, and gives the user back as it is then.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn set<'a>(
        &'a self,
        subject: &'a str,
        change: UserChange,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<User, StoreError>>;

    /// Keeps a user out, whatever the credential, and gives the user back. Who is kept out already stays so since
    /// then.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn block<'a>(
        &'a self,
        subject: &'a str,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<User, StoreError>>;

    /// Lets a user in again, and gives the user back. `None` if nobody keeps this one out.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn unblock<'a>(
        &'a self,
        subject: &'a str,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<Option<User>, StoreError>>;

    /// What is known of a user; `None` if nothing is.
    ///
    /// # Errors
    ///
    /// The store does not answer. Nobody may be let in then.
    fn user<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Option<User>, StoreError>>;

    /// All of whom something is known, by their subjects in order.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn users(&self) -> BoxFuture<'_, Result<Vec<User>, StoreError>>;
}

/// What is known of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The subject, as it stands in a key or a token.
    pub subject: String,
    /// The roles that every credential of the user has. `None` if nothing was said of them, which is not the same as
    /// none: who has lost the last role may not do what comes by roles.
    pub roles: Option<Vec<String>>,
    /// The organisation that the user belongs to.
    pub tenant: Option<String>,
    /// Since when the user is kept out, if so.
    pub blocked_at_ms: Option<u64>,
    /// When something was first known.
    pub created_at_ms: u64,
    /// When that changed last.
    pub changed_at_ms: u64,
}

impl User {
    /// Whether the user is kept out.
    #[must_use]
    pub const fn is_blocked(&self) -> bool {
        self.blocked_at_ms.is_some()
    }
}

/// What is to be otherwise about a user. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    /// The roles.
    pub roles: Names,
    /// The tenant.
    pub tenant: Setting<String>,
}
