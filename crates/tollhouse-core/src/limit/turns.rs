//! Turns: calls of one sign-in or session with less than half a minute between them, and what is the same in them.

use std::collections::BTreeMap;

/// The turns of some callers, no more than there is room for: who is new while all of them last has none.
#[derive(Debug, Default)]
pub(super) struct Turns(BTreeMap<u64, Turn>);

#[derive(Debug, Default)]
struct Turn {
    last_ns: u64,
    calls: u32,
    same: Vec<Same>,
}

/// One call that was made before.
#[derive(Debug)]
struct Same {
    call: u64,
    times: u32,
    last_ns: u64,
}

impl Turns {
    /// Counts a call in a turn: how many it has now.
    pub(super) fn came(&mut self, turn: u64, now_ns: u64) -> u32 {
        if self.0.len() >= TURNS_MAX && !self.0.contains_key(&turn) {
            self.0.retain(|_, turn| !is_over(turn.last_ns, now_ns));
            if self.0.len() >= TURNS_MAX {
                return 0;
            }
        }
        let turn = self.0.entry(turn).or_default();
        if is_over(turn.last_ns, now_ns) {
            *turn = Turn::default();
        }
        turn.last_ns = now_ns;
        turn.calls = turn.calls.saturating_add(1);
        turn.calls
    }

    /// How long the same call has to wait if it may run so many times in one turn; 0 if it may run now. Whoever
    /// keeps asking is answered again when the answer has become old enough to be another.
    pub(super) fn wait_ns(&self, (turn, call): (u64, u64), times: u32, now_ns: u64) -> u64 {
        let Some(turn) = self.0.get(&turn) else {
            return 0;
        };
        let same = turn.same.iter().find(|same| same.call == call);
        match same {
            Some(same) if same.times >= times => {
                let end_ns = same.last_ns.saturating_add(GAP_NS);
                end_ns.saturating_sub(now_ns)
            }
            Some(_) | None => 0,
        }
    }

    /// Counts a call as one that runs.
    pub(super) fn ran(&mut self, (turn, call): (u64, u64), now_ns: u64) {
        let Some(turn) = self.0.get_mut(&turn) else {
            return;
        };
        if let Some(same) = turn.same.iter_mut().find(|same| same.call == call) {
            if is_over(same.last_ns, now_ns) {
                same.times = 0;
            }
            same.times = same.times.saturating_add(1);
            same.last_ns = now_ns;
            return;
        }
        let new = Same {
            call,
            times: 1,
            last_ns: now_ns,
        };
        if turn.same.len() < SAME_MAX {
            turn.same.push(new);
            return;
        }
        // What was seen least, and longest ago, is the least likely to be a loop.
        let least = turn
            .same
            .iter_mut()
            .min_by_key(|same| (same.times, same.last_ns));
        if let Some(least) = least {
            *least = new;
        }
    }
}

const fn is_over(last_ns: u64, now_ns: u64) -> bool {
    now_ns.saturating_sub(last_ns) >= GAP_NS
}

const GAP_NS: u64 = 30 * 1_000_000_000;
const TURNS_MAX: usize = 256;
const SAME_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::{GAP_NS, SAME_MAX, TURNS_MAX, Turns};

    #[test]
    fn p37_a_turn_ends_after_half_a_minute_of_silence() {
        let mut turns = Turns::default();
        for call in 1..=5 {
            assert_eq!(turns.came(1, GAP_NS * 2 + u64::from(call)), call);
        }
        let last = GAP_NS * 2 + 5;
        assert_eq!(turns.came(1, last + GAP_NS - 1), 6);
        assert_eq!(turns.came(1, last + GAP_NS * 2 - 1), 1);
    }

    #[test]
    fn p5_a_loop_is_stopped_and_may_go_on_when_the_answer_is_old() {
        let mut turns = Turns::default();
        let now = GAP_NS * 5;
        turns.came(1, now);
        for _ in 0..3 {
            assert_eq!(turns.wait_ns((1, 7), 3, now), 0);
            turns.ran((1, 7), now);
        }
        assert_eq!(turns.wait_ns((1, 7), 3, now + 10), GAP_NS - 10);
        assert_eq!(turns.wait_ns((1, 8), 3, now), 0, "another call");
        assert_eq!(turns.wait_ns((2, 7), 3, now), 0, "another turn");
        turns.came(1, now + GAP_NS - 1);
        assert_eq!(turns.wait_ns((1, 7), 3, now + GAP_NS), 0);
        turns.ran((1, 7), now + GAP_NS);
        assert_eq!(turns.wait_ns((1, 7), 3, now + GAP_NS), 0);
    }

    #[test]
    fn a_loop_is_seen_among_many_other_calls_and_memory_is_bounded() {
        let mut turns = Turns::default();
        let now = GAP_NS * 5;
        turns.came(1, now);
        for other in 0..10_000 {
            turns.ran((1, 100 + other), now + other);
            if other % 20 == 0 {
                turns.ran((1, 7), now + other);
            }
        }
        assert!(turns.wait_ns((1, 7), 20, now + 10_000) > 0);
        assert!(turns.0.values().all(|turn| turn.same.len() <= SAME_MAX));
        for turn in 0..10_000 {
            turns.came(turn, now);
        }
        assert_eq!(turns.0.len(), TURNS_MAX);
        assert!(
            turns.wait_ns((1, 7), 20, now + 10_000) > 0,
            "forgotten for strangers"
        );
        turns.came(20_000, now + GAP_NS);
        assert_eq!(turns.0.len(), 1);
    }
}
