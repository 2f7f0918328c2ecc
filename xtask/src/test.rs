//! `cargo xtask test`: every test that ends by itself within minutes.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::summary::{Skipped, Summary};
use crate::tools::CARGO_NEXTEST;
use crate::{clients, run};

/// Runs everything; with arguments, only the tests that they choose.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let mut summary = Summary::new("test");
    summary.step("postgres", || postgres_programs().map(drop));
    let mut tests = runner(&mut summary)?;
    if !args.is_empty() {
        summary.step("chosen tests", || run::inherit(tests.args(args)));
        return summary.finish();
    }
    summary.step("tests", || run::inherit(&mut tests));
    summary.step("documentation tests", || {
        run::inherit(run::cargo()?.args(["test", "--quiet", "--doc", "--workspace"]))
    });
    summary.step("third-party clients", || clients::run(&[]));
    summary.finish()
}

/// The command that runs unit and flow tests, with the database programs on its path.
fn runner(summary: &mut Summary) -> Result<Command> {
    let mut command = match CARGO_NEXTEST.ready() {
        Ok(nextest) => {
            let mut command = run::command(nextest)?;
            command.args(["nextest", "run", "--workspace"]);
            command
        }
        Err(error) => {
            summary.skip(
                "cargo-nextest",
                &format!("{error}; cargo test takes its place"),
            );
            let mut cargo = run::cargo()?;
            cargo.args(["test", "--workspace", "--lib", "--bins", "--tests"]);
            cargo
        }
    };
    if let Some(programs) = find_postgres() {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let dirs = std::env::split_paths(&path).chain([programs]);
        command.env("PATH", std::env::join_paths(dirs)?);
    }
    Ok(command)
}

/// The directory of `initdb` and `postgres`, installed first if need be.
/// Debian keeps them off the path.
fn postgres_programs() -> Result<PathBuf> {
    if let Some(dir) = find_postgres() {
        return Ok(dir);
    }
    run::debian_package("postgresql")?;
    find_postgres().ok_or_else(|| Skipped::because("there is no initdb"))
}

fn find_postgres() -> Option<PathBuf> {
    if let Some(initdb) = run::find("initdb") {
        return initdb.parent().map(PathBuf::from);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let dirs = versions.flatten().map(|version| version.path().join("bin"));
    dirs.filter(|dir| dir.join("initdb").is_file()).max()
}
