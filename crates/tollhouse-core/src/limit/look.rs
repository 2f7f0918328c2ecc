//! What the counters would say to a call, without counting it.

use super::{Caller, Counted, Counters, Denied, Met, Pace, Shard, at_once_denied, lines};

impl Counters {
    /// Whether a call would pass.
    pub(crate) fn would_pass(
        &self,
        caller: &Caller,
        counted: &Counted,
        now_ns: u64,
    ) -> Result<(), Denied> {
        let mut shard = self.shard(caller);
        let running = shard.running.get(&caller.person).copied().unwrap_or(0);
        if let Some(most) = counted.at_once.filter(|most| running >= *most) {
            return Err(at_once_denied(Met::CallerAtOnce(most)));
        }
        shard.check(caller, counted, now_ns)
    }

    /// How many more calls of its tool would pass now, if they are counted.
    pub(crate) fn left(&self, caller: &Caller, counted: &Counted, now_ns: u64) -> Option<u64> {
        let [tool, ..] = lines(caller, counted);
        let line = tool?;
        let cell = *self.shard(caller).cells.cell(line.cell, now_ns);
        let pace: Pace = line.pace;
        Some(pace.left(cell, now_ns) / line.takes.max(1))
    }
}

impl Shard {
    /// Whether all counters of the caller let it pass.
    pub(super) fn check(
        &mut self,
        caller: &Caller,
        counted: &Counted,
        now_ns: u64,
    ) -> Result<(), Denied> {
        let mut denied: Option<Denied> = None;
        let mut meet = |met, wait_ns| {
            if wait_ns > denied.map_or(0, |denied| denied.wait_ns) {
                denied = Some(Denied { met, wait_ns });
            }
        };
        for line in lines(caller, counted).iter().flatten() {
            let cell = *self.cells.cell(line.cell, now_ns);
            meet(line.met, line.pace.wait_ns(cell, now_ns, line.needs));
        }
        let same = counted.tool.and_then(|tool| tool.same);
        if let Some((call, times)) = same {
            let wait_ns = self.turns.wait_ns((caller.turn, call), times, now_ns);
            meet(Met::Same(times), wait_ns);
        }
        denied.map_or(Ok(()), Err)
    }
}
