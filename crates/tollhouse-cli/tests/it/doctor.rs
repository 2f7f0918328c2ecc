//! `doctor`: each way to be wrong, broken on purpose, is named with its mend.

use std::process::Stdio;

use serde_json::Value;

use crate::{
    client::{Done, end},
    process::command,
};

mod metadata;
mod ours;
mod reset;
mod strangers;
mod tls;
mod token;

/// What the doctor said, as programs read it.
struct Visit {
    done: Done,
    report: Value,
}

/// Looks at a URL, in JSON.
fn visit(url: &str, words: &[&str]) -> Visit {
    visit_with(url, words, &[])
}

fn visit_with(url: &str, words: &[&str], variables: &[(&str, &str)]) -> Visit {
    let folder = tempfile::tempdir().unwrap();
    let words = [&["doctor", url, "--json"], words].concat();
    let done = end(command(folder.path(), &words)
        .stdin(Stdio::null())
        .env_remove("TOLLHOUSE_KEY")
        .envs(variables.iter().copied()));
    let report = serde_json::from_str(&done.output).unwrap_or_default();
    Visit { done, report }
}

impl Visit {
    /// Everything is fine, and nothing odd.
    #[track_caller]
    fn is_fine(&self) -> &Self {
        self.done.ends(0);
        assert_eq!(self.report["problems"], 0, "{}", self.done.output);
        assert_eq!(self.report["warnings"], 0, "{}", self.done.output);
        self
    }

    /// This, and nothing else, is to blame.
    #[track_caller]
    fn blames(&self, code: i32, culprit: &str, parts: &[&str]) -> &Self {
        self.done.ends(code);
        let problems = self.told("problem");
        assert!(!problems.is_empty(), "{}", self.done.output);
        for problem in problems {
            assert_eq!(problem["culprit"], culprit, "{}", self.done.output);
        }
        assert_eq!(self.report["culprit"], culprit);
        self.says("problem", parts)
    }

    /// It works, but this is told.
    #[track_caller]
    fn warns(&self, culprit: &str, parts: &[&str]) -> &Self {
        self.done.ends(0);
        let told = self.told("warning");
        let is_told = told.iter().any(|told| told["culprit"] == culprit);
        assert!(is_told, "{}", self.done.output);
        self.says("warning", parts)
    }

    #[track_caller]
    fn says(&self, state: &str, parts: &[&str]) -> &Self {
        let told = Value::from(self.told(state)).to_string();
        for part in parts {
            let quoted = Value::from(*part).to_string();
            let part = quoted.trim_matches('"');
            assert!(told.contains(part), "{part} is not in {told}");
        }
        self
    }

    fn told(&self, state: &str) -> Vec<Value> {
        let probes = self.report["probes"].as_array().cloned();
        let probes = probes.unwrap_or_default().into_iter();
        probes.filter(|probe| probe["state"] == state).collect()
    }
}
