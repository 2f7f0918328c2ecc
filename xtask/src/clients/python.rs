//! The Python packages, in a virtual environment of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::place;
use crate::run;
use crate::summary::Skipped;

/// A script of `tests/clients/python`, to be run; its packages are installed first.
pub(super) fn script(name: &str) -> Result<Command> {
    let dir = place::of("python")?;
    let program = ready(&dir)?;
    let mut command = Command::new(program);
    command.arg(dir.join(name));
    Ok(command)
}

/// The environment's Python, with what `requirements.txt` pins.
fn ready(dir: &Path) -> Result<PathBuf> {
    let Some(python) = run::find("python3") else {
        return Err(Skipped::because("python3 is not installed"));
    };
    let version = run::capture(Command::new(&python).args(["-c", VERSION]))?;
    if version.trim().is_empty() {
        return Err(Skipped::because("needs Python 3.11 or newer"));
    }
    let requirements = std::fs::read_to_string(dir.join("requirements.txt"))?;
    let program = dir.join("venv/bin/python");
    place::once(dir, &format!("{version}{requirements}"), || {
        install(dir, &python, &program)
            .map_err(|error| Skipped::because(format!("pip install failed: {error:#}")))
    })?;
    Ok(program)
}

fn install(dir: &Path, python: &Path, program: &Path) -> Result<()> {
    println!("    installing the Python packages once");
    let venv = ["-m", "venv", "--clear", "venv"];
    run::capture(Command::new(python).args(venv).current_dir(dir))?;
    let pip = ["-m", "pip", "install", "--quiet", "--require-hashes"];
    let mut command = Command::new(program);
    command
        .args(pip)
        .args(["--requirement", "requirements.txt"]);
    run::capture(command.current_dir(dir)).map(drop)
}

/// Prints the version, or nothing where it is too old.
const VERSION: &str = "import sys; print(sys.version if sys.version_info >= (3, 11) else '')";
