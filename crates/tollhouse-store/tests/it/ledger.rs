//! Calls by their keys: one suite for every store, handles that race, and processes that are killed.

mod bounds;
mod contract;
mod killed;
mod races;

use std::sync::Arc;

use tollhouse_core::{
    Stores,
    ledger::{Answer, Bid, End, Ledger, Slot, Standing},
};
use tollhouse_store::State;

use crate::house::House;

const NOW_MS: u64 = 1_800_000_000_000;
const RUNS_MS: u64 = 35_000;
const KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

/// Every store, each with room of its own.
fn everywhere() -> (House, Vec<Arc<dyn Ledger>>) {
    let house = House::new();
    let stores = vec![
        Stores::default().ledger,
        State::in_memory().unwrap().stores().ledger,
        house.open().stores().ledger,
    ];
    (house, stores)
}

fn slot(owner: u8, key: u64) -> Slot {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&key.to_be_bytes());
    Slot {
        owner: [owner; 16],
        key: digest,
    }
}

fn bid(slot: Slot, holder: &str, now_ms: u64) -> Bid {
    Bid {
        slot,
        arguments: [1; 32],
        holder: holder.into(),
        now_ms,
        until_ms: now_ms + RUNS_MS,
        forget_ms: now_ms + KEPT_MS,
        is_bold: false,
    }
}

fn done(text: &str) -> End {
    End::Done(Answer::Kept(text.to_owned()))
}

fn answered(text: &str) -> Standing {
    Standing::Done(Answer::Kept(text.to_owned()))
}
