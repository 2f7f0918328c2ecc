//! The Python packages, in virtual environments of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::place;
use crate::run;
use crate::summary::Skipped;

/// Packages that get along with each other.
#[derive(Debug)]
pub(super) struct Environment {
    requirements: &'static str,
    dir: &'static str,
}

/// Today's clients.
pub(super) const NOW: Environment = Environment {
    requirements: "requirements.txt",
    dir: "venv",
};

/// The official client of the generation before.
pub(super) const BEFORE: Environment = Environment {
    requirements: "requirements-1.txt",
    dir: "venv-1",
};

impl Environment {
    /// A script of `tests/clients/python`, to be run; its packages are installed first.
    pub(super) fn script(&self, name: &str) -> Result<Command> {
        let home = place::of("python")?;
        let program = self.ready(&home)?;
        let mut command = Command::new(program);
        command.arg(home.join(name));
        Ok(command)
    }

    /// The environment's Python, with what the requirements pin.
    fn ready(&self, home: &Path) -> Result<PathBuf> {
        let Some(python) = run::find("python3") else {
            return Err(Skipped::because("python3 is not installed"));
        };
        let version = run::capture(Command::new(&python).args(["-c", VERSION]))?;
        if version.trim().is_empty() {
            return Err(Skipped::because("needs Python 3.11 or newer"));
        }
        let requirements = std::fs::read_to_string(home.join(self.requirements))?;
        let program = home.join(self.dir).join("bin/python");
        let cause = format!("{version}{requirements}");
        place::once(&home.join(self.dir), &cause, || {
            self.install(home, &python, &program)
                .map_err(|error| Skipped::because(format!("pip install failed: {error:#}")))
        })?;
        Ok(program)
    }

    fn install(&self, home: &Path, python: &Path, program: &Path) -> Result<()> {
        println!("    installing the Python packages of {} once", self.dir);
        let venv = ["-m", "venv", "--clear", self.dir];
        run::capture(Command::new(python).args(venv).current_dir(home))?;
        let pip = ["-m", "pip", "install", "--quiet", "--require-hashes"];
        let mut command = Command::new(program);
        command.args(pip).args(["--requirement", self.requirements]);
        run::capture(command.current_dir(home)).map(drop)
    }
}

/// Prints the version, or nothing where it is too old.
const VERSION: &str = "import sys; print(sys.version if sys.version_info >= (3, 11) else '')";
