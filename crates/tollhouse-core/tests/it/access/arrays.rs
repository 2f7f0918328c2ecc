//! Arrays of messages, of which some lack a scope: none of the array runs.

use serde_json::{Value, json};
use tollhouse_core::{Access, Ending, Principal, Received, Refusal, Server};
use tollhouse_wire_check::Revision;

use super::{
    Caller,
    caller::{Doors, first, words},
};
use crate::road::Records;

fn server() -> (Server, Records) {
    let records = Records::default();
    let doors = Doors(vec![
        ("open", Access::default()),
        ("read", Access::scope("orders:read")),
        ("write", Access::scope("orders:write")),
        (
            "role",
            Access {
                roles: words(&["admin"]),
                scopes: words(&["never:told"]),
                ..Access::default()
            },
        ),
    ]);
    let builder = Server::builder("doors")
        .source(doors)
        .journal(records.clone());
    (builder.build().unwrap(), records)
}

fn call(id: i64, name: &str) -> Value {
    request(id, "tools/call", &json!({"name": name}))
}

fn request(id: i64, method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

#[tokio::test]
async fn rs17_one_refusal_names_the_scopes_of_all_and_nothing_runs() {
    let (server, records) = server();
    let ana = Principal::new("ana", []);
    let caller = Caller::new(&server, Revision::R2025_03_26, &ana);
    let session = caller.session().unwrap();
    let array = json!([
        call(1, "open"),
        request(2, "ping", &json!({})),
        call(3, "write"),
        request(4, "logging/setLevel", &json!({"level": "debug"})),
        call(5, "role"),
        request(6, "resources/subscribe", &json!({"uri": "door://read"})),
        request(7, "no/such", &json!({})),
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 99}},
        {"jsonrpc": "2.0", "id": "never-asked", "result": {}},
    ]);
    let received = caller.receive(&array, None, Some(&session));
    let Received::Several(Some(_), cancelled) = &received else {
        unreachable!("{received:?}");
    };
    assert_eq!(cancelled.len(), 1, "what it takes back is taken back");
    let reply = first(received).await;
    Revision::R2025_03_26.check_server(&reply.message);
    let all = words(&["orders:read", "orders:write"]);
    assert_eq!(reply.status, 403);
    assert_eq!(reply.refusal, Some(Refusal::Forbidden(all.clone())));
    let answers = reply.message.as_array().unwrap();
    assert_eq!(answers.len(), 7, "every request is answered");
    for answer in answers {
        let error = &answer["error"];
        if answer["id"] == json!(7) {
            assert_eq!(error["code"], -32601);
        } else {
            assert_eq!(error["code"], 403, "{answer}");
            assert_eq!(error["data"]["requiredScopes"], json!(all));
        }
    }
    let refused = Ending::Refused(Refusal::Forbidden(all));
    assert_eq!(records.endings(), vec![refused; 3], "one record per call");
    // Nothing was kept in mind either.
    assert!(session.is_blank());
}

#[tokio::test]
async fn rs17_with_the_scopes_or_without_the_call_the_array_runs() {
    let (server, records) = server();
    let both = words(&["orders:read", "orders:write"]);
    let cancel =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}});
    for (who, array) in [
        (
            Principal::new("ana", both),
            json!([call(1, "open"), call(3, "write"), call(4, "read")]),
        ),
        // What is hidden names no scopes, and keeps nobody else from running.
        (
            Principal::new("ana", []),
            json!([call(1, "open"), call(3, "role"), call(4, "none")]),
        ),
        // Taken back in the same array.
        (
            Principal::new("ana", []),
            json!([
                call(1, "open"),
                call(2, "write"),
                cancel,
                call(3, "open"),
                call(4, "open")
            ]),
        ),
    ] {
        let caller = Caller::new(&server, Revision::R2025_03_26, &who);
        let session = caller.session();
        let reply = first(caller.receive(&array, None, session.as_ref())).await;
        Revision::R2025_03_26.check_server(&reply.message);
        assert_eq!((reply.status, &reply.refusal), (200, &None));
        let answers = reply.message.as_array().unwrap();
        let mut ids: Vec<i64> = answers
            .iter()
            .filter_map(|answer| answer["id"].as_i64())
            .collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 3, 4]);
    }
    let cancelled = Ending::Refused(Refusal::Cancelled);
    let endings = records.endings();
    assert_eq!(
        endings
            .iter()
            .filter(|ending| **ending == cancelled)
            .count(),
        1
    );
    assert_eq!(endings.len(), 10);
}
