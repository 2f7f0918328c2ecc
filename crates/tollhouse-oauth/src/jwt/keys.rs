//! The public keys that an issuer publishes (RFC 7517), each pinned to the ways that it may verify.

use std::sync::Arc;

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::ParsedPublicKey,
};
use serde_json::{Map, Value};

use super::{
    algorithm::{Algorithm, Material, Rsa},
    base64url,
};
use crate::{Rejected, json};

/// An issuer's keys at one time. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Arc<[Key]>,
    generation: u64,
}

/// One key.
#[derive(Debug)]
struct Key {
    id: Option<Box<str>>,
    /// What it verifies, each with the key made ready for that and nothing else.
    verifiers: Vec<(Algorithm, ParsedPublicKey)>,
}

/// The document is not a set of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotKeys {
    /// It is no JSON object that has a list of keys.
    #[error(
        "it is not a JSON object with a list named keys; give the address of the JWKS document"
    )]
    Form,
    /// It has more than anybody needs.
    #[error("it has more than {KEYS_MAX} keys")]
    TooMany,
}

impl KeySet {
    /// Reads a JWKS document. Keys that cannot be used here are left out: those of other kinds, for
    /// encryption, weak ones, secrets, and those that say a way to sign that is not among `accepted`. If that
    /// is empty, a key verifies the way that it says, or else the usual one of its kind; if it is not, a key
    /// that says none verifies each of them that its kind can.
    ///
    /// # Errors
    ///
    /// It is no such document, or has more than 64 keys.
    pub fn parse(document: &[u8], accepted: &[Algorithm]) -> Result<Self, NotKeys> {
        let document_members = json::object(document).map_err(|_| NotKeys::Form)?;
        let Some(Value::Array(listed)) = document_members.get("keys") else {
            return Err(NotKeys::Form);
        };
        if listed.len() > KEYS_MAX {
            return Err(NotKeys::TooMany);
        }
        let keys = listed.iter().filter_map(|listed| match listed {
            Value::Object(members) => Key::parse(members, accepted),
            _ => None,
        });
        Ok(Self {
            keys: keys.collect(),
            generation: generation(document),
        })
    }

    /// A number that is another one as soon as the document is: what was verified under another number has
    /// to be verified again.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// How many of the keys can be used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether none of the keys can be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The one key that fits. The id is compared and nothing else is done with it.
    pub(super) fn find(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<&ParsedPublicKey, Rejected> {
        let named = self
            .keys
            .iter()
            .filter(|key| id.is_none_or(|id| key.id.as_deref() == Some(id)));
        let mut is_known = false;
        let mut found = None;
        for key in named {
            is_known = true;
            let fitting = key.verifiers.iter().find(|(can, _)| *can == algorithm);
            if let Some((_, verifier)) = fitting
                && found.replace(verifier).is_some()
            {
                return Err(Rejected::Algorithm(
                    "several keys fit it, and it does not say which is meant",
                ));
            }
        }
        found.ok_or(if is_known && id.is_some() {
            Rejected::Algorithm("its alg is not the one that the key is for")
        } else {
            Rejected::UnknownKey
        })
    }
}

impl Key {
    /// None if it is not a public key for signatures that we can verify.
    fn parse(members: &Map<String, Value>, accepted: &[Algorithm]) -> Option<Self> {
        let is_secret = SECRETS.iter().any(|name| members.contains_key(*name));
        if is_secret || !is_for_signatures(members) {
            return None;
        }
        let id = match members.get("kid") {
            None => None,
            Some(Value::String(id)) if id.len() <= KEY_ID_BYTES_MAX => Some(id.as_str().into()),
            Some(_) => return None,
        };
        let material = Material::parse(members)?;
        let said = match members.get("alg") {
            None => None,
            Some(alg) => Some(Algorithm::named(alg.as_str()?)?),
        };
        let usual = [material.usual()];
        let candidates = match (&said, accepted) {
            (Some(said), []) => std::slice::from_ref(said),
            (Some(said), accepted) if accepted.contains(said) => std::slice::from_ref(said),
            (Some(_), _) => &[],
            (None, []) => &usual,
            (None, accepted) => accepted,
        };
        let pinned = candidates
            .iter()
            .filter_map(|algorithm| Some((*algorithm, algorithm.key(&material)?)));
        let verifiers: Vec<_> = pinned.collect();
        (!verifiers.is_empty()).then_some(Self { id, verifiers })
    }
}

impl Material {
    fn parse(members: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| members.get(name)?.as_str();
        let bytes = |name: &str| base64url::decode(text(name)?);
        let point = |coordinate_bytes: usize| {
            let (x, y) = (bytes("x")?, bytes("y")?);
            let is_whole = x.len() == coordinate_bytes && y.len() == coordinate_bytes;
            is_whole.then(|| [&[UNCOMPRESSED], x.as_slice(), &y].concat())
        };
        match (text("kty")?, text("crv")) {
            ("RSA", _) => Rsa::new(&bytes("n")?, &bytes("e")?).map(Self::Rsa),
            ("EC", Some("P-256")) => point(32).map(Self::P256),
            ("EC", Some("P-384")) => point(48).map(Self::P384),
            ("EC", Some("P-521")) => point(66).map(Self::P521),
            ("OKP", Some("Ed25519")) => bytes("x").map(Self::Ed25519),
            _ => None,
        }
    }
}

fn is_for_signatures(members: &Map<String, Value>) -> bool {
    let is_use = members.get("use").is_none_or(|used| *used == "sig");
    let is_operation = members
        .get("key_ops")
        .is_none_or(|operations| match operations {
            Value::Array(operations) => operations.iter().any(|one| *one == "verify"),
            _ => false,
        });
    is_use && is_operation
}

fn generation(document: &[u8]) -> u64 {
    let digest = digest(&SHA256, document);
    let first = digest.as_ref().first_chunk::<8>();
    first.map_or(0, |first| u64::from_be_bytes(*first))
}

/// More than any issuer publishes.
pub(crate) const KEYS_MAX: usize = 64;
/// Longer than any id of a key.
pub(super) const KEY_ID_BYTES_MAX: usize = 256;
/// How a point begins that is written as both its coordinates (SEC 1, 2.3.3).
const UNCOMPRESSED: u8 = 4;
/// Members that only secret keys have: who publishes one has nothing left to sign with.
const SECRETS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];
