//! All that was measured, by server and scenario.

use std::collections::BTreeMap;

use super::held::Held;
use super::load::Load;
use super::revoked::Revoked;
use super::shipped::Shipped;
use super::subjects::{Scenario, Server};
use super::valgrind::Count;

/// Every figure of a run.
#[derive(Debug, Default)]
pub(super) struct Figures {
    loads: BTreeMap<Key, Vec<Load>>,
    counts: BTreeMap<Key, Count>,
    memory: BTreeMap<Key, Vec<Memory>>,
    cold: BTreeMap<&'static str, Cold>,
    held: BTreeMap<Key, f64>,
    pub(super) shipped: Option<Shipped>,
    pub(super) revoked: Option<Revoked>,
}

/// A server's name and that of what it was asked.
type Key = (&'static str, &'static str);

/// A server's memory before and after one measurement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    pub(super) idle_kib: u64,
    pub(super) loaded_kib: u64,
}

/// From the start of the process, medians.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cold {
    pub(super) connect_ms: f64,
    pub(super) http_answer_ms: f64,
    pub(super) stdio_answer_ms: f64,
}

impl Figures {
    pub(super) fn add(
        &mut self,
        server: &Server,
        scenario: &Scenario,
        load: Load,
        memory: Option<Memory>,
    ) {
        let key = (server.name, scenario.name);
        self.loads.entry(key).or_default().push(load);
        self.memory.entry(key).or_default().extend(memory);
    }

    pub(super) fn count(&mut self, server: &Server, scenario: &Scenario, count: Count) {
        self.counts.insert((server.name, scenario.name), count);
    }

    pub(super) fn cold(&mut self, server: &Server, cold: Cold) {
        self.cold.insert(server.name, cold);
    }

    pub(super) fn hold(&mut self, server: &Server, held: &Held, kib: f64) {
        self.held.insert((server.name, held.title), kib);
    }

    /// The median over all rounds of one figure of the load.
    pub(super) fn load(
        &self,
        server: &Server,
        scenario: &Scenario,
        figure: impl Fn(&Load) -> f64,
    ) -> Option<f64> {
        let loads = self.loads.get(&(server.name, scenario.name))?;
        median(loads.iter().map(figure))
    }

    /// The median over all rounds of one figure of the memory.
    pub(super) fn memory(
        &self,
        server: &Server,
        scenario: &Scenario,
        figure: impl Fn(&Memory) -> u64,
    ) -> Option<f64> {
        let memory = self.memory.get(&(server.name, scenario.name))?;
        median(memory.iter().map(|memory| figure(memory) as f64))
    }

    pub(super) fn counted(&self, server: &Server, scenario: &Scenario) -> Option<Count> {
        self.counts.get(&(server.name, scenario.name)).copied()
    }

    pub(super) fn cold_start(&self, server: &Server) -> Option<Cold> {
        self.cold.get(server.name).copied()
    }

    /// What one session takes, in KiB.
    pub(super) fn held(&self, server: &Server, held: &Held) -> Option<f64> {
        self.held.get(&(server.name, held.title)).copied()
    }

    /// A sentence about other users of the machine, if they were in the way.
    pub(super) fn disturbance(&self) -> Option<String> {
        let loads = self.loads.values().flatten();
        let disturbed = loads.filter(|load| load.others_busy > OTHERS_MAX).count();
        (disturbed > 0).then(|| {
            format!(
                "{disturbed} of {} measurements were disturbed: other programs used more than \
                 {:.0} % of a core meanwhile.",
                self.loads.values().flatten().count(),
                OTHERS_MAX * 100.0
            )
        })
    }
}

pub(super) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get(sorted.len().saturating_sub(1) / 2)?;
    Some((upper + lower) / 2.0)
}

/// How much of a core others may use before a measurement counts as disturbed.
pub(super) const OTHERS_MAX: f64 = 0.1;

#[cfg(test)]
mod tests {
    #[test]
    fn medians() {
        assert_eq!(super::median([].into_iter()), None);
        assert_eq!(super::median([3.0, 1.0, 2.0].into_iter()), Some(2.0));
        assert_eq!(super::median([4.0, 1.0, 2.0, 3.0].into_iter()), Some(2.5));
    }
}
