//! Tokens that are good: in every way to sign, and with the quirks that issuers have.

use serde_json::{Value, json};
use tollhouse_oauth::{Algorithm, Rules, Types};

use crate::forge::{
    ISSUER, NOW_S, RESOURCE, Signer, changed, key_set, key_set_for, payload, payload_with, verify,
};

#[test]
fn w14_every_way_to_sign_that_a_key_is_pinned_to() {
    let signers = [
        Signer::rsa("a", "RS256"),
        Signer::rsa("b", "RS384"),
        Signer::rsa("c", "RS512"),
        Signer::rsa("d", "PS256"),
        Signer::rsa("e", "PS384"),
        Signer::rsa("f", "PS512"),
        Signer::ec("g", "ES256"),
        Signer::ec("h", "ES384"),
        Signer::ec("i", "ES512"),
        Signer::ed("j"),
    ];
    let named = signers
        .iter()
        .map(|signer| changed(signer.jwk(), "alg", json!(signer.algorithm)));
    let keys = key_set(&named.collect::<Vec<_>>());
    assert_eq!(keys.len(), signers.len());
    for signer in &signers {
        let token = signer.token(&payload());
        let verified = verify(&token, &Rules::of(ISSUER), &keys).unwrap();
        assert_eq!(verified.subject, "user-1", "{}", signer.algorithm);
    }
}

#[test]
fn n18_a_key_without_alg_signs_the_usual_way_or_those_that_the_settings_name() {
    let usual = [
        Signer::rsa("a", "RS256"),
        Signer::ec("b", "ES256"),
        Signer::ec("c", "ES384"),
        Signer::ed("d"),
    ];
    let keys = key_set(&usual.each_ref().map(Signer::jwk));
    for signer in &usual {
        verify(&signer.token(&payload()), &Rules::of(ISSUER), &keys).unwrap();
    }
    let pss = Signer::rsa("a", "PS256");
    let keys = key_set_for(&[pss.jwk()], &[Algorithm::Ps256, Algorithm::Es256]);
    let mut rules = Rules::of(ISSUER);
    rules.algorithms = vec![Algorithm::Ps256, Algorithm::Es256];
    verify(&pss.token(&payload()), &rules, &keys).unwrap();
}

#[test]
fn n18_headers_that_issuers_write() {
    let signer = Signer::ec("key", "ES256");
    let other = Signer::rsa("other", "RS256");
    let keys = key_set(&[signer.jwk(), other.jwk()]);
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", json!("jwt")),
        ("typ", json!("at+JWT")),
        ("typ", json!("application/at+jwt")),
        ("typ", Value::Null),
        // One key fits, so it need not be named.
        ("kid", Value::Null),
        // Said, and of no use to anybody here.
        ("x5t", json!("AAAA")),
        ("nonce", json!("a header's nonce is not an ID token's")),
    ] {
        let header = changed(signer.header(), name, value);
        let token = signer.token_with(&header, &payload());
        verify(&token, &Rules::of(ISSUER), &keys).unwrap();
    }
    let ed = Signer::ed("ed");
    let header = changed(ed.header(), "alg", json!("Ed25519"));
    let token = ed.token_with(&header, &payload());
    verify(&token, &Rules::of(ISSUER), &key_set(&[ed.jwk()])).unwrap();
    let mut rules = Rules::of(ISSUER);
    rules.types = Types::Only(vec!["application/AT+JWT".to_owned(), "x+jwt".to_owned()]);
    verify(&signer.token(&payload()), &rules, &keys).unwrap();
}

#[test]
fn u2_both_styles_of_audience_and_its_spellings() {
    let signer = Signer::ed("key");
    let keys = key_set(&[signer.jwk()]);
    let mut rules = Rules::of(ISSUER);
    rules.audiences = vec!["client-1".to_owned(), "api://Tools/".to_owned()];
    for audience in [
        json!(RESOURCE),
        json!([RESOURCE]),
        json!(["https://other.example.com", RESOURCE]),
        json!("https://MCP.example.COM/mcp"),
        json!("https://mcp.example.com:443/mcp"),
        json!("https://mcp.example.com/mcp/"),
        json!("client-1"),
        json!(["x", "api://Tools/"]),
    ] {
        let token = signer.token(&payload_with("aud", audience));
        verify(&token, &rules, &keys).unwrap();
    }
}

#[test]
fn n18_what_a_token_says_of_its_holder() {
    let signer = Signer::ed("key");
    let keys = key_set(&[signer.jwk()]);
    let mut rules = Rules::of(ISSUER);
    rules.names.roles = Some("realm_access.roles".to_owned());
    rules.names.tenant = Some("https://example.com/tenant.id".to_owned());
    let said = json!({
        "iss": ISSUER, "aud": RESOURCE, "sub": "user-1", "azp": "web", "exp": NOW_S + 60,
        "sid": "sign-in", "jti": "token", "scp": ["b", "a", "b"], "typ": "Bearer",
        "realm_access": {"roles": ["admin", "line manager"]},
        "https://example.com/tenant.id": "tenant-1", "email": "u@example.com", "email_verified": true,
    });
    let verified = verify(&signer.token(&said), &rules, &keys).unwrap();
    assert_eq!(verified.issuer, ISSUER);
    assert_eq!(verified.client.as_deref(), Some("web"));
    assert_eq!(verified.tenant.as_deref(), Some("tenant-1"));
    assert_eq!(verified.email.as_deref(), Some("u@example.com"));
    assert_eq!(verified.roles.unwrap(), ["admin", "line manager"]);
    assert_eq!(verified.scopes.unwrap(), ["b", "a"]);
    assert_eq!(verified.grant.as_deref(), Some("sign-in"));
    assert_eq!(verified.expires_at_ms, (NOW_S + 60) * 1000);
}

#[test]
fn n18_scopes_roles_and_times_in_each_form() {
    let signer = Signer::ed("key");
    let keys = key_set(&[signer.jwk()]);
    let rules = Rules::of(ISSUER);
    let verified = |payload: &Value| verify(&signer.token(payload), &rules, &keys).unwrap();
    let bare = payload_with("scope", Value::Null);
    assert_eq!(verified(&bare).scopes, None);
    assert_eq!(
        verified(&payload_with("scope", json!(""))).scopes,
        Some(Vec::new())
    );
    for scopes in [json!("a b"), json!(" a  b "), json!(["a", "b"])] {
        assert_eq!(
            verified(&payload_with("scope", scopes.clone()))
                .scopes
                .unwrap(),
            ["a", "b"]
        );
        assert_eq!(
            verified(&changed(bare.clone(), "scp", scopes))
                .scopes
                .unwrap(),
            ["a", "b"]
        );
    }
    for (unverified, is_told) in [
        (json!(false), false),
        (json!("false"), false),
        (json!("true"), true),
    ] {
        let said = payload_with("email", json!("u@example.com"));
        let said = verified(&changed(said, "email_verified", unverified));
        assert_eq!(said.email.is_some(), is_told);
    }
    assert_eq!(
        verified(&payload_with("exp", json!(1_800_000_000.5))).expires_at_ms,
        1_800_000_000_500
    );
    verified(&payload_with("nbf", json!(NOW_S + 60)));
    verified(&payload_with("iat", json!(NOW_S + 60)));
    verified(&payload_with("iat", Value::Null));
    let client = verified(&payload_with("sub", Value::Null));
    assert_eq!(
        (client.subject.as_str(), client.client.as_deref()),
        ("", Some("client-1"))
    );
}

#[test]
fn n18_required_claims_and_kinds_that_the_settings_name() {
    let signer = Signer::ed("key");
    let keys = key_set(&[signer.jwk()]);
    let mut rules = Rules::of(ISSUER);
    rules.required = vec![
        ("tid".to_owned(), json!("t-1")),
        ("org.id".to_owned(), json!(7)),
        ("typ".to_owned(), json!("house")),
    ];
    rules.names.roles = Some("role".to_owned());
    rules.names.scopes = Some("permissions".to_owned());
    let said = changed(payload(), "tid", json!("t-1"));
    let said = changed(said, "org", json!({"id": 7}));
    let said = changed(said, "typ", json!("house"));
    let said = changed(said, "role", json!("line manager"));
    let said = changed(said, "permissions", json!(["p"]));
    let verified = verify(&signer.token(&said), &rules, &keys).unwrap();
    assert_eq!(verified.roles.unwrap(), ["line manager"]);
    assert_eq!(verified.scopes.unwrap(), ["p"]);
}

#[test]
fn json_may_be_spaced_and_escaped() {
    let signer = Signer::ed("key");
    let keys = key_set(&[signer.jwk()]);
    let header = br#" { "\u0061lg" : "EdDSA" } "#;
    let escaped = r#""s\u0075b" : "\u0075ser-1""#;
    let spaced = payload().to_string().replace(r#""sub":"user-1""#, escaped);
    assert!(spaced.contains(escaped));
    let verified = verify(
        &signer.token_of(header, spaced.as_bytes()),
        &Rules::of(ISSUER),
        &keys,
    );
    assert_eq!(verified.unwrap().subject, "user-1");
}
