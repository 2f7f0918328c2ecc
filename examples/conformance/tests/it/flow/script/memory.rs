//! A source that keeps something: memories are saved, found and deleted in every revision's words.

use std::sync::Arc;

use serde_json::{Value, json};
use tollhouse::SystemClock;
use tollhouse_sources::memory::{MemoryOptions, MemorySource};
use tollhouse_store::State;
use tollhouse_wire_check::Revision;

use super::super::{Client, House};

pub(crate) async fn memories_come_and_go(house: &House, client: &mut Client) {
    house.offer(Arc::new(MemorySource::new(
        Arc::new(State::in_memory().unwrap()),
        Arc::new(SystemClock::default()),
        MemoryOptions::default(),
    )));
    let note = json!({"content": "Prefers tea.", "category": "preference"});
    let saved = client.call("save_memory", note.clone()).await.text();
    let id = saved.strip_prefix("Saved as ").unwrap();
    let id = id.strip_suffix('.').unwrap().to_owned();
    let again = client.call("save_memory", note).await.text();
    assert!(
        again.starts_with(&format!("Saved as {id} before")),
        "{again}"
    );
    let found = client.call("search_memory", json!({"query": "teas"})).await;
    let found: Value = serde_json::from_str(&found.text()).unwrap();
    assert_eq!(found["memories"][0]["id"], id);
    if client.revision() < Revision::R2025_06_18 {
        waits_for_a_person(client, &id).await;
    } else {
        goes_once(client, &id).await;
    }
}

/// Such a client cannot ask its user whether to delete, and nothing is deleted without a yes.
async fn waits_for_a_person(client: &mut Client, id: &str) {
    let reply = client.call("delete_memory", json!({"id": id})).await;
    assert!(reply.is_error());
    assert!(
        reply.text().contains("waits for a person to say yes"),
        "{}",
        reply.text()
    );
    let found = client.call("search_memory", json!({"query": "teas"})).await;
    assert!(found.text().contains(id), "{}", found.text());
}

async fn goes_once(client: &mut Client, id: &str) {
    for expected in ["Deleted", "was deleted before"] {
        let deleted = client.call("delete_memory", json!({"id": id})).await;
        assert!(!deleted.is_error());
        assert!(deleted.text().contains(expected), "{}", deleted.text());
    }
}

pub(crate) async fn what_is_no_memory_is_refused(_: &House, client: &mut Client) {
    for (arguments, told) in [
        (json!({"content": "x", "category": "idea"}), "preference"),
        (
            json!({"content": "x", "project": "abc"}),
            "There is no project \"abc\"",
        ),
        (json!({"content": ""}), "content"),
    ] {
        let reply = client.call("save_memory", arguments).await;
        assert!(reply.is_error());
        assert!(reply.text().contains(told), "{}", reply.text());
    }
}
