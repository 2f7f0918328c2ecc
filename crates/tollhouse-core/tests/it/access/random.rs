//! Whatever the rules and whoever calls: a list shows what a call gets, and nothing else.

use proptest::{collection::vec, prelude::*, sample::select, test_runner::Config};
use serde_json::{Value, json};
use tollhouse_core::{Access, Principal, Refusal};
use tollhouse_wire_check::Revision;

use super::{Caller, caller::Doors};

fn access() -> impl Strategy<Value = Access> {
    let of = |words: &'static [&'static str]| vec(select(words).prop_map(str::to_owned), 0..3);
    (any::<bool>(), of(SCOPES), of(ROLES), of(CLIENTS)).prop_map(
        |(known, scopes, roles, clients)| Access {
            known,
            scopes,
            roles,
            clients,
        },
    )
}

fn principal() -> impl Strategy<Value = Principal> {
    let of = |words: &'static [&'static str]| vec(select(words).prop_map(str::to_owned), 0..3);
    let client = proptest::option::of(select(PROGRAMS));
    (
        select(&[0_u8, 1, 1, 1, 2][..]),
        of(SCOPES),
        of(ROLES),
        client,
    )
        .prop_map(|(kind, scopes, roles, client)| {
            let who = match kind {
                0 => Principal::anonymous(),
                1 => Principal::new("ana", scopes),
                _ => Principal::new("ana", scopes).holding_all(),
            };
            let who = who.in_roles(roles);
            match client {
                Some(client) => who.by_client(client),
                None => who,
            }
        })
}

#[test]
fn case33_what_is_listed_is_what_can_be_called() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let config = Config::with_cases(150);
    proptest!(config, |(rule in access(), who in principal(), revision in select(&Revision::ALL[..]))| {
        let server = Doors::server(&[("door", rule.clone())]);
        let caller = Caller::new(&server, revision, &who);
        runtime.block_on(async {
            for (list, key, method, params) in [
                ("tools/list", "tools", "tools/call", json!({"name": "door"})),
                ("prompts/list", "prompts", "prompts/get", json!({"name": "door"})),
                ("resources/list", "resources", "resources/read", json!({"uri": "door://door"})),
                ("resources/templates/list", "resourceTemplates", "resources/read", json!({"uri": "door://door/1"})),
            ] {
                let page = caller.ask(list, json!({})).await.message;
                let is_listed = page["result"][key] != Value::Array(Vec::new());
                let reply = caller.ask(method, params).await;
                let is_used = match &reply.refusal {
                    None => true,
                    Some(Refusal::Forbidden(scopes)) => {
                        prop_assert_eq!(scopes, &rule.scopes);
                        prop_assert_eq!(reply.status, 403);
                        false
                    }
                    Some(Refusal::UnknownTool(_) | Refusal::UnknownPrompt(_) | Refusal::UnknownResource(_)) => false,
                    Some(other) => unreachable!("{other:?}"),
                };
                prop_assert_eq!(is_listed, is_used, "{} {:?}", method, reply);
            }
            Ok(())
        })?;
    });
}

const SCOPES: &[&str] = &["a:read", "a:write"];
const ROLES: &[&str] = &["admin", "clerk"];
const CLIENTS: &[&str] = &["claude.ai", "robot"];
const PROGRAMS: &[&str] = &[
    "claude.ai",
    "robot",
    "https://claude.ai/c",
    "https://other.example/c",
];
