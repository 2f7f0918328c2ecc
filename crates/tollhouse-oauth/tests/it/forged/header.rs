//! Headers that name another way to sign, demand what must not be overlooked, or say where keys are.

use std::{io::ErrorKind, net::TcpListener};

use serde_json::{Value, json};
use tollhouse_oauth::Issuers;

use super::House;
use crate::{
    forge::{RESOURCE, Signer, changed, encode, hmac_token, payload, payload_with},
    hands::Hands,
    stub::{KEYS, METADATA, Stub},
};

/// A good token but for one member of its header; null takes the member away.
fn with(signer: &Signer, name: &str, value: Value) -> String {
    signer.token_with(&changed(signer.header(), name, value), &payload())
}

#[test]
fn w14_ways_to_sign_that_are_none() {
    let house = House::new();
    let alg = |alg: Value| with(&house.rsa, "alg", alg);
    let (_, body, _) = house.parts();
    let none = encode(r#"{"alg":"none","kid":"rsa"}"#);
    let unsigned = [("none", format!("{none}.{body}."))];
    house.refuses("Malformed", &unsigned);
    let jwk = house.rsa.jwk();
    let modulus = jwk["n"].as_str().unwrap();
    let hmac = |secret: &[u8]| {
        let header = changed(house.rsa.header(), "alg", json!("HS256"));
        hmac_token(secret, &header, &payload())
    };
    let forged = [
        (
            "none, and something behind it",
            format!("{none}.{body}.AAAA"),
        ),
        ("None", alg(json!("None"))),
        ("nOnE", alg(json!("nOnE"))),
        (
            "HS256 with the public key",
            hmac(jwk.to_string().as_bytes()),
        ),
        ("HS256 with the modulus", hmac(modulus.as_bytes())),
        ("HS256 with nothing", hmac(b"")),
        ("in lower case", alg(json!("rs256"))),
        ("with a space", alg(json!("RS256 "))),
        ("with a zero", alg(json!("RS256\0"))),
        ("empty", alg(json!(""))),
        ("SHA-1", alg(json!("RS1"))),
        ("another way than the key's", alg(json!("RS384"))),
        ("PSS in name", alg(json!("PS256"))),
        ("ECDSA in name, of an RSA key", alg(json!("ES256"))),
        ("EdDSA in name", alg(json!("EdDSA"))),
        (
            "RSA in name, of a curve",
            with(&house.ec, "alg", json!("RS256")),
        ),
        (
            "another curve in name",
            with(&house.ec, "alg", json!("ES384")),
        ),
    ];
    house.refuses("Algorithm", &forged);
    let forms = [
        ("a list", alg(json!(["RS256"]))),
        ("a number", alg(json!(256))),
        ("missing", alg(Value::Null)),
    ];
    house.refuses("Malformed", &forms);
}

#[test]
fn w14_places_of_keys_are_never_asked() {
    let house = House::new();
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let url = json!(format!("http://{}/keys", canary.local_addr().unwrap()));
    let forger = &house.forger;
    let own = |name: &str, value: &Value| with(forger, name, value.clone());
    // The forger's key under the issuer's id.
    let posing = |name: &str, value: &Value| {
        let header = changed(forger.header(), "kid", json!("rsa"));
        forger.token_with(&changed(header, name, value.clone()), &payload())
    };
    let as_theirs = changed(forger.jwk(), "kid", json!("rsa"));
    let chain = json!(["MIIB"]);
    let own_id = [
        ("jku", own("jku", &url)),
        ("x5u", own("x5u", &url)),
        ("jwk", own("jwk", &forger.jwk())),
        ("x5c", own("x5c", &chain)),
        ("an id that is an address", own("kid", &url)),
    ];
    house.refuses("UnknownKey", &own_id);
    let their_id = [
        ("jku", posing("jku", &url)),
        ("x5u", posing("x5u", &url)),
        ("jwk", posing("jwk", &as_theirs)),
        ("x5c", posing("x5c", &chain)),
    ];
    house.refuses("Signature", &their_id);
    assert_eq!(canary.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

/// The same with everything that can ask: of all who are named, only the issuer is asked, and only for its keys.
#[tokio::test]
async fn w14_whoever_is_named_in_a_token_is_not_asked() {
    let (ours, forger) = (Signer::ec("ours", "ES256"), Signer::ec("forger", "ES256"));
    let stub = Stub::publishing(&[ours.jwk()]).await;
    let canary = Stub::publishing(&[forger.jwk()]).await;
    // Even one that may be called is not.
    let mut issuer = stub.issuer();
    let at = canary.url.trim_start_matches("http://");
    issuer.exceptions.push(at.parse().unwrap());
    let issuers = Issuers::new(vec![issuer], Hands::new()).unwrap();
    let said = payload_with("iss", json!(stub.url));
    let good = issuers.verify(&ours.token(&said), RESOURCE).await.unwrap();
    assert_eq!(good.subject, "user-1");
    let url = json!(format!("{}{KEYS}", canary.url));
    for id in ["ours", "forger", &format!("{}{KEYS}", canary.url)] {
        for (name, value) in [
            ("jku", url.clone()),
            ("x5u", url.clone()),
            ("jwk", changed(forger.jwk(), "kid", json!(id))),
            ("x5c", json!([url])),
            ("iss", json!(canary.url)),
        ] {
            let header = changed(forger.header(), "kid", json!(id));
            let token = forger.token_with(&changed(header, name, value), &said);
            assert!(
                issuers.verify(&token, RESOURCE).await.is_err(),
                "{id} {name}"
            );
        }
    }
    let theirs = forger.token(&payload_with("iss", json!(canary.url)));
    assert!(issuers.verify(&theirs, RESOURCE).await.is_err());
    assert_eq!(canary.count(METADATA) + canary.count(KEYS), 0);
    // Once to begin with, and once because a token named a key that is not there.
    assert_eq!((stub.count(METADATA), stub.count(KEYS)), (1, 2));
}

#[test]
fn w14_what_must_not_be_overlooked() {
    let house = House::new();
    let rsa = |name: &str, value: Value| with(&house.rsa, name, value);
    let forged = [
        ("an unknown crit", rsa("crit", json!(["dev.example"]))),
        ("a known name in crit", rsa("crit", json!(["exp"]))),
        ("an empty crit", rsa("crit", json!([]))),
        ("b64", rsa("b64", json!(false))),
        ("b64 that changes nothing", rsa("b64", json!(true))),
        ("compressed", rsa("zip", json!("DEF"))),
        ("encrypted", rsa("enc", json!("A256GCM"))),
        ("a token within", rsa("cty", json!("JWT"))),
        (
            "a token within, at length",
            rsa("cty", json!("application/jwt")),
        ),
        ("a type that is a list", rsa("typ", json!(["JWT"]))),
    ];
    house.refuses("Malformed", &forged);
}

#[test]
fn w13_types_of_other_tokens() {
    let house = House::new();
    let kinds = [
        "id+jwt",
        "logout+jwt",
        "refresh+jwt",
        "dpop+jwt",
        "token-introspection+jwt",
        "secevent+jwt",
        "oauth-authz-req+jwt",
        "JWE",
        "",
        " JWT",
        "at+jwt ",
        "application/",
        "text/at+jwt",
        "application/application/jwt",
    ];
    let forged = kinds.map(|kind| (kind, with(&house.rsa, "typ", json!(kind))));
    house.refuses("Kind", &forged);
}

#[test]
fn w14_ids_of_keys_are_compared_and_nothing_else() {
    let house = House::new();
    let id = |id: Value| with(&house.rsa, "kid", id);
    let forged = [
        ("a path", id(json!("../../../../dev/null"))),
        ("SQL", id(json!("' UNION SELECT 'key'; --"))),
        ("a command", id(json!("rsa; touch /tmp/x"))),
        ("a pattern", id(json!("*"))),
        ("another case", id(json!("RSA"))),
        ("a zero behind", id(json!("rsa\0"))),
        ("a space behind", id(json!("rsa "))),
        ("empty", id(json!(""))),
        ("as long as may be", id(json!("x".repeat(256)))),
    ];
    house.refuses("UnknownKey", &forged);
    // What such an id would read if it were a path: a secret of nothing at all.
    let empty = json!({"alg": "HS256", "typ": "JWT", "kid": "../../../../dev/null"});
    let signed = hmac_token(b"", &empty, &payload());
    let ways = [
        ("a path, signed with what is there", signed),
        ("the other key's", id(json!("ec"))),
    ];
    house.refuses("Algorithm", &ways);
    let forms = [
        ("too long", id(json!("x".repeat(257)))),
        ("a number", id(json!(1))),
        ("an object", id(json!({}))),
    ];
    house.refuses("Malformed", &forms);
}
