//! The conformance suite's scenarios for clients, with ours.
//!
//! Left out are those on signing in by OAuth and on extensions, which our client does not do.

use std::path::Path;

use anyhow::{Context, Result};

use super::node::Node;
use super::place;
use crate::run;
use crate::summary::Summary;

/// What `cargo xtask servers` calls them.
pub(super) const NAME: &str = "suite";

pub(super) fn run(summary: &mut Summary, ours: &Path) {
    for scenario in SCENARIOS {
        let again = format!("cargo xtask servers {NAME}");
        summary.step_again(&format!("{NAME} {scenario}"), &again, || {
            one(ours, scenario)
        });
    }
}

/// The suite starts a server and our client, and judges what the client said. It ends with a failure if it has
/// anything against it.
fn one(ours: &Path, scenario: &str) -> Result<()> {
    let node = Node::ready()?;
    let driver = node.script("our-client.mjs");
    let words = [driver.get_program()].into_iter().chain(driver.get_args());
    let words: Option<Vec<&str>> = words
        .chain([ours.as_os_str()])
        .map(|word| word.to_str())
        .collect();
    let words = words.context("a path is no text")?;
    let mut suite = node.script("node_modules/@modelcontextprotocol/conformance/dist/index.js");
    suite
        .args([
            "client",
            "--scenario",
            scenario,
            "--command",
            &words.join(" "),
        ])
        .current_dir(place::scratch(NAME)?);
    run::capture(&mut suite).map(drop)
}

const SCENARIOS: [&str; 11] = [
    "initialize",
    "tools_call",
    "elicitation-sep1034-client-defaults",
    "sse-retry",
    "request-metadata",
    "sep-2322-client-request-state",
    "http-standard-headers",
    "http-custom-headers",
    "http-invalid-tool-headers",
    "json-schema-ref-no-deref",
    "json-schema-2020-12-preservation",
];
