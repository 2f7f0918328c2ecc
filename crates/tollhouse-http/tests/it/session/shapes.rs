//! What a revision has no words for is said in words that it has.

use serde_json::{Value, json};

use super::{
    Client, Home, LEGACY, R2024_11_05, R2025_03_26, R2025_06_18,
    client::{called, text},
};

#[tokio::test]
async fn l71_each_client_is_told_only_kinds_of_content_that_it_knows() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let message = client.call("pieces", json!({})).await;
        let content = message["result"]["content"].as_array().unwrap();
        let kinds: Vec<&str> = content
            .iter()
            .map(|piece| piece["type"].as_str().unwrap())
            .collect();
        let expected = match revision {
            R2024_11_05 => ["text", "resource", "text", "resource"],
            R2025_03_26 => ["text", "audio", "text", "resource"],
            _ => ["text", "audio", "resource_link", "resource"],
        };
        assert_eq!(kinds, expected, "{}", revision.name());
        if revision == R2024_11_05 {
            let sound = &content[1]["resource"];
            assert_eq!(
                (&sound["mimeType"], &sound["blob"]),
                (&json!("audio/wav"), &json!("BAU="))
            );
        }
        if revision < R2025_06_18 {
            let link = content[2]["text"].as_str().unwrap();
            assert!(link.contains("note:hello"), "{link}");
        }
    }
}

#[tokio::test]
async fn l72_data_that_is_no_object_is_left_to_the_text() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let data = client.call("data", json!({})).await;
        let has_data = revision >= R2025_06_18;
        let expected = has_data.then(|| json!({"colour": "red"}));
        assert_eq!(data["result"].get("structuredContent"), expected.as_ref());
        let told: Value = serde_json::from_str(text(&data)).unwrap();
        assert_eq!(told, json!({"colour": "red"}));
        for tool in ["list", "loose"] {
            let list = client.call(tool, json!({})).await;
            assert_eq!(list["result"].get("structuredContent"), None);
            assert_eq!(text(&list), "[1,2]");
        }
    }
}

#[tokio::test]
async fn l73_l74_a_listed_tool_says_only_what_its_reader_knows() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let listed = client.say("tools/list", json!({})).await;
        let tools = listed["result"]["tools"].as_array().unwrap();
        let tool = |name| tools.iter().find(|tool| tool["name"] == name).unwrap();
        let has_data = revision >= R2025_06_18;
        assert_eq!(tool("data").get("outputSchema").is_some(), has_data);
        assert_eq!(tool("list").get("outputSchema"), None);
        assert_eq!(
            tool("list").get("annotations").is_some(),
            revision >= R2025_03_26
        );
        let region = tool("region").pointer("/inputSchema/properties/region");
        assert!(region.is_some());
    }
}

#[tokio::test]
async fn l73_what_takes_anything_is_listed_as_an_object() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let listed = client.say("tools/list", json!({})).await;
        let tools = listed["result"]["tools"].as_array().unwrap();
        let any = tools.iter().find(|tool| tool["name"] == "any").unwrap();
        assert_eq!(any.pointer("/inputSchema/properties/it"), Some(&json!({})));
        let message = client.call("any", json!({"it": [1]})).await;
        assert_eq!(text(&message), "[1]");
    }
}

#[tokio::test]
async fn l74_a_header_that_repeats_an_argument_has_no_effect_in_a_session() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let params = called("region", json!({"region": "north"}));
        let request = client.request("tools/call", params);
        let request = request
            .header("Mcp-Param-Region", "south")
            .header("Mcp-Method", "tools/list")
            .header("Mcp-Name", "other");
        let response = client.post(&request).await;
        assert_eq!(response.status(), 200);
        let message = super::client::parsed(&response.body);
        client.hear(&message);
        assert_eq!(text(&message), "noted");
    }
}

#[tokio::test]
async fn l05_l10_e21_everything_that_is_offered_is_said_in_the_words_of_the_revision() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        for (method, params) in [
            ("tools/list", json!({})),
            ("resources/list", json!({})),
            ("resources/templates/list", json!({})),
            ("prompts/list", json!({})),
            ("prompts/get", json!({"name": "greet"})),
            ("resources/read", json!({"uri": "note:hello"})),
        ] {
            let message = client.say(method, params).await;
            assert!(message["result"].is_object(), "{message}");
            let told = message.to_string();
            let newer = ["resultType", "ttlMs", "cacheScope", "serverInfo"];
            assert!(!newer.iter().any(|newer| told.contains(newer)), "{told}");
        }
        client.end();
    }
}
