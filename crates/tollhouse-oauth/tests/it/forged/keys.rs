//! Keys that nobody may sign with, although an issuer publishes them.

use serde_json::{Value, json};
use tollhouse_oauth::{Algorithm, KeySet, NotKeys, Rejected, Rules};

use crate::forge::{
    ISSUER, Signer, changed, document, encode, hmac_token, key_set, key_set_for, payload, verify,
};

/// Each of these keys is left out.
fn leaves_out<const COUNT: usize>(keys: [(&str, Value); COUNT]) {
    for (what, key) in keys {
        assert_eq!(key_set(&[key]).len(), 0, "{what}");
    }
}

#[test]
fn w15_keys_for_something_else_are_left_out() {
    let (rsa, ec, ed) = (
        Signer::rsa("k", "RS256"),
        Signer::ec("k", "ES256"),
        Signer::ed("k"),
    );
    assert_eq!(key_set(&[rsa.jwk(), ec.jwk(), ed.jwk()]).len(), 3);
    let with = |name: &str, value: Value| changed(rsa.jwk(), name, value);
    assert_eq!(key_set(&[with("use", json!("sig"))]).len(), 1);
    assert_eq!(key_set(&[with("key_ops", json!(["verify"]))]).len(), 1);
    let secret = json!({"kty": "oct", "kid": "k", "k": "c2VjcmV0", "alg": "HS256"});
    leaves_out([
        ("for encryption", with("use", json!("enc"))),
        (
            "for encryption, by operations",
            with("key_ops", json!(["encrypt"])),
        ),
        ("operations that are none", with("key_ops", json!("verify"))),
        ("a secret", secret),
        (
            "a public key that is a secret too",
            changed(ec.jwk(), "d", ec.jwk()["x"].clone()),
        ),
        ("another way to sign", with("alg", json!("HS256"))),
        ("no way to sign", with("alg", json!("none"))),
        ("the way of another kind", with("alg", json!("ES256"))),
        (
            "the way of another curve",
            changed(ec.jwk(), "alg", json!("ES384")),
        ),
        ("for another use", with("alg", json!("RSA-OAEP"))),
        ("a way that is a number", with("alg", json!(256))),
        ("an id that is a number", with("kid", json!(1))),
        ("an id without end", with("kid", json!("x".repeat(257)))),
        ("an unknown kind", with("kty", json!("XYZ"))),
        ("no kind", with("kty", Value::Null)),
        ("for agreement", changed(ed.jwk(), "crv", json!("X25519"))),
        ("no key", json!("k")),
    ]);
}

#[test]
fn w15_keys_that_are_weak_or_no_keys_are_left_out() {
    let (rsa, ec, ed) = (
        Signer::rsa("k", "RS256"),
        Signer::ec("k", "ES256"),
        Signer::ed("k"),
    );
    let with = |name: &str, bytes: &[u8]| changed(rsa.jwk(), name, json!(encode(bytes)));
    let point = |name: &str, value: Value| changed(ec.jwk(), name, value);
    let nothing = json!(encode([0; 32]));
    leaves_out([
        ("no modulus", changed(rsa.jwk(), "n", Value::Null)),
        ("1024 bits", with("n", &[0xff; 128])),
        (
            "2047 bits",
            with("n", &[[0x7f].as_slice(), &[0xff; 255]].concat()),
        ),
        (
            "1024 bits, filled up",
            with("n", &[[0; 128], [0xff; 128]].concat()),
        ),
        ("8200 bits", with("n", &[0xff; 1025])),
        ("an even modulus", with("n", &[0xfe; 256])),
        ("the exponent one", with("e", &[1])),
        ("an even exponent", with("e", &[2])),
        ("an exponent without measure", with("e", &[1; 5])),
        ("no exponent", with("e", &[])),
        ("a padded number", changed(rsa.jwk(), "e", json!("AQAB=="))),
        ("an unknown curve", point("crv", json!("secp256k1"))),
        ("another curve", point("crv", json!("P-384"))),
        (
            "a point that is not on the curve",
            point("y", ec.jwk()["x"].clone()),
        ),
        ("half a point", point("y", Value::Null)),
        ("a short coordinate", point("x", json!(encode([1; 31])))),
        (
            "a point at nothing",
            changed(point("x", nothing.clone()), "y", nothing),
        ),
        (
            "a short one",
            changed(ed.jwk(), "x", json!(encode([1; 31]))),
        ),
    ]);
}

#[test]
fn w15_documents_that_are_no_keys() {
    let key = Signer::ed("k").jwk();
    let twice = format!(r#"{{"keys":[],"keys":[{key}]}}"#);
    for bad in [
        "",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":null}"#,
        "<html>",
        &twice,
    ] {
        assert_eq!(
            KeySet::parse(bad.as_bytes(), &[]).unwrap_err(),
            NotKeys::Form,
            "{bad}"
        );
    }
    let many = |count| KeySet::parse(&document(&vec![key.clone(); count]), &[]);
    assert_eq!(many(64).unwrap().len(), 64);
    assert_eq!(many(65).unwrap_err(), NotKeys::TooMany);
    assert!(KeySet::parse(br#"{"keys":[]}"#, &[]).unwrap().is_empty());
}

#[test]
fn w14_a_published_secret_signs_nothing() {
    let secret = b"a secret that everybody reads";
    let published = json!({"kty": "oct", "kid": "k", "k": encode(secret), "alg": "HS256"});
    let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": "k"});
    let token = hmac_token(secret, &header, &payload());
    let refused = verify(&token, &Rules::of(ISSUER), &key_set(&[published]));
    assert!(matches!(refused, Err(Rejected::Algorithm(_))));
}

#[test]
fn w14_one_way_to_sign_is_not_another_with_the_same_key() {
    let pkcs = Signer::rsa("k", "RS256");
    let header = json!({"alg": "PS256", "kid": "k"});
    let rules = Rules::of(ISSUER);
    let both = [Algorithm::Rs256, Algorithm::Ps256];
    let signed = |keys: &KeySet| verify(&pkcs.token_with(&header, &payload()), &rules, keys);
    // Both ways are accepted of this key, and the signature is of the other one.
    let keys = key_set_for(&[pkcs.jwk()], &both);
    assert_eq!(signed(&keys).unwrap_err(), Rejected::Signature);
    // The key says its own way, whatever else the settings accept.
    let said = changed(pkcs.jwk(), "alg", json!("RS256"));
    let refused = signed(&key_set_for(std::slice::from_ref(&said), &both)).unwrap_err();
    assert!(matches!(refused, Rejected::Algorithm(_)));
    // The settings do not accept what the key says.
    let keys = key_set_for(&[said], &[Algorithm::Es256]);
    assert!(keys.is_empty());
    let mut narrow = Rules::of(ISSUER);
    narrow.algorithms = vec![Algorithm::Es256];
    let all = key_set(&[pkcs.jwk()]);
    let refused = verify(&pkcs.token(&payload()), &narrow, &all).unwrap_err();
    assert!(matches!(refused, Rejected::Algorithm(_)));
}

#[test]
fn w14_without_an_id_only_one_key_may_fit() {
    let (first, second) = (Signer::ed("first"), Signer::ed("second"));
    let rules = Rules::of(ISSUER);
    let unnamed = changed(first.header(), "kid", Value::Null);
    let token = first.token_with(&unnamed, &payload());
    verify(&token, &rules, &key_set(&[first.jwk()])).unwrap();
    let refused = verify(&token, &rules, &key_set(&[first.jwk(), second.jwk()])).unwrap_err();
    assert!(matches!(refused, Rejected::Algorithm(_)), "{refused}");
    let other_kind = Signer::ec("other", "ES256");
    let none = verify(&token, &rules, &key_set(&[other_kind.jwk()])).unwrap_err();
    assert_eq!(none, Rejected::UnknownKey);
    // The same id twice is no id.
    let again = changed(second.jwk(), "kid", json!("first"));
    let refused = verify(
        &first.token(&payload()),
        &rules,
        &key_set(&[first.jwk(), again]),
    );
    assert!(matches!(refused, Err(Rejected::Algorithm(_))));
}

/// #29
#[test]
fn w12_another_issuer_with_the_same_id_of_a_key() {
    let (ours, theirs) = (Signer::ed("key-1"), Signer::ed("key-1"));
    let rules = Rules::of(ISSUER);
    let refused = verify(&theirs.token(&payload()), &rules, &key_set(&[ours.jwk()]));
    assert_eq!(refused.unwrap_err(), Rejected::Signature);
}

#[test]
fn w15_a_bad_token_never_makes_anybody_read_the_keys_again() {
    let (ours, theirs) = (Signer::ed("ours"), Signer::ed("theirs"));
    let keys = key_set(&[ours.jwk()]);
    let verified = |payload: &Value| verify(&theirs.token(payload), &Rules::of(ISSUER), &keys);
    assert_eq!(verified(&payload()).unwrap_err(), Rejected::UnknownKey);
    for (name, value) in [("exp", json!(1)), ("aud", json!("x")), ("iss", json!("x"))] {
        let bad = changed(payload(), name, value);
        assert_ne!(verified(&bad).unwrap_err(), Rejected::UnknownKey);
    }
}
