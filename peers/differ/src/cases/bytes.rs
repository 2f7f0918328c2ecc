//! Good messages in which a few bytes are others, are gone, or are too many.

use serde_json::json;

use super::{Case, call_request};
use crate::dice::Dice;
use crate::era::Era;

pub(super) fn spoilt(dice: &mut Dice, era: Era) -> Case {
    let good = match dice.below(3) {
        0 => era.request("tools/list", &json!({})),
        _ => call_request(era),
    };
    let mut bytes = good.body().to_vec();
    for _ in 0..=dice.below(3) {
        spoil(dice, &mut bytes);
    }
    Case::new("bytes", good.bytes(bytes))
}

fn spoil(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let at = dice.below(bytes.len().saturating_sub(1));
    let other = match dice.below(4) {
        0 => u8::try_from(dice.below(256)).unwrap_or_default(),
        _ => dice.pick(LIKELY).copied().unwrap_or_default(),
    };
    match dice.below(4) {
        0 => bytes.insert(at, other),
        1 => drop(bytes.splice(at..=at, [])),
        2 => drop(bytes.splice(at..=at, [other])),
        _ => bytes.insert(at, bytes.get(at).copied().unwrap_or(other)),
    }
}

/// Bytes that mean something in JSON.
const LIKELY: &[u8] = b"{}[]\":,0123456789-.eEtfn\\ \t\n/_";
