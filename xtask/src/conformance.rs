//! `cargo xtask conformance`: the protocol's own conformance suite against our server.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::clients::fixture::CONFORMANCE;
use crate::clients::node::Node;
use crate::clients::place;
use crate::clients::server::Running;
use crate::run;
use door::Door;
use scenario::{Requirements, Verdict};

mod door;
mod scenario;

/// Runs every scenario that is required, or only those named, in every revision of the suite or in one: where
/// everybody may call, and where callers sign in. Fails on anything the suite has against us, and on any scenario
/// without a result.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let wanted = Wanted::parse(args)?;
    let mut failed = Vec::new();
    for revision in &wanted.revisions {
        for door in [Door::Open, Door::Guarded] {
            if !passes(revision, door, &wanted.scenarios)? {
                failed.push(format!("{revision}{door}"));
            }
        }
    }
    if !failed.is_empty() {
        bail!("scenarios of {} did not pass", failed.join(" and "));
    }
    Ok(())
}

/// Whether our server passes one revision.
fn passes(revision: &str, door: Door, scenarios: &[String]) -> Result<bool> {
    let suite = Suite::ready(revision, door)?;
    let judged = suite.judged(scenarios)?;
    let mut command = CONFORMANCE.build()?.http();
    door.hang(&mut command);
    let server = Running::start(command)?;
    door.try_without_key(server.address())?;
    let results = place::scratch(door.results())?;
    let said = suite.run(&server.url(), scenarios, &results)?;
    drop(server);
    println!(
        "conformance {revision}{door} (suite {})",
        suite.requirements.suite
    );
    let mut failed = 0;
    for name in &judged {
        let verdict = Verdict::read(&results, name)?;
        failed += usize::from(!verdict.passed());
        print!("{verdict}");
    }
    if scenarios.is_empty() {
        for name in suite.requirements.extensions() {
            println!("  left out (extension)  {name}");
        }
    }
    if failed > 0 {
        let log = results.join("output.txt");
        std::fs::write(&log, said)?;
        println!(
            "{failed} of {} did not pass; see {}",
            judged.len(),
            log.display()
        );
    }
    Ok(failed == 0)
}

/// What the command line asks for.
struct Wanted {
    revisions: Vec<String>,
    scenarios: Vec<String>,
}

impl Wanted {
    fn parse(args: &[String]) -> Result<Self> {
        let mut wanted = Self {
            revisions: REVISIONS.map(str::to_owned).to_vec(),
            scenarios: Vec::new(),
        };
        let mut words = args.iter();
        while let Some(word) = words.next() {
            if word == "--revision" {
                let date = words.next().context("--revision needs a date")?;
                wanted.revisions = vec![date.clone()];
            } else {
                wanted.scenarios.push(word.clone());
            }
        }
        Ok(wanted)
    }
}

/// The suite, installed, and what it asks for.
struct Suite {
    node: Node,
    revision: String,
    door: Door,
    requirements: Requirements,
}

impl Suite {
    fn ready(revision: &str, door: Door) -> Result<Self> {
        let node = Node::ready()?;
        let list = run::capture(node.script("scenarios.mjs").arg(revision))?;
        Ok(Self {
            requirements: serde_json::from_str(&list)?,
            revision: revision.to_owned(),
            door,
            node,
        })
    }

    /// The scenarios whose results count.
    fn judged(&self, chosen: &[String]) -> Result<Vec<String>> {
        if chosen.is_empty() {
            return Ok(self.requirements.judged());
        }
        let known = self.requirements.all();
        if let Some(unknown) = chosen.iter().find(|name| !known.contains(name)) {
            bail!("{} has no scenario called {unknown}", self.revision);
        }
        Ok(chosen.to_vec())
    }

    /// Runs the suite and returns what it said.
    fn run(&self, url: &str, chosen: &[String], results: &Path) -> Result<String> {
        if chosen.is_empty() {
            let all = ["--requirements", &self.revision];
            return said(self.command(url, results).args(all));
        }
        let mut all = String::new();
        for name in chosen {
            let one = [
                "--scenario",
                name,
                "--spec-version",
                &self.revision,
                "--force",
            ];
            all += &said(self.command(url, results).args(one))?;
        }
        Ok(all)
    }

    fn command(&self, url: &str, results: &Path) -> Command {
        let mut command = self.node.script(PROGRAM);
        self.door.show_key(&mut command, &self.node);
        command
            .args(["server", "--url", url, "--output-dir"])
            .arg(results);
        command
    }
}

/// What a command said, success or not: the results are judged, not the exit code.
fn said(command: &mut Command) -> Result<String> {
    let output = run::output(command)?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    Ok(format!("{stdout}{stderr}"))
}

const REVISIONS: [&str; 2] = ["2026-07-28", "2025-11-25"];
const PROGRAM: &str = "node_modules/@modelcontextprotocol/conformance/dist/index.js";
