//! What every store of results must do, whatever it is made of.

use std::sync::Arc;

use tollhouse_core::spills::{Asked, Placed, Room, SpillId, Spills};

use super::{NOW_MS, ROOM, UNTIL_MS, get, is_there, put, spill};

/// Panics where a store does not do what the port promises. Each promise is tried on an empty one.
pub(crate) async fn holds(make: &(dyn Fn() -> Arc<dyn Spills> + Sync)) {
    pieces_are_the_whole(make().as_ref()).await;
    owners_are_strangers(make().as_ref()).await;
    what_expires_is_gone(make().as_ref()).await;
    the_oldest_of_an_owner_go_first(make().as_ref()).await;
    the_oldest_of_all_go_then(make().as_ref()).await;
    what_is_too_large_moves_nobody(make().as_ref()).await;
    what_is_forgotten_is_gone(make().as_ref()).await;
}

async fn pieces_are_the_whole(store: &dyn Spills) {
    let given = spill(9, 700);
    let id = put(store, given.clone()).await;
    let mut whole = Vec::new();
    loop {
        let from = whole.len() as u64;
        let piece = get(store, 9, &id, (from, 64)).await.unwrap();
        assert_eq!((&piece.label, piece.total), (&given.label, 700));
        if piece.bytes.is_empty() {
            break;
        }
        assert!(piece.bytes.len() <= 64);
        whole.extend_from_slice(&piece.bytes);
    }
    assert_eq!(whole, given.body);
    for beyond in [700, 701, u64::MAX] {
        let piece = get(store, 9, &id, (beyond, 64)).await.unwrap();
        assert!(piece.bytes.is_empty(), "{beyond}");
    }
    let empty = put(store, spill(1, 0)).await;
    let piece = get(store, 1, &empty, (0, 64)).await.unwrap();
    assert_eq!((piece.bytes.len(), piece.total), (0, 0));
}

async fn owners_are_strangers(store: &dyn Spills) {
    let id = put(store, spill(1, 10)).await;
    let unknown = SpillId::random().unwrap();
    assert!(!is_there(store, 2, &id).await && !is_there(store, 1, &unknown).await);
    assert!(!store.forget([2; 16], &id).await.unwrap());
    assert!(is_there(store, 1, &id).await);
}

async fn what_expires_is_gone(store: &dyn Spills) {
    let id = put(store, spill(1, 10)).await;
    let at = async |now_ms| {
        let asked = Asked {
            owner: [1; 16],
            id: &id,
            from: 0,
            bytes_max: 10,
            now_ms,
        };
        store.get(asked).await.unwrap().is_some()
    };
    assert!(at(UNTIL_MS - 1).await && !at(UNTIL_MS).await);
    assert_eq!(store.sweep(UNTIL_MS - 1).await.unwrap(), 0);
    assert_eq!(store.sweep(UNTIL_MS).await.unwrap(), 1);
    assert!(!at(NOW_MS).await);
}

async fn the_oldest_of_an_owner_go_first(store: &dyn Spills) {
    let others = put(store, spill(2, 900)).await;
    let first = put(store, spill(1, 400)).await;
    let second = put(store, spill(1, 400)).await;
    let third = put(store, spill(1, 600)).await;
    assert!(!is_there(store, 1, &first).await);
    assert!(is_there(store, 1, &second).await && is_there(store, 1, &third).await);
    assert!(is_there(store, 2, &others).await);
}

async fn the_oldest_of_all_go_then(store: &dyn Spills) {
    let first = put(store, spill(1, 900)).await;
    let second = put(store, spill(2, 900)).await;
    let third = put(store, spill(3, 900)).await;
    assert!(!is_there(store, 1, &first).await);
    assert!(is_there(store, 2, &second).await && is_there(store, 3, &third).await);
}

async fn what_is_too_large_moves_nobody(store: &dyn Spills) {
    let id = put(store, spill(1, 900)).await;
    let large = spill(1, 1_001);
    let large_id = large.id.clone();
    assert_eq!(store.put(large, ROOM).await.unwrap(), Placed::NoRoom);
    let none = Room {
        owner_bytes: 1_000,
        bytes: 0,
    };
    assert_eq!(store.put(spill(1, 1), none).await.unwrap(), Placed::NoRoom);
    assert!(is_there(store, 1, &id).await && !is_there(store, 1, &large_id).await);
}

async fn what_is_forgotten_is_gone(store: &dyn Spills) {
    let id = put(store, spill(1, 10)).await;
    assert!(store.forget([1; 16], &id).await.unwrap());
    assert!(!store.forget([1; 16], &id).await.unwrap());
    assert!(!is_there(store, 1, &id).await);
}
