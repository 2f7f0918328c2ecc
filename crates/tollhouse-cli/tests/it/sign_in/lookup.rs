//! Keys that another system keeps: in its database, or behind its URL.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{LIST_CHANGED, Shop, caller::Caller, file, issuer::Issuer, soon};
use crate::{
    process::command,
    site::{Reply, Site},
};

const TOKEN: &str = "canary-token-of-the-lookup";

/// The shop with such keys beside those of its own.
fn with(issuer: &Issuer, lookup: &str) -> String {
    file(&issuer.url).replace("[auth.scopes]", &format!("{lookup}\n[auth.scopes]"))
}

/// What is the same wherever the keys are: who holds each, and what follows when that changes.
fn is_followed(shop: &Shop, change: impl Fn(&str, &str)) {
    let key = |name: &str| Caller::new(shop.address, &format!("outside-{name}"));
    assert_eq!(key("ana").subject(), "ana");
    assert_eq!(key("ana").sees(), "get_order whoami");
    assert_eq!(key("vera").sees(), "get_order whoami");
    assert_eq!(key("edith").sees(), "get_order set_status whoami");
    let by_header = Caller::nobody(shop.address).with("x-api-key", "outside-ana");
    assert_eq!(by_header.subject(), "ana");
    for unknown in ["nobody", "anna", "ANA", "ended", "' OR '1'='1"] {
        let said = key(unknown).call("whoami", &json!({}));
        assert_eq!(
            (said.status, said.body.as_str()),
            (401, r#"{"error":"invalid_api_key"}"#)
        );
    }
    // What may be done is followed, and so is the end.
    let both = key("ana").both();
    let mut streams = both.each_ref().map(Caller::listens);
    change("ana", "orders:read orders:write");
    for (caller, stream) in both.iter().zip(&mut streams) {
        stream.hears(LIST_CHANGED);
        assert_eq!(caller.sees(), "get_order set_status whoami");
    }
    change("ana", "");
    for (caller, stream) in both.iter().zip(&mut streams) {
        stream.ends();
        soon(caller, 401);
    }
    // Who is kept out here is out, whatever is said there.
    let vera = key("vera");
    let mut listens = vera.listens();
    shop.runs("users block vera");
    listens.ends();
    soon(&vera, 401);
    assert_eq!(key("edith").subject(), "edith");
}

#[test]
fn n24_case43_keys_in_somebodys_own_database_let_in_for_as_long_as_they_stand_there() {
    let issuer = Issuer::start();
    let lookup = "[auth.lookup]\nsource = \"people\"\nsql = \"SELECT who AS subject, scopes, roles, \
                  expires_at FROM api_keys WHERE sha256 = :key_sha256\"\n";
    let tool = r#"
[sources.people]
type = "sqlite"
path = "people.db"

[tools.change_key]
source = "people"
scope = "orders:admin"
description = "Change what the key of one user may do, or end it when that is nothing."
sql = "UPDATE api_keys SET scopes = :scopes, sha256 = iif(:scopes = '', 'ended', sha256) WHERE who = :who RETURNING who"
effect = "write"
returns = "one"
params.who = {}
params.scopes = {}
"#;
    let scopes = "[auth.scopes]\n\"orders:admin\" = \"Everything.\"\n";
    let text = with(&issuer, lookup).replace("[auth.scopes]\n", scopes);
    let folder = crate::config::folder(&format!("{text}{tool}"));
    let mut seed = "CREATE TABLE api_keys (sha256 TEXT, who TEXT, scopes TEXT, roles TEXT, expires_at TEXT) STRICT;".to_owned();
    for (name, scopes, roles, end) in [
        ("ana", "'orders:read'", "NULL", "NULL"),
        ("vera", "NULL", "'viewer'", "NULL"),
        ("edith", "NULL", "'[\"editor\"]'", "'2999-01-01'"),
        ("ended", "'orders:read'", "NULL", "'2001-01-01'"),
    ] {
        let digest = Sha256::digest(format!("outside-{name}"));
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = write!(
            seed,
            "INSERT INTO api_keys VALUES ('{digest}', '{name}', {scopes}, {roles}, {end});"
        );
    }
    tollhouse_sources::sql::seed(&folder.path().join("people.db"), &seed).unwrap();
    let shop = Shop::at(issuer, folder, &[]);
    let made = ["keys", "create", "boss", "--scopes", "orders:admin"];
    let made = command(shop.folder.path(), &made).output().unwrap();
    let boss = Caller::new(shop.address, String::from_utf8(made.stdout).unwrap().trim());
    is_followed(&shop, |who, scopes| {
        let said = boss.call("change_key", &json!({"who": who, "scopes": scopes}));
        assert_eq!(
            said.message["result"]["structuredContent"]["who"], who,
            "{}",
            said.body
        );
    });
}

#[test]
fn n24_case43_keys_behind_a_url_let_in_for_as_long_as_it_says_so() {
    let known = Arc::new(Mutex::new(BTreeMap::from([
        (
            "outside-ana".to_owned(),
            json!({"subject": "ana", "scopes": "orders:read"}),
        ),
        (
            "outside-vera".to_owned(),
            json!({"subject": "vera", "roles": ["viewer"]}),
        ),
        (
            "outside-edith".to_owned(),
            json!({"subject": "edith", "roles": "editor", "tenant": "acme"}),
        ),
        (
            "outside-ended".to_owned(),
            json!({"subject": "ended", "expires_at": "2001-01-01"}),
        ),
        ("outside-broken".to_owned(), Value::Null),
    ])));
    let told = Arc::clone(&known);
    let site = Site::start(move |request| {
        if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return Reply::only(401);
        }
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        let key = asked["key"].as_str().unwrap();
        match told.lock().unwrap().get(key) {
            Some(Value::Null) => Reply::only(500),
            Some(holder) => Reply::json(holder),
            None => Reply::only(404),
        }
    });
    let issuer = Issuer::start();
    let lookup = format!(
        "[auth.lookup]\nurl = \"{}\"\ntoken = \"env:LOOKUP_TOKEN\"\n",
        site.url()
    );
    let text = with(&issuer, &lookup);
    let shop = Shop::with(issuer, &text, &[("LOOKUP_TOKEN", TOKEN)]);
    // A token of the issuer and a key of the state are judged by their own.
    assert_eq!(shop.caller("ana", "").subject(), "ana");
    let own = shop.runs("keys create own --user bob");
    assert_eq!(Caller::new(shop.address, &own).subject(), "bob");
    let broken = Caller::new(shop.address, "outside-broken");
    assert_eq!(broken.call("whoami", &json!({})).status, 503);
    is_followed(&shop, |who, scopes| {
        let key = format!("outside-{who}");
        let mut known = known.lock().unwrap();
        if scopes.is_empty() {
            known.remove(&key);
        } else {
            known.insert(key, json!({"subject": who, "scopes": scopes}));
        }
    });
}
