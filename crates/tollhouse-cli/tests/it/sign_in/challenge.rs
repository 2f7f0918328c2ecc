//! What whoever comes without a token, or with one that says too little, is told.

use serde_json::{Value, json};

use super::{RESOURCE, Shop, caller::Caller};

const METADATA: &str = "https://tools.example.com/.well-known/oauth-protected-resource/mcp";

#[test]
fn case20_without_a_token_a_client_is_told_where_to_sign_in() {
    let shop = Shop::open();
    let nobody = Caller::nobody(shop.address);
    for caller in [
        nobody.clone(),
        nobody.clone().at("/"),
        nobody.with("Cookie", "a=b"),
    ] {
        for said in [
            caller.ask("tools/list", &json!({})),
            caller.call("whoami", &json!({})),
            caller.call("unknown", &json!({})),
            caller.send("GET", &[], &Value::Null),
            caller.send("POST", &[], &json!("no request")),
        ] {
            assert_eq!(said.status, 401, "{}", said.body);
            let challenge = said.challenge();
            assert!(challenge.starts_with("Bearer "), "{challenge}");
            for part in [
                format!("resource_metadata=\"{METADATA}\""),
                "scope=\"orders:read\"".to_owned(),
            ] {
                assert!(challenge.contains(&part), "{challenge}");
            }
            assert!(!challenge.contains("error"), "{challenge}");
        }
    }
}

#[test]
fn case20_both_metadata_documents_say_what_tokens_are_made_for() {
    let shop = Shop::open();
    let root = "/.well-known/oauth-protected-resource";
    for path in [root.to_owned(), format!("{root}/mcp")] {
        for host in [
            None,
            Some("tools.example.com"),
            Some("TOOLS.example.com:443"),
        ] {
            let nobody = Caller::nobody(shop.address).at(&path);
            let nobody = match host {
                Some(host) => nobody.with("Host", host),
                None => nobody,
            };
            let said = nobody.send("GET", &[], &Value::Null);
            assert_eq!(said.status, 200, "{path} {host:?}");
            let document = said.message;
            assert_eq!(document["resource"], RESOURCE);
            assert_eq!(document["authorization_servers"], json!([shop.issuer.url]));
            assert_eq!(document["scopes_supported"], json!(["orders:read"]));
            assert_eq!(document["bearer_methods_supported"], json!(["header"]));
            assert_eq!(document["resource_name"], "The shop");
        }
    }
}

/// A tool that fails and arguments that do not fit are no reason to sign in again.
#[test]
fn case20_what_goes_wrong_after_the_door_is_no_challenge() {
    let shop = Shop::open();
    for caller in shop.caller("ana", "orders:read").both() {
        for arguments in [
            json!({"order_id": "nothing"}),
            json!({"order_id": 4}),
            json!({}),
        ] {
            let said = caller.call("get_order", &arguments);
            assert_eq!(said.status, 200, "{}", said.body);
            assert_eq!(said.message["result"]["isError"], true, "{}", said.body);
        }
        let said = caller.call("unknown", &json!({}));
        assert_ne!(said.status, 401);
        assert_eq!(said.header("www-authenticate"), None);
    }
}

#[test]
fn t6_case33_a_token_that_says_too_little_is_told_all_that_is_needed() {
    let shop = Shop::open();
    let ship = json!({"order_id": "ord_abc123", "status": "paid"});
    for caller in shop.caller("ana", "orders:read").both() {
        assert_eq!(caller.sees(), "get_order whoami");
        let listed = caller.ask("tools/list", &json!({})).message;
        if caller.session.is_none() {
            assert_eq!(listed["result"]["cacheScope"], "private", "{listed}");
        }
        let said = caller.call("set_status", &ship);
        assert_eq!(said.status, 403, "{}", said.body);
        let challenge = said.challenge();
        for part in [
            "error=\"insufficient_scope\"",
            "scope=\"orders:read orders:write\"",
            &format!("resource_metadata=\"{METADATA}\""),
        ] {
            assert!(challenge.contains(part), "{challenge}");
        }
        let order = json!({"order_id": "ord_abc123"});
        let order = caller.call("get_order", &order).message;
        assert_eq!(order["result"]["structuredContent"]["status"], "shipped");
    }
    // What the challenge asked for is enough.
    for caller in shop.caller("ana", "orders:read orders:write").both() {
        assert_eq!(caller.sees(), "get_order set_status whoami");
        let said = caller.call("set_status", &ship);
        let done = &said.message["result"]["structuredContent"];
        assert_eq!(done["status"], "paid", "{}", said.body);
    }
}

/// A session takes each token for what it says, whichever opened it.
#[test]
fn t6_a_stepped_up_token_counts_in_the_session_that_is_open() {
    let shop = Shop::open();
    let ship = json!({"order_id": "ord_abc123", "status": "paid"});
    let narrow = shop.caller("ana", "orders:read").in_session();
    assert_eq!(narrow.call("set_status", &ship).status, 403);
    let mut wide = shop.caller("ana", "orders:read orders:write");
    wide.session.clone_from(&narrow.session);
    let said = wide.call("set_status", &ship);
    assert_eq!(
        said.message["result"]["structuredContent"]["status"], "paid",
        "{}",
        said.body
    );
    assert_eq!(narrow.call("set_status", &ship).status, 403);
}
