//! Tokens that are signed well and are not for us, not now, not of this kind, or say what nobody may say.

use serde_json::{Value, json};
use tollhouse_oauth::{Rejected, Rules, Types};

use crate::forge::{
    ISSUER, NOW_S, RESOURCE, Signer, changed, key_set, payload, payload_with, verify,
};

/// Each claim with this value is refused for this reason; null takes the claim away.
fn refuses(rules: &Rules, changes: &[(&str, Value, &str)]) {
    let signer = Signer::ed("key");
    let keys = key_set(&[signer.jwk()]);
    for (name, value, reason) in changes {
        let token = signer.token(&payload_with(name, value.clone()));
        let Err(refused) = verify(&token, rules, &keys) else {
            panic!("{name}: {value} is taken");
        };
        let shown = format!("{refused:?}");
        assert!(shown.starts_with(reason), "{name}: {value}: {shown}");
    }
}

#[test]
fn p11_every_claim_that_counts_has_to_be_there() {
    let claim = "Claim";
    refuses(
        &Rules::of(ISSUER),
        &[
            ("iss", Value::Null, claim),
            ("aud", Value::Null, claim),
            ("exp", Value::Null, claim),
        ],
    );
    let signer = Signer::ed("key");
    let nobody = changed(payload_with("sub", Value::Null), "client_id", Value::Null);
    let refused = verify(
        &signer.token(&nobody),
        &Rules::of(ISSUER),
        &key_set(&[signer.jwk()]),
    );
    assert!(matches!(refused, Err(Rejected::Claim { name, .. }) if name == "sub"));
}

#[test]
fn p11_another_issuer() {
    let issuer = "Issuer";
    refuses(
        &Rules::of(ISSUER),
        &[
            ("iss", json!(format!("{ISSUER}/")), issuer),
            ("iss", json!("https://Issuer.example.com/tenant"), issuer),
            ("iss", json!("https://issuer.example.com/tenant2"), issuer),
            ("iss", json!("https://issuer.example.com"), issuer),
            (
                "iss",
                json!("https://issuer.example.com:443/tenant"),
                issuer,
            ),
            ("iss", json!("http://issuer.example.com/tenant"), issuer),
            ("iss", json!(format!("{ISSUER} ")), issuer),
            ("iss", json!(""), issuer),
            ("iss", json!([ISSUER]), "Claim"),
            ("iss", json!({"iss": ISSUER}), "Claim"),
            ("iss", json!(1), "Claim"),
        ],
    );
}

/// #29: among others, a token for `/a/mcp` of the same server.
#[test]
fn w12_another_audience() {
    let audience = "Audience";
    let mut rules = Rules::of(ISSUER);
    rules.audiences = vec!["client-1".to_owned()];
    refuses(
        &rules,
        &[
            ("aud", json!("https://other.example.com/mcp"), audience),
            (
                "aud",
                json!(["https://other.example.com/mcp", "x"]),
                audience,
            ),
            ("aud", json!([]), audience),
            ("aud", json!(""), audience),
            ("aud", json!("*"), audience),
            ("aud", json!("https://mcp.example.com"), audience),
            ("aud", json!("https://mcp.example.com/mc"), audience),
            ("aud", json!("https://mcp.example.com/mcp2"), audience),
            ("aud", json!("https://mcp.example.com/a/mcp"), audience),
            ("aud", json!("https://mcp.example.com/mcp/../mcp"), audience),
            ("aud", json!("https://mcp.example.com/mcp?x"), audience),
            ("aud", json!("https://mcp.example.com/mcp#x"), audience),
            (
                "aud",
                json!("https://mcp.example.com@evil.test/mcp"),
                audience,
            ),
            ("aud", json!("https://user@mcp.example.com/mcp"), audience),
            (
                "aud",
                json!("https://mcp.example.com.evil.test/mcp"),
                audience,
            ),
            ("aud", json!("https://mcp.example.com:8443/mcp"), audience),
            ("aud", json!("http://mcp.example.com/mcp"), audience),
            ("aud", json!("Client-1"), audience),
            ("aud", json!("client-1 "), audience),
            ("aud", json!(["client-12", "client"]), audience),
            ("aud", json!(format!("{RESOURCE} client-1")), audience),
            ("aud", json!(7), "Claim"),
            ("aud", json!([RESOURCE, 7]), "Claim"),
            ("aud", json!([[RESOURCE]]), "Claim"),
            ("aud", json!({RESOURCE: true}), "Claim"),
            ("aud", json!(vec![RESOURCE; 65]), "Claim"),
        ],
    );
}

#[test]
fn p52_a_mismatch_says_what_was_expected_and_what_came() {
    let signer = Signer::ed("key");
    let keys = key_set(&[signer.jwk()]);
    let mut rules = Rules::of(ISSUER);
    rules.audiences = vec!["client-1".to_owned()];
    let told = |name: &str, value: Value| {
        let token = signer.token(&payload_with(name, value));
        verify(&token, &rules, &keys).unwrap_err().to_string()
    };
    let audience = told(
        "aud",
        json!(["https://other.example.com/mcp", "x\u{1b}[31m\n"]),
    );
    assert_eq!(
        audience,
        r"the token is for https://other.example.com/mcp, x\u{1b}[31m\n, expected https://mcp.example.com/mcp or client-1; ask the issuer for a token with this resource"
    );
    let issuer = told("iss", json!("https://evil.test"));
    assert_eq!(
        issuer,
        "the token is of issuer https://evil.test, expected https://issuer.example.com/tenant"
    );
    assert!(told("iss", json!("x".repeat(5000))).len() < 400);
    assert!(told("aud", json!(vec!["x".repeat(200); 60])).len() < 1000);
}

#[test]
fn p11_ended_or_not_begun_or_no_time_at_all() {
    let claim = "Claim";
    refuses(
        &Rules::of(ISSUER),
        &[
            ("exp", json!(NOW_S), "Expired"),
            ("exp", json!(NOW_S - 1), "Expired"),
            ("exp", json!(0), "Expired"),
            ("exp", json!(1_799_999_999.999), "Expired"),
            ("exp", json!((NOW_S + 300).to_string()), claim),
            ("exp", json!("9999999999"), claim),
            ("exp", json!(true), claim),
            ("exp", json!([NOW_S + 300]), claim),
            ("exp", json!({}), claim),
            ("exp", json!(-1), claim),
            ("exp", json!(-1.5), claim),
            ("exp", json!(1e300), claim),
            ("exp", json!(u64::MAX), claim),
            ("exp", json!((NOW_S + 300) * 1000), claim),
            ("nbf", json!(NOW_S + 61), "NotYet"),
            ("nbf", json!("0"), claim),
            ("nbf", json!(u64::MAX), claim),
            ("iat", json!(NOW_S + 61), "NotYet"),
            ("iat", json!(NOW_S + 300), claim),
            ("iat", json!(NOW_S + 400), claim),
            ("iat", json!("yesterday"), claim),
            ("iat", json!(-1), claim),
        ],
    );
}

#[test]
fn w13_other_kinds_of_token() {
    let kind = "Kind";
    let thumbprint = json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"});
    refuses(
        &Rules::of(ISSUER),
        &[
            ("nonce", json!("n-0S6_WzA2Mj"), kind),
            ("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ"), kind),
            ("c_hash", json!("LDktKdoQak3Pk0cnXxCltA"), kind),
            ("s_hash", json!("LDktKdoQak3Pk0cnXxCltA"), kind),
            (
                "events",
                json!({"http://schemas.openid.net/event/backchannel-logout": {}}),
                kind,
            ),
            ("token_use", json!("id"), kind),
            ("token_use", json!("refresh"), kind),
            ("token_use", json!(1), kind),
            ("typ", json!("ID"), kind),
            ("typ", json!("Refresh"), kind),
            ("typ", json!("Offline"), kind),
            ("typ", json!("Logout"), kind),
            ("typ", json!("RegistrationAccessToken"), kind),
            ("typ", json!(["Bearer"]), kind),
            ("cnf", thumbprint, "Bound"),
            (
                "cnf",
                json!({"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}),
                "Bound",
            ),
            ("cnf", json!({}), "Bound"),
            ("cnf", json!(false), "Bound"),
        ],
    );
    let signer = Signer::ed("key");
    let mut rules = Rules::of(ISSUER);
    rules.types = Types::Only(vec!["at+jwt".to_owned()]);
    for kind in [Value::Null, json!("JWT")] {
        let token = signer.token_with(&changed(signer.header(), "typ", kind), &payload());
        let refused = verify(&token, &rules, &key_set(&[signer.jwk()]));
        assert!(matches!(refused, Err(Rejected::Kind(_))));
    }
}

#[test]
fn w39_holders_that_nobody_is() {
    let claim = "Claim";
    let mut rules = Rules::of(ISSUER);
    rules.names.tenant = Some("tid".to_owned());
    refuses(
        &rules,
        &[
            ("sub", json!(""), claim),
            ("sub", json!(1), claim),
            ("sub", json!(["user-1"]), claim),
            ("sub", json!("user\u{0}1"), claim),
            ("sub", json!("user-1\r\nx"), claim),
            ("sub", json!("x".repeat(257)), claim),
            ("client_id", json!(""), claim),
            ("client_id", json!(7), claim),
            ("tid", json!(1), claim),
            ("tid", json!({}), claim),
            ("email", json!(["u@example.com"]), claim),
            ("email", json!("u@example.com\n"), claim),
            ("jti", json!(1), claim),
            ("sid", json!("x".repeat(257)), claim),
        ],
    );
}

#[test]
fn w11_scopes_and_roles_without_measure() {
    let claim = "Claim";
    let mut rules = Rules::of(ISSUER);
    rules.names.roles = Some("realm_access.roles".to_owned());
    let many: Vec<_> = (0..257).map(|number| format!("s{number}")).collect();
    let roles = |roles: Value| json!({ "roles": roles });
    refuses(
        &rules,
        &[
            ("scope", json!(7), claim),
            ("scope", json!({"orders:read": true}), claim),
            ("scope", json!(["orders:read", 7]), claim),
            ("scope", json!(["orders:read orders:write"]), claim),
            ("scope", json!(["orders:read", ""]), claim),
            ("scope", json!("orders:read\norders:write"), claim),
            ("scope", json!("orders:re\u{e4}d"), claim),
            ("scope", json!("orders:\"read\""), claim),
            ("scope", json!("x".repeat(129)), claim),
            ("scope", json!(many.join(" ")), claim),
            ("scope", json!(many), claim),
            ("realm_access", roles(json!(many)), claim),
            ("realm_access", roles(json!(["x".repeat(129)])), claim),
            ("realm_access", roles(json!(["admin\u{7}"])), claim),
            ("realm_access", roles(json!([""])), claim),
            ("realm_access", roles(json!([["admin"]])), claim),
            ("realm_access", roles(json!(true)), claim),
        ],
    );
}

#[test]
fn n18_required_claims_with_other_values() {
    let mut rules = Rules::of(ISSUER);
    rules.required = vec![("tid".to_owned(), json!("t-1"))];
    refuses(
        &rules,
        &[
            ("tid", Value::Null, "Claim"),
            ("tid", json!("t-2"), "Claim"),
            ("tid", json!("T-1"), "Claim"),
            ("tid", json!(["t-1"]), "Claim"),
            ("tid", json!("t-1 "), "Claim"),
        ],
    );
}
