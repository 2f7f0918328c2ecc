//! An issuer of a test's own, which signs with real keys and says of tokens whatever it is told to.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tollhouse::{Clock as _, SystemClock};

use super::RESOURCE;
use crate::site::{Reply, Request, Site};

/// Ends with the process of the test.
pub(super) struct Issuer {
    pub(super) url: String,
    pub(super) signer: Signer,
    told: Arc<Mutex<Told>>,
    _site: Site,
}

/// A key pair with its id.
pub(super) struct Signer {
    id: &'static str,
    pair: EcdsaKeyPair,
}

/// What it says of itself and of tokens.
#[derive(Default)]
struct Told {
    keys: Vec<Value>,
    /// What is said of tokens that say nothing themselves.
    opaque: BTreeMap<String, Value>,
    /// With which of these it may be asked about tokens.
    secrets: Vec<String>,
    /// The secrets that it was asked with.
    shown: Vec<String>,
    /// How it was asked for what it says of itself: the heads of requests.
    heads: Vec<String>,
}

impl Issuer {
    pub(super) fn start() -> Self {
        let told = Arc::<Mutex<Told>>::default();
        let known = Arc::clone(&told);
        let site = Site::start(move |request| answer(request, &known));
        let issuer = Self {
            url: site.url().trim_end_matches("/mcp").to_owned(),
            signer: Signer::new("first"),
            told,
            _site: site,
        };
        issuer.publish(&[&issuer.signer]);
        issuer
    }

    /// From now on only these keys are its own.
    pub(super) fn publish(&self, signers: &[&Signer]) {
        let keys = signers.iter().map(|signer| signer.jwk());
        self.told.lock().unwrap().keys = keys.collect();
    }

    /// From now on this is said of a token, or that it is none.
    pub(super) fn say(&self, token: &str, said: Option<Value>) {
        let mut told = self.told.lock().unwrap();
        match said {
            Some(said) => told.opaque.insert(token.to_owned(), said),
            None => told.opaque.remove(token),
        };
    }

    /// From now on, whoever asks about tokens has to show one of these.
    pub(super) fn wants(&self, secrets: &[&str]) {
        let secrets = secrets.iter().map(|&secret| secret.to_owned());
        self.told.lock().unwrap().secrets = secrets.collect();
    }

    /// The secrets that it was asked with.
    pub(super) fn shown(&self) -> Vec<String> {
        self.told.lock().unwrap().shown.clone()
    }

    /// How it was asked for what it says of itself: the heads of requests.
    pub(super) fn asked(&self) -> Vec<String> {
        self.told.lock().unwrap().heads.clone()
    }

    pub(super) fn token(&self, subject: &str, scopes: &str) -> String {
        self.sign(&json!({"sub": subject, "scope": scopes}))
    }

    /// A token that says this; what is not said is as it should be.
    pub(super) fn sign(&self, said: &Value) -> String {
        self.signer.sign(&self.claims(said))
    }

    /// What a good token says beside this.
    pub(super) fn claims(&self, said: &Value) -> Value {
        let now_s = SystemClock::default().unix_ms() / 1000;
        let mut claims = json!({
            "iss": self.url,
            "aud": RESOURCE,
            "client_id": "program",
            "iat": now_s,
            "exp": now_s + 3600,
            "jti": format!("jti of {said}")
        });
        for (name, value) in said.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }
}

impl Signer {
    pub(super) fn new(id: &'static str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { id, pair }
    }

    fn jwk(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let [x, y] = [x, y].map(|number| URL_SAFE_NO_PAD.encode(number));
        json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": self.id, "x": x, "y": y})
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": self.id});
        let [header, claims] =
            [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let random = SystemRandom::new();
        let signature = self.pair.sign(&random, signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn answer(request: &Request, told: &Mutex<Told>) -> Reply {
    let mut told = told.lock().unwrap();
    if request.path != "/introspect" {
        told.heads.push(request.head.clone());
    }
    match request.path.as_str() {
        "/.well-known/oauth-authorization-server" => Reply::json(&json!({
            "issuer": request.base,
            "jwks_uri": format!("{}/keys", request.base),
            "introspection_endpoint": format!("{}/introspect", request.base)
        })),
        "/keys" => Reply::json(&json!({"keys": told.keys})),
        "/introspect" => {
            let shown = request.header("authorization").unwrap_or_default();
            let shown = shown.strip_prefix("Basic ").unwrap_or_default();
            let shown = String::from_utf8(STANDARD.decode(shown).unwrap()).unwrap();
            let secret = shown.split_once(':').map_or("", |(_, secret)| secret);
            // As in a form (RFC 6749, 2.3.1).
            let secret = percent_decode_str(secret).decode_utf8().unwrap();
            told.shown.push(secret.to_string());
            if !told.secrets.iter().any(|known| *known == secret) {
                return Reply::only(401);
            }
            let form = String::from_utf8_lossy(&request.body);
            let token = form.split('&').find_map(|pair| pair.strip_prefix("token="));
            let said = told.opaque.get(token.unwrap_or_default());
            let said = said.cloned().unwrap_or_else(|| json!({"active": false}));
            Reply::json(&said)
        }
        _ => Reply::only(404),
    }
}
