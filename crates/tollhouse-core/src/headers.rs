//! Values of MCP's HTTP headers, which may wrap what a header cannot carry.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The text of a header value: printable ASCII as it is, or `=?base64?…?=` around UTF-8
/// (MCP 2026-07-28, "Streamable HTTP"). `None` if it is neither.
pub(crate) fn decode(header: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(header).ok()?;
    let wrapped = text
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="));
    match wrapped {
        Some(inner) => String::from_utf8(STANDARD.decode(inner).ok()?).ok(),
        None => {
            let printable = |c: char| c == '\t' || (' '..='~').contains(&c);
            text.chars().all(printable).then(|| text.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::decode;

    #[test]
    fn e48_the_wrapped_form_is_decoded_and_a_broken_one_refused() {
        assert_eq!(decode(b"=?base64?SGVsbG8=?=").as_deref(), Some("Hello"));
        assert_eq!(decode(b"=?base64?SGVsbG8?="), None);
        assert_eq!(decode(b"=?base64?SGVs!!8=?="), None);
        assert_eq!(decode(b"=?base64?/w==?="), None);
        assert_eq!(
            decode(b"=?BASE64?SGVsbG8=?=").as_deref(),
            Some("=?BASE64?SGVsbG8=?=")
        );
        assert_eq!(decode(b"SGVsbG8=?=").as_deref(), Some("SGVsbG8=?="));
        assert_eq!(decode("ünicode".as_bytes()), None);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_decoded_or_refused(bytes: Vec<u8>) {
            decode(&bytes);
        }
    }
}
