//! One server at the other end of two pipes, several calls in flight.

use std::collections::BTreeMap;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;

use crate::cpu;
use crate::options::Options;
use crate::scenario::{Checker, Era, FIRST_ID, Scenario, answer_id};
use crate::session::INITIALIZED;
use crate::tally::Tally;

/// Runs `load stdio`.
pub(crate) async fn run(options: &Options) -> Result<ExitCode> {
    let scenario = Scenario::named(&options.get("scenario", "echo-64".to_owned())?)?;
    let tally = Tally::new(options)?;
    let mut child = start(options)?;
    let mut input = child.stdin.take().context("no pipe to the server")?;
    let output = child.stdout.take().context("no pipe from the server")?;
    let mut output = BufReader::with_capacity(READ_BYTES, output);
    begin(&scenario, &mut input, &mut output).await?;
    let window = options.get("window", 16)?;
    let load = async {
        if let Err(error) = converse(input, &mut output, &scenario, (&tally, window)).await {
            tally.failed(&error);
        }
    };
    let spent = tally.run(child.id(), load).await?;
    let status = ended(&mut child).await?;
    if !status.success() {
        tally.failed(&anyhow::anyhow!("the server ended with {status}"));
    }
    tally.report(&scenario, &spent)
}

fn start(options: &Options) -> Result<Child> {
    let (program, arguments) = options.program()?;
    // A child inherits the core of the thread that starts it.
    if let Some(core) = options.find("server-core")? {
        cpu::pin(core)?;
    }
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    if let Some(core) = options.find("core")? {
        cpu::pin(core)?;
    }
    Ok(child)
}

async fn ended(child: &mut Child) -> Result<ExitStatus> {
    tokio::time::timeout(EXIT_LIMIT, child.wait())
        .await
        .context("the server goes on after its input ended")?
        .context("cannot wait for the server")
}

/// A client's first question; some servers want it before any other.
async fn begin(
    scenario: &Scenario,
    input: &mut ChildStdin,
    output: &mut BufReader<ChildStdout>,
) -> Result<()> {
    let first = Scenario::first(scenario.era);
    input.write_all(first.line().numbered(FIRST_ID)).await?;
    let mut line = Vec::new();
    let read = output.read_until(b'\n', &mut line).await?;
    ensure!(read > 0, "the server ended before its first answer");
    Checker::new(&first).check(&line, FIRST_ID)?;
    if scenario.era == Era::Legacy {
        input
            .write_all(format!("{INITIALIZED}\n").as_bytes())
            .await?;
    }
    Ok(())
}

/// Writes and reads at once: a full pipe must not stop the other direction.
async fn converse(
    mut input: ChildStdin,
    output: &mut BufReader<ChildStdout>,
    scenario: &Scenario,
    (tally, window): (&Tally, usize),
) -> Result<()> {
    let (queue, mut queued) = mpsc::unbounded_channel();
    let write = async move {
        let mut line = scenario.line();
        while let Some(id) = queued.recv().await {
            input.write_all(line.numbered(id)).await?;
        }
        Ok(())
    };
    // It owns the queue: with the last answer the queue closes, and so the input.
    let read = async move {
        let mut checker = Checker::new(scenario);
        let mut line = Vec::new();
        let mut outstanding = BTreeMap::new();
        for id in std::iter::from_fn(|| tally.next_id()).take(window) {
            outstanding.insert(id, Instant::now());
            queue.send(id)?;
        }
        while !outstanding.is_empty() {
            line.clear();
            let read = output.read_until(b'\n', &mut line).await?;
            ensure!(read > 0, "the server closed its output");
            let id = answer_id(&line).context("an answer without an id")?;
            let began = outstanding.remove(&id);
            let began = began.context("an answer nobody waits for")?;
            tally.answered(began.elapsed(), line.len(), checker.check(&line, id));
            if let Some(id) = tally.next_id() {
                outstanding.insert(id, Instant::now());
                queue.send(id)?;
            }
        }
        Ok(())
    };
    tokio::try_join!(write, read).map(drop)
}

const READ_BYTES: usize = 128 << 10;
/// Inside an emulator the end takes longer: it writes its report first.
const EXIT_LIMIT: Duration = Duration::from_secs(60);
