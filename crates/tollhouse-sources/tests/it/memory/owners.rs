//! Whose a memory is.

use serde_json::json;
use tollhouse_core::testing::TestServer;
use tollhouse_sources::memory::MemoryOptions;
use tollhouse_store::State;

use super::{refused, save, search, server_over, shared};

async fn count(server: &TestServer, query: &str) -> u64 {
    search(server, json!({"query": query})).await["found"]
        .as_u64()
        .unwrap()
}

/// #56: what is another's is exactly as if it were not there.
#[tokio::test]
async fn case_56_users_never_meet_each_other_s_memories() {
    let state = State::in_memory().unwrap();
    let by = |user: &str| server_over(&state, MemoryOptions::default()).as_user(user);
    let alice = by("alice");
    let secret = json!({"content": "code is swordfish", "project": "Merger", "new_project": true});
    let id = save(&alice, secret).await;
    for stranger in [
        by("bob"),
        by("alice2"),
        by("%"),
        by("user:alice"),
        by("unknown"),
        by("shared"),
    ] {
        for query in ["swordfish", "swordfsh", ""] {
            assert_eq!(count(&stranger, query).await, 0);
        }
        let others = refused(&stranger, "delete_memory", json!({"id": id})).await;
        let absent = "mem_0123456789abcdef";
        let absent_text = refused(&stranger, "delete_memory", json!({"id": absent})).await;
        assert_eq!(others.replace(&id, absent), absent_text);
        let project = json!({"content": "x", "project": "Merger"});
        let text = refused(&stranger, "save_memory", project).await;
        assert!(text.contains("There are no projects yet"), "{text}");
    }
    assert_eq!(count(&alice, "swordfish").await, 1);
}

/// A user who is called as nobody is called is not nobody.
#[tokio::test]
async fn who_is_not_known_is_no_user() {
    let state = State::in_memory().unwrap();
    let unknown = server_over(&state, MemoryOptions::default());
    save(&unknown, json!({"content": "tea"})).await;
    assert_eq!(count(&unknown, "tea").await, 1);
    for name in ["anonymous", "unknown"] {
        let named = unknown.clone().as_user(name);
        assert_eq!(count(&named, "tea").await, 0, "{name}");
    }
}

#[tokio::test]
async fn shared_memories_are_everybody_s_and_apart_from_all_own_ones() {
    let state = State::in_memory().unwrap();
    let together = server_over(&state, shared());
    let id = save(
        &together.clone().as_user("alice"),
        json!({"content": "tea"}),
    )
    .await;
    let bob = together.as_user("bob");
    assert_eq!(count(&bob, "tea").await, 1);
    let own = server_over(&state, MemoryOptions::default()).as_user("shared");
    assert_eq!(count(&own, "tea").await, 0);
    let deleted = bob.call("delete_memory", json!({"id": id})).await;
    assert!(!deleted.is_error(), "{}", deleted.text());
}
