//! The Node packages: clients, the conformance suite, and Node itself, which
//! has to be newer than most machines have it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::place;
use crate::run;
use crate::summary::Skipped;

/// Node with the pinned packages beside it.
#[derive(Debug)]
pub(crate) struct Node {
    program: PathBuf,
    dir: PathBuf,
}

impl Node {
    /// Installs what `package-lock.json` pins, unless that is done.
    pub(crate) fn ready() -> Result<Self> {
        let dir = place::of("node")?;
        let lock = std::fs::read_to_string(dir.join("package-lock.json"))?;
        place::once(&dir, &lock, || install(&dir))?;
        let program = program(&dir)?;
        Ok(Self { program, dir })
    }

    /// A script of `tests/clients/node`, to be run.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(self.dir.join(name));
        command
    }

    /// What makes Node run a script of `tests/clients/node` before any other, as a value of `NODE_OPTIONS`.
    pub(crate) fn preloading(&self, name: &str) -> String {
        // Quoted for a path with spaces in it.
        format!("--import \"{}\"", self.dir.join(name).display())
    }
}

fn install(dir: &Path) -> Result<()> {
    let Some(npm) = run::find("npm") else {
        return Err(Skipped::because("npm is not installed"));
    };
    println!("    installing the Node packages once");
    // Nobody's install scripts are needed, so nobody's are run.
    let quiet = ["--no-audit", "--no-fund", "--loglevel", "error"];
    let mut command = Command::new(npm);
    command.args(["ci", "--ignore-scripts"]).args(quiet);
    run::capture(command.current_dir(dir))
        .map(drop)
        .map_err(|error| Skipped::because(format!("npm ci failed: {error:#}")))
}

/// The pinned Node, else one of the machine's own that is new enough.
fn program(dir: &Path) -> Result<PathBuf> {
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let package = format!("node-{}-{machine}", std::env::consts::OS);
    let pinned = dir.join("node_modules").join(package).join("bin/node");
    if pinned.is_file() {
        return Ok(pinned);
    }
    let found = run::find("node").context("there is no node beside npm")?;
    let version = run::capture(Command::new(&found).arg("--version"))?;
    if major(&version).is_some_and(|major| major >= MAJOR_MIN) {
        return Ok(found);
    }
    let reason = format!(
        "needs Node {MAJOR_MIN} or newer, here is {}",
        version.trim()
    );
    Err(Skipped::because(reason))
}

fn major(version: &str) -> Option<u32> {
    let number = version.trim().strip_prefix('v')?.split('.').next()?;
    number.parse().ok()
}

const MAJOR_MIN: u32 = 22;

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v22.23.3\n"), Some(22));
        assert_eq!(major("next"), None);
    }
}
