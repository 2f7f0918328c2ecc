//! Long texts become digests before they wait for anything: a digest costs the caller who sent the text, and nobody else.

use tollhouse_core::{Payload, draw};

use super::chain;

/// Makes a digest of a payload that is too long to be kept, or for whose text there is no room now.
pub(super) fn shorten(payload: &mut Payload, is_tight: bool) {
    let most = if is_tight { TIGHT_BYTES } else { TEXT_BYTES };
    let (Payload::Hash(text) | Payload::Text(text)) = payload else {
        return;
    };
    if text.len() > most {
        *payload = digest(text);
    }
}

fn digest(text: &str) -> Payload {
    // Without randomness the digest can be tried out against texts that somebody guesses, and everything else holds.
    let salt = draw().unwrap_or_default();
    Payload::Digest {
        salt,
        digest: chain::sealed(&salt, text.as_bytes()),
        bytes: text.len() as u64,
    }
}

/// Longer texts are not kept: whoever sends many of them would push out what is older.
pub(super) const TEXT_BYTES: usize = 16 * 1024;
/// Where there is no room, a text shorter than this would gain nothing as a digest.
const TIGHT_BYTES: usize = 64;
