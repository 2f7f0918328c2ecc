//! Runs the load generator and reads its line.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::run;

use super::build::Programs;
use super::figures::Memory;
use super::rows;
use super::server::{LOAD_CORE, Running, SERVER_CORE, on_server_core};
use super::subjects::{Kind, Scenario, Server, Transport};

/// What the generator says about one run.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Load {
    pub(super) calls_per_s: f64,
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    pub(super) errors: u64,
    #[serde(default)]
    pub(super) first_error: Option<String>,
    pub(super) answer_bytes: u64,
    pub(super) server_cpu_us_per_call: f64,
    pub(super) generator_busy: f64,
    pub(super) others_busy: f64,
}

/// What the generator says about cold starts.
#[derive(Debug, Deserialize)]
pub(super) struct ColdStarts {
    #[serde(default)]
    pub(super) connect_ms: Option<f64>,
    pub(super) answer_ms: f64,
}

/// Loads a fresh server for a while.
pub(super) fn measure(
    programs: &Programs,
    server: &Server,
    scenario: &Scenario,
    seconds: u32,
) -> Result<(Load, Option<Memory>)> {
    let seconds = seconds.to_string();
    match scenario.transport {
        Transport::Http => {
            let log = programs.scratch.join(format!("{}.log", server.name));
            let mut command = on_server_core(&programs.server(server))?;
            command.args(programs.arguments(server));
            prepare(&mut command, programs, scenario.kind);
            let running = Running::start(&mut command, scenario.tools, log)?;
            std::thread::sleep(SETTLING);
            let idle_kib = running.resident_kib()?;
            let mut generator = http(programs, (server, scenario), &running)?;
            let load = answer(generator.args(["--seconds", &seconds]))?;
            let loaded_kib = running.resident_kib()?;
            Ok((
                load,
                Some(Memory {
                    idle_kib,
                    loaded_kib,
                }),
            ))
        }
        Transport::Stdio => {
            let mut generator = stdio(programs, scenario)?;
            generator
                .args(["--server-core", SERVER_CORE, "--seconds", &seconds, "--"])
                .arg(programs.server(server))
                .args(programs.arguments(server))
                .arg("--stdio");
            Ok((answer(&mut generator)?, None))
        }
    }
}

/// Starts a program many times, and asks it this.
pub(super) fn cold(
    (program, arguments): (&Path, &[&str]),
    asks: &[&str],
    programs: &Programs,
) -> Result<ColdStarts> {
    let mut generator = run::command(programs.load())?;
    generator
        .args(["cold", "--count", COLD_STARTS, "--core", LOAD_CORE])
        .args(["--server-core", SERVER_CORE])
        .args(asks)
        .arg("--")
        .arg(program)
        .args(arguments);
    line(&mut generator)
}

/// Puts into the environment what servers read from it.
pub(super) fn prepare(command: &mut Command, programs: &Programs, kind: Kind) {
    let sessions = match kind {
        Kind::Modern | Kind::Row | Kind::Caller | Kind::Road | Kind::Written => "0",
        Kind::Legacy => "1",
    };
    let journal = programs.scratch.join(JOURNAL);
    // Servers append to it. The first run has none to remove.
    drop(std::fs::remove_file(&journal));
    command
        .env("SESSIONS", sessions)
        .env("JOURNAL", journal)
        .env("DATABASE", programs.scratch.join(rows::DATABASE));
}

/// The generator against a server that listens.
pub(super) fn http(
    programs: &Programs,
    (server, scenario): (&Server, &Scenario),
    running: &Running,
) -> Result<Command> {
    let mut generator = run::command(programs.load())?;
    generator
        .args([
            "http",
            "--scenario",
            server.call(scenario),
            "--core",
            LOAD_CORE,
        ])
        .args(["--connections", &scenario.at_once.to_string()])
        .args(["--port", &running.port().to_string()])
        .args(["--pid", &running.pid().to_string()]);
    if let Some(file) = server.credentials {
        generator
            .arg("--credentials")
            .arg(programs.scratch.join(file));
    }
    Ok(generator)
}

/// The generator for a server that it starts itself.
pub(super) fn stdio(programs: &Programs, scenario: &Scenario) -> Result<Command> {
    let mut generator = run::command(programs.load())?;
    prepare(&mut generator, programs, scenario.kind);
    generator
        .env("TOOLS", scenario.tools.to_string())
        .args(["stdio", "--scenario", scenario.call, "--core", LOAD_CORE])
        .args(["--window", &scenario.at_once.to_string()]);
    Ok(generator)
}

/// Runs the generator; a single wrong answer is a failure.
pub(super) fn answer(generator: &mut Command) -> Result<Load> {
    let load: Load = line(generator)?;
    if load.errors > 0 {
        bail!(
            "{} wrong answers, the first: {}",
            load.errors,
            load.first_error.as_deref().unwrap_or("not told")
        );
    }
    Ok(load)
}

/// Runs the generator and reads its line.
pub(super) fn line<L: DeserializeOwned>(generator: &mut Command) -> Result<L> {
    let output = run::output(generator)?;
    if output.stdout.is_empty() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    // A run with wrong answers ends in failure, and prints its line all the same.
    serde_json::from_slice(&output.stdout).context("the load generator's line")
}

/// What a server does right after its start is no part of being idle.
pub(super) const SETTLING: Duration = Duration::from_millis(500);
const COLD_STARTS: &str = "20";
/// Where a server that keeps a journal writes it, in the folder of the bench.
const JOURNAL: &str = "journal.ndjson";
