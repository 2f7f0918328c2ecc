//! What the driver is told on its command line.

use anyhow::{Context, Result, bail};

use crate::fixture::{Fixture, Table};

/// `[--era E] [--fixture F] [--steps a,b] (--http URL | --stdio COMMAND ARGUMENTS…)`
pub(crate) struct Options {
    pub(crate) era: String,
    pub(crate) version: String,
    pub(crate) fixture_name: String,
    pub(crate) fixture: Fixture,
    pub(crate) steps: Vec<String>,
    pub(crate) server: Server,
}

/// How to reach the server.
pub(crate) enum Server {
    Http(String),
    Stdio(Vec<String>),
}

impl Server {
    pub(crate) const fn transport(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Stdio(_) => "stdio",
        }
    }
}

impl Options {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut era = "modern".to_owned();
        let mut fixture_name = "conformance".to_owned();
        let mut steps = None;
        let mut server = None;
        while let Some(flag) = words.next() {
            if flag == "--stdio" {
                server = Some(Server::Stdio(words.by_ref().collect()));
                continue;
            }
            let value = words
                .next()
                .with_context(|| format!("{flag} needs a value"))?;
            match flag.as_str() {
                "--http" => server = Some(Server::Http(value)),
                "--era" => era = value,
                "--fixture" => fixture_name = value,
                "--steps" => steps = Some(value.split(',').map(str::to_owned).collect()),
                _ => bail!("what is {flag}?"),
            }
        }
        let table = Table::read()?;
        let version = table.version(&era)?;
        let fixture = table.fixture(&fixture_name)?;
        Ok(Self {
            steps: steps.unwrap_or_else(|| fixture.steps.clone()),
            era,
            version,
            fixture_name,
            fixture,
            server: server.context("say --http URL or --stdio COMMAND")?,
        })
    }
}
