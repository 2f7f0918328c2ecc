//! What would become of a call, without making it.

use serde_json::{Value, json};
use tollhouse_core::{
    Confirmation, Explanation, Limits, Principal, Quota, Repeat, Server, Target, Verdict, prompt,
    resource,
    testing::{Hands, TestServer},
    tool,
};

fn server() -> Server {
    let any = json!({"type": "object"});
    let write = |_: Value| async { "written" };
    Server::builder("shop")
        .tool(tool("write", "Writes it.", write).input_schema(any.clone()))
        .tool(
            tool("wipe", "Wipes it.", write)
                .destructive()
                .input_schema(any.clone()),
        )
        .tool(
            tool("sign", "Signs it.", write)
                .confirm_by(Confirmation::Client)
                .privileged()
                .input_schema(any.clone()),
        )
        .tool(
            tool("mail", "Reads mail.", write)
                .read_only()
                .untrusted()
                .input_schema(any),
        )
        .prompt(prompt("greet", "Greets.", async || "Hello."))
        .resource(resource("shop://hours", "hours", async || "9 to 5"))
        .limits(Limits {
            writes: Some(Quota::per_minute(3)),
            ..Limits::default()
        })
        .clock(Hands::default())
        .build()
        .unwrap()
}

async fn explained(server: &Server, target: Target, arguments: Value) -> Explanation {
    let ana = Principal::new("ana", []);
    server.explain(&ana, target, arguments).await
}

fn of_tool(name: &str) -> Target {
    Target::Tool(name.to_owned())
}

fn step<'a>(explanation: &'a Explanation, step: &str) -> &'a Verdict {
    let mut steps = explanation.steps.iter();
    steps.find(|one| one.step == step).unwrap()
}

#[tokio::test]
async fn o18_limits_are_told_as_they_stand_and_nothing_is_counted() {
    let server = server();
    let client = TestServer::new(server.clone()).as_user("ana");
    for left in [3, 2, 1] {
        for _ in 0..5 {
            let told = explained(&server, of_tool("write"), json!({"left": left})).await;
            let limit = step(&told, "limit");
            assert!(
                limit.text.ends_with(&format!("{left} more now")),
                "{limit:?}"
            );
            assert_eq!(limit.rule, Some("limits.writes"));
        }
        assert!(!client.call("write", json!({"left": left})).await.is_error());
    }
    let told = explained(&server, of_tool("write"), json!({})).await;
    let refusal = told.refusal().unwrap();
    assert!(refusal.text().contains("3/min for write"), "{refusal:?}");
    assert_eq!(told.steps.last().unwrap().step, "limit");
}

#[tokio::test]
async fn o18_a_call_that_was_made_is_told_to_be_a_replay() {
    let server = server();
    let client = TestServer::new(server.clone()).as_user("ana");
    let keyed = |what: &str| json!({"what": what, (Repeat::FIELD): "k"});
    let told = explained(&server, of_tool("write"), keyed("a")).await;
    assert!(
        step(&told, "repeat").text.contains("a key that is new"),
        "{told:?}"
    );
    client.call("write", keyed("a")).await;
    let told = explained(&server, of_tool("write"), keyed("a")).await;
    assert!(
        step(&told, "repeat").text.contains("was done before"),
        "{told:?}"
    );
    assert_eq!(step(&told, "repeat").rule, Some("request_id"));
    let told = explained(&server, of_tool("write"), keyed("b")).await;
    assert_eq!(told.refusal().unwrap().name(), "idempotency_key_reused");
    // The limits of the tool do not hold back what was done.
    for what in ["b", "c"] {
        client.call("write", json!({"what": what})).await;
    }
    let told = explained(&server, of_tool("write"), keyed("a")).await;
    assert!(told.refusal().is_none(), "{told:?}");
    assert_eq!(told.steps.last().unwrap().step, "repeat");
    // Nothing was claimed: what is new still is.
    let other = json!({"what": "a", (Repeat::FIELD): "other"});
    for _ in 0..2 {
        let told = explained(&server, of_tool("write"), other.clone()).await;
        assert!(
            step(&told, "repeat").text.contains("a key that is new"),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn o18_who_has_to_say_yes_is_told_with_the_reason() {
    let server = server();
    let client = TestServer::new(server.clone()).as_user("ana");
    let told = explained(&server, of_tool("wipe"), json!({})).await;
    let confirm = step(&told, "confirm");
    assert_eq!(confirm.rule, Some("effect"));
    assert!(
        confirm
            .text
            .contains("through the client, because it destroys"),
        "{confirm:?}"
    );
    let told = explained(&server, of_tool("sign"), json!({})).await;
    assert_eq!(step(&told, "confirm").rule, Some("confirm"));
    assert!(
        step(&told, "taint").text.contains("has read nothing"),
        "{told:?}"
    );
    client.call("mail", json!({})).await;
    let told = explained(&server, of_tool("sign"), json!({})).await;
    let confirm = step(&told, "confirm");
    assert_eq!(
        (step(&told, "taint").rule, confirm.rule),
        (Some("privileged"), Some("privileged"))
    );
    assert!(
        confirm.text.contains("a person has said yes"),
        "{confirm:?}"
    );
    assert!(
        confirm.text.contains("has read what is not trusted"),
        "{confirm:?}"
    );
    let told = explained(&server, of_tool("mail"), json!({})).await;
    assert_eq!(step(&told, "fence").rule, Some("untrusted"));
    assert_eq!(step(&told, "shape").rule, Some("limits.result_tokens"));
    // Nobody was asked.
    assert!(server.approvals().list().await.unwrap().is_empty());
}

#[tokio::test]
async fn o18_prompts_and_resources_are_told_of_too() {
    let server = server();
    for target in [
        Target::Prompt("greet".to_owned()),
        Target::Resource("shop://hours".to_owned()),
    ] {
        let told = explained(&server, target, json!({})).await;
        assert!(told.refusal().is_none(), "{told:?}");
        let steps: Vec<_> = told.steps.iter().map(|step| step.step).collect();
        let all = [
            "find",
            "authorize",
            "validate",
            "repeat",
            "limit",
            "taint",
            "confirm",
            "execute",
            "shape",
            "fence",
        ];
        assert_eq!(steps, all);
        assert_eq!(step(&told, "limit").rule, Some("limits.key"));
    }
    let told = explained(&server, Target::Prompt("nobody".to_owned()), json!({})).await;
    assert_eq!(told.steps.len(), 1);
    assert!(told.refusal().is_some());
}
