//! Tokens that end while they are used: revoked, out of time, signed with a key that was withdrawn.

use serde_json::json;

use super::{
    RESOURCE, SOON, Shop,
    caller::Caller,
    file,
    issuer::{Issuer, Signer},
    soon, until,
};

const SECRET: &str = "canary of the client: 4711 %";

/// A shop that asks its issuer about tokens that say nothing themselves, and of which this is said besides.
pub(super) fn asking(more: &str) -> Shop {
    let issuer = Issuer::start();
    issuer.wants(&[SECRET]);
    let asks = format!(
        "url = \"{}\"\nintrospection = true\nclient_id = \"shop\"\nclient_secret = \"env:ISSUER_SECRET\"\n{more}",
        issuer.url
    );
    let text = file(&issuer.url).replace(&format!("url = \"{}\"", issuer.url), &asks);
    Shop::with(issuer, &text, &[("ISSUER_SECRET", SECRET)])
}

#[test]
fn case43_w17_a_token_that_its_issuer_revokes_ends_and_so_do_its_streams() {
    let shop = asking("");
    let said = json!({
        "active": true, "sub": "ana", "aud": RESOURCE, "client_id": "program", "scope": "orders:read"
    });
    for token in ["opaque-of-ana", "opaque-of-bob"] {
        shop.issuer.say(token, Some(said.clone()));
    }
    let both = Caller::new(shop.address, "opaque-of-ana").both();
    let mut streams = both.each_ref().map(Caller::listens);
    let other = Caller::new(shop.address, "opaque-of-bob");
    let mut kept = other.listens();
    for caller in &both {
        assert_eq!(caller.sees(), "get_order whoami");
    }
    shop.issuer.say("opaque-of-ana", None);
    for stream in &mut streams {
        stream.ends();
    }
    for caller in &both {
        assert_eq!(soon(caller, 401).body, r#"{"error":"invalid_token"}"#);
    }
    // That the issuer takes back a scope is heard as well.
    let mut more = said;
    more["scope"] = json!("orders:read orders:write");
    shop.issuer.say("opaque-of-bob", Some(more));
    kept.hears(super::LIST_CHANGED);
    assert_eq!(other.sees(), "get_order set_status whoami");
}

#[test]
fn rs18_a_token_whose_time_is_up_ends_its_streams() {
    let shop = Shop::open();
    let claims = shop
        .issuer
        .claims(&json!({"sub": "ana", "scope": "orders:read"}));
    let now_s = claims["iat"].as_u64().unwrap();
    let brief = shop.issuer.sign(&json!({"sub": "ana", "exp": now_s + 5}));
    let both = Caller::new(shop.address, &brief).both();
    let streams = both.each_ref().map(Caller::listens);
    let mut longer = shop.caller("ana", "orders:read").listens();
    for mut stream in streams {
        while stream
            .next()
            .is_some_and(|message| message.get("result").is_some())
        {}
    }
    for caller in &both {
        assert_eq!(caller.call("whoami", &json!({})).status, 401);
    }
    shop.runs("users set ana --roles editor");
    longer.hears(super::LIST_CHANGED);
}

#[test]
fn u3_a_key_that_its_issuer_withdraws_ends_what_it_signed() {
    let shop = Shop::open();
    let second = Signer::new("second");
    let both = shop.caller("ana", "orders:read").both();
    let mut streams = both.each_ref().map(Caller::listens);
    // Both keys are good while one takes the place of the other.
    shop.issuer.publish(&[&second, &shop.issuer.signer]);
    let claims = shop.issuer.claims(&json!({"sub": "ana"}));
    let new = Caller::new(shop.address, &second.sign(&claims));
    assert_eq!(new.subject(), "ana");
    for caller in &both {
        assert_eq!(caller.subject(), "ana");
    }
    drop(new);
    let withdrawn = Shop::open();
    let second = Signer::new("second");
    let old = withdrawn.caller("ana", "orders:read").both();
    let mut ended = old.each_ref().map(Caller::listens);
    withdrawn.issuer.publish(&[&second]);
    // The first token of the new key is how the server hears of it.
    let claims = withdrawn.issuer.claims(&json!({"sub": "bob"}));
    let new = Caller::new(withdrawn.address, &second.sign(&claims));
    assert_eq!(new.subject(), "bob");
    for stream in &mut ended {
        stream.ends();
    }
    for caller in &old {
        assert_eq!(soon(caller, 401).status, 401);
    }
    shop.runs("users block ana");
    for stream in &mut streams {
        stream.ends();
    }
}

/// Where the issuer is not there, nobody is let in whom only it knows, and that is not said to be their fault.
#[test]
fn sec17_an_issuer_that_does_not_answer_lets_nobody_in() {
    let shop = asking("");
    shop.issuer.wants(&["another secret"]);
    let said = json!({"active": true, "sub": "ana", "aud": RESOURCE});
    shop.issuer.say("opaque-of-ana", Some(said));
    let caller = Caller::new(shop.address, "opaque-of-ana");
    assert_eq!(caller.call("whoami", &json!({})).status, 503);
    shop.process.hears("client_secret");
    shop.issuer.wants(&[SECRET]);
    let ask = || caller.call("whoami", &json!({})).status;
    let (_, took) = until(ask, |status| *status == 200);
    assert!(took < SOON, "{took:?}");
}
