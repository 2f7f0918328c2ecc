//! Access tokens that are signed: JSON Web Tokens (RFC 7519, RFC 9068), strictly read.
//!
//! [`Token::parse`] tells the form and believes nothing; [`Token::verify`] believes it, if everything is good.
//! To accept a new way to sign, add it to `algorithm.rs`; a new member of a header that changes what is signed
//! has to be refused in `header.rs`.

mod algorithm;
mod base64url;
mod header;
mod keys;

use std::fmt;

use serde_json::{Map, Value};

pub use algorithm::Algorithm;
pub use keys::{KeySet, NotKeys};

use self::header::Header;
use crate::{
    Rejected, Rules, Verified,
    claims::{Claims, Evidence},
    json,
};

/// A token that was taken apart. Nothing in it is true until [`verify`](Self::verify) says so.
pub struct Token<'a> {
    /// What is signed: both first parts with their dot, as they came.
    signed: &'a str,
    signature: Vec<u8>,
    header: Header,
    payload: Map<String, Value>,
}

impl<'a> Token<'a> {
    /// Whether a credential has the form of a signed token: three parts of base64url with dots between them, the
    /// first of which begins an object. Such text is never taken for another kind of credential.
    #[must_use]
    pub fn resembles(credential: &str) -> bool {
        let is_known =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'.');
        // To the end, whatever comes, so that the processor takes many bytes at once: this is asked for each request.
        let are_known = credential
            .bytes()
            .fold(true, |all, byte| all & is_known(byte));
        are_known && credential.starts_with("eyJ") && credential.split('.').count() == 3
    }

    /// Takes a token apart.
    ///
    /// # Errors
    ///
    /// It is not exactly three parts of canonical base64url, the first two of which are JSON objects that have
    /// every member once; or its header says something that this program must not overlook.
    pub fn parse(text: &'a str) -> Result<Self, Rejected> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(Rejected::Malformed("it is longer than 16 KiB"));
        }
        let parts = Rejected::Malformed("it does not have three parts");
        let (signed, signature) = text.rsplit_once('.').ok_or_else(|| parts.clone())?;
        let (header, payload) = signed.split_once('.').ok_or_else(|| parts.clone())?;
        if payload.contains('.') {
            return Err(parts);
        }
        let header = decoded(header)?;
        let payload = decoded(payload)?;
        let signature = base64url::decode(signature).ok_or(NOT_BASE64URL)?;
        if signature.is_empty() {
            return Err(Rejected::Malformed("it is not signed"));
        }
        Ok(Self {
            signed,
            signature,
            header: Header::parse(&header)?,
            payload,
        })
    }

    /// Who the token says that it is from. To choose whom to ask, and for nothing else.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.payload.get("iss")?.as_str()
    }

    /// Whether the token is good: signed by one of these keys, of this issuer, for `resource` (the address that
    /// was called) or another audience that the rules name, now, and an access token.
    ///
    /// # Errors
    ///
    /// What is wrong with it. [`Rejected::UnknownKey`] may be another answer once the keys are read anew; it
    /// is told after everything that needs no key, so that a token that is bad anyhow causes no such reading.
    pub fn verify(
        &self,
        rules: &Rules,
        keys: &KeySet,
        resource: &str,
        now_ms: u64,
    ) -> Result<Verified, Rejected> {
        self.header.check(rules)?;
        let claims = Claims::new(&self.payload, Evidence::Signed);
        let verified = claims.verify(rules, resource, now_ms)?;
        let key = keys.find(self.header.key_id(), self.header.algorithm)?;
        key.verify_sig(self.signed.as_bytes(), &self.signature)
            .map_err(|_| Rejected::Signature)?;
        Ok(verified)
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Token").finish_non_exhaustive()
    }
}

fn decoded(part: &str) -> Result<Map<String, Value>, Rejected> {
    let bytes = base64url::decode(part).ok_or(NOT_BASE64URL)?;
    json::object(&bytes).map_err(|_| {
        Rejected::Malformed("a part of it is not one JSON object that has every member once")
    })
}

/// Longer than any token that fits into the headers of a request.
const TOKEN_BYTES_MAX: usize = 16 * 1024;
const NOT_BASE64URL: Rejected = Rejected::Malformed("a part of it is not canonical base64url");
