//! What a user reads before they say yes: all of it, or they are not asked in a form.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value, json};
use tollhouse_core::{Limits, Server, State, testing::TestServer, tool};

use super::{Deleted, is_asked, question, send};

async fn set(_: Value, State(deleted): State<Deleted>) -> &'static str {
    deleted.0.fetch_add(1, Ordering::Relaxed);
    "set"
}

fn client() -> (Server, TestServer, Deleted) {
    let deleted = Deleted::default();
    let any = json!({"type": "object"});
    let server = Server::builder("any")
        .state(deleted.clone())
        .tool(
            tool("set", "Sets it.", set)
                .destructive()
                .input_schema(any.clone()),
        )
        .tool(
            tool("told", "Sets it.", set)
                .destructive()
                .input_schema(any)
                .confirm_text("Set {id} to {to}?"),
        )
        .limits(Limits::NONE)
        .build()
        .unwrap();
    let client = TestServer::new(server.clone())
        .as_user("ana")
        .able(json!({"elicitation": {"form": {}}}));
    (server, client, deleted)
}

async fn shown(client: &TestServer, tool: &str, arguments: Value) -> String {
    let params = json!({"name": tool, "arguments": arguments});
    let reply = send(client, params).await;
    assert!(is_asked(&reply), "{reply:?}");
    question(&reply)
}

#[tokio::test]
async fn o1_arguments_that_the_operators_words_leave_out_are_shown_below_them() {
    let (_, client, _) = client();
    let arguments = json!({"id": "a", "to": {"b": 2, "a": [1]}, "force": true, "also": ["x"]});
    let text = shown(&client, "told", arguments).await;
    let told = "Set \"a\" to {\"a\":[1],\"b\":2}?\n- \"also\": [\"x\"]\n- \"force\": true";
    assert_eq!(text, told);
}

#[tokio::test]
async fn o1_a_form_shows_every_argument_and_all_of_it() {
    let (_, client, _) = client();
    let many: Map<String, Value> = (0..60).map(|n| (format!("a{n}"), json!(n))).collect();
    let text = shown(&client, "set", Value::Object(many)).await;
    for n in 0..60 {
        assert!(text.contains(&format!("- \"a{n}\": {n}")), "{text}");
    }
    let middle = format!("{}NOT THIS{}", "x".repeat(1500), "y".repeat(1500));
    for tool in ["set", "told"] {
        let text = shown(&client, tool, json!({"id": middle})).await;
        assert!(text.contains(&middle), "{text}");
    }
}

/// What no form shows whole waits for a person, who can read it.
#[tokio::test]
async fn o1_what_is_too_long_for_a_form_waits_for_a_person_and_says_so() {
    for tool in ["set", "told"] {
        let (server, client, deleted) = client();
        let long = json!({"id": "x".repeat(5_000), "last": 1});
        let params = json!({"name": tool, "arguments": long});
        let reply = send(&client, params.clone()).await;
        let text = reply.text();
        assert!(
            text.contains("apr_") && text.contains("too long for a form"),
            "{text}"
        );
        let waiting = server.approvals().list().await.unwrap();
        let [one] = waiting.as_slice() else {
            panic!("{waiting:?}");
        };
        let question = &one.plea.question;
        assert!(question.contains("characters are not shown]"), "{question}");
        assert!(question.contains("\n- \"last\": 1"), "{question}");
        // The digest is that of what stands beside it.
        let digest = sha256(&one.plea.arguments);
        assert!(question.contains(&digest), "{question} {digest}");
        let approvals = server.approvals();
        approvals.answer(&one.id, true, one.since_ms).await.unwrap();
        assert_eq!(send(&client, params).await.text(), "set");
        assert_eq!(deleted.0.load(Ordering::Relaxed), 1);
    }
}

fn sha256(text: &str) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(text);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
