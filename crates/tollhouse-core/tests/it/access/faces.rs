//! Tools that callers in some roles see otherwise.

use serde_json::{Value, json};
use tollhouse_core::{Claim, Face, Header, Headers, Limits, Principal, Refusal, Server, tool};
use tollhouse_wire_check::Revision;

use super::{
    Caller,
    caller::{first, words},
};

/// What is said of a refund to support, to managers, and to everybody else.
fn desk() -> Server {
    let amount = |maximum: u32| {
        json!({"type": "object", "required": ["amount"],
            "properties": {"amount": {"type": "integer", "maximum": maximum}}})
    };
    let mut managed = amount(10_000);
    managed["properties"]["branch"] = json!({"type": "string", "x-mcp-header": "Branch"});
    let refund = tool("refund", "Give money back.", |given: Value| async move {
        given.to_string()
    })
    .input_schema(amount(10))
    .face(
        Face::new("manager")
            .description("Give any money back.")
            .input(managed),
    )
    .face(Face::new("support").input(amount(100)))
    .face(Face::new("auditor").description("What was given back."));
    let plain = tool("plain", "For everybody.", || async { "plain" });
    Server::builder("desk")
        .tool(refund)
        .tool(plain)
        .limits(Limits::NONE)
        .build()
        .unwrap()
}

fn user(roles: &[&str]) -> Principal {
    Principal::new("ana", []).in_roles(words(roles))
}

async fn shown(server: &Server, revision: Revision, who: &Principal) -> (String, Value) {
    let caller = Caller::new(server, revision, who);
    let list = caller.ask("tools/list", json!({})).await.message;
    let tools = list["result"]["tools"].as_array().unwrap().clone();
    assert_eq!(tools.len(), 2);
    if revision.is_modern() {
        assert_eq!(list["result"]["cacheScope"], "private");
    }
    let description = tools[0]["description"].as_str().unwrap().to_owned();
    (
        description,
        tools[0]["inputSchema"]["properties"]["amount"]["maximum"].clone(),
    )
}

#[tokio::test]
async fn a16_users_of_different_roles_see_and_are_measured_by_their_own_tool() {
    let server = desk();
    let table = [
        (Principal::anonymous(), "Give money back.", 10),
        (user(&[]), "Give money back.", 10),
        (user(&["stranger"]), "Give money back.", 10),
        (user(&["support"]), "Give money back.", 100),
        (user(&["manager"]), "Give any money back.", 10_000),
        (user(&["auditor"]), "What was given back.", 10),
        // The first face that fits, whatever the order of the roles.
        (
            user(&["support", "manager"]),
            "Give any money back.",
            10_000,
        ),
        (user(&["auditor", "support"]), "Give money back.", 100),
        (user(&[]).holding_all(), "Give money back.", 10),
    ];
    for revision in Revision::ALL {
        for (who, description, maximum) in &table {
            let told = shown(&server, revision, who).await;
            assert_eq!(told, ((*description).to_owned(), json!(maximum)), "{who:?}");
            let caller = Caller::new(&server, revision, who);
            assert_eq!(refund(&caller, *maximum).await, Ok(*maximum), "{who:?}");
            assert!(refund(&caller, *maximum + 1).await.is_err(), "{who:?}");
        }
    }
}

/// What the tool was given, or why it was not.
async fn refund(caller: &Caller, amount: u32) -> Result<u32, String> {
    let params = json!({"name": "refund", "arguments": {"amount": amount}});
    let message = caller.ask("tools/call", params).await.message;
    let text = message["result"]["content"][0]["text"].as_str().unwrap();
    if message["result"]["isError"] == json!(true) {
        return Err(text.to_owned());
    }
    let given: Value = serde_json::from_str(text).unwrap();
    Ok(u32::try_from(given["amount"].as_u64().unwrap()).unwrap())
}

#[tokio::test]
async fn a16_headers_repeat_the_arguments_of_the_face_that_is_seen() {
    let server = desk();
    let claim = Claim {
        name: "branch".to_owned(),
        values: vec![b"north".to_vec()],
    };
    let arguments = json!({"amount": 1, "branch": "north"});
    for (roles, claims, refused) in [
        (&["manager"][..], vec![claim.clone()], false),
        (&["manager"], vec![], true),
        (&["support"], vec![], false),
        (&[], vec![claim], false),
    ] {
        let caller = Caller::new(&server, Revision::R2026_07_28, &user(roles));
        let params = json!({"name": "refund", "arguments": arguments});
        let headers = Headers {
            version: Header::One(b"2026-07-28"),
            method: Header::One(b"tools/call"),
            name: Header::One(b"refund"),
            params: claims,
            ..Headers::default()
        };
        let message = caller.message("tools/call", params);
        let reply = first(caller.receive(&message, Some(&headers), None)).await;
        let mismatch = matches!(reply.refusal, Some(Refusal::HeaderMismatch(_)));
        assert_eq!(mismatch, refused, "{roles:?} {reply:?}");
    }
}

#[tokio::test]
async fn a16_what_a_face_lets_through_is_what_the_tool_gets() {
    let wide =
        json!({"type": "object", "properties": {"amount": {}, "reason": {"type": "string"}}});
    let refund = tool("refund", "Give money back.", |given: Value| async move {
        given.to_string()
    })
    .input_schema(
        json!({"type": "object", "properties": {"amount": {"type": "integer"}},
            "additionalProperties": false}),
    )
    .face(Face::new("manager").input(wide));
    let server = Server::builder("desk").tool(refund).build().unwrap();
    let given = json!({"amount": "all of it", "reason": "kindness"});
    let params = json!({"name": "refund", "arguments": given});
    for revision in Revision::ALL {
        let manager = Caller::new(&server, revision, &user(&["manager"]));
        let text = manager.ask("tools/call", params.clone()).await.message["result"]["content"][0]
            ["text"]
            .clone();
        assert_eq!(text, json!(given.to_string()));
        let other = Caller::new(&server, revision, &user(&[]));
        let message = other.ask("tools/call", params.clone()).await.message;
        assert_eq!(message["result"]["isError"], json!(true));
    }
}

#[test]
fn a16_a_face_that_no_client_could_use_fails_the_start() {
    let build = |faces: Vec<Face>| {
        let tool = tool("t", "A tool.", || async { "" });
        let tool = faces.into_iter().fold(tool, |tool, face| tool.face(face));
        Server::builder("faces")
            .tool(tool)
            .build()
            .unwrap_err()
            .to_string()
    };
    let twice = vec![
        Face::new("a").description("One."),
        Face::new("a").description("Two."),
    ];
    let header = json!({"type": "object",
        "properties": {"n": {"type": "number", "x-mcp-header": "N"}}});
    for (faces, problem) in [
        (
            twice,
            "tool `t`, as role `a` sees it: stands twice; keep one",
        ),
        (
            vec![Face::new(" ")],
            "tool `t`: a face needs the name of a role",
        ),
        (
            vec![Face::new("a").description(" ")],
            "tool `t`, as role `a` sees it: an empty description; leave it out, or write one",
        ),
        (
            vec![Face::new("a").input(json!({"type": "string"}))],
            "tool `t`, as role `a` sees it: the input schema needs \"type\": \"object\" at its root",
        ),
        (
            vec![Face::new("a").input(header)],
            "tool `t`, as role `a` sees it: x-mcp-header of `n` needs a type",
        ),
        (
            vec![Face::new("a").input(json!({"type": "object", "properties": 5}))],
            "tool `t`, as role `a` sees it: input schema: ",
        ),
    ] {
        let told = build(faces);
        assert!(told.contains(problem), "{told}");
    }
}
