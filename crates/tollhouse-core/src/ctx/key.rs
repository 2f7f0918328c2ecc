//! What a call that may be sent again has with it, and what is known of what it did.

use crate::Ctx;

/// What tells a call that is sent again from a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallKey {
    pub(crate) sent: Option<String>,
    pub(crate) digest: [u8; 32],
    pub(crate) arguments: [u8; 32],
    pub(crate) forget_ms: u64,
}

impl CallKey {
    /// A digest of the caller, the tool and the key: the same for no other call.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// A digest of the arguments, the key not among them.
    #[must_use]
    pub fn arguments(&self) -> &[u8; 32] {
        &self.arguments
    }

    /// Until when it is remembered, in milliseconds since 1970.
    #[must_use]
    pub const fn forget_ms(&self) -> u64 {
        self.forget_ms
    }
}

impl Ctx {
    /// What tells this call from others that are not the same, if its caller gave it something, or its rules do.
    #[must_use]
    pub fn key(&self) -> Option<&CallKey> {
        self.0.key.get()
    }

    /// Gives the call its key, once.
    pub(crate) fn set_key(&self, key: CallKey) {
        drop(self.0.key.set(key));
    }

    /// The key as its caller wrote it, to be passed on to whoever takes one. No secret, and not to be trusted.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&str> {
        self.key()?.sent.as_deref()
    }
}

/// What is known of what a call has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Effects {
    /// Its source was not called.
    #[default]
    NotBegun,
    /// Its source has said nothing.
    Unknown,
    /// Something.
    Changed,
    /// Nothing.
    Unchanged,
}
