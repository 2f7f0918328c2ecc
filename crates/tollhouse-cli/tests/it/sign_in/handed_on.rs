//! What of a caller's request others get to see: nothing but what they are asked about.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::{Shop, caller::Caller, file, issuer::Issuer};
use crate::site::{Reply, Site};

const TOKEN: &str = "canary-token-of-the-lookup";

/// What a client may send beside its credential, and what proxies put before it.
const BESIDE: [(&str, &str); 6] = [
    ("Cookie", "session=canary-cookie"),
    ("baggage", "user=canary-baggage"),
    ("X-Forwarded-Client-Cert", "Hash=canary-certificate"),
    ("X-SSL-Client-Cert", "canary-certificate"),
    ("X-Forwarded-For", "canary-address"),
    ("X-Forwarded-Host", "canary.example.com"),
];

#[test]
fn p15_k5_nothing_of_a_caller_goes_to_whoever_vouches_for_it_but_what_they_are_asked_about() {
    let seen = Arc::<Mutex<Vec<(String, String)>>>::default();
    let kept = Arc::clone(&seen);
    let site = Site::start(move |request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        kept.lock().unwrap().push((request.head.clone(), body));
        Reply::json(&json!({"subject": "ana", "scopes": "orders:read"}))
    });
    let issuer = Issuer::start();
    let lookup = format!(
        "[auth.lookup]\nurl = \"{}\"\ntoken = \"env:LOOKUP_TOKEN\"\n",
        site.url()
    );
    let text = file(&issuer.url).replace("[auth.scopes]", &format!("{lookup}\n[auth.scopes]"));
    let shop = Shop::with(issuer, &text, &[("LOOKUP_TOKEN", TOKEN)]);
    let token = shop.issuer.token("ana", "orders:read");
    for credential in ["outside-key", &token] {
        let caller = Caller::new(shop.address, credential);
        let caller = BESIDE
            .iter()
            .fold(caller, |caller, (name, value)| caller.with(name, value));
        assert_eq!(caller.subject(), "ana");
    }
    let seen = seen.lock().unwrap();
    assert!(!seen.is_empty());
    for (head, body) in seen.iter() {
        assert_eq!(*body, json!({"key": "outside-key"}).to_string());
        assert!(head.contains(&format!("Bearer {TOKEN}")), "{head}");
        assert!(
            !head.contains(&token) && !head.contains("outside-key"),
            "{head}"
        );
        let others = head.replace(TOKEN, "");
        assert!(!others.contains("canary"), "{head}");
    }
    // Whoever signs tokens is asked for keys by nobody in particular.
    let asked = shop.issuer.asked();
    assert!(!asked.is_empty());
    for head in asked {
        let lower = head.to_ascii_lowercase();
        assert!(!lower.contains("authorization:"), "{head}");
        assert!(
            !lower.contains("canary") && !head.contains(&token),
            "{head}"
        );
    }
}

/// W31: a certificate that a header speaks of is none, and a token that is bound to one is no bearer token.
#[test]
fn w31_a_token_that_is_bound_to_a_certificate_is_not_good_without_it_whatever_headers_say() {
    let shop = Shop::open();
    let bound =
        json!({"sub": "ana", "scope": "orders:read", "cnf": {"x5t#S256": "canary-certificate"}});
    let bound = Caller::new(shop.address, &shop.issuer.sign(&bound));
    let said = |caller: &Caller| {
        let said = caller.call("whoami", &json!({}));
        (said.status, said.body)
    };
    let refused = (401, r#"{"error":"invalid_token"}"#.to_owned());
    assert_eq!(said(&bound), refused);
    let with = BESIDE
        .iter()
        .fold(bound, |caller, (name, value)| caller.with(name, value));
    assert_eq!(said(&with), refused);
    // Nor does such a header make somebody of nobody.
    let nobody = BESIDE
        .iter()
        .fold(Caller::nobody(shop.address), |caller, (name, value)| {
            caller.with(name, value)
        });
    assert_eq!(
        said(&nobody),
        (401, r#"{"error":"unauthorized"}"#.to_owned())
    );
}
