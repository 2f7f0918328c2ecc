//! Issuers from outside: where they are found, their keys, their answers, and which of them a token is of.

mod discovery;
mod introspection;
mod keys;
mod several;

use std::sync::Arc;

use serde_json::{Value, json};
use tollhouse_oauth::{Issuer, Issuers, Rejected, Verified};

use crate::{
    forge::{RESOURCE, changed, payload},
    hands::Hands,
    stub::Stub,
};

fn issuers(settings: Vec<Issuer>, hands: &Arc<Hands>) -> Issuers {
    let clock = Arc::clone(hands);
    Issuers::new(settings, clock).unwrap()
}

/// What a good token of this issuer says.
fn said_by(stub: &Stub) -> Value {
    changed(payload(), "iss", json!(stub.url))
}

async fn verify(issuers: &Issuers, token: &str) -> Result<Arc<Verified>, Rejected> {
    issuers.verify(token, RESOURCE).await
}

/// What is told of a token that nobody can judge now.
async fn unavailable(issuers: &Issuers, token: &str) -> String {
    let refused = verify(issuers, token).await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused:?}");
    refused.to_string()
}
