//! What happened during a run: who may ask next, how long answers took, what broke.

use std::cell::{Cell, RefCell};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::cpu::{Snapshot, Spent};
use crate::options::Options;
use crate::scenario::{FIRST_ID, Scenario};

/// One run's counters. All its users share one thread.
#[derive(Debug)]
pub(crate) struct Tally {
    plan: Plan,
    phase: Cell<Phase>,
    issued: Cell<u64>,
    latencies_ns: RefCell<Vec<u32>>,
    answer_bytes: Cell<usize>,
    errors: Cell<u64>,
    first_error: RefCell<Option<String>>,
}

/// When a run ends.
#[derive(Clone, Copy, Debug)]
enum Plan {
    Window { warmup: Duration, length: Duration },
    Requests(u64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Warming,
    Measuring,
    Over,
}

impl Tally {
    pub(crate) fn new(options: &Options) -> Result<Self> {
        let plan = match options.find("requests")? {
            Some(count) => Plan::Requests(count),
            None => Plan::Window {
                warmup: Duration::try_from_secs_f64(options.get("warmup", 1.0)?)?,
                length: Duration::try_from_secs_f64(options.get("seconds", 5.0)?)?,
            },
        };
        Ok(Self {
            plan,
            phase: Cell::new(Phase::Warming),
            issued: Cell::new(0),
            latencies_ns: RefCell::default(),
            answer_bytes: Cell::new(0),
            errors: Cell::new(0),
            first_error: RefCell::default(),
        })
    }

    /// The id of the next request, or nothing once the run is over.
    pub(crate) fn next_id(&self) -> Option<u64> {
        let issued = self.issued.get();
        match self.plan {
            _ if self.phase.get() == Phase::Over => return None,
            Plan::Requests(count) if issued >= count => return None,
            Plan::Requests(_) | Plan::Window { .. } => {}
        }
        self.issued.set(issued + 1);
        Some(FIRST_ID + issued)
    }

    /// Counts an answer, right or wrong.
    pub(crate) fn answered(&self, took: Duration, bytes: usize, checked: Result<()>) {
        match checked {
            Err(error) => self.failed(&error),
            Ok(()) if self.phase.get() == Phase::Measuring => {
                let nanoseconds = u32::try_from(took.as_nanos()).unwrap_or(u32::MAX);
                self.latencies_ns.borrow_mut().push(nanoseconds);
                self.answer_bytes.set(bytes);
            }
            Ok(()) => {}
        }
    }

    /// Counts something that went wrong.
    pub(crate) fn failed(&self, error: &anyhow::Error) {
        self.errors.set(self.errors.get() + 1);
        self.first_error
            .borrow_mut()
            .get_or_insert_with(|| format!("{error:#}"));
    }

    /// Lets `load` run for the planned window, or until it has made all its
    /// requests, and says what it cost.
    pub(crate) async fn run(
        &self,
        server: Option<u32>,
        load: impl Future<Output = ()>,
    ) -> Result<Spent> {
        match self.plan {
            Plan::Requests(_) => {
                self.phase.set(Phase::Measuring);
                let before = Snapshot::take(server)?;
                self.end_within(REQUESTS_LIMIT, load).await;
                Ok(Snapshot::take(server)?.since(&before))
            }
            Plan::Window { warmup, length } => {
                let window = async {
                    tokio::time::sleep(warmup).await;
                    let before = Snapshot::take(server)?;
                    self.phase.set(Phase::Measuring);
                    tokio::time::sleep(length).await;
                    self.phase.set(Phase::Over);
                    Ok(Snapshot::take(server)?.since(&before))
                };
                let load = self.end_within(warmup + length + LAST_ANSWERS, load);
                tokio::join!(window, load).0
            }
        }
    }

    async fn end_within(&self, limit: Duration, load: impl Future<Output = ()>) {
        if tokio::time::timeout(limit, load).await.is_err() {
            self.failed(&anyhow::anyhow!("calls were still unanswered at the end"));
        }
    }

    /// Prints the one line, and turns errors into a failure.
    pub(crate) fn report(&self, scenario: &Scenario, spent: &Spent) -> Result<ExitCode> {
        let mut latencies = self.latencies_ns.borrow_mut();
        latencies.sort_unstable();
        let calls = latencies.len();
        let mut errors = self.errors.get();
        if calls == 0 {
            self.failed(&anyhow::anyhow!("nothing was answered"));
            errors = errors.max(1);
        }
        let report = Report {
            scenario: scenario.name(),
            calls,
            calls_per_s: calls as f64 / spent.seconds,
            p50_us: quantile_us(&latencies, 0.50),
            p99_us: quantile_us(&latencies, 0.99),
            errors,
            first_error: self.first_error.borrow().clone(),
            answer_bytes: self.answer_bytes.get(),
            seconds: spent.seconds,
            server_cpu_us_per_call: spent
                .server_seconds
                .map(|seconds| seconds * 1e6 / calls.max(1) as f64),
            generator_busy: spent.generator_seconds / spent.seconds,
            others_busy: spent.others_seconds / spent.seconds,
        };
        println!("{}", serde_json::to_string(&report)?);
        Ok(match errors {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }
}

#[derive(Serialize)]
struct Report<'a> {
    scenario: &'a str,
    calls: usize,
    calls_per_s: f64,
    p50_us: f64,
    p99_us: f64,
    errors: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_error: Option<String>,
    answer_bytes: usize,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_cpu_us_per_call: Option<f64>,
    /// The share of one core that the generator used: near 1 it is the bottleneck.
    generator_busy: f64,
    /// Cores used by anything but the server and the generator.
    others_busy: f64,
}

fn quantile_us(sorted_ns: &[u32], share: f64) -> f64 {
    let at = (sorted_ns.len() as f64 * share) as usize;
    let found = sorted_ns.get(at).or(sorted_ns.last());
    found.map_or(0.0, |nanoseconds| f64::from(*nanoseconds) / 1e3)
}

/// How long the last answers may take once nobody asks any more.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// Counted requests may go to a server inside an emulator, fifty times slower.
const REQUESTS_LIMIT: Duration = Duration::from_secs(1800);

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Tally;
    use crate::options::Options;
    use crate::scenario::FIRST_ID;

    fn tally(line: &str) -> Tally {
        let words = line.split_whitespace().map(str::to_owned);
        Tally::new(&Options::parse(words).unwrap()).unwrap()
    }

    #[test]
    fn exactly_as_many_ids_as_requests() {
        let tally = tally("--requests 2");
        assert_eq!(tally.next_id(), Some(FIRST_ID));
        assert_eq!(tally.next_id(), Some(FIRST_ID + 1));
        assert_eq!(tally.next_id(), None);
    }

    #[test]
    fn what_is_answered_before_the_window_is_not_counted() {
        let tally = tally("--seconds 1");
        tally.answered(Duration::from_micros(5), 1, Ok(()));
        assert!(tally.latencies_ns.borrow().is_empty());
        tally.answered(Duration::from_micros(5), 1, Err(anyhow::anyhow!("wrong")));
        assert_eq!(tally.errors.get(), 1);
    }

    #[test]
    fn quantiles_of_few_values() {
        assert_eq!(super::quantile_us(&[], 0.5), 0.0);
        assert_eq!(super::quantile_us(&[1000, 2000, 3000], 0.5), 2.0);
        assert_eq!(super::quantile_us(&[1000, 2000, 3000], 0.99), 3.0);
    }
}
