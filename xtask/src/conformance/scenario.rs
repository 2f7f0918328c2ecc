//! What the suite asks for and what it found, as its files have it.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The scenarios of one revision.
#[derive(Debug, Deserialize)]
pub(super) struct Requirements {
    pub(super) suite: String,
    scored: Vec<String>,
    not_scored: Vec<NotScored>,
}

#[derive(Debug, Deserialize)]
struct NotScored {
    scenario: String,
    reason: String,
}

impl Requirements {
    /// Everything but extensions: what others may leave unscored, we require.
    pub(super) fn judged(&self) -> Vec<String> {
        let others = self.not_scored.iter().filter(|other| !other.is_extension());
        let others = others.map(|other| other.scenario.clone());
        self.scored.iter().cloned().chain(others).collect()
    }

    /// Optional by definition, and not served by us.
    pub(super) fn extensions(&self) -> impl Iterator<Item = &str> {
        let extensions = self.not_scored.iter().filter(|other| other.is_extension());
        extensions.map(|other| other.scenario.as_str())
    }

    pub(super) fn all(&self) -> Vec<&String> {
        let others = self.not_scored.iter().map(|other| &other.scenario);
        self.scored.iter().chain(others).collect()
    }
}

impl NotScored {
    fn is_extension(&self) -> bool {
        self.reason == "extension"
    }
}

/// What the suite found in one scenario.
#[derive(Debug)]
pub(super) struct Verdict {
    scenario: String,
    checks: Vec<Check>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    id: String,
    status: Status,
    description: String,
    error_message: Option<String>,
}

/// As the suite spells it. A new word would not be read as a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Status {
    Success,
    Info,
    Warning,
    Failure,
    /// The server lacks what the check needs, so nothing was shown.
    Skipped,
}

impl Verdict {
    /// Reads what the suite wrote; a scenario that wrote nothing has no checks.
    pub(super) fn read(results: &Path, scenario: &str) -> Result<Self> {
        let mut checks = Vec::new();
        for entry in std::fs::read_dir(results)? {
            let entry = entry?;
            let name = entry.file_name();
            if is_of(&name.to_string_lossy(), scenario) {
                let file = entry.path().join("checks.json");
                let text = std::fs::read_to_string(&file);
                let text = text.with_context(|| format!("cannot read {}", file.display()))?;
                let read: Vec<Check> = serde_json::from_str(&text)
                    .with_context(|| format!("cannot understand {}", file.display()))?;
                checks.extend(read);
            }
        }
        let scenario = scenario.to_owned();
        Ok(Self { scenario, checks })
    }

    /// Whether something was shown and nothing was held against us.
    pub(super) fn passed(&self) -> bool {
        self.count(Status::Success) > 0 && self.complaints().next().is_none()
    }

    fn complaints(&self) -> impl Iterator<Item = &Check> {
        let fine = [Status::Success, Status::Info];
        self.checks
            .iter()
            .filter(move |check| !fine.contains(&check.status))
    }

    fn count(&self, status: Status) -> usize {
        self.checks
            .iter()
            .filter(|check| check.status == status)
            .count()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.passed() { "ok" } else { "FAILED" };
        let successes = self.count(Status::Success);
        writeln!(out, "  {mark:6}  {successes:>3} checks  {}", self.scenario)?;
        if self.checks.is_empty() {
            writeln!(out, "          the suite left no result")?;
        }
        for check in self.complaints() {
            let status = format!("{:?}", check.status).to_lowercase();
            let words = check.error_message.as_ref().unwrap_or(&check.description);
            writeln!(out, "          {status}: {}: {words}", check.id)?;
        }
        Ok(())
    }
}

/// Whether a directory holds a result of this scenario: `server-SCENARIO-TIME`.
fn is_of(directory: &str, scenario: &str) -> bool {
    directory
        .strip_prefix("server-")
        .and_then(|rest| rest.strip_prefix(scenario))
        .is_some_and(|time| time.len() == TIME.len() && time.starts_with("-20"))
}

const TIME: &str = "-2026-11-20T08-30-07-380Z";

#[cfg(test)]
mod tests {
    use super::{Requirements, Verdict, is_of};

    fn verdict(checks: &str) -> Verdict {
        Verdict {
            scenario: "ping".to_owned(),
            checks: serde_json::from_str(checks).unwrap(),
        }
    }

    #[test]
    fn warnings_and_skips_are_held_against_us() {
        let good = r#"{"id":"a","status":"SUCCESS","description":"A"}"#;
        let note = r#"{"id":"b","status":"INFO","description":"B"}"#;
        assert!(verdict(&format!("[{good},{note}]")).passed());
        for status in ["WARNING", "FAILURE", "SKIPPED"] {
            let bad = format!(r#"{{"id":"c","status":"{status}","description":"C"}}"#);
            let verdict = verdict(&format!("[{good},{bad}]"));
            assert!(!verdict.passed());
            let line = format!("{}: c: C", status.to_lowercase());
            assert!(verdict.to_string().contains(&line), "{verdict}");
        }
    }

    #[test]
    fn no_result_is_no_pass() {
        let empty = verdict("[]");
        assert!(!empty.passed());
        assert!(empty.to_string().contains("left no result"));
    }

    #[test]
    fn a_result_belongs_to_one_scenario() {
        let directory = "server-tools-list-2026-11-20T08-30-07-380Z";
        assert!(is_of(directory, "tools-list"));
        assert!(!is_of(directory, "tools"));
        assert!(is_of(
            "server-server-stateless-2026-11-20T08-30-07-380Z",
            "server-stateless"
        ));
    }

    #[test]
    fn only_extensions_are_left_out() {
        let requirements: Requirements = serde_json::from_str(
            r#"{"suite":"1","scored":["a"],"not_scored":[
                {"scenario":"b","reason":"pending"},{"scenario":"c","reason":"extension"}]}"#,
        )
        .unwrap();
        assert_eq!(requirements.judged(), ["a", "b"]);
        assert_eq!(requirements.extensions().collect::<Vec<_>>(), ["c"]);
        assert_eq!(requirements.all().len(), 3);
    }
}
