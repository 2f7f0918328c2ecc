//! What the server under test is expected to hold, from the table all drivers share.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use rmcp::model::JsonObject;
use serde::Deserialize;

/// The whole table.
#[derive(Deserialize)]
pub(crate) struct Table {
    eras: BTreeMap<String, String>,
    fixtures: BTreeMap<String, Fixture>,
}

/// One server, by what its tools answer.
#[derive(Deserialize)]
pub(crate) struct Fixture {
    pub(crate) steps: Vec<String>,
    pub(crate) tools: Vec<String>,
    pub(crate) call: Vec<Call>,
    pub(crate) error: Call,
    pub(crate) progress: Option<Progress>,
    pub(crate) elicitation: Option<Elicitation>,
    pub(crate) cancellation: Option<Cancellation>,
    /// The tool that makes the server tell of a change of its tools.
    pub(crate) change: Option<String>,
}

/// A call and a part of its answer.
#[derive(Deserialize)]
pub(crate) struct Call {
    pub(crate) tool: String,
    pub(crate) arguments: JsonObject,
    pub(crate) contains: String,
}

/// A tool that tells how far it is.
#[derive(Deserialize)]
pub(crate) struct Progress {
    pub(crate) tool: String,
    pub(crate) steps: Vec<f64>,
    pub(crate) total: f64,
}

/// A tool that asks one question, and what to answer.
#[derive(Clone, Deserialize)]
pub(crate) struct Elicitation {
    pub(crate) tool: String,
    pub(crate) message: String,
    pub(crate) field: String,
    pub(crate) answer: String,
    pub(crate) contains: String,
}

/// A tool that waits to be cancelled, and one that counts how often it was.
#[derive(Deserialize)]
pub(crate) struct Cancellation {
    pub(crate) tool: String,
    pub(crate) count: String,
}

impl Table {
    pub(crate) fn read() -> Result<Self> {
        serde_json::from_str(TABLE).context("fixtures.json")
    }

    pub(crate) fn version(&self, era: &str) -> Result<String> {
        let version = self.eras.get(era);
        version
            .cloned()
            .with_context(|| format!("there is no era {era}"))
    }

    pub(crate) fn fixture(mut self, name: &str) -> Result<Fixture> {
        self.fixtures
            .remove(name)
            .with_context(|| format!("there is no fixture {name}"))
    }
}

const TABLE: &str = include_str!("../../../tests/clients/fixtures.json");
