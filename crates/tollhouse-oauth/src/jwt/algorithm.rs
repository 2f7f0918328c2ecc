//! How a token may be signed, and the keys that each way takes.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
};

/// A way to sign (RFC 7518, 3.1; RFC 8037, 3.1). There is none with a shared secret: whoever could check such
/// a token could make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSA with PKCS #1 v1.5 and SHA-256.
    Rs256,
    /// RSA with PKCS #1 v1.5 and SHA-384.
    Rs384,
    /// RSA with PKCS #1 v1.5 and SHA-512.
    Rs512,
    /// RSA with PSS and SHA-256.
    Ps256,
    /// RSA with PSS and SHA-384.
    Ps384,
    /// RSA with PSS and SHA-512.
    Ps512,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// ECDSA over P-384 with SHA-384.
    Es384,
    /// ECDSA over P-521 with SHA-512.
    Es512,
    /// Ed25519, which has two names on the wire.
    EdDsa,
}

impl Algorithm {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 10] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
    ];

    /// The one of this name, exactly as it is written in tokens and keys.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDsa);
        }
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Its name in tokens, keys and settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The key, ready to verify this way and no other. None if it is not such a key.
    pub(super) fn key(self, material: &Material) -> Option<ParsedPublicKey> {
        match (self, material) {
            (Self::Rs256, Material::Rsa(rsa)) => rsa.parse(&RSA_PKCS1_2048_8192_SHA256),
            (Self::Rs384, Material::Rsa(rsa)) => rsa.parse(&RSA_PKCS1_2048_8192_SHA384),
            (Self::Rs512, Material::Rsa(rsa)) => rsa.parse(&RSA_PKCS1_2048_8192_SHA512),
            (Self::Ps256, Material::Rsa(rsa)) => rsa.parse(&RSA_PSS_2048_8192_SHA256),
            (Self::Ps384, Material::Rsa(rsa)) => rsa.parse(&RSA_PSS_2048_8192_SHA384),
            (Self::Ps512, Material::Rsa(rsa)) => rsa.parse(&RSA_PSS_2048_8192_SHA512),
            (Self::Es256, Material::P256(point)) => {
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()
            }
            (Self::Es384, Material::P384(point)) => {
                ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).ok()
            }
            (Self::Es512, Material::P521(point)) => {
                ParsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, point).ok()
            }
            (Self::EdDsa, Material::Ed25519(key)) => ParsedPublicKey::new(&ED25519, key).ok(),
            _ => None,
        }
    }
}

/// What a published key consists of.
#[derive(Debug)]
pub(super) enum Material {
    Rsa(Rsa),
    /// A point, uncompressed.
    P256(Vec<u8>),
    /// A point, uncompressed.
    P384(Vec<u8>),
    /// A point, uncompressed.
    P521(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Material {
    /// The way that such a key signs if nobody says another.
    pub(super) const fn usual(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
            Self::P384(_) => Algorithm::Es384,
            Self::P521(_) => Algorithm::Es512,
            Self::Ed25519(_) => Algorithm::EdDsa,
        }
    }
}

/// An RSA key: both numbers without leading zeros.
#[derive(Debug)]
pub(super) struct Rsa {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl Rsa {
    /// Of these numbers, if they make a key that is not weak: 2048 to 8192 bits, and an odd exponent from 3 to
    /// 2³² − 1.
    pub(super) fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let (modulus, exponent) = (trimmed(modulus), trimmed(exponent));
        let leading = modulus.first()?.leading_zeros();
        let bits = u32::try_from(modulus.len()).ok()?.checked_mul(8)? - leading;
        let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        let is_good = (2048..=8192).contains(&bits)
            && is_odd(modulus)
            && is_odd(exponent)
            && exponent.len() <= 4
            && exponent != [1];
        is_good.then(|| Self {
            modulus: modulus.to_vec(),
            exponent: exponent.to_vec(),
        })
    }

    fn parse(&self, parameters: &'static RsaParameters) -> Option<ParsedPublicKey> {
        let components = RsaPublicKeyComponents {
            n: &self.modulus,
            e: &self.exponent,
        };
        components.to_parsed_public_key(parameters).ok()
    }
}

fn trimmed(number: &[u8]) -> &[u8] {
    let first = number.iter().position(|byte| *byte != 0);
    first
        .and_then(|first| number.get(first..))
        .unwrap_or_default()
}
