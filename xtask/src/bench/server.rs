//! A server while it runs: on its core, with a port of its own.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::run;

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Running {
    /// Starts a program that serves HTTP, and waits until it takes connections.
    pub(super) fn start(command: &mut Command, tools: u32, log: PathBuf) -> Result<Self> {
        Self::start_on(free_port()?, command, tools, log)
    }

    /// The same where the port has to be known before.
    pub(super) fn start_on(
        port: u16,
        command: &mut Command,
        tools: u32,
        log: PathBuf,
    ) -> Result<Self> {
        let output =
            File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .env("PORT", port.to_string())
            .env("TOOLS", tools.to_string())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .context("cannot start the server")?;
        let mut running = Self { child, port, log };
        running.wait_for_port()?;
        Ok(running)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Memory that is in use now, in KiB.
    pub(super) fn resident_kib(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.pid());
        let status = fs::read_to_string(&path).context("the server is gone")?;
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next())
            .with_context(|| format!("no VmRSS in {path}"))?
            .parse()
            .context("VmRSS is no number")
    }

    /// Asks the server to end, as an operator would, and waits until it has.
    pub(super) fn terminate(mut self) -> Result<()> {
        let pid = self.pid().to_string();
        run::capture(run::command("kill")?.args(["-TERM", &pid]))?;
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() {
            ensure!(asked.elapsed() < END_LIMIT, "the server ignores SIGTERM");
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn wait_for_port(&mut self) -> Result<()> {
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if let Some(status) = self.child.try_wait()? {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                bail!("the server ended with {status}: {log}");
            }
            ensure!(
                began.elapsed() < START_LIMIT,
                "nobody listens on port {} after {START_LIMIT:?}; see {}",
                self.port,
                self.log.display()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing left to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A port that the system picks, and hands on at once.
pub(super) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// A program that will run on the servers' core.
pub(super) fn on_server_core(program: &std::path::Path) -> Result<Command> {
    let mut command = run::command("taskset")?;
    command.args(["-c", SERVER_CORE]).arg(program);
    Ok(command)
}

pub(super) const SERVER_CORE: &str = "0";
pub(super) const LOAD_CORE: &str = "1";
/// Long enough for a start inside an emulator.
const START_LIMIT: Duration = Duration::from_secs(60);
const END_LIMIT: Duration = Duration::from_secs(120);
