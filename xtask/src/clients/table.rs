//! The tables at the end, one for each server: client by transport and era by step.

use std::collections::BTreeMap;
use std::fmt;

use super::driver::{Line, Step};

/// Rows in the order in which they were run.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    fixture: String,
    head: [String; 3],
    steps: BTreeMap<String, Step>,
}

impl Table {
    /// Adds what a driver said, under the names of fixture, client, transport
    /// and era, and returns what failed of it.
    pub(super) fn add(&mut self, head: [&str; 4], line: Line) -> Vec<String> {
        let [fixture, client, transport, era] = head.map(str::to_owned);
        let client = format!("{client} {}", line.version);
        let row = Row {
            fixture,
            head: [client, transport, era],
            steps: line.steps,
        };
        let failures = row.remarks().filter(|remark| remark.is_failure());
        let failures = failures.map(|remark| remark.to_string()).collect();
        self.rows.push(row);
        failures
    }

    fn fixtures(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.rows.iter().map(|row| row.fixture.as_str()).collect();
        names.dedup();
        names
    }
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let marks = STEPS
            .iter()
            .map(|(name, _)| mark(self.steps.get(*name)).to_owned());
        self.head.iter().cloned().chain(marks).collect()
    }

    /// What needs a sentence: failures, what a client cannot do or does in another way.
    fn remarks(&self) -> impl Iterator<Item = Remark<'_>> {
        let mut remarks: Vec<Remark<'_>> = Vec::new();
        for (name, _) in STEPS {
            let Some(step) = self.steps.get(name) else {
                continue;
            };
            let same = |remark: &&mut Remark<'_>| {
                remark.step.ok == step.ok && remark.step.detail == step.detail
            };
            match remarks.iter_mut().find(same) {
                Some(remark) => remark.names.push(name),
                None => remarks.push(Remark {
                    head: &self.head,
                    names: vec![name],
                    step,
                }),
            }
        }
        let is_plain = |remark: &Remark<'_>| mark(Some(remark.step)) == "ok";
        remarks.into_iter().filter(move |remark| !is_plain(remark))
    }
}

/// What is said of the steps of a row that came to the same.
#[derive(Debug)]
struct Remark<'a> {
    head: &'a [String; 3],
    names: Vec<&'static str>,
    step: &'a Step,
}

impl Remark<'_> {
    fn is_failure(&self) -> bool {
        self.step.ok == Some(false)
    }
}

impl fmt::Display for Remark<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [client, transport, era] = self.head;
        write!(out, "{}: {client}", mark(Some(self.step)))?;
        // A reason that is no failure holds for other rows of the client too, and is given once.
        if self.is_failure() {
            write!(out, " {transport} {era}")?;
        }
        let detail = self.step.detail.split_whitespace().collect::<Vec<_>>();
        write!(out, ", {}: {}", self.names.join(", "), detail.join(" "))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fixture in self.fixtures() {
            writeln!(out, "\n{fixture}")?;
            let rows = self.rows.iter().filter(|row| row.fixture == fixture);
            let rows: Vec<&Row> = rows.collect();
            write_columns(out, &rows)?;
            write_remarks(out, &rows)?;
        }
        Ok(())
    }
}

/// Only the columns of steps that were run at all.
fn write_columns(out: &mut fmt::Formatter<'_>, rows: &[&Row]) -> fmt::Result {
    let heads = HEADS.iter().copied();
    let titles = STEPS.iter().map(|(_, title)| *title);
    let mut lines: Vec<Vec<String>> = vec![heads.chain(titles).map(str::to_owned).collect()];
    lines.extend(rows.iter().map(|row| row.cells()));
    let widths: Vec<usize> = (0..HEADS.len() + STEPS.len())
        .map(|column| {
            let used = lines.iter().skip(1).filter_map(|line| line.get(column));
            let used = used.into_iter().any(|cell| cell != ABSENT);
            let cells = lines.iter().filter_map(|line| line.get(column));
            let widest = cells.map(String::len).max().unwrap_or(0);
            if used { widest } else { 0 }
        })
        .collect();
    for line in &lines {
        let cells = line.iter().zip(&widths).filter(|(_, width)| **width > 0);
        let padded: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        writeln!(out, "  {}", padded.join("  ").trim_end())?;
    }
    Ok(())
}

fn write_remarks(out: &mut fmt::Formatter<'_>, rows: &[&Row]) -> fmt::Result {
    let mut told = Vec::new();
    let remarks = rows.iter().flat_map(|row| row.remarks());
    for remark in remarks.map(|remark| remark.to_string()) {
        if !told.contains(&remark) {
            writeln!(out, "  {remark}")?;
            told.push(remark);
        }
    }
    Ok(())
}

fn mark(step: Option<&Step>) -> &str {
    let Some(step) = step else { return ABSENT };
    match (step.ok, &step.mark) {
        (Some(true), Some(mark)) => mark,
        (Some(true), None) => "ok",
        (Some(false), _) => "FAILED",
        (None, _) => "n/a",
    }
}

const HEADS: [&str; 3] = ["client", "way", "era"];
/// As the drivers name them, and as they stand over their columns.
const STEPS: [(&str, &str); 9] = [
    ("connect", "connect"),
    ("list", "list"),
    ("call", "call"),
    ("error", "error"),
    ("progress", "progress"),
    ("elicitation", "elicit"),
    ("cancellation", "cancel"),
    ("list_changed", "changed"),
    ("reconnect", "reconnect"),
];
const ABSENT: &str = "-";

#[cfg(test)]
mod tests;
