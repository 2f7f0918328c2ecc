//! Base64url in its one spelling: no padding, no bits left over (RFC 7515, 2).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The bytes, if the text is exactly what they are written as.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
