//! Rounds that are paid for: a call that asked its caller comes back once with the answer, and is not charged again.
//!
//! The state that comes back with an answer can be sent as often as somebody likes, so each is good for one round.
//! What is not remembered here (another process asked, or it was too long ago) is charged like a new call.

use std::collections::BTreeMap;

/// Until when a round is paid for, by caller and state.
#[derive(Debug, Default)]
pub(super) struct Asked(BTreeMap<(u64, u64), u64>);

impl Asked {
    /// A caller was asked, and got this state.
    pub(super) fn add(&mut self, of: (u64, u64), now_ns: u64) {
        if self.0.len() >= ASKED_MAX && !self.0.contains_key(&of) {
            self.0.retain(|_, until_ns| *until_ns > now_ns);
            if self.0.len() >= ASKED_MAX {
                return;
            }
        }
        self.0.insert(of, now_ns.saturating_add(LIFE_NS));
    }

    /// Whether a round is paid for, which it is once.
    pub(super) fn take(&mut self, of: (u64, u64), now_ns: u64) -> bool {
        let until_ns = self.0.remove(&of);
        until_ns.is_some_and(|until_ns| until_ns > now_ns)
    }
}

const ASKED_MAX: usize = 1_024;
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
