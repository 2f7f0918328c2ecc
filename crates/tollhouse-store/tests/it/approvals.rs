//! Approvals: one suite for every store, and what several handles on one file may not do.

use std::sync::Arc;

use futures_util::future::join_all;
use tollhouse_core::{
    Stores,
    approvals::{Answered, ApprovalId, Approvals, Plea, Standing, Wish},
};
use tollhouse_store::State;

use crate::house::House;

mod contract;

const NOW_MS: u64 = 1_800_000_000_000;
const LASTS_MS: u64 = 15 * 60 * 1_000;

/// Every store, each with room of its own.
fn everywhere() -> (House, Vec<Arc<dyn Approvals>>) {
    let house = House::new();
    let stores = vec![
        Stores::default().approvals,
        State::in_memory().unwrap().stores().approvals,
        house.open().stores().approvals,
    ];
    (house, stores)
}

/// A call of this number, by the caller of this number.
fn wish(owner: u8, call: u16, now_ms: u64) -> Wish {
    let mut binding = [owner; 32];
    binding[..2].copy_from_slice(&call.to_be_bytes());
    Wish {
        id: ApprovalId::random().unwrap(),
        binding,
        owner: [owner; 16],
        plea: Plea {
            subject: "ana".to_owned(),
            client: Some("desk".to_owned()),
            tenant: None,
            target: "delete_order".to_owned(),
            definition: "00ff".to_owned(),
            question: "Delete?".to_owned(),
            arguments: r#"{"id":42}"#.to_owned(),
        },
        now_ms,
        lasts_ms: LASTS_MS,
    }
}

/// Opens a call that nobody knows yet, and gives its id.
async fn begun(store: &dyn Approvals, wish: Wish) -> ApprovalId {
    match store.open(wish).await.unwrap() {
        Standing::New(approval) => approval.id,
        other => unreachable!("{other:?}"),
    }
}

/// Two processes on one state file: of many who redeem one yes, one does.
#[tokio::test(flavor = "multi_thread")]
async fn case_64_of_many_who_redeem_one_yes_on_one_file_one_does() {
    let house = House::new();
    let (here, there) = (house.open(), house.open());
    for round in 0..20 {
        let wish = wish(1, round, NOW_MS);
        let binding = wish.binding;
        let id = begun(&here, wish).await;
        let answered = there.answer(&id, true, NOW_MS).await.unwrap();
        assert!(matches!(answered, Some(Answered::Now(_))));
        let stores = [&here, &there].into_iter().cycle().take(10);
        let tries = join_all(stores.map(|store| store.redeem(&id, binding, NOW_MS))).await;
        let let_through = tries.into_iter().filter(|tried| *tried.as_ref().unwrap());
        assert_eq!(let_through.count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_64_what_may_be_used_once_is_used_once_on_one_file() {
    let house = House::new();
    let (here, there) = (house.open(), house.open());
    for nonce in 0..20 {
        let uses = [&here, &there, &here, &there];
        let uses = uses.map(|store| store.spend([nonce; 16], NOW_MS + 1, NOW_MS));
        let uses = join_all(uses).await;
        let firsts = uses
            .into_iter()
            .filter(|is_first| *is_first.as_ref().unwrap());
        assert_eq!(firsts.count(), 1);
    }
}

/// What one process opened, another finds after the first is gone.
#[tokio::test]
async fn o1_a_call_that_waits_outlives_its_process() {
    let house = House::new();
    let first = house.open();
    let id = begun(&first, wish(1, 1, NOW_MS)).await;
    drop(first);
    let second = house.open();
    let found = second.look(&id).await.unwrap().unwrap();
    assert_eq!(found.plea, wish(1, 1, NOW_MS).plea);
    let standing = second.open(wish(1, 1, NOW_MS + 1)).await.unwrap();
    assert_eq!(standing, Standing::Waiting(found));
}
