//! The table at the end: client by transport by step.

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
    head: [String; 3],
    steps: BTreeMap<String, Step>,
}

impl Table {
    /// Adds what a driver said, and returns what failed of it.
    pub(super) fn add(&mut self, head: [&str; 3], line: Line) -> Vec<String> {
        let failures = line
            .steps
            .iter()
            .filter(|(_, step)| step.ok == Some(false))
            .map(|(name, step)| format!("{name}: {}", step.detail))
            .collect();
        let [client, transport, fixture] = head.map(str::to_owned);
        let client = format!("{client} {}", line.version);
        self.rows.push(Row {
            head: [client, transport, fixture],
            steps: line.steps,
        });
        failures
    }
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let marks = STEPS
            .iter()
            .map(|name| mark(self.steps.get(*name)).to_owned());
        self.head.iter().cloned().chain(marks).collect()
    }

    /// What needs a sentence: failures, and steps that the client cannot do.
    fn remarks(&self) -> impl Iterator<Item = String> {
        let [client, transport, fixture] = &self.head;
        self.steps
            .iter()
            .filter(|(_, step)| step.ok != Some(true))
            .map(move |(name, step)| {
                let what = mark(Some(step));
                format!(
                    "{what}: {client} {transport} {fixture} {name}: {}",
                    step.detail
                )
            })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = HEADS.iter().chain(&STEPS).map(|head| (*head).to_owned());
        let mut lines: Vec<Vec<String>> = vec![heads.collect()];
        lines.extend(self.rows.iter().map(Row::cells));
        let columns = HEADS.len() + STEPS.len();
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = lines.iter().filter_map(|line| line.get(column));
                cells.map(String::len).max().unwrap_or(0)
            })
            .collect();
        writeln!(out)?;
        for line in &lines {
            let cells = line.iter().zip(&widths);
            let padded: Vec<String> = cells
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            writeln!(out, "  {}", padded.join("  ").trim_end())?;
        }
        for remark in self.rows.iter().flat_map(Row::remarks) {
            writeln!(out, "  {remark}")?;
        }
        Ok(())
    }
}

fn mark(step: Option<&Step>) -> &'static str {
    match step.map(|step| step.ok) {
        Some(Some(true)) => "ok",
        Some(Some(false)) => "FAILED",
        Some(None) => "n/a",
        None => "-",
    }
}

const HEADS: [&str; 3] = ["client", "transport", "fixture"];
const STEPS: [&str; 7] = [
    "discover",
    "list",
    "call",
    "error",
    "progress",
    "elicitation",
    "cancellation",
];

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn every_outcome_has_its_mark_and_its_remark() {
        let line = serde_json::from_str(
            r#"{"version":"2","steps":{
                "list":{"ok":true,"detail":"3 tools"},
                "error":{"ok":false,"detail":"no text"},
                "progress":{"ok":null,"detail":"cannot show it"}}}"#,
        );
        let mut table = Table::default();
        let failures = table.add(["inspector", "http", "orders"], line.unwrap());
        assert_eq!(failures, ["error: no text"]);
        let shown = table.to_string();
        let rows: Vec<&str> = shown.lines().skip(1).collect();
        let words: Vec<&str> = rows[1].split_whitespace().collect();
        let expected = [
            "inspector",
            "2",
            "http",
            "orders",
            "-",
            "ok",
            "-",
            "FAILED",
            "n/a",
            "-",
            "-",
        ];
        assert_eq!(words, expected);
        assert_eq!(rows[2], "  FAILED: inspector 2 http orders error: no text");
        assert_eq!(
            rows[3],
            "  n/a: inspector 2 http orders progress: cannot show it"
        );
    }
}
