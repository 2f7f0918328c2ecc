//! Cores and their time: who runs where, and who has spent how much.

use std::time::Instant;

use anyhow::{Context, Result};
use nix::sched::{CpuSet, sched_setaffinity};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// Keeps the calling thread, and whatever it starts from now on, on one core.
pub(crate) fn pin(core: usize) -> Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core)?;
    sched_setaffinity(Pid::from_raw(0), &cores).with_context(|| format!("cannot use core {core}"))
}

/// Clocks read at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    at: Instant,
    server: Option<f64>,
    generator: f64,
    machine: f64,
}

/// What passed between two moments, in seconds.
#[derive(Debug)]
pub(crate) struct Spent {
    pub(crate) seconds: f64,
    pub(crate) server_seconds: Option<f64>,
    pub(crate) generator_seconds: f64,
    pub(crate) others_seconds: f64,
}

impl Snapshot {
    /// Reads the clocks of the server, of this process and of the machine.
    pub(crate) fn take(server: Option<u32>) -> Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server: server.map(process_seconds).transpose()?,
            generator: seconds(ClockId::CLOCK_PROCESS_CPUTIME_ID)?,
            machine: machine_seconds(&std::fs::read_to_string("/proc/stat")?)?,
        })
    }

    /// What passed since an earlier moment.
    pub(crate) fn since(&self, earlier: &Self) -> Spent {
        let server_seconds = self
            .server
            .zip(earlier.server)
            .map(|(now, then)| now - then);
        let generator_seconds = self.generator - earlier.generator;
        let machine = self.machine - earlier.machine;
        let ours = server_seconds.unwrap_or(0.0) + generator_seconds;
        Spent {
            seconds: (self.at - earlier.at).as_secs_f64(),
            server_seconds,
            generator_seconds,
            // The machine counts in ticks, the processes in nanoseconds.
            others_seconds: (machine - ours).max(0.0),
        }
    }
}

/// The CPU time of a process: all its threads, those that ended included, to the nanosecond.
fn process_seconds(pid: u32) -> Result<f64> {
    let clock = clock_getcpuclockid(Pid::from_raw(pid.try_into()?))
        .with_context(|| format!("no process {pid}"))?;
    seconds(clock)
}

fn seconds(clock: ClockId) -> Result<f64> {
    let time = clock_gettime(clock)?;
    Ok(time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9)
}

/// The time that all cores together were not idle.
fn machine_seconds(stat: &str) -> Result<f64> {
    let line = stat.lines().next().context("/proc/stat is empty")?;
    let ticks: Vec<u64> = line
        .split_whitespace()
        .skip(1)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    // user nice system idle iowait irq softirq steal; guest time is in user's.
    let busy = [0, 1, 2, 5, 6, 7].iter().filter_map(|at| ticks.get(*at));
    Ok(busy.sum::<u64>() as f64 / TICKS_PER_SECOND)
}

/// `/proc/stat` counts in USER_HZ, which is 100 on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::{Snapshot, machine_seconds};

    #[test]
    fn a_busy_thread_shows_on_every_clock() {
        let before = Snapshot::take(Some(std::process::id())).unwrap();
        let mut turns = 0_u64;
        while before.at.elapsed().as_millis() < 20 {
            turns = std::hint::black_box(turns + 1);
        }
        let spent = Snapshot::take(Some(std::process::id()))
            .unwrap()
            .since(&before);
        assert!(spent.generator_seconds > 0.0);
        assert!(spent.server_seconds.unwrap() > 0.0);
    }

    #[test]
    fn idle_time_is_not_work() {
        let stat = "cpu  100 0 50 9999 9999 1 2 3 77 0\ncpu0 1 1 1 1\n";
        assert_eq!(machine_seconds(stat).unwrap(), 1.56);
    }
}
