//! Keys as people and programs read them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tollhouse::Key;

use crate::commands::listing::{NEVER, NOTHING, columns, minute, names, second};

/// A line for each key, under a line of what stands where.
pub(super) fn table(keys: &[Key], blocked: &BTreeSet<String>, now_ms: u64) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(keys.iter().map(|key| row(key, blocked, now_ms)));
    columns(&rows)
}

fn row(key: &Key, blocked: &BTreeSet<String>, now_ms: u64) -> [String; COLUMNS] {
    let end = end(key, now_ms);
    [
        key.name.clone(),
        format!("{}…", key.prefix),
        key.subject.clone(),
        names(key.scopes.as_ref()),
        names(key.roles.as_ref()),
        key.tenant.clone().unwrap_or_else(|| NOTHING.to_owned()),
        minute(key.created_at_ms),
        if blocked.contains(&key.subject) {
            format!("{end}, user blocked")
        } else {
            end
        },
        key.last_used_at_ms.map_or_else(|| NEVER.to_owned(), minute),
        key.id.clone(),
    ]
}

/// When a key ends, or how it ended.
pub(super) fn end(key: &Key, now_ms: u64) -> String {
    match (key.revoked_at_ms, key.expires_at_ms) {
        (Some(at_ms), _) => format!("revoked {}", minute(at_ms)),
        (None, None) => NEVER.to_owned(),
        (None, Some(at_ms)) if at_ms <= now_ms => format!("expired {}", minute(at_ms)),
        (None, Some(at_ms)) => minute(at_ms),
    }
}

pub(super) fn as_json(key: &Key, blocked: &BTreeSet<String>, now_ms: u64) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "user": key.subject,
        "user_blocked": blocked.contains(&key.subject),
        "scopes": key.scopes,
        "roles": key.roles,
        "tenant": key.tenant,
        "created": second(key.created_at_ms),
        "expires": key.expires_at_ms.map(second),
        "revoked": key.revoked_at_ms.map(second),
        "last_used": key.last_used_at_ms.map(second),
        "living": is_living(key, now_ms),
    })
}

pub(super) fn is_living(key: &Key, now_ms: u64) -> bool {
    key.revoked_at_ms.is_none() && key.expires_at_ms.is_none_or(|at_ms| at_ms > now_ms)
}

const COLUMNS: usize = 10;
const HEAD: [&str; COLUMNS] = [
    "NAME",
    "KEY",
    "USER",
    "SCOPES",
    "ROLES",
    "TENANT",
    "CREATED",
    "EXPIRES",
    "LAST USED",
    "ID",
];
