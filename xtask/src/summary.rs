//! Named steps, run one after another, timed, and summed up at the end.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::run;

/// What a run of several steps came to.
///
/// Every step is run, whatever became of the one before it; only
/// [`finish`](Self::finish) turns failures into an error.
#[derive(Debug)]
pub(crate) struct Summary {
    title: String,
    rows: Vec<Row>,
    skips_allowed: bool,
}

impl Summary {
    /// A summary whose skipped steps count as failures when `CI=true`.
    pub(crate) fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            rows: Vec::new(),
            skips_allowed: !run::in_ci(),
        }
    }

    /// Runs one step. An error that is a [`Skipped`] makes it a skip.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        self.record(name, None, work);
    }

    /// Like [`step`](Self::step), and tells how to repeat the step alone if it fails.
    pub(crate) fn step_again(
        &mut self,
        name: &str,
        again: &str,
        work: impl FnOnce() -> Result<()>,
    ) {
        self.record(name, Some(again), work);
    }

    /// Notes that a step could not be run here.
    pub(crate) fn skip(&mut self, name: &str, reason: &str) {
        println!("--- {name}: skipped: {reason}");
        self.push(name, Duration::ZERO, Mark::Skipped(reason.to_owned()));
    }

    /// Notes a step that does not apply here even under `CI=true`: it is
    /// listed as skipped and never counted as a failure.
    pub(crate) fn leave_out(&mut self, name: &str, reason: &str) {
        println!("--- {name}: left out: {reason}");
        self.push(name, Duration::ZERO, Mark::LeftOut(reason.to_owned()));
    }

    /// Prints the table. Fails if a step failed, or was skipped where skips are not allowed.
    pub(crate) fn finish(self) -> Result<()> {
        print!("{self}");
        let failed = self
            .rows
            .iter()
            .filter(|row| self.counts_as_failed(row))
            .count();
        if failed > 0 {
            bail!(
                "{}: {failed} of {} steps did not pass",
                self.title,
                self.rows.len()
            );
        }
        Ok(())
    }

    fn record(&mut self, name: &str, again: Option<&str>, work: impl FnOnce() -> Result<()>) {
        println!("--- {name}");
        let began = Instant::now();
        let result = work();
        let took = began.elapsed();
        let mark = match result {
            Ok(()) => Mark::Passed,
            Err(error) => match error.downcast_ref::<Skipped>() {
                Some(skipped) => Mark::Skipped(skipped.reason.clone()),
                None => {
                    println!("{error:#}");
                    Mark::Failed(again.map(str::to_owned))
                }
            },
        };
        println!("--- {name}: {mark} ({:.1} s)", took.as_secs_f64());
        self.push(name, took, mark);
    }

    fn push(&mut self, name: &str, took: Duration, mark: Mark) {
        self.rows.push(Row {
            name: name.to_owned(),
            took,
            mark,
        });
    }

    fn counts_as_failed(&self, row: &Row) -> bool {
        match row.mark {
            Mark::Passed | Mark::LeftOut(_) => false,
            Mark::Failed(_) => true,
            Mark::Skipped(_) => !self.skips_allowed,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .rows
            .iter()
            .map(|row| row.name.len())
            .max()
            .unwrap_or(0);
        writeln!(out, "\n{}", self.title)?;
        for row in &self.rows {
            writeln!(
                out,
                "  {:width$}  {:>7.1} s  {}",
                row.name,
                row.took.as_secs_f64(),
                row.mark
            )?;
        }
        if !self.skips_allowed
            && self
                .rows
                .iter()
                .any(|row| matches!(row.mark, Mark::Skipped(_)))
        {
            writeln!(out, "  CI=true: a skipped step counts as failed")?;
        }
        Ok(())
    }
}

/// The error with which a step says that it cannot be run here, and why.
#[derive(Debug)]
pub(crate) struct Skipped {
    reason: String,
}

impl Skipped {
    /// A ready-made error: `return Err(Skipped::because("no Postgres here"))`.
    pub(crate) fn because(reason: impl Into<String>) -> anyhow::Error {
        Self {
            reason: reason.into(),
        }
        .into()
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "skipped: {}", self.reason)
    }
}

impl std::error::Error for Skipped {}

#[derive(Debug)]
struct Row {
    name: String,
    took: Duration,
    mark: Mark,
}

#[derive(Debug)]
enum Mark {
    Passed,
    Failed(Option<String>),
    Skipped(String),
    LeftOut(String),
}

impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => write!(out, "ok"),
            Self::Failed(None) => write!(out, "FAILED"),
            Self::Failed(Some(again)) => write!(out, "FAILED; alone: {again}"),
            Self::Skipped(reason) => write!(out, "skipped: {reason}"),
            Self::LeftOut(reason) => write!(out, "left out: {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Skipped, Summary};

    fn summary(skips_allowed: bool) -> Summary {
        Summary {
            title: "demo".to_owned(),
            rows: Vec::new(),
            skips_allowed,
        }
    }

    #[test]
    fn every_step_runs_and_one_failure_fails_the_whole() {
        let mut summary = summary(true);
        let mut ran = 0;
        summary.step_again("first", "cargo first", || anyhow::bail!("broken"));
        summary.step("second", || {
            ran += 1;
            Ok(())
        });
        assert_eq!(ran, 1);
        let table = summary.to_string();
        assert!(table.contains("FAILED; alone: cargo first"), "{table}");
        assert!(summary.finish().is_err());
    }

    #[test]
    fn a_skip_passes_at_a_desk_and_fails_in_ci() {
        for (skips_allowed, passes) in [(true, true), (false, false)] {
            let mut summary = summary(skips_allowed);
            summary.step("asks", || Err(Skipped::because("no network")));
            assert!(summary.to_string().contains("skipped: no network"));
            assert_eq!(summary.finish().is_ok(), passes);
        }
    }

    #[test]
    fn what_is_left_out_never_fails() {
        let mut summary = summary(false);
        summary.leave_out("advisories", "no database");
        assert!(summary.to_string().contains("left out: no database"));
        assert!(summary.finish().is_ok());
    }
}
