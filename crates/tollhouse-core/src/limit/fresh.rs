//! A call that may have been made before is counted in two steps: what every call is counted in, and, once it is known to
//! be new, what its tool counts. One that is refused at the second has used up nothing at the first.

use std::sync::atomic::Ordering;

use super::{Caller, Counted, Counters, Denied, Pace, Seat, Shard, ToolCounted, lines};

impl Seat<'_> {
    /// Counts a call that has a place in the counters of its tool too, or takes back what it was counted in before.
    pub(crate) fn count_tool(
        &mut self,
        caller: &Caller,
        (before, tool): (&Counted, Option<ToolCounted>),
        now_ns: u64,
    ) -> Result<(), Denied> {
        let counters = self.counters;
        let more = Counted {
            weight: before.weight,
            tool,
            ..Counted::default()
        };
        let mut shard = counters.shard(caller);
        let mut passed = self.take_tool(more.tool);
        if passed.is_ok() && !self.is_paid {
            passed = counters.charge(&mut shard, (caller, &more), now_ns);
        }
        if passed.is_err() {
            match before.answers.filter(|_| self.is_paid) {
                Some(state) => shard.asked.add((caller.key, state), now_ns),
                None => counters.give_back(&mut shard, (caller, before), now_ns),
            }
        }
        passed
    }
}

impl Counters {
    /// Takes back what a call was charged.
    fn give_back(&self, shard: &mut Shard, (caller, counted): (&Caller, &Counted), now_ns: u64) {
        for line in lines(caller, counted).iter().flatten() {
            let cell = shard.cells.cell(line.cell, now_ns);
            *cell = line.pace.before(*cell, line.takes);
        }
        if let Some(quota) = counted.all {
            let pace = Pace::of(quota);
            let back = |cell| Some(pace.before(cell, counted.weight));
            let (set, get) = (Ordering::Relaxed, Ordering::Relaxed);
            let _before = self.all.fetch_update(set, get, back);
        }
    }
}
