//! Rules that would let in more than whoever wrote them meant.

use serde_json::json;
use tollhouse_core::{Principal, Refusal, Server, ToolFn, prompt, resource, template, tool};
use tollhouse_wire_check::Revision;

use super::{Caller, caller::words};

#[tokio::test]
async fn sec_a_template_is_no_way_round_a_hidden_resource() {
    let safe = resource("safe://one", "one", || async { "gold" }).roles(["keeper"]);
    let any = template("safe://{id}", "any", |_: Id| async { "gold" });
    let server = Server::builder("safe").resource(safe).resource(any);
    let server = server.build().unwrap();
    for revision in Revision::ALL {
        for (roles, uri, is_read) in [
            (&["keeper"][..], "safe://one", true),
            (&[], "safe://one", false),
            (&[], "safe://two", true),
            // What a template reads is decoded, so other spellings mean the same.
            (&["keeper"], "safe://%6Fne", true),
            (&[], "safe://%6Fne", false),
            (&[], "safe://%6f%6e%65", false),
            (&[], "safe://tw%6F", true),
        ] {
            let who = Principal::new("ana", []).in_roles(words(roles));
            let caller = Caller::new(&server, revision, &who);
            let reply = caller.ask("resources/read", json!({"uri": uri})).await;
            let unknown = Some(Refusal::UnknownResource(uri.to_owned()));
            assert_eq!(reply.refusal, unknown.filter(|_| !is_read));
        }
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[expect(dead_code, reason = "only its schema matters")]
struct Id {
    id: String,
}

/// An empty list of those who may is a mistake, and must not be read as everybody.
#[test]
fn sec_a_list_that_names_nobody_fails_the_start() {
    let builds = |tool: ToolFn| Server::builder("x").tool(tool).build();
    let tool = || tool("t", "A tool.", || async { "" });
    let none: [&str; 0] = [];
    for (bad, what) in [
        (tool().roles(none), "role"),
        (tool().roles(["admin", " "]), "role"),
        (tool().clients(none), "client"),
    ] {
        let told = builds(bad).unwrap_err().to_string();
        let expected = format!(
            "tool `t`: a list of {what}s that names nobody: name a {what}, or leave the list out"
        );
        assert_eq!(told, expected);
    }
    for scope in ["", "a b", "a\"b", "a\\b", "straße", "a\u{7f}"] {
        let told = builds(tool().scope(scope)).unwrap_err().to_string();
        assert!(
            told.starts_with(&format!("tool `t`: the scope `{scope}` is none")),
            "{told}"
        );
        let other = prompt("p", "A prompt.", || async { "" }).scope(scope);
        assert!(Server::builder("x").prompt(other).build().is_err());
        let other = resource("x://y", "y", || async { "" }).scope(scope);
        assert!(Server::builder("x").resource(other).build().is_err());
    }
    assert!(
        builds(
            tool()
                .scope("orders:read")
                .scope("https://a.example/b?c=[d]")
        )
        .is_ok()
    );
}
