//! Who sees and may do what, and how soon a change of that is known.

use serde_json::{Value, json};

use super::{
    LIST_CHANGED, Shop,
    caller::{Caller, Stream},
    file, serving, soon, write,
};

const VIEWER: &str = "get_order whoami";
const EDITOR: &str = "get_order set_status whoami";

/// How this caller sees the tool that has two faces.
fn order_tool(caller: &Caller) -> Value {
    let tools = caller.tools();
    tools
        .into_iter()
        .find(|tool| tool["name"] == "get_order")
        .unwrap()
}

/// As a viewer, or as an editor, in everything that differs.
fn is_shown(caller: &Caller, is_editor: bool) {
    assert_eq!(caller.sees(), if is_editor { EDITOR } else { VIEWER });
    let tool = order_tool(caller);
    let description = tool["description"].as_str().unwrap();
    assert_eq!(description.contains("history"), is_editor, "{tool}");
    assert_eq!(
        tool["inputSchema"]["properties"].get("depth").is_some(),
        is_editor,
        "{tool}"
    );
    let deep = json!({"order_id": "ord_abc123", "depth": 2});
    let said = caller.call("get_order", &deep).message;
    assert_eq!(said["result"]["isError"] == true, !is_editor, "{said}");
    let ship = json!({"order_id": "ord_abc123", "status": "shipped"});
    let expected = if is_editor { 200 } else { 403 };
    assert_eq!(caller.call("set_status", &ship).status, expected);
}

#[test]
fn a15_t18_two_users_in_two_roles_are_shown_two_servers() {
    let shop = Shop::open();
    for (subject, role) in [("vera", "viewer"), ("edith", "editor")] {
        let given = format!("users set {subject}-by-state --roles {role}");
        shop.runs(&given);
    }
    for is_editor in [false, true] {
        let (name, role) = if is_editor {
            ("edith", "editor")
        } else {
            ("vera", "viewer")
        };
        let by_state = format!("{name}-by-state");
        let key = shop.runs(&format!("keys create {name} --roles {role}"));
        let of_user = shop.runs(&format!("keys create {by_state} --user {by_state}"));
        let callers = [
            shop.in_roles(name, &[role]),
            // The token says nothing of roles; the server knows the user.
            Caller::new(shop.address, &shop.issuer.sign(&json!({"sub": by_state}))),
            Caller::new(shop.address, &key),
            Caller::new(shop.address, &of_user),
        ];
        for caller in callers.into_iter().flat_map(Caller::both) {
            is_shown(&caller, is_editor);
        }
    }
    // A program that was granted less than its user may do does less.
    let narrow = json!({"sub": "edith", "roles": ["editor"], "scope": "orders:read"});
    let narrow = Caller::new(shop.address, &shop.issuer.sign(&narrow));
    assert_eq!(narrow.sees(), VIEWER);
    // And a program that was granted more than its user may do does no more than the user.
    let wide = json!({"sub": "vera", "roles": ["viewer"], "scope": "orders:read orders:write"});
    let wide = Caller::new(shop.address, &shop.issuer.sign(&wide));
    assert_eq!(wide.sees(), VIEWER);
}

/// Somebody in both eras, each with a stream that is open.
struct Watched(Vec<(Caller, Stream)>);

impl Watched {
    fn new(caller: Caller, seen: &str) -> Self {
        let both = caller.both().into_iter().map(|caller| {
            assert_eq!(caller.sees(), seen);
            let stream = caller.listens();
            (caller, stream)
        });
        Self(both.collect())
    }

    /// Each is told that the list is another one, and then it is.
    fn see(&mut self, seen: &str) {
        for (caller, stream) in &mut self.0 {
            stream.hears(LIST_CHANGED);
            assert_eq!(caller.sees(), seen);
        }
    }

    /// Each stream ends, and the caller is not let in.
    fn is_out(&mut self) {
        for (caller, stream) in &mut self.0 {
            stream.ends();
            assert_eq!(soon(caller, 401).status, 401);
        }
    }
}

#[test]
fn p17_a_users_new_role_reaches_open_streams_within_a_second() {
    let shop = Shop::open();
    let key = shop.runs("keys create laptop --user ana");
    shop.runs("users set ana --roles viewer");
    let token = shop.issuer.sign(&json!({"sub": "ana"}));
    for credential in [&token, &key] {
        let mut watched = Watched::new(Caller::new(shop.address, credential), VIEWER);
        shop.runs("users set ana --roles editor");
        watched.see(EDITOR);
        shop.runs("users set ana --roles viewer");
        watched.see(VIEWER);
    }
}

#[test]
fn p17_a_keys_new_scope_reaches_open_streams_within_a_second() {
    let shop = Shop::open();
    let key = shop.runs("keys create laptop --scopes orders:read");
    let mut watched = Watched::new(Caller::new(shop.address, &key), VIEWER);
    shop.runs("keys change laptop --add-scopes orders:write");
    watched.see(EDITOR);
    shop.runs("keys change laptop --remove-scopes orders:write");
    watched.see(VIEWER);
}

#[test]
fn p17_what_a_role_means_from_now_on_reaches_open_streams() {
    let shop = Shop::open();
    let key = shop.runs("keys create laptop --roles viewer");
    let callers = [
        shop.in_roles("ana", &["viewer"]),
        Caller::new(shop.address, &key),
    ];
    let mut all = callers.map(|caller| Watched::new(caller, VIEWER));
    let text = file(&shop.issuer.url);
    let more = text.replace(
        "viewer = [\"orders:read\"]",
        "viewer = [\"orders:read\", \"orders:write\"]",
    );
    for (text, seen) in [(&more, EDITOR), (&text, VIEWER)] {
        write(shop.folder.path(), text);
        shop.process.hears("reloaded: ");
        for watched in &mut all {
            watched.see(seen);
        }
    }
}

#[test]
fn case43_a_blocked_user_is_out_on_every_server_with_token_and_key() {
    let shop = Shop::open();
    let key = shop.runs("keys create laptop --user ana --scopes orders:read");
    let token = shop.issuer.token("ana", "orders:read");
    // A second server on the same state.
    let second = serving(shop.folder.path(), &[]);
    let servers = [shop.address, second.address()];
    let credentials = [&token, &key];
    let callers = servers.iter().flat_map(|server| {
        let here = credentials.iter();
        here.map(|shown| Caller::new(*server, shown))
    });
    let mut all: Vec<_> = callers.map(|caller| Watched::new(caller, VIEWER)).collect();
    let mut other = Watched::new(shop.caller("bob", "orders:read"), VIEWER);
    shop.runs("users block ana");
    for watched in &mut all {
        watched.is_out();
    }
    shop.runs("users unblock ana");
    for (caller, _) in all.iter().flat_map(|watched| &watched.0) {
        soon(caller, 200);
    }
    // Nobody else was disturbed.
    shop.runs("users set bob --roles editor");
    shop.runs("users block bob");
    other.is_out();
}
