//! Rules of tools that look at the caller's roles, at the program, and at scopes that include others.

use serde_json::{Value, json};

use super::{LIST_CHANGED, RESOURCE, Shop, caller::Caller, ends, file, issuer::Issuer, soon};

/// Two tools that are not there for everybody, and a scope that includes another.
const MORE: &str = r#"
[tools.for_editors]
source = "shop"
scope = "any"
roles = ["editor", "auditor"]
description = "Say something that only those hear who change orders."
sql = "SELECT 'editors' AS word"

[tools.for_agents]
source = "shop"
scope = "orders:read"
clients = ["agent-4711", "agents.example"]
description = "Say something that only some programs hear."
sql = "SELECT :client.id AS client"
returns = "one"
"#;

fn open() -> Shop {
    let issuer = Issuer::start();
    let text = file(&issuer.url);
    let write = "\"orders:write\" = \"Change orders.\"";
    let broad = "\"orders:write\" = { text = \"Change orders.\", includes = [\"orders:read\"] }";
    let text = text.replace(write, broad).replace(
        "[auth.roles]\n",
        "[auth.roles]\nauditor = [\"orders:read\"]\n",
    );
    Shop::with(issuer, &format!("{text}{MORE}"), &[])
}

/// Everything that is said of a tool of this name, without the name.
fn told(caller: &Caller, tool: &str) -> (u16, Value, Option<String>) {
    let said = caller.call(tool, &json!({}));
    let challenge = said.header("www-authenticate").map(str::to_owned);
    let text = said.message.to_string().replace(tool, "TOOL");
    (said.status, Value::from(text), challenge)
}

#[test]
fn t18_what_is_hidden_by_role_or_program_is_like_what_is_not_there() {
    let shop = open();
    let of = |said| Caller::new(shop.address, &shop.issuer.sign(&said));
    let viewer = of(json!({"sub": "vera", "roles": ["viewer"]}));
    let editor = of(json!({"sub": "edith", "roles": ["editor"]}));
    let agent = of(json!({"sub": "ana", "scope": "orders:read", "client_id": "agent-4711"}));
    let url = "https://agents.example/client.json";
    let by_url = of(json!({"sub": "ana", "scope": "orders:read", "client_id": url}));
    let poser = "https://agents.example.evil.example/agents.example";
    let poser = of(json!({"sub": "ana", "scope": "orders:read", "client_id": poser}));
    // Whoever lacks the scope as well is not told of it.
    let nothing = of(json!({"sub": "eve"}));
    for caller in [&viewer, &poser, &nothing]
        .map(|caller| caller.clone().both())
        .iter()
        .flatten()
    {
        for hidden in ["for_editors", "for_agents"] {
            assert_eq!(told(caller, hidden), told(caller, "not_there_at_all"));
            assert!(!caller.sees().contains(hidden));
        }
    }
    for (caller, tool) in [
        (&editor, "for_editors"),
        (&agent, "for_agents"),
        (&by_url, "for_agents"),
    ] {
        for caller in caller.clone().both() {
            assert!(caller.sees().contains(tool));
            let said = caller.call(tool, &json!({}));
            assert_eq!(
                said.message["result"]["isError"],
                Value::Null,
                "{}",
                said.body
            );
        }
    }
    // The program that is named, and not enough scopes: it may come back.
    let less = of(json!({"sub": "ana", "scope": "", "client_id": "agent-4711"}));
    let said = less.call("for_agents", &json!({}));
    assert_eq!(said.status, 403, "{}", said.body);
    assert!(said.challenge().contains("scope=\"orders:read\""));
}

#[test]
fn rs08_a_scope_that_includes_another_is_enough_for_it() {
    let shop = open();
    for caller in shop.caller("ana", "orders:write").both() {
        assert_eq!(caller.sees(), "get_order set_status whoami");
        let order = json!({"order_id": "ord_abc123"});
        assert_eq!(caller.call("get_order", &order).status, 200);
    }
    // Scopes that this server never named are nobody's here.
    let odd = shop.caller("ana", "orders:* orders:read2 admin openid *");
    assert_eq!(odd.sees(), "whoami");
}

#[test]
fn case43_a_signed_token_that_its_issuer_revokes_ends_where_the_issuer_is_asked() {
    let shop = ends::asking("ask_signed = true");
    let said = json!({"sub": "ana", "scope": "orders:read"});
    let token = shop.issuer.sign(&said);
    let mut answer = json!({"active": true, "sub": "ana", "aud": RESOURCE, "scope": "orders:read"});
    shop.issuer.say(&token, Some(answer.clone()));
    let both = Caller::new(shop.address, &token).both();
    let mut streams = both.each_ref().map(Caller::listens);
    assert_eq!(both[0].sees(), "get_order whoami");
    answer["scope"] = json!("orders:read orders:write");
    shop.issuer.say(&token, Some(answer));
    for (caller, stream) in both.iter().zip(&mut streams) {
        stream.hears(LIST_CHANGED);
        assert_eq!(caller.sees(), "get_order set_status whoami");
    }
    shop.issuer.say(&token, None);
    for (caller, stream) in both.iter().zip(&mut streams) {
        stream.ends();
        soon(caller, 401);
    }
}
