//! What each older revision has and has not: for every rule one message that passes and one that does not.

use std::panic::catch_unwind;

use serde_json::{Value, json};

use crate::Revision::{self, R2024_11_05, R2025_03_26, R2025_06_18, R2025_11_25};

mod client;
mod errors;
mod server;

const LEGACY: [Revision; 4] = [R2024_11_05, R2025_03_26, R2025_06_18, R2025_11_25];

/// The legacy revisions in which a server may answer this.
fn replied(method: &str, result: &Value) -> Vec<Revision> {
    let message = json!({"jsonrpc": "2.0", "id": 1, "result": result});
    allowing(|revision| revision.check_reply(method, &message))
}

/// The legacy revisions in which a server may answer this error.
fn refused(method: &str, error: &Value) -> Vec<Revision> {
    let message = json!({"jsonrpc": "2.0", "id": 1, "error": error});
    allowing(|revision| revision.check_reply(method, &message))
}

/// The legacy revisions in which a server may say this.
fn said(message: &Value) -> Vec<Revision> {
    allowing(|revision| revision.check_server(message))
}

/// The legacy revisions in which a client may say this.
fn asked(message: &Value) -> Vec<Revision> {
    allowing(|revision| revision.check_client(message))
}

fn allowing(check: impl Fn(Revision) + std::panic::RefUnwindSafe) -> Vec<Revision> {
    let passes = |revision: &Revision| catch_unwind(|| check(*revision)).is_ok();
    LEGACY.into_iter().filter(passes).collect()
}

/// This revision and the legacy ones after it.
fn since(first: Revision) -> Vec<Revision> {
    LEGACY
        .into_iter()
        .filter(|revision| *revision >= first)
        .collect()
}

fn request(method: &str, params: Value) -> Value {
    let mut message = event(method, params);
    message["id"] = json!(1);
    message
}

fn event(method: &str, params: Value) -> Value {
    let mut message = json!({"jsonrpc": "2.0", "method": method});
    message["params"] = params;
    message
}

const NEVER: [Revision; 0] = [];
