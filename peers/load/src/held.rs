//! What a server keeps of a session on which nothing happens.

use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use tokio::task::LocalSet;

use crate::connection::Connection;
use crate::cpu;
use crate::options::Options;
use crate::scenario::{Checker, FIRST_ID, Scenario};
use crate::session::Session;

/// Runs `load held`.
pub(crate) async fn run(options: &Options) -> Result<ExitCode> {
    let port = options.find("port")?.context("--port is missing")?;
    let pid = options.find("pid")?.context("--pid is missing")?;
    if let Some(core) = options.find("core")? {
        cpu::pin(core)?;
    }
    let count = options.get("count", 2000)?;
    ensure!(count > 0, "--count cannot be 0");
    let way = Rc::new(Way {
        port,
        streaming: options.get("streaming", false)?,
    });
    // What the first ones make a server set up is no part of the others.
    let first = open(&way, FIRST_SESSIONS).await?;
    let before_kib = settled_kib(pid).await?;
    let held = open(&way, count).await?;
    let after_kib = settled_kib(pid).await?;
    for one in first.iter().chain(&held) {
        one.still_open()?;
    }
    for one in held.iter().step_by(count.div_ceil(LOOKED_AT)) {
        one.call(port).await?;
    }
    let grown_kib = after_kib as f64 - before_kib as f64;
    let report = Report {
        sessions: count,
        streaming: way.streaming,
        before_kib,
        after_kib,
        kib_per_session: grown_kib / count as f64,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(ExitCode::SUCCESS)
}

/// How sessions are opened.
struct Way {
    port: u16,
    streaming: bool,
}

/// A session that is left alone.
struct Held {
    session: Session,
    stream: Option<Connection>,
}

/// Opens so many sessions, a few at a time, each over connections of its own.
async fn open(way: &Rc<Way>, count: usize) -> Result<Vec<Held>> {
    let local = LocalSet::new();
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|turn| {
            let way = Rc::clone(way);
            local.spawn_local(async move {
                let mut held = Vec::new();
                for _ in (turn..count).step_by(AT_ONCE) {
                    held.push(Held::open(&way).await?);
                }
                Ok::<_, anyhow::Error>(held)
            })
        })
        .collect();
    local.await;
    let mut held = Vec::new();
    for task in tasks {
        held.append(&mut task.await??);
    }
    Ok(held)
}

impl Held {
    async fn open(way: &Way) -> Result<Self> {
        let mut connection = Connection::open(way.port).await?;
        let session = Session::open(&mut connection, way.port).await?;
        drop(connection);
        let stream = match way.streaming {
            false => None,
            true => {
                let mut stream = Connection::open(way.port).await?;
                stream.listen(&session.stream(way.port)).await?;
                Some(stream)
            }
        };
        Ok(Self { session, stream })
    }

    /// Fails if the server has closed its stream.
    fn still_open(&self) -> Result<()> {
        self.stream.as_ref().map_or(Ok(()), Connection::still_open)
    }

    /// Proves that the server still knows it.
    async fn call(&self, port: u16) -> Result<()> {
        let scenario = Scenario::named("legacy-64")?;
        let mut connection = Connection::open(port).await?;
        let mut post = scenario.post(port, Some(&self.session));
        let reply = connection.ask(post.numbered(FIRST_ID)).await?;
        let answer = reply.answer().context("a session is gone")?;
        Checker::new(&scenario).check(answer, FIRST_ID)
    }
}

/// The server's resident memory, once it no longer changes.
async fn settled_kib(pid: u32) -> Result<u64> {
    let mut last = None;
    for _ in 0..LOOKS {
        tokio::time::sleep(BETWEEN_LOOKS).await;
        let now = resident_kib(pid)?;
        if last == Some(now) {
            return Ok(now);
        }
        last = Some(now);
    }
    bail!("the server's memory does not settle")
}

fn resident_kib(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let status = std::fs::read_to_string(&path).context("the server is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    let number = number.with_context(|| format!("no VmRSS in {path}"))?;
    number.parse().context("VmRSS is no number")
}

#[derive(Serialize)]
struct Report {
    sessions: usize,
    streaming: bool,
    before_kib: u64,
    after_kib: u64,
    kib_per_session: f64,
}

const FIRST_SESSIONS: usize = 50;
const AT_ONCE: usize = 8;
/// How many of the sessions are called in the end.
const LOOKED_AT: usize = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(400);
const LOOKS: u32 = 50;

#[cfg(test)]
mod tests {
    #[test]
    fn this_process_takes_memory() {
        assert!(super::resident_kib(std::process::id()).unwrap() > 100);
    }
}
