//! `cargo xtask clients`: our servers, tried with MCP clients that others wrote.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::summary::Summary;
use fixture::{Built, CONFORMANCE, Fixture, ORDERS};
use roster::{DRIVERS, Driver, EVERY};
use server::Running;
use table::Table;

mod build;
mod chromium;
mod driver;
pub(crate) mod fixture;
pub(crate) mod node;
pub(crate) mod place;
mod python;
pub(crate) mod readme;
mod roster;
pub(crate) mod server;
pub(crate) mod servers;
mod suite;
mod table;

/// Runs every client, or only those named, in every era that it has or only
/// in the one given with `--era`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let wanted = Wanted::parse(args)?;
    let mut summary = Summary::new("clients");
    let ready: Vec<Ready> = wanted
        .drivers
        .iter()
        .filter_map(|driver| prepare(&mut summary, driver))
        .collect();
    let mut table = Table::default();
    let logs = place::scratch("logs")?;
    for fixture in [&CONFORMANCE, &ORDERS] {
        if ready.is_empty() {
            break;
        }
        if let Some((built, running)) = serve(&mut summary, fixture) {
            let mut trial = Trial {
                built: &built,
                running,
                logs: &logs,
            };
            trial.all(&mut summary, &mut table, &ready, &wanted.eras);
        }
    }
    print!("{table}");
    summary.finish()
}

/// What the command line asks for.
#[derive(Debug)]
struct Wanted {
    eras: Vec<&'static str>,
    drivers: Vec<Driver>,
}

impl Wanted {
    fn parse(args: &[String]) -> Result<Self> {
        let mut eras = Vec::new();
        let mut drivers = Vec::new();
        let mut words = args.iter();
        while let Some(word) = words.next() {
            if word == "--era" {
                let name = words.next().context("--era needs a name")?;
                let found = EVERY.iter().find(|era| *era == name);
                eras.push(*found.with_context(|| format!("there is no era {name}"))?);
                continue;
            }
            let found = DRIVERS.iter().find(|driver| driver.name == word);
            let Some(driver) = found else {
                let names = DRIVERS.map(|driver| driver.name).join(", ");
                bail!("there is no client called {word}; there are {names}");
            };
            drivers.push(*driver);
        }
        if eras.is_empty() {
            eras.extend(EVERY);
        }
        if drivers.is_empty() {
            drivers.extend(DRIVERS);
        }
        Ok(Self { eras, drivers })
    }
}

/// A driver whose client is installed.
#[derive(Debug)]
struct Ready {
    driver: Driver,
    command: Command,
}

fn prepare(summary: &mut Summary, driver: &Driver) -> Option<Ready> {
    let mut ready = None;
    summary.step(&format!("prepare {}", driver.name), || {
        let command = (driver.command)()?;
        ready = Some(Ready {
            driver: *driver,
            command,
        });
        Ok(())
    });
    ready
}

fn serve(summary: &mut Summary, fixture: &'static Fixture) -> Option<(Built, Running)> {
    let mut serving = None;
    summary.step(&format!("serve {}", fixture.name), || {
        let built = fixture.build()?;
        let running = Running::start(built.http())?;
        serving = Some((built, running));
        Ok(())
    });
    serving
}

/// One of our servers, as a driver is told to reach it.
#[derive(Debug)]
struct Trial<'a> {
    built: &'a Built,
    running: Running,
    logs: &'a Path,
}

/// A client, on one of its ways to us.
#[derive(Debug, Clone, Copy)]
struct Way<'a> {
    ready: &'a Ready,
    transport: &'static str,
    era: &'static str,
}

impl Trial<'_> {
    fn all(&mut self, summary: &mut Summary, table: &mut Table, ready: &[Ready], eras: &[&str]) {
        for way in ready.iter().flat_map(ways) {
            if !eras.contains(&way.era) {
                continue;
            }
            let client = way.ready.driver.name;
            let head = [client, way.transport, way.era, self.built.name()];
            let again = format!("cargo xtask clients {client} --era {}", way.era);
            summary.step_again(&head.join(" "), &again, || self.one(table, way));
        }
    }

    fn one(&mut self, table: &mut Table, way: Way<'_>) -> Result<()> {
        let client = way.ready.driver.name;
        let head = [self.built.name(), client, way.transport, way.era];
        let log = self.logs.join(head.join("-"));
        let mut command = self.command(way);
        let line = driver::drive(&mut command, &log, || self.restart(way.transport))?;
        let failures = table.add(head, line);
        if !failures.is_empty() {
            bail!("{}", failures.join("\n"));
        }
        Ok(())
    }

    /// The driver with the rest of its command line.
    fn command(&self, way: Way<'_>) -> Command {
        let driver = &way.ready.command;
        let mut command = Command::new(driver.get_program());
        let settings = driver.get_envs();
        command
            .envs(settings.filter_map(|(name, value)| value.map(|value| (name, value))))
            .args(driver.get_args())
            .args(["--era", way.era, "--fixture", self.built.name()])
            .current_dir(self.built.dir());
        if way.transport == "stdio" {
            command.arg("--stdio").args(self.built.stdio());
        } else {
            command.args(["--http", &self.running.url()]);
        }
        command
    }

    /// Over stdio it is the client that starts the server anew.
    fn restart(&mut self, transport: &str) -> Result<()> {
        if transport == "stdio" {
            self.built.kill()
        } else {
            self.running.restart()
        }
    }
}

fn ways(ready: &Ready) -> impl Iterator<Item = Way<'_>> {
    let Driver {
        transports, eras, ..
    } = ready.driver;
    let pairs = transports
        .iter()
        .flat_map(|transport| eras.iter().map(|era| (*transport, *era)));
    pairs.map(move |(transport, era)| Way {
        ready,
        transport,
        era,
    })
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    fn parse(args: &[&str]) -> anyhow::Result<(Vec<&'static str>, Vec<&'static str>)> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let wanted = Wanted::parse(&args)?;
        let names = wanted.drivers.iter().map(|driver| driver.name).collect();
        Ok((wanted.eras, names))
    }

    #[test]
    fn without_names_every_client_is_wanted_in_every_era() {
        let (eras, names) = parse(&[]).unwrap();
        assert_eq!(eras, ["legacy", "auto", "modern"]);
        assert_eq!(names.len(), super::DRIVERS.len());
    }

    #[test]
    fn names_choose_and_an_unknown_one_is_refused() {
        let chosen = parse(&["rmcp", "--era", "legacy"]).unwrap();
        assert_eq!(chosen, (vec!["legacy"], vec!["rmcp"]));
        assert!(parse(&["netscape"]).is_err());
        assert!(parse(&["--era"]).is_err());
        assert!(parse(&["--era", "ancient"]).is_err());
    }
}
