//! Results: every kind of content, of resources and of prompts, suggestions, discovery.

use serde_json::{Value, json};

use super::fixture::shelf;

#[tokio::test]
async fn t10_every_kind_of_content_goes_out_with_its_notes() {
    let reply = shelf().call("everything").await;
    let content = reply.result()["content"].as_array().unwrap();
    let kinds: Vec<&str> = content
        .iter()
        .map(|block| block["type"].as_str().unwrap())
        .collect();
    let once = [
        "text",
        "image",
        "audio",
        "resource",
        "resource",
        "resource_link",
    ];
    assert_eq!(kinds, [once, once].concat());
    let (plain, noted) = content.split_at(once.len());
    for block in noted {
        assert_eq!(block["annotations"]["priority"], 1.0, "{block}");
        assert_eq!(
            block["annotations"]["audience"],
            json!(["user", "assistant"])
        );
        assert_eq!(
            block["_meta"]["com.example/shelf"],
            json!({"row": 3}),
            "{block}"
        );
    }
    for block in plain
        .iter()
        .filter(|block| block["type"] != "resource_link")
    {
        assert_eq!((block.get("annotations"), block.get("_meta")), (None, None));
    }
    assert_eq!(
        plain[3]["resource"]["_meta"]["com.example/shelf"],
        json!({"row": 3})
    );
    // It had a control character, which is not sent.
    assert_eq!(plain[0]["text"], "text with \"quotes\",  and \u{1f600}");
}

#[tokio::test]
async fn t11_t12_data_goes_out_as_data_and_as_text() {
    let reply = shelf().call("structured").await;
    assert_eq!(reply.result()["structuredContent"], json!({"n": 1}));
    assert_eq!(reply.text(), r#"{"n":1}"#);
    let reply = shelf().call("listed").await;
    assert_eq!(reply.result()["structuredContent"], json!([1, 2]));
    assert_eq!(reply.text(), "[1,2]");
}

#[tokio::test]
async fn t14_failures_of_tools_are_results() {
    let reply = shelf().call("failing").await;
    assert!(reply.is_error());
    assert_eq!(reply.text(), "Nothing of that kind. Try another.");
    let reply = shelf().call("broken").await;
    assert!(reply.is_error());
    assert!(!reply.message.to_string().contains("fell down"));
}

#[tokio::test]
async fn the_servers_own_key_stands_once_and_is_its_own() {
    let params = json!({"name": "marked"});
    let client = shelf();
    let message = client.message("tools/call", params);
    let reply = client.server.send(&message.to_string()).await;
    let meta = &reply.result()["_meta"];
    assert_eq!(meta["io.modelcontextprotocol/serverInfo"]["name"], "shelf");
    assert_eq!(meta["com.example/shelf"], json!({"row": 3}));
    assert_eq!(client.call("marked").await.message, reply.message);
}

#[tokio::test]
async fn t23_t57_what_stands_in_resources_is_told_with_hints() {
    let client = shelf();
    for (uri, parts) in [
        ("shelf://text", 1),
        ("shelf://folder", 2),
        ("shelf://item/7", 1),
    ] {
        let reply = client.request("resources/read", json!({"uri": uri})).await;
        let contents = reply.result()["contents"].as_array().unwrap();
        assert_eq!((contents.len(), &contents[0]["uri"]), (parts, &json!(uri)));
        assert_eq!(reply.result()["ttlMs"], 0);
        assert_eq!(reply.result()["cacheScope"], "private");
    }
}

#[tokio::test]
async fn t33_messages_of_prompts_are_of_every_kind() {
    let params = json!({"name": "every", "arguments": {"what": "it"}});
    let reply = shelf().request("prompts/get", params).await;
    let messages = reply.result()["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 13);
    assert_eq!(messages.last().unwrap()["role"], "assistant");
}

#[tokio::test]
async fn t50_at_most_a_hundred_suggestions_and_how_many_there_are() {
    let prompt = json!({"type": "ref/prompt", "name": "every"});
    let template = json!({"type": "ref/resource", "uri": "shelf://item/{id}"});
    for (of, argument) in [(prompt, "what"), (template, "id")] {
        let argument = json!({"name": argument, "value": "a"});
        let context = json!({"arguments": {"how": "loud"}});
        let params = json!({"ref": of, "argument": argument, "context": context});
        let reply = shelf().request("completion/complete", params).await;
        let completion = &reply.result()["completion"];
        assert_eq!(completion["values"].as_array().unwrap().len(), 100);
        assert_eq!(completion["values"][0], "a0");
        assert_eq!(
            (&completion["total"], &completion["hasMore"]),
            (&json!(1000), &json!(true))
        );
    }
}

#[tokio::test]
async fn e72_discovery_tells_what_is_served() {
    let reply = shelf().request("server/discover", json!({})).await;
    let result = reply.result();
    assert_eq!(result["instructions"], "Take what you need.");
    assert_eq!(
        result["_meta"]["io.modelcontextprotocol/serverInfo"],
        json!({"name": "shelf", "title": "The shelf", "version": "1.2.3"})
    );
    let capabilities: Vec<&String> = result["capabilities"].as_object().unwrap().keys().collect();
    let all = ["tools", "resources", "prompts", "completions", "logging"];
    assert_eq!(capabilities, all);
}

#[tokio::test]
async fn e25_e17_every_result_says_that_it_is_complete_and_who_gave_it() {
    let client = shelf();
    let argument = json!({"name": "what", "value": ""});
    let prompt = json!({"type": "ref/prompt", "name": "every"});
    for (method, params) in [
        ("server/discover", json!({})),
        ("tools/list", json!({})),
        ("tools/call", json!({"name": "everything"})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({"uri": "shelf://text"})),
        ("prompts/list", json!({})),
        ("prompts/get", json!({"name": "every"})),
        (
            "completion/complete",
            json!({"ref": prompt, "argument": argument}),
        ),
    ] {
        let reply = client.request(method, params).await;
        let result = reply.result();
        assert_eq!(result["resultType"], "complete", "{method}");
        let server = &result["_meta"]["io.modelcontextprotocol/serverInfo"];
        assert_eq!(server["name"], "shelf", "{method}");
    }
}

#[tokio::test]
async fn e23_ids_come_back_as_they_were() {
    let client = shelf();
    for id in [
        json!(0),
        json!(-7),
        json!(u64::MAX),
        json!(""),
        json!("a\"\\\u{fc}\n"),
    ] {
        let mut message = client.message("tools/list", json!({}));
        message["id"] = id;
        client.send("tools/list", &message).await;
    }
    let nobody: Value = client.server.send("{").await.message;
    assert!(nobody.get("id").is_none());
}
