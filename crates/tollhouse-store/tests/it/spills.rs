//! Whole results: one suite for every store, and what only files can get wrong.

use std::{
    fs,
    io::stdin,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

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

/// Where the results of a state stand.
fn folder(file: &Path) -> PathBuf {
    file.with_file_name(format!("{}-results", file.file_name().unwrap().display()))
}

fn files(house: &House) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder(&house.file())) else {
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
    let folder = folder(&house.file());
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
    let folder = folder(&house.file());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&folder), mode(&folder.join(id.digest()))),
        (0o700, 0o600)
    );
}

/// Two states in one folder: what has no row in the one may have one in the other.
#[tokio::test]
async fn p8_states_beside_each_other_keep_their_results_apart() {
    let house = House::new();
    let one = house.open().stores().spills;
    let other = State::open(&house.file().with_file_name("other.db")).unwrap();
    let other = other.stores().spills;
    let id = put(one.as_ref(), spill(1, 900)).await;
    other.sweep(NOW_MS).await.unwrap();
    assert!(is_there(one.as_ref(), 1, &id).await);
}

/// R10: where the disk takes a row and not all of the result, neither stays.
#[cfg(unix)]
#[test]
fn r10_a_result_that_the_disk_does_not_take_leaves_no_file() {
    use std::io::Write as _;

    let house = House::new();
    drop(house.open());
    // Files of one MiB at most, and an error instead of a signal beyond.
    let limited = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\"";
    let mut child = Command::new("sh")
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "spills::child", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", house.file().display()).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(folder(&house.file()).is_dir() && files(&house).is_empty());
}

#[tokio::test]
#[ignore = "the other side of the test above, which limits the size of its files"]
async fn child() {
    let path = stdin().lines().next().unwrap().unwrap();
    let store = State::open(path.as_ref()).unwrap().stores().spills;
    let spill = spill(1, 3 * 1024 * 1024);
    let id = spill.id.clone();
    let room = Room {
        owner_bytes: 10_000_000,
        bytes: 10_000_000,
    };
    assert!(store.put(spill, room).await.is_err());
    assert!(!is_there(store.as_ref(), 1, &id).await);
}
