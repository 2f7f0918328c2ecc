//! What models put into a memory if one lets them (P58).

use serde_json::json;

use super::{refused, save, search, server};

#[tokio::test]
async fn t1_a_category_is_one_of_four() {
    let server = server();
    for category in [
        json!(""),
        json!("idea"),
        json!("Preference"),
        json!(null),
        json!(3),
    ] {
        let arguments = json!({"content": "x", "category": category});
        let text = refused(&server, "save_memory", arguments).await;
        for name in ["preference", "fact", "decision", "context"] {
            assert!(text.contains(name), "{category}: {text}");
        }
    }
}

#[tokio::test]
async fn t1_content_has_to_say_something() {
    let server = server();
    for content in [json!(""), json!("  \n"), json!(null), json!(7)] {
        let text = refused(&server, "save_memory", json!({"content": content})).await;
        assert!(text.contains("content"), "{text}");
    }
    refused(&server, "save_memory", json!({})).await;
    refused(
        &server,
        "save_memory",
        json!({"content": "x", "owner": "bob"}),
    )
    .await;
}

/// T1, P58: nothing is saved under a project that nobody made.
#[tokio::test]
async fn p58_projects_that_nobody_made_are_refused() {
    let server = server();
    let text = refused(
        &server,
        "save_memory",
        json!({"content": "x", "project": "abc"}),
    )
    .await;
    assert!(text.contains("There are no projects yet"), "{text}");
    for name in ["billing", "my-project"] {
        let arguments =
            json!({"content": name, "project": format!("{name} one"), "new_project": true});
        save(&server, arguments).await;
    }
    for project in [
        "123",
        "abc",
        "my-project (probably)",
        "",
        "  ",
        "null",
        "' OR 1=1--",
        "x\0y",
    ] {
        let text = refused(
            &server,
            "save_memory",
            json!({"content": "x", "project": project}),
        )
        .await;
        for part in [
            "\"billing one\"",
            "\"my-project one\"",
            "`new_project` to true",
            "leave",
        ] {
            assert!(text.contains(part), "{project}: {text}");
        }
    }
    assert_eq!(search(&server, json!({"query": "x"})).await["found"], 0);
}

#[tokio::test]
async fn p58_the_nearest_project_is_suggested() {
    let server = server();
    for name in ["billing", "data-platform"] {
        save(
            &server,
            json!({"content": name, "project": name, "new_project": true}),
        )
        .await;
    }
    for (project, nearest) in [
        ("biling", "billing"),
        ("Billing (probably)", "billing"),
        ("data platform", "data-platform"),
        ("platform", "data-platform"),
    ] {
        let text = refused(
            &server,
            "save_memory",
            json!({"content": "x", "project": project}),
        )
        .await;
        assert!(
            text.contains(&format!("Did you mean \"{nearest}\"?")),
            "{text}"
        );
    }
    let text = refused(
        &server,
        "save_memory",
        json!({"content": "x", "project": "garden"}),
    )
    .await;
    assert!(!text.contains("Did you mean"), "{text}");
}

/// Saying that it is new makes no name of what is none.
#[tokio::test]
async fn p58_not_every_text_becomes_a_project() {
    let server = server();
    let long = "long name ".repeat(10);
    for project in [
        "123",
        "abc",
        "my-project (probably)",
        "",
        "n/a",
        "-",
        "none",
        "x",
        "a\nb",
        "<b>ab</b>",
        &long,
    ] {
        let arguments = json!({"content": "x", "project": project, "new_project": true});
        let text = refused(&server, "save_memory", arguments).await;
        assert!(
            text.contains("There are no projects yet"),
            "{project}: {text}"
        );
    }
    refused(
        &server,
        "save_memory",
        json!({"content": "x", "new_project": true}),
    )
    .await;
    for project in [
        "ABC Corp",
        "Q3/2026",
        "R&D",
        "Größe",
        "東京",
        "v2.0 rewrite",
    ] {
        save(
            &server,
            json!({"content": project, "project": project, "new_project": true}),
        )
        .await;
    }
}

#[tokio::test]
async fn no_query_is_syntax() {
    let server = server();
    save(&server, json!({"content": "a cup of tea"})).await;
    for query in [
        "\"",
        "tea AND",
        "NEAR(tea",
        "owner:tea",
        "*",
        "tea\0",
        "'; DROP TABLE memories; --",
        "(",
        "",
    ] {
        search(&server, json!({"query": query})).await;
    }
    let text = refused(
        &server,
        "search_memory",
        json!({"query": "tea ".repeat(25_000)}),
    )
    .await;
    assert!(text.contains("query"), "{}", text.len());
}
