//! Sign-in by one key, so that the suite can be run where nobody calls who does not show who it is.

use std::fmt;

use futures_util::future::BoxFuture;
use sha2::{Digest as _, Sha256};
use tollhouse::{Authenticate, Credentials, Header, Principal, Unauthenticated};

/// Lets in whoever shows the key behind `Bearer`.
pub struct Door([u8; 32]);

impl Door {
    /// Of this key.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self(digest(key.as_bytes()))
    }

    fn opens(&self, presented: Credentials<'_>) -> Result<Principal, Unauthenticated> {
        let shown = match presented.header("authorization") {
            Header::Absent => return Err(Unauthenticated::MissingKey),
            Header::One(value) => value.strip_prefix(b"Bearer "),
            Header::Several => None,
        };
        let shown = shown.ok_or(Unauthenticated::Unclear)?;
        // Digests, so that how long it takes tells nothing of the key.
        if digest(shown) == self.0 {
            Ok(Principal::new("suite", []))
        } else {
            Err(Unauthenticated::UnknownKey)
        }
    }
}

impl Authenticate for Door {
    fn authenticate<'a>(
        &'a self,
        presented: Credentials<'a>,
    ) -> BoxFuture<'a, Result<Principal, Unauthenticated>> {
        Box::pin(async move { self.opens(presented) })
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Door").finish_non_exhaustive()
    }
}

fn digest(key: &[u8]) -> [u8; 32] {
    Sha256::digest(key).into()
}
