//! Whole results: one suite for every store, and what only files can get wrong.

use std::{fs, sync::Arc};

use bytes::Bytes;
use tollhouse_core::{
    Stores,
    spills::{Asked, Label, Piece, Placed, Room, Spill, SpillId, Spills},
};
use tollhouse_store::State;

use crate::house::House;

mod contract;

const NOW_MS: u64 = 1_800_000_000_000;
const UNTIL_MS: u64 = NOW_MS + 1_000;
const ROOM: Room = Room {
    owner_bytes: 1_000,
    bytes: 2_500,
};

fn spill(owner: u8, bytes: usize) -> Spill {
    Spill {
        id: SpillId::random().unwrap(),
        owner: [owner; 16],
        label: Label {
            tool: "list_orders".to_owned(),
            mime_type: "text/plain".to_owned(),
            is_text: true,
            is_untrusted: owner == 9,
            tokens: 8_000,
        },
        body: Bytes::from_iter((0..=u8::MAX).cycle().take(bytes)),
        now_ms: NOW_MS,
        until_ms: UNTIL_MS,
    }
}

async fn put(store: &dyn Spills, spill: Spill) -> SpillId {
    let id = spill.id.clone();
    assert_eq!(store.put(spill, ROOM).await.unwrap(), Placed::Kept);
    id
}

async fn get(
    store: &dyn Spills,
    owner: u8,
    id: &SpillId,
    (from, bytes_max): (u64, usize),
) -> Option<Piece> {
    let asked = Asked {
        owner: [owner; 16],
        id,
        from,
        bytes_max,
        now_ms: NOW_MS,
    };
    store.get(asked).await.unwrap()
}

async fn is_there(store: &dyn Spills, owner: u8, id: &SpillId) -> bool {
    get(store, owner, id, (0, 1)).await.is_some()
}

#[tokio::test]
async fn p8_every_store_keeps_the_contract() {
    contract::holds(&|| Stores::default().spills).await;
    contract::holds(&|| State::in_memory().unwrap().stores().spills).await;
    let houses: std::sync::Mutex<Vec<House>> = std::sync::Mutex::default();
    contract::holds(&|| {
        let house = House::new();
        let spills = house.open().stores().spills;
        houses.lock().unwrap().push(house);
        spills
    })
    .await;
}

fn files(house: &House) -> Vec<String> {
    let Ok(entries) = fs::read_dir(house.file().with_file_name("results")) else {
        return Vec::new();
    };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[tokio::test]
async fn p8_another_process_reads_on_and_nothing_is_left_behind() {
    let house = House::new();
    let one: Arc<dyn Spills> = house.open().stores().spills;
    let two = house.open().stores().spills;
    let id = put(one.as_ref(), spill(1, 900)).await;
    assert!(is_there(two.as_ref(), 1, &id).await);
    assert_eq!(files(&house), [id.digest()], "the id itself is nowhere");
    // Room for the next one is made in the folder, too.
    let next = put(two.as_ref(), spill(1, 900)).await;
    assert_eq!(files(&house), [next.digest()]);
    assert_eq!(one.sweep(UNTIL_MS).await.unwrap(), 1);
    assert!(files(&house).is_empty());
}

#[tokio::test]
async fn p8_what_was_not_written_to_its_end_is_not_there_and_what_has_no_row_goes() {
    let house = House::new();
    let store = house.open().stores().spills;
    let id = put(store.as_ref(), spill(1, 900)).await;
    let folder = house.file().with_file_name("results");
    fs::write(folder.join(id.digest()), [0; 100]).unwrap();
    assert!(!is_there(store.as_ref(), 1, &id).await);
    let stray = folder.join("0".repeat(64));
    let other = folder.join("notes.txt");
    fs::write(&stray, "stray").unwrap();
    fs::write(&other, "no result").unwrap();
    assert_eq!(store.sweep(NOW_MS).await.unwrap(), 0);
    assert!(!stray.exists() && other.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn p8_nobody_else_on_the_machine_reads_a_result() {
    use std::os::unix::fs::PermissionsExt as _;

    let house = House::new();
    let id = put(house.open().stores().spills.as_ref(), spill(1, 10)).await;
    let folder = house.file().with_file_name("results");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&folder), mode(&folder.join(id.digest()))),
        (0o700, 0o600)
    );
}
