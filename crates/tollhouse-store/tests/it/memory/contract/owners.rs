//! Nothing of one owner is there for another.

use tollhouse_core::memory::{Deleted, Memory, Saved};

use super::refused;
use crate::memory::{NOW_MS, ROOM, contents, note, save};

const STRANGERS: [&str; 8] = [
    "bob",
    "",
    "%",
    "*",
    "ALICE",
    "alice ",
    "alice\0",
    "alice' OR '1'='1",
];
const SECRET: &str = "The vault code is swordfish.";

/// #56: not by a search, a slip, a guessed id, or a project.
pub(super) async fn case_56_owners_are_strangers(memory: &dyn Memory) {
    let id = save(memory, "alice", SECRET).await;
    let made = memory.create_project("alice", "Merger", NOW_MS, ROOM).await;
    assert_eq!(made.unwrap(), "Merger");
    for stranger in STRANGERS {
        finds_nothing(memory, stranger).await;
        let deleted = memory.delete(stranger, id.clone(), NOW_MS).await.unwrap();
        assert_eq!(deleted, Deleted::Unknown, "{stranger}");
        assert_eq!(memory.projects(stranger).await.unwrap(), [""; 0]);
        assert_eq!(refused(memory, stranger, "Merger").await, [""; 0]);
    }
    assert_eq!(contents(memory, "alice", "swordfish").await, [SECRET]);
}

async fn finds_nothing(memory: &dyn Memory, stranger: &str) {
    for text in [
        "swordfish",
        "swordfsh",
        "vault",
        "",
        "*",
        "alice",
        "owner:alice",
    ] {
        let found = contents(memory, stranger, text).await;
        assert_eq!(found, [""; 0], "{stranger}: {text}");
    }
}

/// #56: and no reply tells that another has said the same.
pub(super) async fn case_56_even_the_same_words_are_two_memories(memory: &dyn Memory) {
    let id = save(memory, "carol", SECRET).await;
    let saved = memory.save("dave", note(SECRET), ROOM).await.unwrap();
    assert_eq!(saved, Saved::New(Vec::new()));
    let delete = async |owner| memory.delete(owner, id.clone(), NOW_MS).await.unwrap();
    assert_eq!(delete("carol").await, Deleted::Now);
    assert_eq!(delete("dave").await, Deleted::Unknown);
    assert_eq!(contents(memory, "dave", "swordfish").await, [SECRET]);
}

/// #56: which of two memories that fit equally well comes first does not tell which word others use more.
pub(super) async fn case_56_order_tells_nothing_of_others(memory: &dyn Memory) {
    for content in ["zirconia", "quixotry"] {
        save(memory, "eve", content).await;
    }
    let alone = contents(memory, "eve", "zirconia quixotry").await;
    for (other, word, times) in [("kim", "zirconia", 3), ("lee", "quixotry", 6)] {
        for number in 0..times {
            save(memory, other, &format!("{word} {number}")).await;
        }
        let now = contents(memory, "eve", "zirconia quixotry").await;
        assert_eq!(now, alone, "{other}");
    }
}
