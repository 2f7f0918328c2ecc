//! Several handles on one file, and starts after starts.

use futures_util::{FutureExt as _, future::join_all};
use tollhouse_core::memory::{Memory as _, Saved};

use super::{ROOM, contents, note, save};
use crate::house::House;

/// A handle shares nothing with another but the file, as processes do.
#[tokio::test(flavor = "multi_thread")]
async fn two_handles_save_at_once_and_lose_nothing() {
    let house = House::new();
    let states = [house.open(), house.open(), house.open()];
    let saves = (0..60).flat_map(|number| {
        let same = format!("memory {number}");
        states.iter().map(move |state| (state, same.clone()))
    });
    let saved = join_all(
        saves.map(async |(state, content)| state.save("ana", note(&content), ROOM).await.unwrap()),
    );
    let saved = saved.await;
    let is_new = |saved: &&Saved| matches!(saved, Saved::New(_));
    assert_eq!(saved.iter().filter(is_new).count(), 60);
    let other = house.connect();
    let number = |sql| {
        other
            .query_row::<i64, _, _>(sql, [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(number("SELECT count(*) FROM memories"), 60);
    assert_eq!(number("SELECT count(DISTINCT content) FROM memories"), 60);
    assert_eq!(number("SELECT count(*) FROM memory_words"), 60);
    assert_eq!(number("SELECT count(*) FROM sketches"), 60);
}

#[tokio::test]
async fn what_one_saves_the_other_finds_at_once() {
    let house = House::new();
    let (here, there) = (house.open(), house.open());
    assert_eq!(contents(&there, "ana", "tea").await.len(), 0);
    let id = save(&here, "ana", "tea at four").await;
    assert_eq!(contents(&there, "ana", "tea").await, ["tea at four"]);
    there.delete("ana", id, 0).await.unwrap();
    assert_eq!(contents(&here, "ana", "tea").await.len(), 0);
}

/// N1: memories outlive the process.
#[tokio::test]
async fn a_restart_keeps_everything() {
    let house = House::new();
    let state = house.open();
    save(&state, "ana", "tea at four").await;
    drop(state);
    for _ in 0..3 {
        let state = house.open();
        assert_eq!(contents(&state, "ana", "tae four").await, ["tea at four"]);
    }
}

/// Who leaves early stops the wait; what was sent happens whole or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_save_is_whole_or_was_never_sent() {
    let house = House::new();
    let state = house.open();
    for number in 0..200 {
        let mut save = state.save("ana", note(&format!("left {number}")), ROOM);
        // Some are dropped before they are sent, some while they are written.
        let mut polls = (0..number % 3).map(|_| (&mut save).now_or_never());
        polls.find(Option::is_some);
    }
    // Writes are done one after the other, so that all that were sent before this one are done with it.
    save(&state, "ana", "the last").await;
    let other = house.connect();
    let number = |sql| {
        other
            .query_row::<i64, _, _>(sql, [], |row| row.get(0))
            .unwrap()
    };
    let kept = number("SELECT count(*) FROM memories");
    assert!((1..200).contains(&kept), "{kept}");
    assert_eq!(number("SELECT count(*) FROM sketches"), kept);
    assert_eq!(number("SELECT count(*) FROM memory_words"), kept);
}

/// What was deleted cannot be read out of the files either, while the server runs.
#[tokio::test]
async fn what_is_deleted_leaves_no_trace_in_the_files() {
    let house = House::new();
    let state = house.open();
    let id = save(&state, "ana", "the password is xylophonequokka").await;
    for number in 0..50 {
        save(&state, "ana", &format!("filler {number}")).await;
    }
    assert!(is_in_files(&house, "xylophonequokka"));
    state.delete("ana", id, 0).await.unwrap();
    for needle in ["xylophonequokka", "xylophonequok"] {
        assert!(!is_in_files(&house, needle), "{needle}");
    }
    // Nothing else is lost with it.
    assert_eq!(contents(&state, "ana", "filler").await.len(), 10);
}

/// Whether a text stands in a file of the state.
fn is_in_files(house: &House, needle: &str) -> bool {
    let entries = std::fs::read_dir(house.file().parent().unwrap()).unwrap();
    let mut files = entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files.any(|bytes| {
        let mut windows = bytes.windows(needle.len());
        windows.any(|window| window == needle.as_bytes())
    })
}
