//! Signs tokens with real keys: as an issuer would, and as a forger would.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
        KeyPair as _, RsaEncoding, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tollhouse_oauth::{Algorithm, KeySet, Rejected, Rules, Token, Verified};

pub(crate) const ISSUER: &str = "https://issuer.example.com/tenant";
pub(crate) const RESOURCE: &str = "https://mcp.example.com/mcp";
pub(crate) const NOW_S: u64 = 1_800_000_000;

/// A key pair with its id.
pub(crate) struct Signer {
    pub(crate) id: &'static str,
    pub(crate) algorithm: &'static str,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair, &'static str),
    Ed(Ed25519KeyPair),
}

impl Signer {
    pub(crate) fn rsa(id: &'static str, algorithm: &'static str) -> Self {
        let encoding: &'static dyn RsaEncoding = match algorithm {
            "RS256" => &signature::RSA_PKCS1_SHA256,
            "RS384" => &signature::RSA_PKCS1_SHA384,
            "RS512" => &signature::RSA_PKCS1_SHA512,
            "PS256" => &signature::RSA_PSS_SHA256,
            "PS384" => &signature::RSA_PSS_SHA384,
            "PS512" => &signature::RSA_PSS_SHA512,
            other => panic!("{other}"),
        };
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        Self {
            id,
            algorithm,
            pair: Pair::Rsa(pair, encoding),
        }
    }

    pub(crate) fn ec(id: &'static str, algorithm: &'static str) -> Self {
        let (curve, signing): (_, &'static EcdsaSigningAlgorithm) = match algorithm {
            "ES256" => ("P-256", &ECDSA_P256_SHA256_FIXED_SIGNING),
            "ES384" => ("P-384", &ECDSA_P384_SHA384_FIXED_SIGNING),
            "ES512" => ("P-521", &ECDSA_P521_SHA512_FIXED_SIGNING),
            other => panic!("{other}"),
        };
        Self {
            id,
            algorithm,
            pair: Pair::Ec(EcdsaKeyPair::generate(signing).unwrap(), curve),
        }
    }

    pub(crate) fn ed(id: &'static str) -> Self {
        Self {
            id,
            algorithm: "EdDSA",
            pair: Pair::Ed(Ed25519KeyPair::generate().unwrap()),
        }
    }

    /// The public key as it is published, without `alg`.
    pub(crate) fn jwk(&self) -> Value {
        match &self.pair {
            Pair::Rsa(pair, _) => {
                let (n, e) = rsa_numbers(pair.public_key().as_ref());
                json!({"kty": "RSA", "kid": self.id, "n": n, "e": e})
            }
            Pair::Ec(pair, curve) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({"kty": "EC", "crv": curve, "kid": self.id, "x": encode(x), "y": encode(y)})
            }
            Pair::Ed(pair) => {
                let x = encode(pair.public_key());
                json!({"kty": "OKP", "crv": "Ed25519", "kid": self.id, "x": x})
            }
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signed = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut signed).unwrap();
                signed
            }
            Pair::Ec(pair, _) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// The header that this issuer writes.
    pub(crate) fn header(&self) -> Value {
        json!({"alg": self.algorithm, "typ": "at+jwt", "kid": self.id})
    }

    /// A token with this signer's own header.
    pub(crate) fn token(&self, payload: &Value) -> String {
        self.token_with(&self.header(), payload)
    }

    /// A token with another header.
    pub(crate) fn token_with(&self, header: &Value, payload: &Value) -> String {
        self.token_of(
            header.to_string().as_bytes(),
            payload.to_string().as_bytes(),
        )
    }

    /// A token of exactly these bytes.
    pub(crate) fn token_of(&self, header: &[u8], payload: &[u8]) -> String {
        self.token_of_parts(&encode(header), &encode(payload))
    }

    /// A token of parts that are written already.
    pub(crate) fn token_of_parts(&self, header: &str, payload: &str) -> String {
        let signed = format!("{header}.{payload}");
        let signature = encode(self.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

/// An HS256 token with this secret.
pub(crate) fn hmac_token(secret: &[u8], header: &Value, payload: &Value) -> String {
    let signed = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(payload.to_string())
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", encode(signature))
}

/// The document that publishes these keys.
pub(crate) fn document(keys: &[Value]) -> Vec<u8> {
    json!({ "keys": keys }).to_string().into_bytes()
}

/// Those keys, each pinned to the way that it is usual for it.
pub(crate) fn key_set(keys: &[Value]) -> KeySet {
    KeySet::parse(&document(keys), &[]).unwrap()
}

/// Those keys for any of these algorithms.
pub(crate) fn key_set_for(keys: &[Value], accepted: &[Algorithm]) -> KeySet {
    KeySet::parse(&document(keys), accepted).unwrap()
}

/// What a good token says.
pub(crate) fn payload() -> Value {
    json!({
        "iss": ISSUER,
        "aud": RESOURCE,
        "sub": "user-1",
        "client_id": "client-1",
        "iat": NOW_S - 10,
        "exp": NOW_S + 300,
        "jti": "token-1",
        "scope": "orders:read orders:write",
    })
}

/// What a good token says, and another value for one claim; null takes the claim away.
pub(crate) fn payload_with(name: &str, value: Value) -> Value {
    changed(payload(), name, value)
}

pub(crate) fn changed(mut object: Value, name: &str, value: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    object
}

/// Takes a token to the verifier, at the time and the address of all these tests.
pub(crate) fn verify(token: &str, rules: &Rules, keys: &KeySet) -> Result<Verified, Rejected> {
    Token::parse(token)?.verify(rules, keys, RESOURCE, NOW_S * 1000)
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Modulus and exponent of an RSAPublicKey in DER (RFC 8017, A.1.1), as a JWK has them.
fn rsa_numbers(der: &[u8]) -> (String, String) {
    let (sequence, _) = der_value(der);
    let (modulus, rest) = der_value(sequence);
    let (exponent, _) = der_value(rest);
    (
        encode(modulus.strip_prefix(&[0]).unwrap_or(modulus)),
        encode(exponent),
    )
}

/// The first value, and what comes after it.
fn der_value(der: &[u8]) -> (&[u8], &[u8]) {
    let short = usize::from(der[1]);
    let (begin, length) = if short < 0x80 {
        (2, short)
    } else {
        let begin = 2 + (short & 0x7f);
        let length = der[2..begin]
            .iter()
            .fold(0, |sum, byte| sum * 256 + usize::from(*byte));
        (begin, length)
    };
    der[begin..].split_at(length)
}
