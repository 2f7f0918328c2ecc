//! `cargo xtask readme`: the lines of the README that need Node, run as they stand there.
//!
//! They are run where the pinned packages are installed, so that `npx` takes those, and with our program on the
//! search path. A line that is not in [`LINES`] fails, and so does one in it that the README has no more.

use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::fixture::ORDERS;
use super::node::Node;
use super::place;
use super::server::Running;
use crate::run;
use crate::summary::{Skipped, Summary};

/// How it shows that a line works.
#[derive(Debug, Clone, Copy)]
struct Line {
    text: &'static str,
    /// What it is told on standard input.
    told: &'static str,
    /// What is then in one of the lines that it prints.
    printed: &'static str,
}

const LINES: [Line; 3] = [
    Line {
        text: "npx @modelcontextprotocol/inspector tollhouse",
        told: "",
        printed: "up and running",
    },
    Line {
        text: "npx @modelcontextprotocol/inspector --cli --method tools/list -- tollhouse",
        told: "",
        printed: "search_orders",
    },
    Line {
        text: "npx mcp-remote http://localhost:8080/mcp",
        told: r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"reader","version":"1"}}}"#,
        printed: r#""serverInfo""#,
    },
];

/// Runs every line.
pub(crate) fn run(args: &[String]) -> Result<()> {
    if let Some(word) = args.first() {
        bail!("readme takes no arguments, and here is {word}");
    }
    let mut summary = Summary::new("readme");
    summary.step("the lines that need Node", in_the_page);
    let mut house = None;
    summary.step("prepare Node and serve orders", || {
        house = Some(House::new()?);
        Ok(())
    });
    for (house, line) in house
        .iter()
        .flat_map(|house| LINES.map(|line| (house, line)))
    {
        summary.step_again(line.text, "cargo xtask readme", || house.runs(line));
    }
    summary.finish()
}

/// The README has these lines and no others.
fn in_the_page() -> Result<()> {
    let page = std::fs::read_to_string(run::root()?.join("README.md"))?;
    let said: BTreeSet<&str> = page
        .lines()
        .filter(|line| line.starts_with("npx "))
        .collect();
    let known: BTreeSet<&str> = LINES.iter().map(|line| line.text).collect();
    ensure!(
        said == known,
        "the README has {said:#?}\nhere are {known:#?}"
    );
    Ok(())
}

/// What a reader has who has come so far.
struct House {
    node: Command,
    path: std::ffi::OsString,
    orders: Running,
}

impl House {
    fn new() -> Result<Self> {
        if run::find("npx").is_none() {
            return Err(Skipped::because("npx is not installed"));
        }
        let node = Node::ready()?.script("package.json");
        let built = ORDERS.build()?;
        let command = built.http();
        let programs = [
            Path::new(node.get_program()),
            Path::new(command.get_program()),
        ];
        let folders = programs
            .into_iter()
            .filter_map(Path::parent)
            .map(Path::to_path_buf);
        let system = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(folders.chain(env::split_paths(&system)))?;
        let orders = Running::start(command)?;
        Ok(Self { node, path, orders })
    }

    fn runs(&self, line: Line) -> Result<()> {
        let text = line
            .text
            .replace("http://localhost:8080/mcp", &self.orders.url());
        let home = place::scratch("readme")?;
        let script = self.node.get_args().next().context("there is no script")?;
        let folder = Path::new(script).parent().context("there is no folder")?;
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("exec {text}")])
            .current_dir(folder)
            .env("PATH", &self.path)
            .env("HOME", &home)
            // Nobody is there to look at a page, and other runs may have taken the usual ports.
            .env("MCP_AUTO_OPEN_ENABLED", "false")
            .envs([
                ("CLIENT_PORT", free_port()?.to_string().as_str()),
                ("MCP_APP_ORIGIN_PORT", "0"),
                ("MCP_SANDBOX_PORT", "0"),
            ])
            .env("MCP_INSPECTOR_SECRET_STORE", "memory");
        let (mut group, lines) = Group::start(&mut command)?;
        if !line.told.is_empty() {
            group.tell(line.told)?;
        }
        let mut heard = Vec::new();
        while let Ok(said) = lines.recv_timeout(PATIENCE) {
            if said.contains(line.printed) {
                return Ok(());
            }
            heard.push(said);
        }
        bail!(
            "{text} never printed {}\n{}",
            line.printed,
            heard.join("\n")
        );
    }
}

/// One that the system picks and hands on at once.
fn free_port() -> Result<u16> {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(probe.local_addr()?.port())
}

/// A program with all that it starts: killed together.
struct Group(Child);

impl Group {
    fn start(command: &mut Command) -> Result<(Self, Receiver<String>)> {
        let streams = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = streams.stderr(Stdio::inherit()).process_group(0).spawn()?;
        let output = child.stdout.take().context("there is no output")?;
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || listen(output, &sender));
        Ok((Self(child), lines))
    }

    fn tell(&mut self, line: &str) -> Result<()> {
        let input = self.0.stdin.as_mut().context("there is no input")?;
        writeln!(input, "{line}").context("it does not listen")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing left to do.
        let group = format!("-{}", self.0.id());
        let mut kill = Command::new("kill");
        drop(
            kill.args(["-9", "--", &group])
                .stderr(Stdio::null())
                .status(),
        );
        drop(self.0.wait());
    }
}

/// Passes on what is printed, as long as somebody wants it.
fn listen(output: ChildStdout, sender: &mpsc::Sender<String>) {
    let lines = BufReader::new(output).lines().map_while(Result::ok);
    for line in lines {
        if sender.send(line).is_err() {
            return;
        }
    }
}

/// Node is slow to start where much else runs.
const PATIENCE: Duration = Duration::from_secs(90);

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_has_the_lines_that_are_run() {
        super::in_the_page().unwrap();
    }
}
