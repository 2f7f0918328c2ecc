//! `call` and `inspect`: the program as a client of its own servers and of whatever else answers.

use std::{
    path::Path,
    process::{Output, Stdio},
};

use crate::process::command;

mod call;
mod codes;
#[cfg(unix)]
mod hostile;
mod inspect;
mod keys;
mod peer;
mod questions;
mod raw;
#[cfg(target_os = "linux")]
pub(crate) mod terminal;

/// The program with its end: what it says, and what with.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) errors: String,
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Done {
    end(command(folder, arguments)
        .stdin(Stdio::null())
        .env_remove("TOLLHOUSE_KEY"))
}

pub(crate) fn end(command: &mut std::process::Command) -> Done {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    Done {
        code: status.code(),
        output: String::from_utf8(stdout).unwrap(),
        errors: String::from_utf8(stderr).unwrap(),
    }
}

impl Done {
    #[track_caller]
    pub(crate) fn ends(&self, code: i32) -> &Self {
        let Self { output, errors, .. } = self;
        assert_eq!(self.code, Some(code), "{output}\n{errors}");
        self
    }
}

/// This program, to be started after `--`.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_tollhouse");
pub(crate) const REVISIONS: [&str; 5] = [
    "2026-07-28",
    "2025-11-25",
    "2025-06-18",
    "2025-03-26",
    "2024-11-05",
];
