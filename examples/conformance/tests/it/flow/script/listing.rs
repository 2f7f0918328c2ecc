//! Lists: what is in them, in which words, on how many pages.

use serde_json::{Value, json};
use tollhouse_wire_check::Revision;

use super::super::{Client, House, shelf};

pub(crate) async fn everything_is_listed(_: &House, client: &mut Client) {
    for (method, list, key, some) in [
        ("tools/list", "tools", "name", "test_simple_text"),
        ("resources/list", "resources", "uri", "test://static-text"),
        (
            "resources/templates/list",
            "resourceTemplates",
            "uriTemplate",
            "test://template/{id}/data",
        ),
        ("prompts/list", "prompts", "name", "test_simple_prompt"),
    ] {
        let (first, again) = (
            all(client, method, list).await,
            all(client, method, list).await,
        );
        assert_eq!(first, again, "{method} has no order");
        assert!(first.iter().any(|item| item[key] == some), "{method}");
    }
}

pub(crate) async fn words_are_those_of_the_revision(_: &House, client: &mut Client) {
    let tool = one(client, "tools/list", "tools", "shelf_object").await;
    assert_eq!(tool["inputSchema"], json!({"type": "object"}));
    let resource = one(client, "resources/list", "resources", "thing-0").await;
    assert_eq!(
        (&resource["uri"], &resource["size"]),
        (&json!("shelf://0"), &json!(12))
    );
    let prompt = one(client, "prompts/list", "prompts", "shelf_prompt").await;
    for (item, word, first) in [
        (&tool, "annotations", Revision::R2025_03_26),
        (&tool, "outputSchema", Revision::R2025_06_18),
        (&tool, "title", Revision::R2025_06_18),
        (&tool, "icons", Revision::R2025_11_25),
        (&resource, "_meta", Revision::R2025_06_18),
        (&resource, "title", Revision::R2025_06_18),
        (&resource, "icons", Revision::R2025_11_25),
        (&prompt, "title", Revision::R2025_06_18),
        (&prompt, "icons", Revision::R2025_11_25),
    ] {
        let has = !item[word].is_null();
        assert_eq!(has, client.revision() >= first, "{word} in {item}");
    }
    let listed = one(client, "tools/list", "tools", "shelf_list").await;
    // Output that is no object is known to the newest alone.
    assert_eq!(!listed["outputSchema"].is_null(), client.is_modern());
    let words = one(client, "tools/list", "tools", "json_schema_2020_12_tool").await;
    let anchor = words["inputSchema"].pointer("/$defs/address/$anchor");
    assert_eq!(anchor, Some(&json!("addressDef")));
}

pub(crate) async fn lists_come_in_pages(_: &House, client: &mut Client) {
    let page = client.request("resources/list", json!({})).await.result();
    assert!(page["nextCursor"].is_string());
    let count = all(client, "resources/list", "resources").await.len();
    assert_eq!(count, shelf::RESOURCES + 3);
    let astray = client
        .request("resources/list", json!({"cursor": "no such"}))
        .await;
    assert_eq!(astray.code(), -32602);
}

async fn one(client: &mut Client, method: &str, list: &str, name: &str) -> Value {
    let items = all(client, method, list).await;
    let found = items.into_iter().find(|item| item["name"] == name);
    found.unwrap_or_else(|| panic!("{name} is not in {method}"))
}

/// The items of all pages.
async fn all(client: &mut Client, method: &str, list: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut params = json!({});
    for _ in 0..PAGES_MAX {
        let page = client.request(method, params).await.result();
        items.extend(page[list].as_array().unwrap().iter().cloned());
        match &page["nextCursor"] {
            Value::String(cursor) => params = json!({"cursor": cursor}),
            _ => return items,
        }
    }
    panic!("{method} has no end");
}

const PAGES_MAX: usize = 8;
