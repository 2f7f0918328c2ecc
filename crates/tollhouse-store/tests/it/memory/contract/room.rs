//! What one owner may keep has an end.

use tollhouse_core::memory::{Memory, MemoryError, Room, Saved};

use super::{filed, new};
use crate::memory::{NOW_MS, ROOM, note, save};

pub(super) async fn room_for_memories_ends(memory: &dyn Memory) {
    let room = Room {
        memories_max: 2,
        ..ROOM
    };
    let first = save(memory, "full", "one").await;
    save(memory, "full", "two").await;
    for note in [note("three"), filed("four", new("Made for nothing"))] {
        let refused = memory.save("full", note, room).await;
        assert!(matches!(refused, Err(MemoryError::Full(2))), "{refused:?}");
    }
    assert_eq!(memory.projects("full").await.unwrap(), [""; 0]);
    // What is there already needs no room, and others have their own.
    let same = memory.save("full", note("one"), room).await.unwrap();
    assert!(matches!(same, Saved::Same(_)), "{same:?}");
    memory.save("empty", note("three"), room).await.unwrap();
    memory.delete("full", first, NOW_MS).await.unwrap();
    memory.save("full", note("three"), room).await.unwrap();
}

pub(super) async fn room_for_projects_ends(memory: &dyn Memory) {
    let room = Room {
        projects_max: 1,
        ..ROOM
    };
    let make = async |name| {
        memory
            .create_project("maker of one", name, NOW_MS, room)
            .await
    };
    assert_eq!(make("One").await.unwrap(), "One");
    assert_eq!(make("one").await.unwrap(), "One");
    let refused = make("Two").await;
    assert!(
        matches!(refused, Err(MemoryError::ProjectsFull(1))),
        "{refused:?}"
    );
    let refused = memory
        .save("maker of one", filed("a", new("Two")), room)
        .await;
    assert!(
        matches!(refused, Err(MemoryError::ProjectsFull(1))),
        "{refused:?}"
    );
}
