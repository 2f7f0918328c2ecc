//! A key that tokens are signed with as an issuer would, for as long as a test takes.

use anyhow::{Context as _, Result, anyhow};
use aws_lc_rs::{
    encoding::AsDer as _,
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaEncoding,
        RsaKeyPair,
    },
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use x509_cert::der::{Decode as _, Reader as _, SliceReader, asn1::UintRef};

/// A key pair for one algorithm.
pub(super) struct Signer {
    algorithm: String,
    typ: String,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair, &'static str),
    Ed(Ed25519KeyPair),
}

impl Signer {
    /// A new key for this algorithm, and the type that its tokens say.
    pub(super) fn new(algorithm: &str, typ: &str) -> Result<Self> {
        Ok(Self {
            pair: pair(algorithm).with_context(|| format!("no key for {algorithm}"))?,
            algorithm: algorithm.to_owned(),
            typ: typ.to_owned(),
        })
    }

    /// The public key, as it is published.
    pub(super) fn jwk(&self) -> Result<Value> {
        let mut jwk = match &self.pair {
            Pair::Rsa(pair, _) => {
                let (n, e) = numbers(pair.public_key().as_ref())?;
                json!({"kty": "RSA", "n": n, "e": e})
            }
            Pair::Ec(pair, curve) => {
                let point = pair.public_key().as_ref();
                let point = point.get(1..).unwrap_or_default();
                let (x, y) = point.split_at(point.len() / 2);
                json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)})
            }
            Pair::Ed(pair) => {
                let x = encode(pair.public_key().as_ref());
                json!({"kty": "OKP", "crv": "Ed25519", "x": x})
            }
        };
        let members = jwk.as_object_mut().context("a key is an object")?;
        members.insert("kid".to_owned(), KEY_ID.into());
        members.insert("alg".to_owned(), self.algorithm.as_str().into());
        members.insert("use".to_owned(), "sig".into());
        Ok(jwk)
    }

    /// A token that says this.
    pub(super) fn token(&self, claims: &Value) -> Result<String> {
        let header = json!({"alg": self.algorithm, "typ": self.typ, "kid": KEY_ID});
        let signed = signed_part(&header, claims);
        let signature = self.sign(signed.as_bytes())?;
        Ok(format!("{signed}.{}", encode(&signature)))
    }

    /// The same, declared to be signed with a secret, which is the public key. A verifier that lets tokens choose takes
    /// it (RFC 8725, 2.1).
    pub(super) fn confused(&self, claims: &Value) -> Result<String> {
        let header = json!({"alg": "HS256", "typ": self.typ, "kid": KEY_ID});
        let signed = signed_part(&header, claims);
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.pem()?.as_bytes());
        let signature = hmac::sign(&key, signed.as_bytes());
        Ok(format!("{signed}.{}", encode(signature.as_ref())))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let random = SystemRandom::new();
        let failed = |_| anyhow!("nothing can be signed with {}", self.algorithm);
        Ok(match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut signature)
                    .map_err(failed)?;
                signature
            }
            Pair::Ec(pair, _) => {
                let signature = pair.sign(&random, message).map_err(failed)?;
                signature.as_ref().to_vec()
            }
            Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        })
    }

    fn pem(&self) -> Result<String> {
        let failed = |_| anyhow!("the public key cannot be written");
        let der = match &self.pair {
            Pair::Rsa(pair, _) => pair.public_key().as_der().map_err(failed)?,
            Pair::Ec(pair, _) => pair.public_key().as_der().map_err(failed)?,
            Pair::Ed(pair) => pair.public_key().as_der().map_err(failed)?,
        };
        let text = STANDARD.encode(der.as_ref());
        Ok(format!(
            "-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n"
        ))
    }
}

fn pair(algorithm: &str) -> Result<Pair> {
    let rsa = |encoding| {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048);
        pair.map(|pair| Pair::Rsa(pair, encoding))
            .map_err(|_| anyhow!("none can be made"))
    };
    let ec = |signing, curve| {
        let pair = EcdsaKeyPair::generate(signing);
        pair.map(|pair| Pair::Ec(pair, curve))
            .map_err(|_| anyhow!("none can be made"))
    };
    match algorithm {
        "RS256" => rsa(&signature::RSA_PKCS1_SHA256),
        "RS384" => rsa(&signature::RSA_PKCS1_SHA384),
        "RS512" => rsa(&signature::RSA_PKCS1_SHA512),
        "PS256" => rsa(&signature::RSA_PSS_SHA256),
        "PS384" => rsa(&signature::RSA_PSS_SHA384),
        "PS512" => rsa(&signature::RSA_PSS_SHA512),
        "ES256" => ec(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256"),
        "ES384" => ec(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384"),
        "ES512" => ec(&ECDSA_P521_SHA512_FIXED_SIGNING, "P-521"),
        "EdDSA" => Ed25519KeyPair::generate()
            .map(Pair::Ed)
            .map_err(|_| anyhow!("none can be made")),
        other => Err(anyhow!("{other} is not known here")),
    }
}

/// The two numbers of an RSA key (RFC 8017, A.1.1).
fn numbers(key: &[u8]) -> Result<(String, String)> {
    let mut reader = SliceReader::new(key)?;
    let numbers = reader.sequence(|inner| {
        let (n, e) = (UintRef::decode(inner)?, UintRef::decode(inner)?);
        Ok::<_, x509_cert::der::Error>((encode(n.as_bytes()), encode(e.as_bytes())))
    });
    numbers.context("an RSA key of an unknown form")
}

fn signed_part(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| encode(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

const KEY_ID: &str = "test-auth";
