//! Running a driver: all have the same command line, and talk in the same way.
//!
//! A driver that wants its server ended and started anew prints the line
//! `restart` and is answered `restarted`, or why not. Its last line is JSON.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

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
    /// The word for the table where a plain "ok" would say too much.
    pub(super) mark: Option<String>,
}

/// Runs a driver to its end and returns its line. What it and its server
/// say besides goes to `log`.
pub(super) fn drive(
    command: &mut Command,
    log: &Path,
    restart: impl FnMut() -> Result<()>,
) -> Result<Line> {
    let errors = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let mut kept = Kept(child);
    let heard = listen(stdout.context("the driver has no stdout")?);
    let last = talk(&heard, stdin.context("the driver has no stdin")?, restart);
    let line = last.and_then(|last| parse(&last));
    line.with_context(|| kept.end(log))
}

/// Most drivers have ended by the time this is dropped; one that has not must not outlive it.
struct Kept(Child);

impl Kept {
    /// How a driver ended that did not say its line, and what it complained of at last.
    fn end(&mut self, log: &Path) -> String {
        drop(self.0.kill());
        let status = self
            .0
            .wait()
            .map_or_else(|error| error.to_string(), |status| status.to_string());
        let said = std::fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        let from = lines.len().saturating_sub(LAST_LINES);
        let tail = lines.get(from..).unwrap_or_default().join("\n");
        format!("{status}; see {}\n{tail}", log.display())
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing left to do.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Passes on what the driver says, line by line.
fn listen(stdout: ChildStdout) -> Receiver<String> {
    let (sender, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    heard
}

/// Does what the driver asks for until it has said its last line, and returns that.
fn talk(
    heard: &Receiver<String>,
    mut stdin: ChildStdin,
    mut restart: impl FnMut() -> Result<()>,
) -> Result<String> {
    let end = Instant::now() + LIMIT;
    let mut last = None;
    loop {
        match heard.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) if line == "restart" => {
                let answer = match restart() {
                    Ok(()) => "restarted".to_owned(),
                    Err(error) => format!("{error:#}").replace('\n', " "),
                };
                writeln!(stdin, "{answer}").context("the driver does not listen")?;
            }
            Ok(line) => last = Some(line),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => bail!("the driver had not ended after {LIMIT:?}"),
        }
    }
    last.context("the driver printed nothing")
}

fn parse(line: &str) -> Result<Line> {
    serde_json::from_str(line).with_context(|| format!("the driver printed {line}"))
}

/// Enough to say why.
const LAST_LINES: usize = 20;
/// Nine steps of 30 seconds at the most.
const LIMIT: Duration = Duration::from_secs(270);

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;

    use super::{Line, drive};

    const WORD: &str = r#"{"version":"1.2","steps":{"list":{"ok":null,"detail":"cannot"}}}"#;

    fn run(name: &str, script: &str) -> (anyhow::Result<Line>, u32, PathBuf) {
        let name = format!("xtask-driver-{name}-{}", std::process::id());
        let log = std::env::temp_dir().join(name);
        let mut restarts = 0;
        let mut command = Command::new("sh");
        let line = drive(command.args(["-c", script]), &log, || {
            restarts += 1;
            anyhow::ensure!(restarts < 2, "once is\nenough");
            Ok(())
        });
        (line, restarts, log)
    }

    #[test]
    fn the_last_line_is_the_drivers_word() {
        let (line, restarts, log) = run("word", &format!("echo a warning; echo '{WORD}'"));
        let line = line.unwrap();
        assert_eq!((line.version.as_str(), restarts), ("1.2", 0));
        assert_eq!(line.steps["list"].ok, None);
        std::fs::remove_file(log).unwrap();
    }

    #[test]
    fn a_driver_asks_for_restarts_and_hears_what_came_of_them() {
        let script = "echo restart; read -r a; echo restart; read -r b; \
                      echo '{\"version\":\"'$a, $b'\",\"steps\":{}}'";
        let (line, restarts, log) = run("restart", script);
        assert_eq!(restarts, 2);
        assert_eq!(line.unwrap().version, "restarted, once is enough");
        std::fs::remove_file(log).unwrap();
    }

    #[test]
    fn a_driver_that_breaks_names_its_log() {
        let (line, _, log) = run("broken", "echo broken >&2");
        let error = format!("{:#}", line.unwrap_err());
        let path = log.to_str().unwrap();
        for part in [
            path,
            "exit status: 0",
            "\nbroken: the driver printed nothing",
        ] {
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "broken\n");
        std::fs::remove_file(log).unwrap();
    }
}
