//! What is sealed for one caller is of no use to another.

use serde_json::{Value, json};
use tollhouse_core::{Access, Answer, Ctx, Principal, Server, tool};
use tollhouse_wire_check::Revision;

use super::{
    Caller,
    caller::{Doors, words},
};

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[expect(dead_code, reason = "only its schema matters")]
struct Name {
    name: String,
}

/// Whoever is not the first of them.
fn others() -> [Principal; 4] {
    let more = words(&["more"]);
    [
        Principal::new("eve", more.clone()),
        Principal::new("ana", more.clone()),
        Principal::new("ana", more).of_tenant("beta"),
        Principal::anonymous(),
    ]
}

fn ana() -> Principal {
    Principal::new("ana", words(&["more"])).of_tenant("acme")
}

#[test]
fn case15_sec16_a_session_is_of_one_subject_of_one_tenant() {
    let server = Doors::server(&[]);
    for revision in Revision::ALL
        .into_iter()
        .filter(|revision| !revision.is_modern())
    {
        let session = Caller::new(&server, revision, &ana()).session().unwrap();
        let id = server.seal_session(&session, &ana()).unwrap();
        assert!(server.open_session(&id, &ana()).is_some());
        // Other rights, another program, another key: still the same caller.
        let now = Principal::new("ana", []).of_tenant("acme");
        let now = now.by_client("robot").under_grant("key_2").until(5);
        assert!(server.open_session(&id, &now).is_some());
        for other in others() {
            assert!(server.open_session(&id, &other).is_none(), "{other:?}");
        }
    }
    // Whom nobody knows is not whoever has that for a name.
    let nobody = Principal::anonymous();
    let session = Caller::new(&server, Revision::R2025_11_25, &nobody)
        .session()
        .unwrap();
    let id = server.seal_session(&session, &nobody).unwrap();
    assert!(server.open_session(&id, &nobody).is_some());
    let named = Principal::new(nobody.subject(), []);
    assert!(server.open_session(&id, &named).is_none());
}

/// More tools than one page has.
fn many(access: &Access) -> Server {
    let tools = (0..450).map(|n| {
        let many = tool(&format!("tool{n}"), "One of many.", || async { "" });
        match access.is_open() {
            true => many,
            false => many.roles(access.roles.iter().map(String::as_str)),
        }
    });
    let builder = tools.fold(Server::builder("many"), |builder, tool| builder.tool(tool));
    builder.build().unwrap()
}

#[tokio::test]
async fn sec17_a_cursor_of_a_list_with_rules_is_of_one_caller() {
    let server = many(&Access {
        roles: words(&["clerk"]),
        ..Access::default()
    });
    let clerk = |who: Principal| who.in_roles(words(&["clerk"]));
    for revision in Revision::ALL {
        let caller = Caller::new(&server, revision, &clerk(ana()));
        let first = caller.ask("tools/list", json!({})).await.message;
        let cursor = &first["result"]["nextCursor"];
        let own = caller.ask("tools/list", json!({"cursor": cursor})).await;
        assert_eq!(own.message["result"]["tools"][0]["name"], "tool200");
        for other in others() {
            let other = Caller::new(&server, revision, &clerk(other));
            let theirs = other.ask("tools/list", json!({"cursor": cursor})).await;
            let unknown = other.ask("tools/list", json!({"cursor": "junk"})).await;
            assert_eq!(theirs.message, unknown.message);
            assert_eq!(theirs.message["error"]["code"], -32602);
        }
    }
}

#[tokio::test]
async fn t59_a_page_that_may_be_shared_has_a_cursor_that_may_be_too() {
    let server = many(&Access::default());
    let caller = Caller::new(&server, Revision::R2026_07_28, &ana());
    let page = caller.ask("tools/list", json!({})).await.message;
    assert_eq!(page["result"]["cacheScope"], "public");
    for other in others() {
        let other = Caller::new(&server, Revision::R2026_07_28, &other);
        let params = json!({"cursor": page["result"]["nextCursor"]});
        let next = other.ask("tools/list", params).await.message;
        assert_eq!(next["result"]["tools"][0]["name"], "tool200");
    }
}

#[tokio::test]
async fn sec17_a_state_is_of_one_caller() {
    let ask = tool("ask", "Asks.", |ctx: Ctx| async move {
        let answer = ctx.elicit::<Name>("name", "Who is it?").await;
        matches!(answer, Answer::Accept(_)).to_string()
    });
    let server = Server::builder("asks").tool(ask).build().unwrap();
    let call = async |who: &Principal, more: Value| {
        let caller = Caller::new(&server, Revision::R2026_07_28, who);
        let mut params = json!({"name": "ask", "arguments": {}});
        params
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let mut message = caller.message("tools/call", params);
        message["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
            json!({"elicitation": {}});
        super::caller::first(caller.receive(&message, None, None))
            .await
            .message
    };
    let asked = call(&ana(), json!({})).await;
    let state = &asked["result"]["requestState"];
    assert!(state.is_string(), "{asked}");
    let back = json!({"requestState": state,
        "inputResponses": {"name": {"action": "accept", "content": {"name": "Ada"}}}});
    for other in others() {
        let told = call(&other, back.clone()).await;
        assert_eq!(told["error"]["code"], -32602, "{told}");
    }
    let told = call(&ana(), back).await;
    assert_eq!(told["result"]["content"][0]["text"], "true", "{told}");
}
