//! The gate: every way to a target, under every rule, for callers of every kind.

use serde_json::{Value, json};
use tollhouse_core::{
    Access, Capability, Claim, Ending, Header, Headers, Principal, Refusal, Server, tool,
};
use tollhouse_wire_check::Revision;

use super::{
    Caller,
    caller::{Doors, Reply, first, words},
};
use crate::road::Records;

#[derive(Clone, Copy, Debug, PartialEq)]
enum May {
    Yes,
    Lacks,
    Hidden,
}

use May::{Hidden as H, Lacks as L, Yes as Y};

/// Every rule, and the one of two where the one that tells less wins.
fn rules() -> Vec<(&'static str, Access)> {
    vec![
        ("open", Access::default()),
        (
            "scoped",
            Access {
                scopes: words(&["orders:read", "orders:write"]),
                ..Access::default()
            },
        ),
        (
            "role",
            Access {
                roles: words(&["admin", "auditor"]),
                ..Access::default()
            },
        ),
        (
            "client",
            Access {
                clients: words(&["claude.ai", "robot-7"]),
                ..Access::default()
            },
        ),
        (
            "known",
            Access {
                known: true,
                ..Access::default()
            },
        ),
        (
            "strict",
            Access {
                scopes: words(&["orders:read"]),
                roles: words(&["admin"]),
                ..Access::default()
            },
        ),
    ]
}

/// Callers, and what each of them may do with what is under each rule.
fn callers() -> Vec<(Principal, [May; 6])> {
    let user = |scopes: &[&str], roles: &[&str]| {
        Principal::new("ana", words(scopes)).in_roles(words(roles))
    };
    let both = &["orders:read", "orders:write"];
    let by = |client: &str| user(&[], &[]).by_client(client);
    vec![
        (Principal::anonymous(), [Y, L, H, H, H, H]),
        (user(&[], &[]), [Y, L, H, H, Y, H]),
        (user(both, &["auditor"]), [Y, Y, Y, H, Y, H]),
        (user(&["orders:read"], &["admin"]), [Y, L, Y, H, Y, Y]),
        (user(&["orders:write"], &["admin"]), [Y, L, Y, H, Y, L]),
        (by("robot-7"), [Y, L, H, Y, Y, H]),
        (
            by("https://Claude.ai/oauth/client.json"),
            [Y, L, H, Y, Y, H],
        ),
        (by("https://claude.ai.evil.example/c"), [Y, L, H, H, Y, H]),
        (by("https://claude.ai@evil.example/c"), [Y, L, H, H, Y, H]),
        (by("https://evil.example/claude.ai"), [Y, L, H, H, Y, H]),
        (by("https://claude.ai:8443/c"), [Y, L, H, H, Y, H]),
        (by("http://claude.ai/c"), [Y, L, H, H, Y, H]),
        (by("ROBOT-7"), [Y, L, H, H, Y, H]),
        (Principal::anonymous().holding_all(), [Y; 6]),
    ]
}

/// Every way to what is under one rule.
fn ways(revision: Revision, rule: &str) -> Vec<(&'static str, Value)> {
    let uri = format!("door://{rule}");
    let suggest = |reference: Value, name: &str| json!({"ref": reference, "argument": {"name": name, "value": "o"}});
    let prompt = json!({"type": "ref/prompt", "name": rule});
    let template = json!({"type": "ref/resource", "uri": format!("{uri}/{{id}}")});
    let mut ways = vec![
        ("tools/call", json!({"name": rule, "arguments": {}})),
        ("prompts/get", json!({"name": rule})),
        ("resources/read", json!({"uri": uri})),
        ("resources/read", json!({"uri": format!("{uri}/7")})),
        ("completion/complete", suggest(prompt, "word")),
        ("completion/complete", suggest(template, "id")),
    ];
    for uri in [uri.clone(), format!("{uri}/7")] {
        ways.push(if revision.is_modern() {
            let filter = json!({"notifications": {"resourceSubscriptions": [uri]}});
            ("subscriptions/listen", filter)
        } else {
            ("resources/subscribe", json!({"uri": uri}))
        });
    }
    ways
}

/// One caller in one revision at what is under one rule.
struct Case {
    revision: Revision,
    who: Principal,
    rule: &'static str,
    access: Access,
    may: May,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (who, expected) in callers() {
        for ((rule, access), may) in rules().into_iter().zip(expected) {
            cases.extend(Revision::ALL.map(|revision| Case {
                revision,
                who: who.clone(),
                rule,
                access: access.clone(),
                may,
            }));
        }
    }
    cases
}

#[tokio::test]
async fn case33_a18_every_way_to_every_target_has_the_same_gate_in_every_revision() {
    let rules = rules();
    let server = Doors::server(&rules);
    let bare = Doors::server(&rules[..1]);
    let mut asked = 0;
    for case in cases() {
        let caller = Caller::new(&server, case.revision, &case.who);
        let stranger = Caller::new(&bare, case.revision, &case.who);
        for (method, params) in ways(case.revision, case.rule) {
            let reply = caller.ask(method, params.clone()).await;
            match case.may {
                Y => let_in(&params, &reply),
                L => told_what_is_needed(&case.access, &reply),
                H => told_as_a_stranger(&reply, &stranger.ask(method, params).await),
            }
            asked += 1;
        }
    }
    assert_eq!(asked, 5 * 14 * 6 * 8);
}

#[track_caller]
fn let_in(params: &Value, reply: &Reply) {
    assert_eq!((reply.status, &reply.refusal), (200, &None), "{reply:?}");
    assert_eq!(reply.message.get("error"), None, "{reply:?}");
    let granted = "/params/notifications/resourceSubscriptions/0";
    let wanted = params.pointer("/notifications/resourceSubscriptions/0");
    assert_eq!(reply.message.pointer(granted), wanted, "{reply:?}");
}

#[track_caller]
fn told_what_is_needed(access: &Access, reply: &Reply) {
    let all = Refusal::Forbidden(access.scopes.clone());
    assert_eq!(reply.status, 403, "{reply:?}");
    assert_eq!(reply.refusal, Some(all), "{reply:?}");
    let error = &reply.message["error"];
    assert_eq!(error["code"], 403, "{reply:?}");
    assert_eq!(error["data"]["requiredScopes"], json!(access.scopes));
}

/// As from a server that has no such thing, to the byte.
#[track_caller]
fn told_as_a_stranger(reply: &Reply, unknown: &Reply) {
    assert_eq!(reply.message.to_string(), unknown.message.to_string());
    assert_eq!(reply.status, unknown.status);
    assert_eq!(reply.refusal, unknown.refusal);
}

#[tokio::test]
async fn case33_lists_show_exactly_what_may_be_used() {
    let server = Doors::server(&rules());
    for case in cases() {
        let caller = Caller::new(&server, case.revision, &case.who);
        for (method, list) in LISTS {
            let page = caller.ask(method, json!({})).await;
            let result = &page.message["result"];
            let mut items = result[list].as_array().unwrap().iter();
            let is_shown = items.any(|item| item["name"] == case.rule);
            assert_eq!(
                is_shown,
                case.may == Y,
                "{method} {} {:?}",
                case.rule,
                case.who
            );
            let scope = case.revision.is_modern().then_some("private");
            assert_eq!(result["cacheScope"].as_str(), scope);
        }
    }
}

/// Whatever else is wrong with a request for what is hidden, that it does not exist is what is told.
#[tokio::test]
async fn sec_no_other_check_tells_a_hidden_tool_from_none() {
    let schema = json!({"type": "object", "required": ["region"],
        "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}});
    let open = || tool("open", "Open.", || async { "air" });
    let records = Records::default();
    let vault = tool("vault", "A vault.", |_: Value| async { "gold" }).input_schema(schema);
    let vault = vault.needs(Capability::Form).roles(["keeper"]);
    let builder = Server::builder("vaults").tool(open()).tool(vault);
    let hidden = builder.journal(records.clone()).build().unwrap();
    let bare = Server::builder("vaults").tool(open()).build().unwrap();
    let ana = Principal::new("ana", []);
    let keeper = ana.clone().in_roles(words(&["keeper"]));
    let mut asked = 0;
    for (params, claims) in requests() {
        let (params, claims) = (&params, claims.as_ref());
        let reply = at_once(&hidden, &ana, params, claims).await;
        let unknown = at_once(&bare, &ana, params, claims).await;
        told_as_a_stranger(&reply, &unknown);
        // Whoever sees it is told what is wrong instead.
        let keeper = at_once(&hidden, &keeper, params, claims).await;
        assert_ne!(keeper.message, unknown.message);
        asked += 1;
    }
    assert_eq!((asked, records.endings().len()), (24, 48));
}

/// Requests for the vault with whatever may be wrong beside: arguments, headers, a state.
fn requests() -> Vec<(Value, Option<Vec<Claim>>)> {
    let claim = |value: &str| {
        vec![Claim {
            name: "region".to_owned(),
            values: vec![value.as_bytes().to_vec()],
        }]
    };
    let claims = [
        None,
        Some(vec![]),
        Some(claim("us")),
        Some(claim("=?base64?!?=")),
    ];
    let mut requests = Vec::new();
    for arguments in [
        json!({}),
        json!({"region": "eu"}),
        json!({"region": 5, "odd": null}),
    ] {
        let plain = json!({"name": "vault", "arguments": arguments});
        let mut with_state = plain.clone();
        with_state["requestState"] = json!("junk");
        for params in [plain, with_state] {
            requests.extend(claims.clone().map(|claims| (params.clone(), claims)));
        }
    }
    requests
}

async fn at_once(
    server: &Server,
    who: &Principal,
    params: &Value,
    claims: Option<&Vec<Claim>>,
) -> Reply {
    let caller = Caller::new(server, Revision::R2026_07_28, who);
    let headers = claims.map(|params| Headers {
        version: Header::One(b"2026-07-28"),
        method: Header::One(b"tools/call"),
        name: Header::One(b"vault"),
        params: params.clone(),
        ..Headers::default()
    });
    let message = caller.message("tools/call", params.clone());
    first(caller.receive(&message, headers.as_ref(), None)).await
}

#[tokio::test]
async fn p4_the_journal_tells_hidden_from_unknown_and_who_called_for_whom() {
    let records = Records::default();
    let server = Server::builder("doors")
        .source(Doors(rules()))
        .journal(records.clone())
        .build()
        .unwrap();
    let ana = Principal::new("ana", [])
        .of_tenant("acme")
        .under_grant("key_1");
    for revision in [Revision::R2026_07_28, Revision::R2025_06_18] {
        let caller = Caller::new(&server, revision, &ana);
        for (name, ending, is_hidden) in [
            ("open", Ending::Done, false),
            (
                "role",
                Ending::Refused(Refusal::UnknownTool("role".to_owned())),
                true,
            ),
            (
                "none",
                Ending::Refused(Refusal::UnknownTool("none".to_owned())),
                false,
            ),
            (
                "scoped",
                Ending::Refused(Refusal::Forbidden(words(&["orders:read", "orders:write"]))),
                false,
            ),
        ] {
            caller.ask("tools/call", json!({"name": name})).await;
            let record = records.last();
            assert_eq!((&record.ending, record.is_hidden), (&ending, is_hidden));
            assert_eq!(record.tenant.as_deref(), Some("acme"));
            assert_eq!(record.grant.as_deref(), Some("key_1"));
        }
    }
}

const LISTS: [(&str, &str); 4] = [
    ("tools/list", "tools"),
    ("prompts/list", "prompts"),
    ("resources/list", "resources"),
    ("resources/templates/list", "resourceTemplates"),
];
