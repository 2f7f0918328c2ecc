//! What statements are told of whoever calls, by token and by key.

use serde_json::{Value, json};

use super::{Shop, caller::Caller, file, issuer::Issuer};

const MORE: &str = r#"
[tools.about_me]
source = "shop"
scope = "any"
description = "Tell what the shop knows of whoever calls, beside the name."
sql = "SELECT :user.tenant AS tenant, :user.email AS email, :client.id AS client"
returns = "one"

[tools.my_tenant]
source = "shop"
scope = "any"
description = "Tell for which organisation this call is made."
sql = "SELECT :user.tenant AS tenant"
returns = "one"
"#;

fn open() -> Shop {
    let issuer = Issuer::start();
    let url = format!("url = \"{}\"\n", issuer.url);
    let text = file(&issuer.url).replace(&url, &format!("{url}claims.tenant = \"org.id\"\n"));
    Shop::with(issuer, &format!("{text}{MORE}"), &[])
}

/// The row that a call gives; null if it fails.
fn row(caller: &Caller, tool: &str) -> Value {
    let said = caller.call(tool, &json!({}));
    assert_eq!(said.status, 200, "{}", said.body);
    said.message["result"]["structuredContent"].clone()
}

#[test]
fn n18_a19_statements_know_tenant_address_and_program_of_a_token() {
    let shop = open();
    let of = |said| Caller::new(shop.address, &shop.issuer.sign(&said));
    let whole = of(json!({"sub": "ana", "org": {"id": "acme"}, "email": "ana@acme.example"}));
    let known = json!({"tenant": "acme", "email": "ana@acme.example", "client": "program"});
    for caller in whole.both() {
        assert_eq!(row(&caller, "about_me"), known);
    }
    // An address that the issuer itself doubts is none, and no argument stands in for it.
    let doubted = json!({
        "sub": "ana", "org": {"id": "acme"}, "email": "bob@acme.example", "email_verified": false
    });
    let doubted = of(doubted);
    assert_eq!(row(&doubted, "about_me"), Value::Null);
    assert_eq!(row(&doubted, "my_tenant")["tenant"], "acme");
    let said = doubted.call("about_me", &json!({"user.email": "bob@acme.example"}));
    assert_eq!(said.message["result"]["isError"], true, "{}", said.body);
}

#[test]
fn a16_a_users_tenant_counts_for_every_key_and_token_that_names_none() {
    let shop = open();
    let of = |said| Caller::new(shop.address, &shop.issuer.sign(&said));
    let plain = of(json!({"sub": "ana"}));
    let named = of(json!({"sub": "ana", "org": {"id": "other"}}));
    let key = Caller::new(shop.address, &shop.runs("keys create laptop --user ana"));
    let own = shop.runs("keys create phone --user ana --tenant other");
    let own = Caller::new(shop.address, &own);
    for caller in [&plain, &key] {
        assert_eq!(row(caller, "my_tenant"), Value::Null);
    }
    shop.runs("users set ana --tenant acme");
    for caller in [&plain, &key] {
        let ask = || row(caller, "my_tenant");
        let (_, took) = super::until(ask, |row| row["tenant"] == "acme");
        assert!(took < super::SOON, "{took:?}");
    }
    for caller in [&named, &own] {
        assert_eq!(row(caller, "my_tenant")["tenant"], "other");
    }
}
