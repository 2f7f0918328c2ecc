//! What a token does not say, where the file says where to look for it; and where a key may stand.

use serde_json::json;

use super::{Shop, caller::Caller, file, issuer::Issuer};

fn with(said: &str) -> Shop {
    let issuer = Issuer::start();
    let named = format!("url = \"{}\"\n{said}", issuer.url);
    let text = file("ISSUER").replace("url = \"ISSUER\"", &named);
    Shop::with(issuer, &text, &[])
}

/// An issuer that leaves a claim out where there is nothing to say must not open what it did not grant.
#[test]
fn n18_a_claim_that_is_named_and_not_there_grants_nothing() {
    let sees = |shop: &Shop, said| Caller::new(shop.address, &shop.issuer.sign(&said)).sees();
    let roles = json!({"sub": "ana", "roles": ["editor"]});
    let scopes = json!({"sub": "ana", "permissions": ["orders:read"], "scope": "orders:read"});
    let usual = Shop::open();
    assert_eq!(sees(&usual, roles.clone()), "get_order set_status whoami");
    assert_eq!(sees(&usual, scopes.clone()), "get_order whoami");
    let by_scopes = with("claims.scopes = \"permissions\"");
    assert_eq!(sees(&by_scopes, roles), "whoami");
    assert_eq!(sees(&by_scopes, scopes.clone()), "get_order whoami");
    let by_roles = with("claims.roles = \"groups\"");
    assert_eq!(sees(&by_roles, scopes), "whoami");
    let groups = json!({"sub": "ana", "groups": ["viewer"]});
    assert_eq!(sees(&by_roles, groups), "get_order whoami");
}

/// Two issuers may know different programs by one id.
#[test]
fn a18_a_program_of_an_issuer_with_a_prefix_is_not_that_of_another() {
    let shop = with("subject_prefix = \"stub:\"");
    let only = |client: &str| {
        let text = std::fs::read_to_string(shop.folder.path().join("tollhouse.toml")).unwrap();
        let text = text
            .split("clients = ")
            .next()
            .unwrap()
            .trim_end()
            .to_owned();
        super::write(
            shop.folder.path(),
            &format!("{text}\nclients = [\"{client}\"]\n"),
        );
        shop.process.hears("reloaded");
        shop.caller("ana", "orders:read orders:write").sees()
    };
    // The last table of the file is that of a parameter, so the rule goes before it.
    let text = std::fs::read_to_string(shop.folder.path().join("tollhouse.toml")).unwrap();
    let (before, _) = text.split_once("params.status").unwrap();
    super::write(
        shop.folder.path(),
        &format!("{before}params.status = {{}}\n"),
    );
    shop.process.hears("reloaded");
    assert_eq!(only("program"), "get_order whoami");
    assert_eq!(only("stub:program"), "get_order set_status whoami");
}

#[test]
fn w17_where_keys_have_a_header_of_their_own_none_is_good_in_place_of_a_token() {
    let issuer = Issuer::start();
    let text = file(&issuer.url).replace("[auth]", "[auth]\nheaders = [\"x-api-key\"]");
    let shop = Shop::with(
        issuer,
        &text,
        &[("MCP_API_KEY", "the-key-of-whoever-runs-it")],
    );
    let key = shop.runs("keys create ci --scopes orders:read");
    for key in [key.as_str(), "the-key-of-whoever-runs-it"] {
        let own = Caller::nobody(shop.address).with("x-api-key", key);
        assert_eq!(own.call("whoami", &json!({})).status, 200);
        let said = Caller::new(shop.address, key).call("whoami", &json!({}));
        let refused = (401, r#"{"error":"invalid_token"}"#);
        assert_eq!((said.status, said.body.as_str()), refused);
    }
    assert_eq!(shop.caller("ana", "").subject(), "ana");
}
