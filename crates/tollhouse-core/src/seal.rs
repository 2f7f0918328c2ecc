//! Sealed text: what a client keeps for us and can neither read, change nor make.
//!
//! XChaCha20-Poly1305 with a random 192-bit nonce, under a ring of keys: the first seals, all open.
//! What a seal is for is bound in as associated data, so a cursor is not a state.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use sha2::{Digest as _, Sha256};

use crate::ids;

/// What a sealed text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A place in a list.
    Cursor,
    /// What a call already knows.
    State,
    /// Which session a message is of.
    Session,
    /// A place in a result that was too long for one answer.
    Rest,
}

/// The keys, newest first.
#[derive(Clone)]
pub(crate) struct Ring {
    keys: Arc<[Key]>,
}

struct Key {
    id: [u8; KEY_ID_BYTES],
    cipher: XChaCha20Poly1305,
}

impl Ring {
    /// A ring of these keys; processes that share them can open each other's seals.
    pub(crate) fn new(keys: &[[u8; 32]]) -> Self {
        Self {
            keys: keys.iter().map(Key::new).collect(),
        }
    }

    /// Seals bytes into URL-safe text. `None` only if the system has no randomness.
    pub(crate) fn seal(&self, purpose: Purpose, plain: &[u8]) -> Option<String> {
        let key = self.keys.first()?;
        let nonce: [u8; NONCE_BYTES] = ids::random().ok()?;
        let payload = Payload {
            msg: plain,
            aad: purpose.label(),
        };
        let sealed = key.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        let mut bytes = Vec::with_capacity(KEY_ID_BYTES + NONCE_BYTES + sealed.len());
        bytes.extend_from_slice(&key.id);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What was sealed, if it was sealed here for this purpose and is unchanged.
    pub(crate) fn open(&self, purpose: Purpose, text: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (id, rest) = bytes.split_first_chunk::<KEY_ID_BYTES>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let key = self.keys.iter().find(|key| key.id == *id)?;
        let payload = Payload {
            msg: sealed,
            aad: purpose.label(),
        };
        key.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }
}

impl Key {
    fn new(secret: &[u8; 32]) -> Self {
        // The id only says which key to try; it is a one-way digest, so it gives nothing away.
        let digest = Sha256::new()
            .chain_update(b"tollhouse key id")
            .chain_update(secret)
            .finalize();
        let mut id = [0; KEY_ID_BYTES];
        for (to, from) in id.iter_mut().zip(digest) {
            *to = from;
        }
        Self {
            id,
            cipher: XChaCha20Poly1305::new(&(*secret).into()),
        }
    }
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Cursor => b"tollhouse cursor 1",
            Self::State => b"tollhouse state 1",
            Self::Session => b"tollhouse session id 1",
            Self::Rest => b"tollhouse rest 1",
        }
    }
}

impl fmt::Debug for Ring {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Ring({} keys)", self.keys.len())
    }
}

const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{Purpose, Ring};

    proptest! {
        #[test]
        fn what_is_sealed_opens_for_its_purpose_only(plain: Vec<u8>) {
            let ring = Ring::new(&[[7; 32]]);
            let sealed = ring.seal(Purpose::State, &plain).unwrap();
            assert_eq!(ring.open(Purpose::State, &sealed), Some(plain));
            assert_eq!(ring.open(Purpose::Cursor, &sealed), None);
        }

        #[test]
        fn one_changed_character_breaks_it(plain: Vec<u8>, at in any::<prop::sample::Index>()) {
            let ring = Ring::new(&[[7; 32]]);
            let mut sealed = ring.seal(Purpose::State, &plain).unwrap().into_bytes();
            let at = at.index(sealed.len());
            sealed[at] = if sealed[at] == b'A' { b'B' } else { b'A' };
            let sealed = String::from_utf8(sealed).unwrap();
            assert_eq!(ring.open(Purpose::State, &sealed), None);
        }

        #[test]
        fn arbitrary_text_never_opens(text: String) {
            assert_eq!(Ring::new(&[[7; 32]]).open(Purpose::State, &text), None);
        }
    }

    use proptest::prelude::prop;

    #[test]
    fn an_old_key_still_opens_and_a_foreign_one_does_not() {
        let old = Ring::new(&[[1; 32]]);
        let sealed = old.seal(Purpose::Cursor, b"x").unwrap();
        let rotated = Ring::new(&[[2; 32], [1; 32]]);
        assert_eq!(rotated.open(Purpose::Cursor, &sealed).unwrap(), b"x");
        assert_eq!(Ring::new(&[[2; 32]]).open(Purpose::Cursor, &sealed), None);
    }
}
