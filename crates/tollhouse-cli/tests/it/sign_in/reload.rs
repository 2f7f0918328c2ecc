//! What is said of issuers, changed while it is served.

use serde_json::json;

use super::{LIST_CHANGED, Shop, caller::Caller, file, issuer::Issuer, soon, write};

impl Shop {
    /// From now on, this is said of the issuer besides.
    fn reloads(&self, more: &str) {
        let url = format!("url = \"{}\"\n", self.issuer.url);
        let text = file(&self.issuer.url).replace(&url, &format!("{url}{more}\n"));
        write(self.folder.path(), &text);
        self.process.hears("reloaded: ");
    }
}

#[test]
fn n18_what_is_demanded_of_tokens_changes_while_it_is_served() {
    let shop = Shop::open();
    let of = |said| Caller::new(shop.address, &shop.issuer.sign(&said));
    let plain = of(json!({"sub": "ana", "scope": "orders:read"}));
    let of_id = of(json!({"sub": "ana", "aud": "api-4711", "tid": "acme"}));
    let of_tenant = of(json!({"sub": "ana", "tid": "acme", "realm": {"roles": ["editor"]}}));
    let is_in = |caller: &Caller, status| soon(caller, status).status == status;
    assert!(is_in(&plain, 200) && is_in(&of_id, 401) && is_in(&of_tenant, 200));
    let mut streams = [plain.listens(), of_tenant.listens()];
    shop.reloads("audience = \"api-4711\"");
    assert!(is_in(&plain, 200) && is_in(&of_id, 200));
    shop.reloads("require = { tid = \"acme\" }");
    streams[0].ends();
    assert!(is_in(&plain, 401) && is_in(&of_id, 401) && is_in(&of_tenant, 200));
    assert_eq!(of_tenant.sees(), "whoami");
    shop.reloads("claims.roles = \"realm.roles\"");
    streams[1].hears(LIST_CHANGED);
    assert_eq!(of_tenant.sees(), "get_order set_status whoami");
    // Somebody else by name is somebody else, and a stream is not handed over.
    shop.reloads("subject_prefix = \"acme:\"");
    streams[1].ends();
    assert_eq!(plain.subject(), "acme:ana");
    shop.reloads("algorithms = [\"RS256\"]");
    assert!(is_in(&plain, 401));
    shop.reloads("");
    assert_eq!(plain.subject(), "ana");
}

#[test]
fn n18_another_set_of_issuers_is_refused_and_the_old_one_served() {
    let shop = Shop::open();
    let caller = shop.caller("ana", "orders:read");
    let mut listens = caller.listens();
    let other = Issuer::start();
    let text = file(&shop.issuer.url);
    let second = format!(
        "[auth.issuers.other]\nurl = \"{}\"\nsubject_prefix = \"other:\"\n\n[auth.scopes]",
        other.url
    );
    let stranger = other.sign(&json!({"sub": "ana"}));
    for changed in [
        text.replace(&shop.issuer.url, &other.url),
        text.replace("[auth.scopes]", &second),
        text.replace("[\"keys\", \"external\"]", "\"external\""),
    ] {
        write(shop.folder.path(), &changed);
        let told = shop
            .process
            .hears("[auth] mode is another one, or names other headers or issuers");
        assert!(
            told.contains("start again, or write it as it was"),
            "{told}"
        );
        shop.process
            .hears("not reloaded: what was served before goes on");
        assert_eq!(caller.sees(), "get_order whoami");
        let said = Caller::new(shop.address, &stranger).call("whoami", &json!({}));
        assert_eq!(said.status, 401);
    }
    // A secret that is not there is no reason to end what is served.
    let url = format!("url = \"{}\"\n", shop.issuer.url);
    let asks = "introspection = true\nclient_id = \"shop\"\nclient_secret = \"env:NOT_SET_4711\"\n";
    write(
        shop.folder.path(),
        &text.replace(&url, &format!("{url}{asks}")),
    );
    shop.process.hears("NOT_SET_4711 is not set");
    shop.process.hears("not reloaded");
    assert_eq!(caller.sees(), "get_order whoami");
    shop.runs("users set ana --roles editor");
    shop.runs("users block ana");
    listens.ends();
}

/// Clients that were told of scopes keep what they were told, so this is settled at the start, and said.
#[test]
fn case20_other_scopes_to_begin_with_count_from_the_next_start_and_that_is_told() {
    let shop = Shop::open();
    let text = file(&shop.issuer.url);
    let named = "[auth.scopes]\n\"orders:list\" = { text = \"List orders.\", basic = true }\n";
    for (text, is_told) in [
        (text.replace("See orders.", "Look at orders."), false),
        (text.replace("[auth.scopes]\n", named), true),
        (text.clone(), false),
    ] {
        write(shop.folder.path(), &text);
        let told = shop.process.hears("reloaded: ");
        let part = "what clients are told of signing in counts from the next start";
        assert_eq!(told.contains(part), is_told, "{told}");
        let nobody = Caller::nobody(shop.address).call("whoami", &json!({}));
        assert!(nobody.challenge().contains("scope=\"orders:read\""));
    }
}
