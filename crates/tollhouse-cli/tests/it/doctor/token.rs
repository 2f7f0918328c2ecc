//! What a token says of itself is compared with what the server publishes, and none of it is printed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{visit, visit_with};
use crate::site::{Reply, Request, Site, good};

/// A token with these claims. The doctor cannot check the signature, and does not.
fn token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({"alg": "EdDSA", "typ": "at+jwt"}));
    format!("{head}.{}.c2lnbmF0dXJl", part(claims))
}

fn claims(site: &Site) -> Value {
    let base = site.url().replace("/mcp", "");
    json!({"iss": format!("{base}/issuer"), "aud": site.url(), "exp": 4_102_444_800_u64, "scope": "read"})
}

#[test]
fn p52_a_token_for_something_else_is_told_expected_and_got() {
    let site = Site::start(good);
    visit(&site.url(), &["--token", &token(&claims(&site))])
        .is_fine()
        .says("ok", &["a JWT of http://127.0.0.1"]);
    for (key, value, culprit, parts) in [
        (
            "aud",
            json!("https://other.example"),
            "token-audience",
            ["aud expected", "got https://other.example"],
        ),
        (
            "aud",
            json!(["a", "b"]),
            "token-audience",
            ["aud expected", "got a, b"],
        ),
        (
            "iss",
            json!("https://idp.example"),
            "token-issuer",
            ["iss expected", "got https://idp.example"],
        ),
        (
            "exp",
            json!(1_000_000_000),
            "token-expired",
            ["exp 2001-09-09T01:46:40Z", "get a new one"],
        ),
        (
            "exp",
            json!("later"),
            "token-expired",
            ["exp expected, a number", "until when"],
        ),
    ] {
        let mut claims = claims(&site);
        claims[key] = value;
        let token = token(&claims);
        let seen = visit(&site.url(), &["--token", &token]);
        seen.blames(2, culprit, &parts);
        assert!(!seen.done.output.contains(&token), "{}", seen.done.output);
    }
    let mut few = claims(&site);
    few["scope"] = json!("other");
    visit(&site.url(), &["--token", &token(&few)])
        .warns("token-scope", &["asks for read; the token has not read"]);
}

#[test]
fn u9_a_server_that_takes_the_token_from_the_url_is_named() {
    fn leaky(request: &Request) -> Reply {
        if request.path.contains("access_token=") {
            return Reply(200, Vec::new(), "{}".to_owned());
        }
        good(request)
    }
    let site = Site::start(leaky);
    let seen = visit_with(
        &site.url(),
        &["--key", "MY_TOKEN"],
        &[("MY_TOKEN", "abcdefghij")],
    );
    seen.blames(2, "token-in-query", &["it ends up in logs"]);
    assert!(
        !seen.done.output.contains("abcdefghij"),
        "{}",
        seen.done.output
    );
}

#[test]
fn a_token_that_is_not_taken_is_code_3() {
    fn strict(request: &Request) -> Reply {
        let sent = request.header("authorization").unwrap_or_default();
        if sent.ends_with("wrong-token") {
            return Reply::only(401).with("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        }
        good(request)
    }
    let site = Site::start(strict);
    visit(&site.url(), &["--token", "wrong-token"]).blames(
        3,
        "token-refused",
        &["does not take this key (401)", "invalid_token"],
    );
}

/// A header that somebody needs in front of the server goes with everything; who asks is told from it.
#[test]
fn u10_headers_go_to_the_server_and_nowhere_else() {
    fn gated(request: &Request) -> Reply {
        let is_public =
            matches!(request.path.as_str(), "/keys") || request.path.contains("server/issuer");
        match request.header("x-gate") {
            Some("open-sesame") => good(request),
            _ if is_public => good(request),
            _ => Reply::only(403),
        }
    }
    let site = Site::start(gated);
    let seen = visit(&site.url(), &["--header", "X-Gate: open-sesame"]);
    seen.warns(
        "header-needed",
        &["403, and 401 with them", "Claude's connectors"],
    );
    seen.says("ok", &["1 key", "a page can call the server"]);
    let harmless = Site::start(good);
    let seen = visit(&harmless.url(), &["--header", "X-Gate: open-sesame"]);
    seen.is_fine().says("ok", &["are not needed"]);
    visit(&site.url(), &[]).done.ends(2);
}
