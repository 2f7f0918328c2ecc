//! The three tools.

use serde_json::json;
use tollhouse_core::Access;
use tollhouse_sources::memory::MemoryOptions;
use tollhouse_store::State;

use crate::house;

use super::{refused, save, search, server, server_over, small_server};

#[tokio::test]
async fn t1_t2_what_is_saved_is_found() {
    let server = server();
    let id = save(
        &server,
        json!({"content": " Prefers tea. ", "category": "preference", "project": "Home", "new_project": true}),
    )
    .await;
    save(&server, json!({"content": "The build runs on Fridays."})).await;
    let found = search(&server, json!({"query": "teas"})).await;
    let expected = json!({
        "id": id, "content": "Prefers tea.", "relevance": found["memories"][0]["relevance"],
        "saved_at": "2027-01-15T08:00:00Z", "category": "preference", "project": "Home"
    });
    assert_eq!(found["memories"], json!([expected]));
    assert!(found["memories"][0]["relevance"].as_f64().unwrap() > 0.5);
    let none = search(&server, json!({"query": "helicopter"})).await;
    assert_eq!(none, json!({"found": 0, "memories": []}));
}

#[tokio::test]
async fn t1_a_retry_is_recognised() {
    let server = server();
    let id = save(&server, json!({"content": "Prefers tea."})).await;
    let again = server
        .call("save_memory", json!({"content": "Prefers tea. "}))
        .await;
    assert_eq!(
        again.result()["structuredContent"],
        json!({"id": id, "status": "saved_before", "similar": []})
    );
    assert_eq!(
        again.text(),
        format!("Saved as {id} before, at 2027-01-15T08:00:00Z. Nothing was changed.")
    );
    assert_eq!(search(&server, json!({"query": ""})).await["found"], 1);
}

#[tokio::test]
async fn t1_near_duplicates_are_named() {
    let server = server();
    let id = save(
        &server,
        json!({"content": "The staging database is in Frankfurt."}),
    )
    .await;
    let near = json!({"content": "The staging database is in Frankfurt now."});
    let reply = server.call("save_memory", near).await;
    let similar = json!([{"id": id, "content": "The staging database is in Frankfurt."}]);
    assert_eq!(reply.result()["structuredContent"]["similar"], similar);
    assert!(
        reply.text().contains(&format!("- {id}: \"The staging")),
        "{}",
        reply.text()
    );
}

#[tokio::test]
async fn t2_five_are_found_unless_another_number_is_said() {
    let server = server();
    for number in 0..12 {
        save(&server, json!({"content": format!("tea number {number}")})).await;
    }
    assert_eq!(search(&server, json!({"query": "tea"})).await["found"], 5);
    assert_eq!(
        search(&server, json!({"query": "tea", "limit": 10})).await["found"],
        10
    );
    assert_eq!(search(&server, json!({"query": "?!"})).await["found"], 5);
    for limit in [json!(0), json!(11), json!("5"), json!(1.5)] {
        let text = refused(
            &server,
            "search_memory",
            json!({"query": "tea", "limit": limit}),
        )
        .await;
        assert!(text.contains("limit"), "{text}");
    }
}

#[tokio::test]
async fn t2_searches_are_narrowed_by_project_and_kind() {
    let server = server();
    save(
        &server,
        json!({"content": "tea at home", "category": "fact"}),
    )
    .await;
    save(
        &server,
        json!({"content": "tea at work", "project": "Work", "new_project": true}),
    )
    .await;
    let content = async |arguments| {
        let found = search(&server, arguments).await;
        assert_eq!(found["found"], 1);
        found["memories"][0]["content"].clone()
    };
    assert_eq!(
        content(json!({"query": "tea", "project": "work"})).await,
        "tea at work"
    );
    assert_eq!(
        content(json!({"query": "tea", "category": "fact"})).await,
        "tea at home"
    );
    let text = refused(
        &server,
        "search_memory",
        json!({"query": "tea", "project": "Wrok"}),
    )
    .await;
    assert!(
        text.starts_with("There is no project \"Wrok\". Did you mean \"Work\"?"),
        "{text}"
    );
}

#[tokio::test]
async fn t4_a_memory_is_deleted_once_and_gone_from_then_on() {
    let server = server();
    let id = save(&server, json!({"content": "Prefers tea."})).await;
    let first = server.call("delete_memory", json!({"id": id})).await;
    assert_eq!(first.text(), format!("Deleted {id}."));
    let again = server.call("delete_memory", json!({"id": id})).await;
    assert!(!again.is_error());
    assert_eq!(
        again.result()["structuredContent"],
        json!({"id": id, "status": "deleted_before"})
    );
    assert_eq!(search(&server, json!({"query": "tea"})).await["found"], 0);
    let unknown = refused(
        &server,
        "delete_memory",
        json!({"id": "mem_0123456789abcdef"}),
    )
    .await;
    assert!(unknown.contains("search_memory"), "{unknown}");
}

#[tokio::test]
async fn t4_what_is_no_id_is_told_apart() {
    let server = server();
    for id in [
        "",
        "1",
        "mem_",
        "mem_0123456789ABCDEF",
        "mem_0123456789abcdef0",
        "%",
        "mem_%",
        "' OR 1=1--",
        "mem_\0",
    ] {
        let text = refused(&server, "delete_memory", json!({"id": id})).await;
        assert!(text.contains("mem_ and 16 hexadecimal digits"), "{text}");
    }
}

#[tokio::test]
async fn caps_are_told_with_what_they_are() {
    let server = small_server();
    let text = refused(&server, "save_memory", json!({"content": "ä".repeat(11)})).await;
    assert!(
        text.contains("22 bytes") && text.contains("room for 20"),
        "{text}"
    );
    save(&server, json!({"content": "ä".repeat(10)})).await;
    let one = json!({"content": "one", "project": "One", "new_project": true});
    save(&server, one).await;
    let text = refused(&server, "save_memory", json!({"content": "three"})).await;
    assert!(text.contains("room for 2 memories"), "{text}");
}

#[tokio::test]
async fn projects_have_a_cap_too() {
    let server = small_server();
    save(
        &server,
        json!({"content": "one", "project": "One", "new_project": true}),
    )
    .await;
    let two = json!({"content": "two", "project": "Two", "new_project": true});
    let text = refused(&server, "save_memory", two).await;
    assert!(text.contains("room for 1 projects"), "{text}");
    assert_eq!(search(&server, json!({"query": ""})).await["found"], 1);
}

/// What a model reads before it chooses has to be worth its tokens.
#[tokio::test]
async fn the_catalogue_is_small_closed_and_described() {
    let reply = server().request("tools/list", json!({})).await;
    let tools = house::offered(&reply);
    let names: Vec<_> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["save_memory", "search_memory", "delete_memory"]);
    for tool in &tools {
        assert!(tool.to_string().len() / 4 < 500, "{tool}");
        assert_eq!(tool["inputSchema"]["additionalProperties"], false);
        for (name, property) in tool["inputSchema"]["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{name}");
        }
    }
    let hint = |index: usize, name: &str| tools[index]["annotations"][name].clone();
    assert_eq!(hint(1, "readOnlyHint"), true);
    assert_eq!(hint(2, "destructiveHint"), true);
    assert_eq!(hint(2, "idempotentHint"), true);
}

#[tokio::test]
async fn one_scope_stands_before_all_three() {
    let options = MemoryOptions {
        access: Access::scope("memory"),
        ..MemoryOptions::default()
    };
    let state = State::in_memory().unwrap();
    let without = server_over(&state, options.clone()).as_user("ana");
    for (tool, arguments) in [
        ("save_memory", json!({"content": "x"})),
        ("search_memory", json!({"query": "x"})),
        ("delete_memory", json!({"id": "mem_0123456789abcdef"})),
    ] {
        assert_eq!(without.call(tool, arguments).await.code(), 403, "{tool}");
    }
    let with = server_over(&state, options)
        .as_user("ana")
        .scopes(["memory"]);
    save(&with, json!({"content": "x"})).await;
}

/// What found no room was not done, and may be sent again with its key once there is some.
#[tokio::test]
async fn t1_o2_a_memory_that_found_no_room_is_saved_by_the_same_call_later() {
    let server = small_server();
    let first = save(&server, json!({"content": "one"})).await;
    save(&server, json!({"content": "two"})).await;
    let third = json!({"content": "three", "clientRequestId": "k"});
    let told = refused(&server, "save_memory", third.clone()).await;
    assert!(told.contains("there is room for 2 memories"), "{told}");
    let deleted = server.call("delete_memory", json!({"id": first})).await;
    assert!(!deleted.is_error(), "{}", deleted.text());
    save(&server, third).await;
}
