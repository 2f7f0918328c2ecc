//! Tokens for one server at another, and of one issuer as another's.

use serde_json::{Value, json};

use super::{
    RESOURCE, Shop,
    caller::Caller,
    file,
    issuer::{Issuer, Signer},
    soon,
};

const A: &str = "https://tools.example.com/a/mcp";
const B: &str = "https://tools.example.com/b/mcp";

fn at(urls: &str, issuer: &str) -> String {
    file(issuer).replace("\"https://tools.example.com/mcp\"", urls)
}

/// The status of a call, after whatever is wrong with the token was told as that.
fn status(caller: &Caller) -> u16 {
    let said = caller.call("whoami", &json!({}));
    if said.status != 200 {
        assert_eq!(said.body, r#"{"error":"invalid_token"}"#);
        let challenge = said.challenge();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        assert!(challenge.contains("resource_metadata=\""), "{challenge}");
    }
    said.status
}

#[test]
fn case29_a_token_for_one_of_two_servers_is_none_at_the_other() {
    let issuer = Issuer::start();
    let text = at(&format!("\"{B}\""), &issuer.url);
    let own = Issuer::start();
    let second = Shop::with(own, &text, &[]);
    let text = at(&format!("\"{A}\""), &issuer.url);
    let first = Shop::with(issuer, &text, &[]);
    for (made_for, good_at_first, good_at_second) in [
        (json!(A), 200, 401),
        (json!(B), 401, 200),
        (json!([A, B]), 200, 200),
        (json!([]), 401, 401),
        (json!("https://tools.example.com"), 401, 401),
        (json!(RESOURCE), 401, 401),
        (Value::Null, 401, 401),
    ] {
        let token = first.issuer.sign(&json!({"sub": "ana", "aud": made_for}));
        for (address, path, expected) in [
            (first.address, "/a/mcp", good_at_first),
            (second.address, "/b/mcp", good_at_second),
        ] {
            let caller = Caller::new(address, &token);
            // However it is called, a server with one URL is that one.
            for path in [path, "/mcp", "/"] {
                assert_eq!(
                    status(&caller.clone().at(path)),
                    expected,
                    "{made_for} {path}"
                );
            }
        }
    }
}

#[test]
fn case29_a_server_under_two_urls_is_two_to_tokens() {
    let issuer = Issuer::start();
    let text = at(&format!("[\"{A}\", \"{B}\"]"), &issuer.url);
    let shop = Shop::with(issuer, &text, &[]);
    for (made_for, own, other) in [(A, "/a/mcp", "/b/mcp"), (B, "/b/mcp", "/a/mcp")] {
        let token = shop.issuer.sign(&json!({"sub": "ana", "aud": made_for}));
        let caller = Caller::new(shop.address, &token);
        assert_eq!(status(&caller.clone().at(own)), 200);
        assert_eq!(status(&caller.clone().at(other)), 401);
        // A verdict at one place is none at the other.
        assert_eq!(status(&caller.clone().at(own)), 200);
        let session = caller.clone().at(own).in_session();
        assert_eq!(status(&session.clone().at(other)), 401);
        let nobody = Caller::nobody(shop.address)
            .at(own)
            .call("whoami", &json!({}));
        let document = format!("oauth-protected-resource{own}\"");
        assert!(
            nobody.challenge().contains(&document),
            "{}",
            nobody.challenge()
        );
        let root = "/.well-known/oauth-protected-resource";
        let metadata = Caller::nobody(shop.address).at(&format!("{root}{own}"));
        assert_eq!(
            metadata.send("GET", &[], &Value::Null).message["resource"],
            made_for
        );
    }
}

#[test]
fn w12_a_url_has_one_meaning_however_it_is_spelt() {
    let shop = Shop::open();
    for (made_for, expected) in [
        (RESOURCE, 200),
        ("https://TOOLS.Example.com/mcp", 200),
        ("HTTPS://tools.example.com/mcp", 200),
        ("https://tools.example.com:443/mcp", 200),
        ("https://tools.example.com/mcp/", 200),
        ("https://tools.example.com:8443/mcp", 401),
        ("http://tools.example.com/mcp", 401),
        ("https://tools.example.com/mcp2", 401),
        ("https://tools.example.com/MCP", 401),
        ("https://tools.example.com/mcp/more", 401),
        ("https://tools.example.com/mcp?a=b", 401),
        ("https://tools.example.com/mcp#a", 401),
        ("https://tools.example.com.evil.example/mcp", 401),
        ("https://user@tools.example.com/mcp", 401),
    ] {
        let token = shop.issuer.sign(&json!({"sub": "ana", "aud": made_for}));
        let caller = Caller::new(shop.address, &token);
        assert_eq!(status(&caller), expected, "{made_for}");
        for host in [
            "tools.example.com",
            "TOOLS.EXAMPLE.COM",
            "tools.example.com:443",
        ] {
            let caller = caller.clone().with("Host", host);
            assert_eq!(status(&caller), expected, "{made_for} {host}");
        }
    }
}

#[test]
fn case29_a_token_of_another_issuer_with_the_same_key_id_is_none() {
    let shop = Shop::open();
    let other = Issuer::start();
    let good = shop.issuer.claims(&json!({"sub": "ana"}));
    let theirs = other.claims(&json!({"sub": "ana"}));
    for (token, expected) in [
        (shop.issuer.signer.sign(&good), 200),
        // Its own name, of whom nobody knows anything here.
        (other.signer.sign(&theirs), 401),
        // The name of the one that is known, and the id of its key.
        (other.signer.sign(&good), 401),
        (Signer::new("second").sign(&good), 401),
        // The key of the one that is known, in another's name.
        (shop.issuer.signer.sign(&theirs), 401),
    ] {
        assert_eq!(status(&Caller::new(shop.address, &token)), expected);
    }
}

/// Where two are known, neither speaks for the other, nor for its users.
#[test]
fn case29_two_known_issuers_do_not_speak_for_each_other() {
    let (issuer, other) = (Issuer::start(), Issuer::start());
    let more = format!(
        "[auth.issuers.other]\nurl = \"{}\"\nsubject_prefix = \"other:\"\n\n[auth.scopes]",
        other.url
    );
    let text = file(&issuer.url).replace("[auth.scopes]", &more);
    let shop = Shop::with(issuer, &text, &[]);
    let said = json!({"sub": "ana"});
    let of = |token: &str| Caller::new(shop.address, token);
    assert_eq!(of(&shop.issuer.sign(&said)).subject(), "ana");
    let others = of(&other.sign(&said));
    assert_eq!(others.subject(), "other:ana");
    let (first, second) = (shop.issuer.claims(&said), other.claims(&said));
    assert_eq!(status(&of(&other.signer.sign(&first))), 401);
    assert_eq!(status(&of(&shop.issuer.signer.sign(&second))), 401);
    let posing = shop.issuer.sign(&json!({"sub": "other:ana"}));
    assert_eq!(status(&of(&posing)), 401);
    // Who is kept out is the one who is named, and not whoever is called so elsewhere.
    shop.runs("users block other:ana");
    soon(&others, 401);
    assert_eq!(of(&shop.issuer.sign(&said)).subject(), "ana");
}
