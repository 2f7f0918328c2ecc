//! Memory: what every store must do, and what only a file can get wrong.

mod contract;
mod hostile;
mod killed;
mod sharing;

use tollhouse_core::memory::{Filing, Found, Memory, MemoryId, Note, Room, Saved, Search};
use tollhouse_store::State;

use crate::house::House;

pub(crate) const NOW_MS: u64 = 1_800_000_000_000;
pub(crate) const ROOM: Room = Room {
    memories_max: 100_000,
    projects_max: 10,
};

pub(crate) fn note(content: &str) -> Note {
    Note {
        id: MemoryId::random().unwrap(),
        content: content.to_owned(),
        category: None,
        filing: Filing::Nowhere,
        is_tainted: false,
        now_ms: NOW_MS,
    }
}

pub(crate) fn query(text: &str) -> Search {
    Search {
        query: text.to_owned(),
        project: None,
        category: None,
        limit: 10,
    }
}

/// Saves something new.
pub(crate) async fn save(memory: &dyn Memory, owner: &str, content: &str) -> MemoryId {
    let note = note(content);
    let id = note.id.clone();
    let saved = memory.save(owner, note, ROOM).await.unwrap();
    assert!(matches!(saved, Saved::New(_)), "{content}: {saved:?}");
    id
}

pub(crate) async fn found(memory: &dyn Memory, owner: &str, text: &str) -> Vec<Found> {
    memory.search(owner, query(text)).await.unwrap()
}

pub(crate) async fn contents(memory: &dyn Memory, owner: &str, text: &str) -> Vec<String> {
    let found = found(memory, owner, text).await;
    found.into_iter().map(|found| found.kept.content).collect()
}

#[tokio::test]
async fn a_file_keeps_the_contract() {
    let house = House::new();
    contract::holds(&house.open()).await;
}

#[tokio::test]
async fn memory_alone_keeps_the_contract() {
    contract::holds(&State::in_memory().unwrap()).await;
}
