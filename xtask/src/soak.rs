//! `cargo xtask soak`: the tests that need hours, or a machine to themselves.
//!
//! How to add one: an `#[ignore]`d test whose name starts with `soak_`. It
//! prints its figures; they are shown as they come.

use anyhow::Result;

use crate::run;
use crate::tools::CARGO_NEXTEST;

/// Runs the soak tests one at a time; arguments choose among them.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let mut command = run::command(CARGO_NEXTEST.ready()?)?;
    command
        .args(["nextest", "run", "--workspace", "--profile", "soak"])
        .args(["--run-ignored", "only", "-E", "test(/(^|::)soak_/)"])
        .arg("--no-capture")
        .args(args);
    run::inherit(&mut command)
}
