//! Rounds that are paid for: a call that asked its caller comes back once with the answer, and is not charged again.
//!
//! The state that comes back with an answer is no proof of that, because it can be sent as often as somebody likes.
//! What is not remembered here (another process asked, or it was too long ago) is charged like a new call.

use std::collections::BTreeMap;

/// How many rounds are paid for, by caller and target.
#[derive(Debug, Default)]
pub(super) struct Asked(BTreeMap<(u64, u64), Paid>);

#[derive(Debug, Default)]
struct Paid {
    rounds: u32,
    until_ns: u64,
}

impl Asked {
    /// A caller was asked about a target.
    pub(super) fn add(&mut self, of: (u64, u64), now_ns: u64) {
        if self.0.len() >= ASKED_MAX && !self.0.contains_key(&of) {
            self.0.retain(|_, paid| paid.until_ns > now_ns);
            if self.0.len() >= ASKED_MAX {
                return;
            }
        }
        let paid = self.0.entry(of).or_default();
        if paid.until_ns <= now_ns {
            paid.rounds = 0;
        }
        paid.rounds = paid.rounds.saturating_add(1).min(ROUNDS_MAX);
        paid.until_ns = now_ns.saturating_add(LIFE_NS);
    }

    /// Whether a round is paid for, which it is once.
    pub(super) fn take(&mut self, of: (u64, u64), now_ns: u64) -> bool {
        let Some(paid) = self.0.get_mut(&of) else {
            return false;
        };
        let is_paid = paid.rounds > 0 && paid.until_ns > now_ns;
        paid.rounds = paid.rounds.saturating_sub(1);
        if !is_paid || paid.rounds == 0 {
            self.0.remove(&of);
        }
        is_paid
    }
}

const ASKED_MAX: usize = 1_024;
const ROUNDS_MAX: u32 = 64;
/// As long as the state with which somebody comes back.
const LIFE_NS: u64 = 15 * 60 * 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::{ASKED_MAX, Asked, LIFE_NS};

    #[test]
    fn a_round_is_paid_for_once_and_not_for_ever() {
        let mut asked = Asked::default();
        assert!(!asked.take((1, 1), 5));
        asked.add((1, 1), 5);
        assert!(!asked.take((1, 2), 5));
        assert!(asked.take((1, 1), 5));
        assert!(!asked.take((1, 1), 5));
        asked.add((1, 1), 5);
        assert!(!asked.take((1, 1), 5 + LIFE_NS));
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let mut asked = Asked::default();
        for caller in 0..10_000 {
            asked.add((caller, 1), 5);
        }
        assert_eq!(asked.0.len(), ASKED_MAX);
        assert!(asked.take((0, 1), 5));
        assert!(!asked.take((9_999, 1), 5));
    }
}
