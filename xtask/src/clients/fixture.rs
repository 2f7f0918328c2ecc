//! Our own programs, as the clients meet them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::build::Program;
use super::place;

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
    program: Program {
        manifest: "Cargo.toml",
        package: "tollhouse-cli",
        binary: "tollhouse",
    },
    http: &["run", "--http"],
    stdio: &["run", "--stdio"],
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

    /// What a client has to start to be served over stdio.
    pub(super) fn stdio(&self) -> (&Path, &'static [&'static str]) {
        (&self.program, self.fixture.stdio)
    }

    pub(super) fn name(&self) -> &'static str {
        self.fixture.name
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }
}
