//! The header of a signed token (RFC 7515, 4): what it may say, and what it must not.

use serde_json::{Map, Value};

use super::{algorithm::Algorithm, keys::KEY_ID_BYTES_MAX};
use crate::{Rejected, Rules, Types};

/// What is used of a header. Where keys are to be found (`jku`, `x5u`) and what they are (`jwk`, `x5c`) is not
/// for the sender to say, so those are not even read.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    key_id: Option<String>,
    kind: Option<String>,
}

impl Header {
    pub(super) fn parse(members: &Map<String, Value>) -> Result<Self, Rejected> {
        for (name, problem) in REFUSED {
            if members.contains_key(name) {
                return Err(Rejected::Malformed(problem));
            }
        }
        let text = |name: &str| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(Rejected::Malformed(
                "a member of its header that is text is not",
            )),
        };
        if text("cty")?.is_some_and(|kind| bare(kind).eq_ignore_ascii_case("JWT")) {
            return Err(Rejected::Malformed("it has another token within"));
        }
        let algorithm = text("alg")?.ok_or(Rejected::Malformed("its header has no alg"))?;
        let key_id = text("kid")?;
        if key_id.is_some_and(|id| id.len() > KEY_ID_BYTES_MAX) {
            return Err(Rejected::Malformed("its kid is longer than 256 bytes"));
        }
        Ok(Self {
            algorithm: Algorithm::named(algorithm).ok_or(Rejected::Algorithm(
                "its alg is none, symmetric or unknown; the issuer has to sign with a key pair",
            ))?,
            key_id: key_id.map(str::to_owned),
            kind: text("typ")?.map(str::to_owned),
        })
    }

    pub(super) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Whether an issuer with these rules writes such headers.
    pub(super) fn check(&self, rules: &Rules) -> Result<(), Rejected> {
        if !rules.algorithms.is_empty() && !rules.algorithms.contains(&self.algorithm) {
            return Err(Rejected::Algorithm(
                "its alg is not among the issuer's algorithms",
            ));
        }
        let kind = self.kind.as_deref().map(bare);
        let is_of = |known: &str| kind.is_some_and(|kind| kind.eq_ignore_ascii_case(bare(known)));
        let is_good = match &rules.types {
            Types::Usual => kind.is_none() || USUAL.into_iter().any(is_of),
            Types::Only(known) => known.iter().any(|known| is_of(known)),
        };
        if is_good {
            Ok(())
        } else {
            Err(Rejected::Kind("its typ is of another kind of token"))
        }
    }
}

/// A media type without `application/`, which may be left out (RFC 7515, 4.1.9).
fn bare(kind: &str) -> &str {
    match kind.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => kind,
    }
}

/// How access tokens are named where nobody demands more: as any signed token, or as RFC 9068 (2.1) says.
const USUAL: [&str; 2] = ["JWT", "at+jwt"];
const PREFIX: &str = "application/";
/// Members that change what is signed or how it is read; whoever does not know them must refuse (RFC 7515,
/// 4.1.11; RFC 7797, 6; RFC 7516, 4.1).
const REFUSED: [(&str, &str); 4] = [
    ("crit", "its header demands what is not understood here"),
    ("b64", "its payload is not encoded"),
    ("zip", "it is compressed"),
    ("enc", "it is encrypted"),
];
