//! What was tried, what was expected, and what came.

use serde_json::{Value, json};

use crate::client::{Paint, one_line};

/// What was tried.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    /// What stands before the attempts that are added now.
    heading: String,
}

/// One attempt.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) attempt: String,
    pub(super) expected: String,
    pub(super) got: String,
    pub(super) verdict: Verdict,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    Right,
    Wrong,
    /// It cannot be tried here.
    Skipped,
}

impl Row {
    /// What came, and whether that is right.
    pub(super) fn of(attempt: &str, expected: &str, got: &str, is_right: bool) -> Self {
        Self {
            attempt: attempt.to_owned(),
            expected: expected.to_owned(),
            got: got.to_owned(),
            verdict: if is_right {
                Verdict::Right
            } else {
                Verdict::Wrong
            },
        }
    }

    pub(super) fn skipped(attempt: &str, expected: &str, why: &str) -> Self {
        Self {
            verdict: Verdict::Skipped,
            ..Self::of(attempt, expected, why, true)
        }
    }
}

impl Table {
    pub(super) fn add(&mut self, mut row: Row) {
        row.attempt.insert_str(0, &self.heading);
        self.rows.push(row);
    }

    /// Tells the attempts that come from the others.
    pub(crate) fn head(&mut self, heading: &str) {
        heading.clone_into(&mut self.heading);
    }

    /// Says that something cannot be tried here.
    pub(crate) fn skip(&mut self, attempt: &str, why: &str) {
        self.add(Row::skipped(attempt, "", why));
    }

    /// Whether every attempt came to what was expected, and there was one.
    pub(crate) fn is_right(&self) -> bool {
        self.count(Verdict::Wrong) == 0 && self.count(Verdict::Right) > 0
    }

    fn count(&self, verdict: Verdict) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| row.verdict == verdict).count()
    }

    /// A line for each, and the one that counts.
    pub(crate) fn page(&self, paint: Paint) -> String {
        let width = |of: fn(&Row) -> &str| {
            let lengths = self.rows.iter().map(|row| of(row).chars().count());
            lengths.max().unwrap_or_default().min(WIDTH_MAX)
        };
        let (attempts, expected) = (width(|row| &row.attempt), width(|row| &row.expected));
        let lines = self.rows.iter().map(|row| {
            let line = format!(
                "{} {:<attempts$}  {:<expected$}  {}",
                row.verdict.sign(),
                row.attempt,
                row.expected,
                row.got
            );
            let line = one_line(line.trim_end());
            match row.verdict {
                Verdict::Right => line,
                Verdict::Wrong => paint.bold(&line),
                Verdict::Skipped => paint.dim(&line),
            }
        });
        let mut lines: Vec<_> = lines.collect();
        let heading = format!("  {:<attempts$}  {:<expected$}  got", "attempt", "expected");
        lines.insert(0, paint.dim(&heading));
        lines.extend([String::new(), self.summary()]);
        lines.join("\n") + "\n"
    }

    /// `22 right, 1 wrong: …`.
    fn summary(&self) -> String {
        let mut text = format!("{} right", self.count(Verdict::Right));
        let mut wrong = self.rows.iter().filter(|row| row.verdict == Verdict::Wrong);
        if let Some(first) = wrong.next() {
            text += &format!(
                ", {} wrong: {}: expected {}, got {}",
                self.count(Verdict::Wrong),
                first.attempt,
                first.expected,
                first.got
            );
        }
        match self.count(Verdict::Skipped) {
            0 => one_line(&text),
            skipped => one_line(&format!("{text} ({skipped} not tried)")),
        }
    }

    /// The same for programs.
    pub(crate) fn document(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            json!({
                "attempt": row.attempt,
                "expected": row.expected,
                "got": row.got,
                "verdict": row.verdict.word(),
            })
        });
        json!({
            "attempts": rows.collect::<Vec<_>>(),
            "right": self.count(Verdict::Right),
            "wrong": self.count(Verdict::Wrong),
            "skipped": self.count(Verdict::Skipped),
        })
    }
}

impl Verdict {
    const fn sign(self) -> &'static str {
        match self {
            Self::Right => "✓",
            Self::Wrong => "✗",
            Self::Skipped => "–",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::Skipped => "skipped",
        }
    }
}

/// What is longer puts its own line out of line, and no other.
const WIDTH_MAX: usize = 64;
