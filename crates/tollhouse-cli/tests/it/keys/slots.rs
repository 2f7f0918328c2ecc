//! Every place that a key may stand in, with every kind of key that is not good, alone and beside a good one.

use std::{net::SocketAddr, path::Path};

use super::{FILE, call, keys, made, serving, users};
use crate::config::folder;

const SLOTS: [&str; 3] = ["Authorization", "x-api-key", "MEMCONTEXT-API-KEY"];
const FIXED: &str = "an-operators-key-of-its-own";

/// What stands in a slot for this key.
fn in_slot(slot: &str, key: &str) -> String {
    if slot == "Authorization" {
        format!("Bearer {key}")
    } else {
        key.to_owned()
    }
}

/// Keys that are not good, each for another reason.
fn bad(folder: &Path, good: &str) -> Vec<String> {
    let [revoked, of_blocked, elsewhere] = [
        made(folder, &["revoked"]),
        made(folder, &["of-blocked", "--user", "eve"]),
        made(folder, &["elsewhere", "--state", "other/state.db"]),
    ];
    assert_eq!(keys(folder, &["revoke", "revoked"]).0, 0);
    assert_eq!(users(folder, &["block", "eve"]).0, 0);
    let mut mistyped = good.to_owned().into_bytes();
    mistyped.swap(10, 11);
    mistyped[20] = if mistyped[20] == b'x' { b'y' } else { b'x' };
    vec![
        revoked,
        of_blocked,
        elsewhere,
        String::from_utf8(mistyped).unwrap(),
        String::new(),
        "wrong".to_owned(),
        "null".to_owned(),
        "*".to_owned(),
        "' OR 1=1 --".to_owned(),
        good.to_uppercase(),
        good[..good.len() - 1].to_owned(),
        format!("{good}x"),
        format!("{good}, {good}"),
        format!("{FIXED}x"),
        FIXED.to_uppercase(),
        // Digests, which the state keeps, are no keys.
        "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae".to_owned(),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.".to_owned(),
    ]
}

fn answer(address: SocketAddr, headers: &[(&str, &str)]) -> (u16, String) {
    let (status, challenge, body) = call(address, headers);
    assert_eq!(challenge.is_some(), status != 200, "{headers:?}");
    (status, body)
}

fn refused(status: u16, word: &str) -> (u16, String) {
    (status, format!(r#"{{"error":"{word}"}}"#))
}

#[test]
fn w17_a_bad_key_in_any_place_is_refused_and_none_beside_it_mends_it() {
    let folder = folder(FILE);
    let good = made(folder.path(), &["good"]);
    let bad = bad(folder.path(), &good);
    let process = serving(folder.path(), &[("MCP_API_KEY", FIXED)]);
    let address = process.address();
    for slot in SLOTS {
        for key in [good.as_str(), FIXED] {
            assert_eq!(answer(address, &[(slot, &in_slot(slot, key))]).0, 200);
        }
        for key in &bad {
            is_refused(address, (slot, key), &good);
        }
    }
    for scheme in [
        "Basic",
        "Token",
        "ApiKey",
        "DPoP",
        "BearerBearer",
        "Bearer:",
    ] {
        for key in [good.as_str(), FIXED] {
            let shown = format!("{scheme} {key}");
            let expected = refused(401, "unauthorized");
            assert_eq!(answer(address, &[("Authorization", &shown)]), expected);
        }
    }
}

/// The bad key is refused, alone and beside the good one in any place.
fn is_refused(address: SocketAddr, (slot, key): (&str, &str), good: &str) {
    let shown = in_slot(slot, key);
    let alone = answer(address, &[(slot, &shown)]);
    assert_eq!(alone, refused(401, "invalid_api_key"), "{slot}: {key}");
    for other in SLOTS.into_iter().filter(|other| *other != slot) {
        let mend = in_slot(other, good);
        let (bad, good) = ((slot, shown.as_str()), (other, mend.as_str()));
        for headers in [[bad, good], [good, bad]] {
            let told = answer(address, &headers);
            assert_eq!(told, refused(401, "unauthorized"), "{slot}: {key}");
        }
    }
    let twice = [(slot, shown.as_str()), (slot, &in_slot(slot, good))];
    let told = answer(address, &twice);
    assert_eq!(told, refused(400, "invalid_request"), "{slot}: {key}");
}

/// Nobody has to make a key where tokens are good too, so the want of one is not what turns a bad one away.
#[test]
fn w17_a6_where_tokens_are_good_too_a_bad_key_is_refused_though_there_is_no_good_one() {
    let both = FILE.replace(
        "mode = \"keys\"",
        "mode = [\"keys\", \"external\"]\nissuers.acme.url = \"https://id.acme.example\"",
    );
    let folder = folder(&both);
    let elsewhere = made(folder.path(), &["elsewhere", "--state", "other/state.db"]);
    let process = serving(folder.path(), &[]);
    let address = process.address();
    for (slot, key) in SLOTS
        .iter()
        .flat_map(|slot| [(slot, "wrong"), (slot, &elsewhere)])
    {
        let told = answer(address, &[(slot, &in_slot(slot, key))]);
        assert_eq!(told, refused(401, "invalid_api_key"), "{slot}: {key}");
    }
}

/// A key in a place that nobody reads is none.
#[test]
fn w17_a_key_anywhere_else_is_no_key() {
    let folder = folder(FILE);
    let good = made(folder.path(), &["good"]);
    let process = serving(folder.path(), &[]);
    let address = process.address();
    let cookie = format!("x-api-key={good}; Authorization=Bearer {good}");
    for (header, value) in [
        ("Cookie", cookie.as_str()),
        ("Proxy-Authorization", &format!("Bearer {good}")),
        ("X-Forwarded-Authorization", &format!("Bearer {good}")),
        ("api-key", &good),
        ("x-api-key-2", &good),
    ] {
        let told = answer(address, &[(header, value)]);
        assert_eq!(told, refused(401, "missing_api_key"), "{header}");
    }
}
