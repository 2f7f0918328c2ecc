//! The browser, for the clients that are pages.

use std::process::Command;

use anyhow::{Context, Result};

use super::node::Node;
use crate::run;

/// A script of `tests/clients/node` that opens pages; Debian's browser is installed first.
pub(super) fn script(name: &str) -> Result<Command> {
    let mut command = Node::ready()?.script(name);
    if run::find(PROGRAM).is_none() {
        run::debian_package(PROGRAM)?;
    }
    let program = run::find(PROGRAM).context("Debian's chromium is not on PATH")?;
    command.env("CHROMIUM", program);
    Ok(command)
}

/// The program, and Debian's package.
const PROGRAM: &str = "chromium";
