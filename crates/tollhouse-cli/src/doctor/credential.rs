//! What the visitor was given to say who asks, read as far as it can be read, and never shown.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::{Map, Value};

/// What was given to say who asks.
#[derive(Debug)]
pub(super) struct Credential {
    /// What stands behind `Bearer`.
    pub(super) bearer: Option<String>,
    /// What it says, where it is a JWT. Nothing of it is proved.
    pub(super) claims: Option<Map<String, Value>>,
}

impl Credential {
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let sent = headers.get(AUTHORIZATION);
        if sent.is_none() && !headers.contains_key(KEY_HEADER) {
            return None;
        }
        let sent = sent.and_then(|value| value.to_str().ok());
        let bearer = sent.and_then(|value| value.split_once(' '));
        let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let bearer = bearer.map(|(_, token)| token.trim().to_owned());
        let claims = bearer.as_deref().and_then(claims);
        Some(Self { bearer, claims })
    }
}

/// Everything that must not be shown.
pub(super) fn secrets(headers: &HeaderMap) -> Vec<String> {
    let texts = headers.values().filter_map(|value| value.to_str().ok());
    let parts = texts.flat_map(|text| match text.split_once(' ') {
        Some((_, secret)) => vec![text.to_owned(), secret.trim().to_owned()],
        None => vec![text.to_owned()],
    });
    // The longest first, so that no rest of it stays.
    let mut parts: Vec<_> = parts
        .filter(|part| part.len() >= SECRET_BYTES_MIN)
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts
}

fn claims(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Where some servers want their keys.
pub(super) const KEY_HEADER: &str = "x-api-key";
const TOKEN_BYTES_MAX: usize = 64 * 1024;
/// Less is no secret, and would mask words.
const SECRET_BYTES_MIN: usize = 6;
