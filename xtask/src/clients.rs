//! `cargo xtask clients`: our servers, tried with MCP clients that others wrote.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::summary::Summary;
use driver::{DRIVERS, Driver};
use fixture::{Built, CONFORMANCE, Fixture, ORDERS};
use server::Running;
use table::Table;

mod build;
mod driver;
pub(crate) mod fixture;
pub(crate) mod node;
pub(crate) mod place;
mod python;
pub(crate) mod server;
mod table;

/// Runs every client, or only those named, in the modern era or the one given
/// with `--era`.
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
            let trial = Trial {
                era: &wanted.era,
                built: &built,
                url: running.url(),
                logs: &logs,
            };
            trial.all(&mut summary, &mut table, &ready);
        }
    }
    print!("{table}");
    summary.finish()
}

/// What the command line asks for.
#[derive(Debug)]
struct Wanted {
    era: String,
    drivers: Vec<Driver>,
}

impl Wanted {
    fn parse(args: &[String]) -> Result<Self> {
        let mut era = "modern".to_owned();
        let mut drivers = Vec::new();
        let mut words = args.iter();
        while let Some(word) = words.next() {
            if word == "--era" {
                era = words.next().context("--era needs a name")?.clone();
                continue;
            }
            let found = DRIVERS.iter().find(|driver| driver.name == word);
            let Some(driver) = found else {
                let names = DRIVERS.map(|driver| driver.name).join(", ");
                bail!("there is no client called {word}; there are {names}");
            };
            drivers.push(*driver);
        }
        if drivers.is_empty() {
            drivers.extend(DRIVERS);
        }
        Ok(Self { era, drivers })
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
    era: &'a str,
    built: &'a Built,
    url: String,
    logs: &'a Path,
}

impl Trial<'_> {
    fn all(&self, summary: &mut Summary, table: &mut Table, ready: &[Ready]) {
        for ready in ready {
            for transport in TRANSPORTS {
                let client = ready.driver.name;
                let name = format!("{client} {transport} {}", self.built.name());
                let again = format!("cargo xtask clients {client}");
                summary.step_again(&name, &again, || self.one(table, ready, transport));
            }
        }
    }

    fn one(&self, table: &mut Table, ready: &Ready, transport: &'static str) -> Result<()> {
        let head = [ready.driver.name, transport, self.built.name()];
        let log = self.logs.join(head.join("-"));
        let line = driver::drive(&mut self.command(&ready.command, transport), &log)?;
        let failures = table.add(head, line);
        if !failures.is_empty() {
            bail!("{}", failures.join("\n"));
        }
        Ok(())
    }

    /// The driver with the rest of its command line.
    fn command(&self, driver: &Command, transport: &str) -> Command {
        let mut command = Command::new(driver.get_program());
        command
            .args(driver.get_args())
            .args(["--era", self.era, "--fixture", self.built.name()])
            .current_dir(self.built.dir());
        if transport == "http" {
            command.args(["--http", &self.url]);
        } else {
            let (program, arguments) = self.built.stdio();
            command.arg("--stdio").arg(program).args(arguments);
        }
        command
    }
}

const TRANSPORTS: [&str; 2] = ["http", "stdio"];

#[cfg(test)]
mod tests {
    use super::Wanted;

    fn parse(args: &[&str]) -> anyhow::Result<(String, Vec<&'static str>)> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let wanted = Wanted::parse(&args)?;
        let names = wanted.drivers.iter().map(|driver| driver.name).collect();
        Ok((wanted.era, names))
    }

    #[test]
    fn without_names_every_client_is_wanted() {
        let (era, names) = parse(&[]).unwrap();
        assert_eq!(era, "modern");
        assert_eq!(names.len(), 5);
    }

    #[test]
    fn names_choose_and_an_unknown_one_is_refused() {
        let chosen = parse(&["rmcp", "--era", "legacy"]).unwrap();
        assert_eq!(chosen, ("legacy".to_owned(), vec!["rmcp"]));
        assert!(parse(&["netscape"]).is_err());
        assert!(parse(&["--era"]).is_err());
    }
}
