//! How often and how much at once: the counters, which outlive a call and a reload of the rules.
//!
//! All counters of one caller stand behind one lock, so that a call is checked against all of them and then charged to
//! all, or to none. Callers are spread over several such locks. What all callers share is one number.

use std::{
    collections::BTreeMap,
    fmt,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::Quota;

mod asked;
mod flight;
mod fresh;
mod gcra;
mod likeness;
mod look;
mod table;
mod turns;

use asked::Asked;
pub(crate) use flight::{Flights, Landed, Lead, Mark, Part};
use gcra::Pace;
pub(crate) use gcra::nanoseconds;
pub(crate) use likeness::likeness;
use table::{Kind, Table};
use turns::Turns;

/// All counters of one server.
pub(crate) struct Counters {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
    /// The cell of all callers together.
    all: AtomicU64,
    /// How many calls of each tool run, of those that have a limit.
    tools: Mutex<BTreeMap<u64, usize>>,
    turns_over: AtomicU64,
    pub(crate) flights: Flights,
}

/// The counters of some callers.
#[derive(Debug, Default)]
struct Shard {
    cells: Table,
    turns: Turns,
    asked: Asked,
    /// How many calls of each caller run.
    running: BTreeMap<u64, usize>,
}

/// Who calls, as counters know it. Numbers that nobody can foresee stand for names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// The person or program.
    pub(crate) person: u64,
    /// What it calls under: a key or a sign-in, or itself.
    pub(crate) key: u64,
    /// Whose calls make a turn: a session, or what it calls under.
    pub(crate) turn: u64,
}

/// What a call is counted as.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    /// How many calls it counts as.
    pub(crate) weight: u64,
    /// Calls of everything by one key.
    pub(crate) key: Option<Quota>,
    /// Calls in one session.
    pub(crate) session: Option<Quota>,
    /// Calls of everything by everybody.
    pub(crate) all: Option<Quota>,
    /// Rows given to one key.
    pub(crate) rows: Option<Quota>,
    /// Calls of one caller at once.
    pub(crate) at_once: Option<usize>,
    /// What is counted of a tool.
    pub(crate) tool: Option<ToolCounted>,
    /// The number of the state, if its caller comes back with an answer to what was asked.
    pub(crate) answers: Option<u64>,
}

/// What a call of a tool is counted as besides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ToolCounted {
    /// The tool's number.
    pub(crate) tool: u64,
    /// Calls of it by one caller.
    pub(crate) quota: Option<Quota>,
    /// Calls of it at once, by everybody.
    pub(crate) at_once: Option<usize>,
    /// The number of the call with its arguments, and how often the same may run in a turn.
    pub(crate) same: Option<(u64, u32)>,
}

/// Which limit a call met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Met {
    Key(Quota),
    Tool(Quota),
    Session(Quota),
    All(Quota),
    Rows(Quota),
    CallerAtOnce(usize),
    ToolAtOnce(usize),
    Same(u32),
}

/// A limit that a call met, and after how long it would pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Denied {
    pub(crate) met: Met,
    pub(crate) wait_ns: u64,
}

/// One cell that a call is counted in.
struct Line {
    met: Met,
    cell: (Kind, u64),
    pace: Pace,
    needs: u64,
    takes: u64,
}

impl Counters {
    /// A number for a name, the same for as long as the counters live.
    pub(crate) fn number(&self, name: impl std::hash::Hash) -> u64 {
        self.hasher.hash_one(name)
    }

    /// Counts a call in its caller's turn. Says whether it is the first beyond so many.
    pub(crate) fn came(&self, caller: &Caller, usual: u32, now_ns: u64) -> bool {
        let calls = self.shard(caller).turns.came(caller.turn, now_ns);
        let is_over = calls == usual.saturating_add(1);
        if is_over {
            self.turns_over.fetch_add(1, Ordering::Relaxed);
        }
        is_over
    }

    /// How many turns had more calls than is usual.
    pub(crate) fn turns_over(&self) -> u64 {
        self.turns_over.load(Ordering::Relaxed)
    }

    /// Counts a call in all its counters and gives it a place among those that run, or in none and says why not.
    pub(crate) fn pass(
        &self,
        caller: &Caller,
        counted: &Counted,
        now_ns: u64,
    ) -> Result<Seat<'_>, Denied> {
        let mut shard = self.shard(caller);
        let at_once = counted.at_once;
        let running = shard.running.get(&caller.person).copied().unwrap_or(0);
        if let Some(most) = at_once.filter(|most| running >= *most) {
            return Err(at_once_denied(Met::CallerAtOnce(most)));
        }
        // Given back if anything else says no.
        let mut seat = Seat::at(self);
        seat.take_tool(counted.tool)?;
        let answers = counted.answers;
        seat.is_paid = answers.is_some_and(|state| shard.asked.take((caller.key, state), now_ns));
        if !seat.is_paid {
            self.charge(&mut shard, (caller, counted), now_ns)?;
        }
        if at_once.is_some() {
            *shard.running.entry(caller.person).or_default() += 1;
            seat.caller = Some(*caller);
        }
        Ok(seat)
    }

    /// Checks all, then charges all. The lock on the caller's counters lasts from the one to the other.
    fn charge(
        &self,
        shard: &mut Shard,
        (caller, counted): (&Caller, &Counted),
        now_ns: u64,
    ) -> Result<(), Denied> {
        shard.check(caller, counted, now_ns)?;
        // Shared with callers behind other locks, so it is checked and charged in one, as the last that can say no.
        self.charge_all(counted, now_ns)?;
        for line in lines(caller, counted).iter().flatten() {
            let cell = shard.cells.cell(line.cell, now_ns);
            *cell = line.pace.after(*cell, now_ns, line.takes);
        }
        if let Some((call, _)) = counted.tool.and_then(|tool| tool.same) {
            shard.turns.ran((caller.turn, call), now_ns);
        }
        Ok(())
    }

    fn charge_all(&self, counted: &Counted, now_ns: u64) -> Result<(), Denied> {
        let Some(quota) = counted.all else {
            return Ok(());
        };
        let pace = Pace::of(quota);
        let charged = self
            .all
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |cell| {
                let passes = pace.wait_ns(cell, now_ns, counted.weight) == 0;
                passes.then(|| pace.after(cell, now_ns, counted.weight))
            });
        charged.map(drop).map_err(|cell| Denied {
            met: Met::All(quota),
            wait_ns: pace.wait_ns(cell, now_ns, counted.weight),
        })
    }

    /// Notes that a call has asked its caller: the round that brings the answer with this state is of the same call.
    pub(crate) fn asked(&self, caller: &Caller, state: u64, now_ns: u64) {
        self.shard(caller).asked.add((caller.key, state), now_ns);
    }

    /// Charges the rows that a call gave.
    pub(crate) fn gave(&self, caller: &Caller, quota: Quota, (rows, now_ns): (u64, u64)) {
        let mut shard = self.shard(caller);
        let cell = shard.cells.cell((Kind::Rows, caller.key ^ ROWS), now_ns);
        *cell = Pace::with_debt(quota).after(*cell, now_ns, rows);
    }

    fn shard(&self, caller: &Caller) -> MutexGuard<'_, Shard> {
        let place = usize::try_from(caller.person % SHARDS as u64).unwrap_or(0);
        let [first, ..] = &self.shards;
        // A panic between lock and unlock leaves at worst one call counted in part.
        let shard = self.shards.get(place).unwrap_or(first).lock();
        shard.unwrap_or_else(PoisonError::into_inner)
    }

    fn tools(&self) -> MutexGuard<'_, BTreeMap<u64, usize>> {
        self.tools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The cells that a call is counted in.
fn lines(caller: &Caller, counted: &Counted) -> [Option<Line>; 4] {
    let weight = counted.weight;
    let line = |met: Met, quota: Quota, cell: (Kind, u64)| Line {
        met,
        cell,
        pace: Pace::of(quota),
        needs: weight,
        takes: weight,
    };
    let tool = counted.tool.and_then(|tool| {
        let cell = (Kind::Tool, caller.person ^ tool.tool.rotate_left(1));
        tool.quota.map(|quota| line(Met::Tool(quota), quota, cell))
    });
    [
        tool,
        counted.session.map(|quota| {
            line(
                Met::Session(quota),
                quota,
                (Kind::Session, caller.turn ^ SESSION),
            )
        }),
        counted
            .key
            .map(|quota| line(Met::Key(quota), quota, (Kind::Key, caller.key))),
        // There has to be room for one row; how many come is known afterwards.
        counted.rows.map(|quota| Line {
            pace: Pace::with_debt(quota),
            needs: 1,
            takes: 0,
            ..line(Met::Rows(quota), quota, (Kind::Rows, caller.key ^ ROWS))
        }),
    ]
}

/// A place among the calls that run now, given back when it is dropped.
#[must_use]
pub(crate) struct Seat<'a> {
    counters: &'a Counters,
    caller: Option<Caller>,
    tool: Option<u64>,
    /// Whether the call was charged in an earlier round.
    is_paid: bool,
}

impl<'a> Seat<'a> {
    const fn at(counters: &'a Counters) -> Self {
        Self {
            counters,
            caller: None,
            tool: None,
            is_paid: false,
        }
    }

    /// Takes a place among the calls of a tool.
    fn take_tool(&mut self, tool: Option<ToolCounted>) -> Result<(), Denied> {
        let Some((tool, most)) = tool.and_then(|tool| Some((tool.tool, tool.at_once?))) else {
            return Ok(());
        };
        let mut tools = self.counters.tools();
        let running = tools.entry(tool).or_default();
        if *running >= most {
            return Err(at_once_denied(Met::ToolAtOnce(most)));
        }
        *running += 1;
        self.tool = Some(tool);
        Ok(())
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        if let Some(tool) = self.tool {
            leave(&mut self.counters.tools(), tool);
        }
        if let Some(caller) = self.caller {
            leave(&mut self.counters.shard(&caller).running, caller.person);
        }
    }
}

/// One less; of nobody there is no number.
fn leave(running: &mut BTreeMap<u64, usize>, id: u64) {
    if let Some(count) = running.get_mut(&id) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            running.remove(&id);
        }
    }
}

/// When a place is free is not known: whoever waits a little finds out.
const fn at_once_denied(met: Met) -> Denied {
    Denied {
        met,
        wait_ns: 1_000_000_000,
    }
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
            all: AtomicU64::new(0),
            tools: Mutex::default(),
            turns_over: AtomicU64::new(0),
            flights: Flights::default(),
        }
    }
}

impl fmt::Debug for Counters {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Counters")
    }
}

impl fmt::Debug for Seat<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Seat")
    }
}

const SHARDS: usize = 16;
/// What tells a key's rows from its calls.
const ROWS: u64 = 0x5151_5151_5151_5151;
/// What tells a session's calls from those of a key that has no session.
const SESSION: u64 = 0xa7a7_a7a7_a7a7_a7a7;

#[cfg(test)]
mod tests;
