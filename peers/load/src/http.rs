//! Many keep-alive connections, one call in flight on each.

use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use tokio::task::LocalSet;

use crate::connection::Connection;
use crate::cpu;
use crate::options::Options;
use crate::scenario::{Checker, Era, Request, Scenario};
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
    let credentials = credentials(options)?;
    let count = options.get("connections", 32)?;
    for number in 0..count {
        let (scenario, tally) = (Rc::clone(&scenario), Rc::clone(&tally));
        let own = share(&credentials, number, count);
        connections.spawn_local(async move {
            if let Err(error) = converse(port, &scenario, (&own, &tally)).await {
                tally.failed(&error);
            }
        });
    }
    let spent = tally.run(options.find("pid")?, connections).await?;
    tally.report(&scenario, &spent)
}

/// What callers show, a line each; none where nobody asks.
fn credentials(options: &Options) -> Result<Vec<String>> {
    let Some(file) = options.find::<String>("credentials")? else {
        return Ok(Vec::new());
    };
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    ensure!(!lines.is_empty(), "{file} is empty");
    Ok(lines)
}

/// Those that come over this one of so many connections. With fewer of them than connections some come over several.
fn share(all: &[String], number: usize, connections: usize) -> Vec<String> {
    let wanted = all.len().div_ceil(connections);
    let from = all.iter().cycle().skip(number);
    from.step_by(connections).take(wanted).cloned().collect()
}

/// Asks on one connection until the run is over, as one caller after the other. What breaks it ends it.
async fn converse(
    port: u16,
    scenario: &Scenario,
    (credentials, tally): (&[String], &Tally),
) -> Result<()> {
    let mut connection = Connection::open(port).await?;
    let session = match scenario.era {
        Era::Modern => None,
        Era::Legacy => Some(Session::open(&mut connection, port).await?),
    };
    let mut checker = Checker::new(scenario);
    let mut posts: Vec<Request> = match credentials {
        [] => vec![scenario.post(port, session.as_ref())],
        some => some.iter().map(|one| scenario.post_by(port, one)).collect(),
    };
    loop {
        for post in &mut posts {
            let Some(id) = tally.next_id() else {
                return Ok(());
            };
            let began = Instant::now();
            let reply = connection.ask(post.numbered(id)).await?;
            let answer = reply.answer()?;
            let took = began.elapsed();
            tally.answered(took, answer.len(), checker.check(answer, id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    fn all(count: usize) -> Vec<String> {
        (0..count).map(|number| number.to_string()).collect()
    }

    #[test]
    fn every_credential_comes_over_one_connection() {
        let mut shown: Vec<String> = (0..32)
            .flat_map(|number| share(&all(1024), number, 32))
            .collect();
        shown.sort_by_key(|one| one.parse::<usize>().unwrap());
        assert_eq!(shown, all(1024));
        // What is left over at the end comes twice, but nothing is left out.
        let shown = (0..32).flat_map(|number| share(&all(1000), number, 32));
        let distinct: std::collections::BTreeSet<_> = shown.collect();
        assert_eq!(distinct.len(), 1000);
    }

    #[test]
    fn few_credentials_come_over_several_connections() {
        assert_eq!(share(&all(1), 31, 32), ["0"]);
        assert!(share(&all(0), 3, 32).is_empty());
    }
}
