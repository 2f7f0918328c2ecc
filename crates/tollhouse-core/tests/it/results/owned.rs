//! Whoever did not get a result does not read it, and neither does its owner when its time is over.

use std::time::Duration;

use serde_json::{Value, json};
use tollhouse_core::{Rest, Rules, Server, Stores, testing::Hands, tool};

use super::caller::{Caller, server, told};

async fn first(caller: &Caller, tool: &str) -> (Value, String) {
    let result = caller.call(tool, json!({"bytes": 100_000})).await;
    let uri = told(&result)["uri"].as_str().unwrap().to_owned();
    (told(&result)["cursor"].clone(), uri)
}

/// What somebody reads who reads on, and what of a resource.
async fn read(caller: &Caller, cursor: &Value, uri: &str) -> (Value, Value) {
    let page = caller.call("read_more", json!({"cursor": cursor})).await;
    let resource = caller.ask("resources/read", json!({"uri": uri})).await;
    (page, resource["error"].clone())
}

#[tokio::test]
async fn case_55_another_user_finds_nothing_as_under_a_cursor_that_never_was() {
    let server = server().build().unwrap();
    let ana = Caller::new(&server, "ana");
    let (cursor, uri) = first(&ana, "text").await;
    for bo in Caller::both(&server, "bo") {
        let (page, error) = read(&bo, &cursor, &uri).await;
        assert_eq!(page["isError"], true);
        let unknown = format!("tollhouse://results/{}", "0".repeat(32));
        let (never, no_error) = read(&bo, &json!("AAAA"), &unknown).await;
        assert_eq!(page, never);
        assert_eq!(error["code"], no_error["code"]);
        let text = |error: &Value, uri: &str| error["message"].as_str().unwrap().replace(uri, "");
        assert_eq!(text(&error, &uri), text(&no_error, &unknown));
    }
    let (page, error) = read(&ana, &cursor, &uri).await;
    assert_eq!((page.get("isError"), error), (None, Value::Null));
}

#[tokio::test]
async fn p8_a_cursor_that_was_changed_opens_nothing() {
    let server = server().build().unwrap();
    let ana = Caller::new(&server, "ana");
    let (cursor, _) = first(&ana, "text").await;
    let cursor = cursor.as_str().unwrap();
    for at in [0, 5, 40, cursor.len() - 1] {
        let mut changed = cursor.to_owned().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let page = ana.call("read_more", json!({"cursor": changed})).await;
        assert_eq!(page["isError"], true, "{at}");
    }
}

#[tokio::test]
async fn p8_what_has_expired_reads_like_what_never_was() {
    let clock = Hands::default();
    let server = server().clock(clock.clone()).build().unwrap();
    let ana = Caller::new(&server, "ana");
    let (cursor, uri) = first(&ana, "text").await;
    clock.turn(Duration::from_mins(15) - Duration::from_millis(1));
    let (page, error) = read(&ana, &cursor, &uri).await;
    assert_eq!((page.get("isError"), error), (None, Value::Null));
    clock.turn(Duration::from_millis(1));
    let (page, error) = read(&ana, &cursor, &uri).await;
    assert_eq!(page["isError"], true);
    let text = page["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("Call the tool again"), "{text}");
    assert!(error.is_object());
}

#[tokio::test(start_paused = true)]
async fn p8_what_has_expired_is_forgotten_where_nobody_calls() {
    let clock = Hands::default();
    let stores = Stores::default();
    let server = server().clock(clock.clone()).stores(stores.clone());
    let server = server.build().unwrap();
    let serving = async {
        first(&Caller::new(&server, "ana"), "text").await;
        clock.turn(Duration::from_mins(15) - Duration::from_millis(1));
        tokio::time::sleep(Duration::from_mins(2)).await;
        assert_eq!(kept(&stores), "LocalSpills(1 results)");
        clock.turn(Duration::from_millis(1));
        tokio::time::sleep(Duration::from_mins(2)).await;
        assert_eq!(kept(&stores), "LocalSpills(0 results)");
    };
    tokio::select! {
        never = server.sweep() => match never {},
        () = serving => {}
    }
}

fn kept(stores: &Stores) -> String {
    format!("{:?}", stores.spills)
}

#[tokio::test]
async fn p8_whoever_may_no_longer_use_a_tool_does_not_read_on_in_what_it_said() {
    let server = server().build().unwrap();
    let clerk = Caller::new(&server, "ana").in_role("clerk");
    let (cursor, uri) = first(&clerk, "own").await;
    let (page, error) = read(&clerk, &cursor, &uri).await;
    assert_eq!((page.get("isError"), error), (None, Value::Null));
    let no_clerk = Caller::new(&server, "ana");
    let (page, error) = read(&no_clerk, &cursor, &uri).await;
    assert_eq!(page["isError"], true);
    assert!(error.is_object());
}

#[tokio::test]
async fn p8_where_there_is_no_room_the_answer_says_so() {
    let rest = Rest {
        owner_bytes: 50_000,
        ..Rest::default()
    };
    let rules = Rules {
        rest,
        ..Rules::default()
    };
    let server = server().rules(rules).build().unwrap();
    let ana = Caller::new(&server, "ana");
    let result = ana.call("text", json!({"bytes": 100_000})).await;
    assert_eq!(told(&result)["cursor"], Value::Null);
    let note = result["content"][1]["text"].as_str().unwrap();
    assert!(note.contains("The rest was not kept."), "{note}");
    // The oldest goes for the newest.
    let result = ana.call("text", json!({"bytes": 40_000})).await;
    let cursor = told(&result)["cursor"].clone();
    ana.call("text", json!({"bytes": 45_000})).await;
    let page = ana.call("read_more", json!({"cursor": cursor})).await;
    assert_eq!(page["isError"], true);
}

#[tokio::test]
async fn d21_reading_on_is_offered_where_a_result_may_be_long_and_nowhere_else() {
    let listed = async |server: &Server| {
        let list = Caller::new(server, "ana")
            .ask("tools/list", json!({}))
            .await;
        let tools = list["result"]["tools"].as_array().unwrap().clone();
        tools.iter().any(|tool| tool["name"] == "read_more")
    };
    let long = || tool("long", "Says much.", || async { "much" }).read_only();
    let short = tool("short", "Counts.", || async { 7 }).read_only();
    assert!(listed(&Server::builder("a").tool(long()).build().unwrap()).await);
    assert!(!listed(&Server::builder("a").tool(short).build().unwrap()).await);
    let rest = Rest {
        has_tool: false,
        ..Rest::default()
    };
    let off = Server::builder("a").tool(long()).rules(Rules {
        rest,
        ..Rules::default()
    });
    assert!(!listed(&off.build().unwrap()).await);
    let taken = tool("read_more", "Reads more.", || async { "more" }).read_only();
    let error = Server::builder("a")
        .tool(taken)
        .build()
        .unwrap_err()
        .to_string();
    assert!(error.contains("a tool is called `read_more`"), "{error}");
}
