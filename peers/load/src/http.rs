//! Many keep-alive connections, one call in flight on each.

use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result};
use tokio::task::LocalSet;

use crate::connection::Connection;
use crate::cpu;
use crate::options::Options;
use crate::scenario::{Checker, Era, Scenario};
use crate::session::Session;
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
    let mut connection = Connection::open(port).await?;
    let session = match scenario.era {
        Era::Modern => None,
        Era::Legacy => Some(Session::open(&mut connection, port).await?),
    };
    let mut checker = Checker::new(scenario);
    let mut post = scenario.post(port, session.as_ref());
    while let Some(id) = tally.next_id() {
        let began = Instant::now();
        let reply = connection.ask(post.numbered(id)).await?;
        let answer = reply.answer()?;
        let took = began.elapsed();
        tally.answered(took, answer.len(), checker.check(answer, id));
    }
    Ok(())
}
