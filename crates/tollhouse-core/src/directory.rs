//! Keys that live in another system, as a port: whoever knows them is asked.

use std::{error::Error, fmt};

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

/// A system that knows keys, and whom each is for.
///
/// It is asked again and again, for it alone knows when a key is not good any more. What it says is not trusted to
/// have any form; whoever asks reads it.
pub trait Directory: fmt::Debug + Send + Sync {
    /// What it says of the holder of a key, as an object with `subject`, and where it has them `scopes`, `roles`,
    /// `tenant`, `client` and `expires_at`. `None` if it knows no such key.
    ///
    /// # Errors
    ///
    /// It cannot say. That is never the same as an unknown key, and never as a good one.
    fn find<'a>(
        &'a self,
        key: &'a OutsideKey,
    ) -> BoxFuture<'a, Result<Option<Map<String, Value>>, NoAnswer>>;
}

/// A key of another system. `Debug` does not show it.
#[derive(Clone)]
pub struct OutsideKey {
    /// As it was presented.
    pub secret: String,
    /// Its SHA-256 as 64 hexadecimal digits in lower case: for systems that keep no keys, but digests of keys.
    pub sha256: String,
}

impl fmt::Debug for OutsideKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OutsideKey").finish_non_exhaustive()
    }
}

/// Why a directory could not say whom a key is for. The text is for the log, and has no key in it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub Box<dyn Error + Send + Sync>);
