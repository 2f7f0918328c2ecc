//! `cargo xtask check`: what has to hold before a change is pushed.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::summary::Summary;
use crate::tools::CARGO_DENY;
use crate::{run, tidy};

/// Runs every step, or only those named, and sums up.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let names = STEPS.map(|(name, _)| name);
    if let Some(unknown) = args.iter().find(|name| !names.contains(&name.as_str())) {
        bail!(
            "check has no step called {unknown}; it has {}",
            names.join(", ")
        );
    }
    let mut summary = Summary::new("check");
    for (name, work) in STEPS {
        let is_wanted = args.is_empty() || args.iter().any(|wanted| wanted == name);
        if is_wanted && name == ADVISORIES && !has_advisory_database() {
            summary.leave_out(
                name,
                "there is no advisory database; `cargo deny fetch` brings it",
            );
        } else if is_wanted {
            summary.step_again(name, &format!("cargo xtask check {name}"), work);
        }
    }
    summary.finish()
}

fn format() -> Result<()> {
    quietly(run::cargo()?.args(["fmt", "--all", "--check"]))
}

fn lints() -> Result<()> {
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets"];
    quietly(
        run::cargo()?
            .args(clippy)
            .args(["--", "--deny", "warnings"]),
    )
}

fn documentation() -> Result<()> {
    let doc = ["doc", "--quiet", "--workspace", "--no-deps"];
    quietly(run::cargo()?.args(doc).env("RUSTDOCFLAGS", "-D warnings"))
}

fn dependencies() -> Result<()> {
    let mut deny = run::command(CARGO_DENY.ready()?)?;
    deny.args(["--all-features", "check"]);
    // An exception that is not needed any more has to go.
    for stale in [
        "license-exception-not-encountered",
        "unmatched-skip",
        "unnecessary-skip",
    ] {
        deny.args(["--deny", stale]);
    }
    quietly(deny.args(["licenses", "bans", "sources"]))
}

fn advisories() -> Result<()> {
    let which = ["--all-features", "--offline", "check", "advisories"];
    quietly(run::command(CARGO_DENY.ready()?)?.args(which))
}

/// Advisories come as a git repository, fetched beforehand or not at all.
fn has_advisory_database() -> bool {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let user = std::env::var_os("HOME").map(|user| PathBuf::from(user).join(".cargo"));
    let databases = home.or(user).unwrap_or_default().join("advisory-dbs");
    let entries = databases.read_dir().into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path().join(".git"))
        .any(|git| git.exists())
}

/// Shows what a command wrote only if it fails.
fn quietly(command: &mut Command) -> Result<()> {
    run::capture(command).map(drop)
}

type Step = (&'static str, fn() -> Result<()>);

const ADVISORIES: &str = "advisories";

const STEPS: [Step; 6] = [
    ("format", format),
    ("tidy", tidy::run),
    ("lints", lints),
    ("documentation", documentation),
    ("dependencies", dependencies),
    (ADVISORIES, advisories),
];
