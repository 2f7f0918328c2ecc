//! Waits, not for ever, until nobody else uses the machine.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};

/// Returns when the machine is quiet, or after a minute with a warning.
pub(super) fn wait() -> Result<()> {
    for turn in 0..TURNS {
        let idle = idle_share()?;
        if idle >= QUIET {
            return Ok(());
        }
        if turn == 0 {
            println!(
                "    others use {:.0} % of the machine; waiting",
                (1.0 - idle) * 100.0
            );
        }
        sleep(PAUSE);
    }
    println!("    WARNING: the machine does not get quiet; the figures will drift");
    Ok(())
}

fn idle_share() -> Result<f64> {
    let before = Ticks::read()?;
    sleep(LOOK);
    let after = Ticks::read()?;
    let total = (after.total - before.total).max(1);
    Ok((after.idle - before.idle) as f64 / total as f64)
}

/// The time of all cores since the machine started.
struct Ticks {
    idle: u64,
    total: u64,
}

impl Ticks {
    fn read() -> Result<Self> {
        Self::parse(&fs::read_to_string("/proc/stat").context("no /proc/stat here")?)
    }

    fn parse(stat: &str) -> Result<Self> {
        let line = stat.lines().next().context("/proc/stat is empty")?;
        // user nice system idle iowait irq softirq steal; guest time is in user's.
        let ticks: Vec<u64> = line
            .split_whitespace()
            .skip(1)
            .take(8)
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            idle: ticks.iter().skip(3).take(2).sum(),
            total: ticks.iter().sum(),
        })
    }
}

const QUIET: f64 = 0.95;
const LOOK: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_secs(2);
const TURNS: u32 = 20;

#[cfg(test)]
mod tests {
    #[test]
    fn waiting_for_a_disk_is_idle_too() {
        let ticks = super::Ticks::parse("cpu  10 0 20 60 5 1 2 2 9 0\ncpu0 1\n").unwrap();
        assert_eq!((ticks.idle, ticks.total), (65, 100));
    }
}
