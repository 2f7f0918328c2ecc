//! Prompts that are filled in, and suggestions for their arguments.

use serde_json::{Value, json};
use tollhouse_wire_check::Revision;

use super::super::{Client, House};

pub(crate) async fn prompts_are_filled_in(_: &House, client: &mut Client) {
    let simple = get(client, "test_simple_prompt", json!({})).await;
    assert_eq!(
        simple[0]["content"]["text"],
        "This is a simple prompt for testing."
    );
    let two = json!({"arg1": "\"é漢\u{1f600}\n", "arg2": "b"});
    let with = get(client, "test_prompt_with_arguments", two).await;
    let text = "Prompt with arguments: arg1='\"é漢\u{1f600}\n', arg2='b'";
    assert_eq!(with[0]["content"]["text"], text);
    let given = json!({"resourceUri": "test://example"});
    let embedded = get(client, "test_prompt_with_embedded_resource", given).await;
    assert_eq!(embedded[0]["content"]["resource"]["uri"], "test://example");
    let picture = get(client, "test_prompt_with_image", json!({})).await;
    assert_eq!(picture[0]["content"]["type"], "image");
}

pub(crate) async fn wrong_prompts_are_refused(_: &House, client: &mut Client) {
    for params in [
        json!({"name": "no_such"}),
        json!({"name": "test_prompt_with_arguments"}),
    ] {
        assert_eq!(client.request("prompts/get", params).await.code(), -32602);
    }
}

pub(crate) async fn a_prompt_asks(_: &House, client: &mut Client) {
    if client.revision() >= Revision::R2025_06_18 {
        client.asked();
        let asking = get(client, "test_input_required_result_prompt", json!({})).await;
        assert_eq!(asking[0]["content"]["text"], "Use this context: tests");
        assert_eq!(client.asked().len(), 1);
    }
}

pub(crate) async fn arguments_are_completed(_: &House, client: &mut Client) {
    let known = json!({"type": "ref/prompt", "name": "test_prompt_with_arguments"});
    let params = json!({"ref": known, "argument": {"name": "arg1", "value": "test"}});
    let reply = client.request("completion/complete", params).await;
    let values = &reply.result()["completion"]["values"];
    assert_eq!(*values, json!(["testValue1", "testValue2"]));
    let unknown = json!({"type": "ref/prompt", "name": "no_such"});
    let params = json!({"ref": unknown, "argument": {"name": "arg1", "value": ""}});
    assert_eq!(
        client.request("completion/complete", params).await.code(),
        -32602
    );
}

async fn get(client: &mut Client, name: &str, arguments: Value) -> Value {
    let mut params = json!({"name": name});
    params["arguments"] = arguments;
    let reply = client.request("prompts/get", params).await;
    assert_eq!(reply.code(), 0, "{}", reply.message());
    reply.result()["messages"].clone()
}
