//! Texts that mean something to somebody else: the index, the database, a terminal.

use proptest::{prelude::any, prop_assert, proptest, test_runner::Config};
use tokio::runtime::Builder;
use tollhouse_store::State;

use super::{contents, found, save};

/// Each is a query that FTS5 would read as syntax, or would fail on.
const QUERIES: [&str; 24] = [
    "\"",
    "\"\"\"tea",
    "tea\"",
    "tea AND",
    "OR tea",
    "NOT tea",
    "tea NEAR/2 cup",
    "NEAR(tea cup, 5)",
    "owner : tea",
    "words:tea",
    "{owner words} : tea",
    "- owner : tea",
    "^tea",
    "tea*",
    "(tea",
    "tea))",
    "tea + cup",
    "'; DROP TABLE memories; --",
    "tea' OR '1'='1",
    "%tea%",
    "tea\0cup",
    "\u{202e}tea\u{200b}",
    "tea\u{301}\u{301}\u{301}",
    "rank MATCH 'x' tea",
];

#[tokio::test]
async fn no_query_is_syntax() {
    let state = State::in_memory().unwrap();
    save(&state, "ana", "a cup of tea").await;
    save(&state, "bob", "tea of bob").await;
    for query in QUERIES {
        for content in contents(&state, "ana", query).await {
            assert_eq!(content, "a cup of tea", "{query}");
        }
    }
    for query in ["tea AND", "(tea", "tea*", "owner : tea", "tea' OR '1'='1"] {
        assert_eq!(contents(&state, "ana", query).await.len(), 1, "{query}");
    }
}

#[tokio::test]
async fn contents_come_back_as_they_were() {
    let state = State::in_memory().unwrap();
    for (number, query) in QUERIES.into_iter().enumerate() {
        let content = format!("marker{number} {query}");
        save(&state, "ana", &content).await;
        let found = contents(&state, "ana", &format!("marker{number}")).await;
        assert_eq!(found.first(), Some(&content));
    }
}

#[tokio::test]
async fn a_query_of_100_kilobytes_is_a_query() {
    let state = State::in_memory().unwrap();
    save(&state, "ana", "tea").await;
    for query in [
        "tea ".repeat(25_000),
        "x".repeat(100_000),
        "茶".repeat(33_000),
        "\"(".repeat(50_000),
    ] {
        found(&state, "ana", &query).await;
    }
    let many: String = (0..20_000).map(|number| format!("w{number} ")).collect();
    assert_eq!(
        contents(&state, "ana", &format!("tea {many}")).await,
        ["tea"]
    );
}

/// Whatever is saved or asked, nothing fails, and nobody meets another's memory.
#[test]
fn no_text_breaks_a_search() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let state = State::in_memory().unwrap();
    runtime.block_on(save(&state, "bob", "bob's"));
    proptest!(Config::with_cases(300), |(content in any::<String>(), query in any::<String>())| {
        runtime.block_on(async {
            let note = super::note(&content);
            tollhouse_core::memory::Memory::save(&state, "ana", note, super::ROOM).await.unwrap();
            for query in [&query, &content] {
                let found = found(&state, "ana", query).await;
                prop_assert!(found.iter().all(|found| found.kept.content != "bob's"));
            }
            Ok(())
        })?;
    });
}
