//! The program at a terminal, and somebody who types.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    os::unix::ffi::OsStrExt as _,
    path::Path,
    process::{Command, Stdio},
};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::process::command;

pub(crate) struct Terminal;

impl Terminal {
    /// Runs the program, types all at once, and gives what it ends with and all that is seen.
    pub(super) fn run(folder: &Path, words: &[&str], typed: &str) -> (Option<i32>, String) {
        Self::start(command(folder, words), typed)
    }

    /// The same for a program that is not started yet.
    pub(crate) fn start(mut command: Command, typed: &str) -> (Option<i32>, String) {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let name = Path::new(std::ffi::OsStr::from_bytes(name.to_bytes()));
        let theirs = OpenOptions::new()
            .read(true)
            .write(true)
            .open(name)
            .unwrap();
        let mut ours = File::from(ours);
        ours.write_all(typed.as_bytes()).unwrap();
        command
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .stdin(Stdio::from(theirs.try_clone().unwrap()))
            .stdout(Stdio::from(theirs.try_clone().unwrap()))
            .stderr(Stdio::from(theirs));
        let mut child = command.spawn().unwrap();
        // So that the program's are the last ones that are open.
        drop(command);
        let mut seen = Vec::new();
        // A terminal that nobody has open any more is an error to read from.
        drop(ours.read_to_end(&mut seen));
        let status = child.wait().unwrap();
        (status.code(), String::from_utf8_lossy(&seen).into_owned())
    }
}
