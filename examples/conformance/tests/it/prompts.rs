//! Prompts that are filled in, and suggestions for their arguments.

use serde_json::{Value, json};
use tollhouse::testing::{TestReply, TestServer};

use super::{accept, asked, client};

#[tokio::test]
async fn a_prompt_without_arguments() {
    let params = json!({"name": "test_simple_prompt"});
    let reply = client().request("prompts/get", params).await;
    let text = "This is a simple prompt for testing.";
    assert_eq!(
        reply.result()["messages"],
        json!([{"role": "user", "content": {"type": "text", "text": text}}])
    );
}

#[tokio::test]
async fn a_prompt_with_arguments() {
    let arguments = json!({"arg1": "hello", "arg2": "world"});
    let reply = get(&client(), "test_prompt_with_arguments", arguments).await;
    let text = &reply.result()["messages"][0]["content"]["text"];
    assert_eq!(text, "Prompt with arguments: arg1='hello', arg2='world'");
}

#[tokio::test]
async fn a_prompt_with_a_resource() {
    let arguments = json!({"resourceUri": "test://example-resource"});
    let reply = get(&client(), "test_prompt_with_embedded_resource", arguments).await;
    let messages = &reply.result()["messages"];
    assert_eq!(
        messages[0]["content"]["resource"],
        json!({
            "uri": "test://example-resource",
            "mimeType": "text/plain",
            "text": "Embedded resource content for testing.",
        })
    );
    let text = &messages[1]["content"]["text"];
    assert_eq!(text, "Please process the embedded resource above.");
}

#[tokio::test]
async fn a_prompt_with_a_picture() {
    let reply = get(&client(), "test_prompt_with_image", json!({})).await;
    let messages = &reply.result()["messages"];
    assert_eq!(messages[0]["content"]["mimeType"], "image/png");
    assert_eq!(
        messages[1]["content"]["text"],
        "Please analyze the image above."
    );
}

#[tokio::test]
async fn a_prompt_that_asks() {
    let name = "test_input_required_result_prompt";
    let reply = get(&client(), name, json!({})).await;
    assert_eq!(reply.result()["resultType"], "input_required");
    assert_eq!(asked(&reply), ["user_context"]);
    let client = client().answering("user_context", accept(&json!({"context": "tests"})));
    let reply = client.rounds("prompts/get", json!({"name": name})).await;
    let text = &reply.result()["messages"][0]["content"]["text"];
    assert_eq!(text, "Use this context: tests");
}

#[tokio::test]
async fn an_argument_has_suggestions() {
    let params = json!({
        "ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
        "argument": {"name": "arg1", "value": "test"},
    });
    let reply = client().request("completion/complete", params).await;
    let values = &reply.result()["completion"]["values"];
    assert_eq!(*values, json!(["testValue1", "testValue2"]));
}

async fn get(client: &TestServer, name: &str, arguments: Value) -> TestReply {
    client
        .request("prompts/get", json!({"name": name, "arguments": arguments}))
        .await
}
