//! The drivers: one for each client, all with the same command line.
//!
//! How to add one: a script that takes that command line and prints the line
//! of JSON, and an entry in [`DRIVERS`] with what starts it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::build::Program;
use super::node::Node;
use super::python;

/// A client and what starts its driver.
#[derive(Debug, Clone, Copy)]
pub(super) struct Driver {
    pub(super) name: &'static str,
    pub(super) command: fn() -> Result<Command>,
}

pub(super) const DRIVERS: [Driver; 5] = [
    Driver {
        name: "typescript",
        command: || Ok(Node::ready()?.script("typescript.mjs")),
    },
    Driver {
        name: "mcp",
        command: || python::script("mcp_driver.py"),
    },
    Driver {
        name: "fastmcp",
        command: || python::script("fastmcp_driver.py"),
    },
    Driver {
        name: "rmcp",
        command: || Ok(Command::new(RMCP.build()?)),
    },
    Driver {
        name: "inspector",
        command: || Ok(Node::ready()?.script("inspector.mjs")),
    },
];

const RMCP: Program = Program {
    manifest: "peers/Cargo.toml",
    package: "rmcp-client",
    binary: "rmcp-client",
};

/// The line that a driver prints.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub(super) version: String,
    pub(super) steps: BTreeMap<String, Step>,
}

/// What came of one step.
#[derive(Debug, Deserialize)]
pub(super) struct Step {
    /// Nothing where the client has no way to do it.
    pub(super) ok: Option<bool>,
    pub(super) detail: String,
}

/// Runs a driver to its end and returns its line. What it and its server
/// say besides goes to `log`.
pub(super) fn drive(command: &mut Command, log: &Path) -> Result<Line> {
    let errors = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let mut stdout = child.stdout.take().context("the driver has no stdout")?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut said = String::new();
        let read = stdout.read_to_string(&mut said).map(|_| said);
        drop(sender.send(read));
    });
    let received = receiver.recv_timeout(LIMIT);
    // Most have ended by now; one that has not must not outlive this.
    drop(child.kill());
    child.wait()?;
    let Ok(said) = received else {
        bail!(
            "the driver had not ended after {LIMIT:?}; see {}",
            log.display()
        );
    };
    parse(&said?).with_context(|| format!("see {}", log.display()))
}

fn parse(said: &str) -> Result<Line> {
    let line = said
        .lines()
        .next_back()
        .context("the driver printed nothing")?;
    serde_json::from_str(line).with_context(|| format!("the driver printed {said}"))
}

/// Seven steps of 30 seconds at the most.
const LIMIT: Duration = Duration::from_secs(210);

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{drive, parse};

    #[test]
    fn the_last_line_is_the_drivers_word() {
        let said = "a warning\n{\"client\":\"x\",\"version\":\"1.2\",\"steps\":\
                    {\"list\":{\"ok\":null,\"detail\":\"cannot\"}}}\n";
        let line = parse(said).unwrap();
        assert_eq!(line.version, "1.2");
        assert_eq!(line.steps["list"].ok, None);
        assert!(parse("").is_err());
    }

    #[test]
    fn a_driver_that_breaks_names_its_log() {
        let log = std::env::temp_dir().join(format!("xtask-driver-{}", std::process::id()));
        let mut command = Command::new("sh");
        command.args(["-c", "echo broken >&2"]);
        let error = format!("{:#}", drive(&mut command, &log).unwrap_err());
        assert!(error.contains(log.to_str().unwrap()), "{error}");
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "broken\n");
        std::fs::remove_file(log).unwrap();
    }
}
