//! Arguments that do not fit never reach a handler, and the model reads why.

use serde_json::{Value, json};

use crate::language::{House, Request, Response};

#[tokio::test]
async fn case58_arguments_that_do_not_fit_are_told_by_path_and_rule() {
    let house = House::open().await;
    let number = "expected integer";
    for (arguments, path, rule) in [
        (
            json!({"project": "a", "number": 1, "extra": 2}),
            "extra",
            "not known",
        ),
        (
            json!({"project": 7, "number": 1}),
            "project",
            "expected string",
        ),
        (json!({"project": "a", "number": "1"}), "number", number),
        (
            json!({"project": "a", "number": "' OR 1=1--"}),
            "number",
            number,
        ),
        (json!({"project": "a", "number": 1.5}), "number", number),
        (json!({"project": "a", "number": null}), "number", number),
        (
            json!({"project": "a", "number": -1}),
            "number",
            "at least 0",
        ),
        (
            json!({"project": null, "number": 1}),
            "project",
            "expected string",
        ),
        (
            json!({"project": ["a"], "number": 1}),
            "project",
            "expected string",
        ),
        (json!({"project": "a"}), "number", "missing"),
        (json!({}), "project", "missing"),
    ] {
        assert_told(&house.say(&delete(arguments)).await, path, rule);
    }
    assert_eq!(house.effects(), 0);
    let written = house.book.read(|page| page.records.len());
    assert_eq!(written, 11, "each refusal has its line in the journal");
}

#[tokio::test]
async fn case58_text_that_is_only_suspicious_is_text() {
    let house = House::open().await;
    for project in [
        "' OR 1=1--",
        "my-project (probably)",
        "../../etc/passwd",
        "\u{0}",
    ] {
        let response = house
            .say(&delete(json!({"project": project, "number": 1})))
            .await;
        assert_eq!(response.told(), "deleted");
    }
}

#[tokio::test]
async fn case58_arguments_that_are_no_object_are_a_fault_of_the_client() {
    let house = House::open().await;
    for arguments in [json!([]), json!("a"), json!(1), json!(true)] {
        house.say(&delete(arguments)).await.assert(200, -32602);
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case58_an_unknown_tool_is_an_error_of_the_protocol() {
    let house = House::open().await;
    for name in [
        "nope",
        "Echo",
        "echo ",
        "",
        "delete_item\u{0}",
        "\u{435}cho",
    ] {
        let call = Request::call(name, json!({}));
        let call = call.with("Mcp-Name", crate::language::wrapped(name));
        house.say(&call).await.assert(200, -32602);
    }
    assert_eq!(house.effects(), 0);
}

fn delete(arguments: Value) -> Request {
    Request::call("delete_item", arguments)
}

/// Asserts a tool error that says where and what, and nothing of our insides.
#[track_caller]
fn assert_told(response: &Response, path: &str, rule: &str) {
    response.assert(200, 0);
    let told = response.told();
    assert_eq!(response.at("/result/isError"), json!(true), "{told}");
    assert!(
        told.contains(&format!("`{path}`")) && told.contains(rule),
        "{told}"
    );
    for inside in ["panicked", "src/", ".rs", "backtrace"] {
        assert!(!told.contains(inside), "{told}");
    }
}
