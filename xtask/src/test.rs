//! `cargo xtask test`: every test that ends by itself within minutes.

use std::process::Command;

use anyhow::Result;

use crate::summary::Summary;
use crate::tools::CARGO_NEXTEST;
use crate::{clients, differ, run};

/// Runs everything; with arguments, only the tests that they choose.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let mut summary = Summary::new("test");
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
    summary.step("third-party servers", || clients::servers::run(&[]));
    summary.step("the README's lines for Node", || clients::readme::run(&[]));
    summary.step_again("beside rmcp", "cargo xtask differ", || differ::run(&[]));
    summary.finish()
}

/// The command that runs unit and flow tests.
fn runner(summary: &mut Summary) -> Result<Command> {
    match CARGO_NEXTEST.ready() {
        Ok(nextest) => {
            let mut command = run::command(nextest)?;
            command.args(["nextest", "run", "--workspace"]);
            Ok(command)
        }
        Err(error) => {
            summary.skip(
                "cargo-nextest",
                &format!("{error}; cargo test takes its place"),
            );
            let mut cargo = run::cargo()?;
            cargo.args(["test", "--workspace", "--lib", "--bins", "--tests"]);
            Ok(cargo)
        }
    }
}
