//! Our own programs, as the clients meet them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::build::Program;
use super::place;
use crate::run;

/// A program of ours and how it is told what to serve.
#[derive(Debug)]
pub(crate) struct Fixture {
    pub(crate) name: &'static str,
    program: Program,
    http: &'static [&'static str],
    stdio: &'static [&'static str],
}

/// Serves what the conformance suite asks for, and what can be cancelled.
pub(crate) const CONFORMANCE: Fixture = Fixture {
    name: "conformance",
    program: Program {
        manifest: "Cargo.toml",
        package: "tollhouse-conformance",
        binary: "tollhouse-conformance",
    },
    http: &[],
    stdio: &["--stdio"],
};

/// The built-in demo, as somebody meets it who just started the program.
pub(super) const ORDERS: Fixture = Fixture {
    name: "orders",
    program: PROGRAM,
    http: &["run", "--http"],
    stdio: &["run", "--stdio"],
};

/// The program itself.
pub(super) const PROGRAM: Program = Program {
    manifest: "Cargo.toml",
    package: "tollhouse-cli",
    binary: "tollhouse",
};

/// A fixture whose program is built.
#[derive(Debug)]
pub(crate) struct Built {
    fixture: &'static Fixture,
    program: PathBuf,
    /// Where it runs, and leaves what it leaves.
    dir: PathBuf,
}

impl Fixture {
    pub(crate) fn build(&'static self) -> Result<Built> {
        Ok(Built {
            fixture: self,
            program: self.program.build()?,
            dir: place::scratch(self.name)?,
        })
    }
}

impl Built {
    /// What serves HTTP; the address is still missing at its end.
    pub(crate) fn http(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.fixture.http).current_dir(&self.dir);
        command
    }

    /// What a client has to start to be served over stdio. The shell leaves the
    /// server's own process id behind, and its place to the server.
    pub(super) fn stdio(&self) -> Vec<OsString> {
        let shell = ["sh", "-c", r#"echo $$ >"$0"; exec "$@""#].map(OsString::from);
        let server = [self.pid_file().into(), self.program.clone().into()];
        let arguments = self.fixture.stdio.iter().map(OsString::from);
        shell.into_iter().chain(server).chain(arguments).collect()
    }

    /// Kills the server that a client started last.
    pub(super) fn kill(&self) -> Result<()> {
        let id = std::fs::read_to_string(self.pid_file())?;
        let mut command = Command::new("sh");
        command.args(["-c", r#"kill -9 "$0""#, id.trim()]);
        run::capture(&mut command).map(drop)
    }

    fn pid_file(&self) -> PathBuf {
        self.dir.join("server.pid")
    }

    pub(super) fn name(&self) -> &'static str {
        self.fixture.name
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }
}
