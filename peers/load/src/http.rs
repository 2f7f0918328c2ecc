//! Many keep-alive connections, one call in flight on each.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::cpu;
use crate::options::Options;
use crate::reply::Replies;
use crate::scenario::{Checker, Scenario};
use crate::tally::Tally;

/// Runs `load http`.
pub(crate) async fn run(options: &Options) -> Result<ExitCode> {
    let port: u16 = options.find("port")?.context("--port is missing")?;
    if let Some(core) = options.find("core")? {
        cpu::pin(core)?;
    }
    let scenario = Rc::new(Scenario::named(
        &options.get("scenario", "echo-64".to_owned())?,
    )?);
    let tally = Rc::new(Tally::new(options)?);
    let connections = LocalSet::new();
    for _ in 0..options.get("connections", 32)? {
        let (scenario, tally) = (Rc::clone(&scenario), Rc::clone(&tally));
        connections.spawn_local(async move {
            if let Err(error) = converse(port, &scenario, &tally).await {
                tally.failed(&error);
            }
        });
    }
    let spent = tally.run(options.find("pid")?, connections).await?;
    tally.report(&scenario, &spent)
}

/// Asks on one connection until the run is over. What breaks it ends it.
async fn converse(port: u16, scenario: &Scenario, tally: &Tally) -> Result<()> {
    let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    stream.set_nodelay(true)?;
    let mut replies = Replies::default();
    let mut checker = Checker::new(scenario);
    let mut post = scenario.post(port);
    while let Some(id) = tally.next_id() {
        let began = Instant::now();
        stream.write_all(post.numbered(id)).await?;
        let answer = replies.next(&mut stream).await?;
        let took = began.elapsed();
        tally.answered(took, answer.len(), checker.check(answer, id));
    }
    Ok(())
}
