//! API keys, as a port: what a store keeps of a key, and the verbs that authentication and commands need.

use std::fmt;

use futures_util::future::BoxFuture;

use super::{Names, Setting, StoreError};

/// Keeps API keys. Of the key itself it has only a digest, so whoever reads the store cannot call with it.
///
/// Every verb is atomic, also among processes that share a store. Dropping a future stops the wait; what was
/// sent by then happens whole or not at all. Times are milliseconds since 1970, by the caller's clock.
pub trait Keys: fmt::Debug + Send + Sync {
    /// Adds a key.
    ///
    /// # Errors
    ///
    /// [`KeyError::NameTaken`] if a living key has the name. One that has expired or was revoked does not keep it.
    fn create(&self, key: Key, hash: KeyHash) -> BoxFuture<'_, Result<(), KeyError>>;

    /// Which key has this digest, and what it is worth now.
    ///
    /// # Errors
    ///
    /// The store does not answer. Nobody may be let in then.
    fn find(&self, hash: KeyHash, now_ms: u64) -> BoxFuture<'_, Result<Presented, StoreError>>;

    /// All keys, in the order in which they were made.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn list(&self) -> BoxFuture<'_, Result<Vec<Key>, StoreError>>;

    /// Ends the key with this id, else the one with this name, and gives it back. `None` if no key that has
    /// not been revoked is called so.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn revoke<'a>(
        &'a self,
        id_or_name: &'a str,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<Option<Key>, StoreError>>;

    /// Changes the living key with this id, else the one with this name, and gives it as it is then. `None` if no
    /// living key is called so: what has ended stays ended.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn change<'a>(
        &'a self,
        id_or_name: &'a str,
        change: KeyChange,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<Option<Key>, StoreError>>;

    /// A number that is another one whenever a key or a user was added or changed, by whatever process, and the
    /// same one otherwise. The use of a key changes nothing.
    ///
    /// # Errors
    ///
    /// The store does not answer. What was read before may be otherwise now.
    fn changes(&self) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// Notes that the key with this id was used. Does not wait: the note is written soon, at most once a
    /// minute for each key, and is lost if that fails.
    fn touch(&self, id: &str, now_ms: u64);
}

/// What is kept of a key, besides its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its id, which is no secret.
    pub id: String,
    /// What people call it: one living key has the name.
    pub name: String,
    /// Who calls with it.
    pub subject: String,
    /// The program that calls with it, if one was named.
    pub client: Option<String>,
    /// What it may do. `None` if nothing was said of it: then its roles alone say it.
    pub scopes: Option<Vec<String>>,
    /// The roles that it has beside those of who calls with it. `None` if nothing was said of them, which is not the
    /// same as none: who has lost the last role may not do what comes by roles.
    pub roles: Option<Vec<String>>,
    /// The organisation that its calls are for; if none is said, that of who calls with it.
    pub tenant: Option<String>,
    /// How the key begins, so that people recognise it.
    pub prefix: String,
    /// When it was made.
    pub created_at_ms: u64,
    /// When it ends by itself.
    pub expires_at_ms: Option<u64>,
    /// When somebody ended it.
    pub revoked_at_ms: Option<u64>,
    /// When it was last used, to the minute.
    pub last_used_at_ms: Option<u64>,
}

impl Key {
    /// What the key is worth at this time. Of two ends, the earlier one counts.
    #[must_use]
    pub fn presented(self, now_ms: u64) -> Presented {
        let expired = self.expires_at_ms.filter(|&at| at <= now_ms);
        match (expired, self.revoked_at_ms) {
            (None, None) => Presented::Living(self),
            (Some(expired), Some(revoked)) if revoked < expired => Presented::Revoked(self),
            (Some(_), _) => Presented::Expired(self),
            (None, Some(_)) => Presented::Revoked(self),
        }
    }
}

/// What is to be otherwise about a key. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyChange {
    /// Its scopes.
    pub scopes: Names,
    /// Its roles.
    pub roles: Names,
    /// Its tenant.
    pub tenant: Setting<String>,
    /// When it ends by itself, in milliseconds since 1970.
    pub expires_at_ms: Setting<u64>,
}

/// What somebody who presents a key is to be told. Only [`Presented::Living`] lets a caller in; the others
/// keep the key for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    /// The key is good.
    Living(Key),
    /// It was good until its time had come.
    Expired(Key),
    /// Somebody ended it.
    Revoked(Key),
    /// No key has the digest.
    Unknown,
}

/// SHA-256 of a key. Keys are random and long, so nothing slower is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyHash(pub [u8; 32]);

impl fmt::Debug for KeyHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("KeyHash(…)")
    }
}

/// Why a key was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Another living key has the name.
    #[error("a living key is called so; choose another name, or revoke that key first")]
    NameTaken,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}
