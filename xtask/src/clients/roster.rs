//! The clients, and what starts the driver of each.
//!
//! How to add one: a script that takes the drivers' command line and prints
//! their line of JSON, and an entry in [`DRIVERS`].

use std::process::Command;

use anyhow::Result;

use super::build::Program;
use super::chromium;
use super::node::Node;
use super::python;

/// A client, the eras and transports it has, and what starts its driver.
///
/// Every transport but `stdio` is HTTP: a page's is `direct`, or a `proxy` between it and us.
#[derive(Debug, Clone, Copy)]
pub(super) struct Driver {
    pub(super) name: &'static str,
    pub(super) eras: &'static [&'static str],
    pub(super) transports: &'static [&'static str],
    pub(super) command: fn() -> Result<Command>,
}

pub(super) const DRIVERS: [Driver; 10] = [
    Driver {
        name: "rmcp",
        eras: BOTH,
        transports: ANY,
        command: || Ok(Command::new(RMCP.build()?)),
    },
    Driver {
        name: "typescript",
        eras: BOTH,
        transports: ANY,
        command: || Ok(Node::ready()?.script("typescript.mjs")),
    },
    Driver {
        name: "typescript-sdk",
        eras: LEGACY,
        transports: ANY,
        command: || Ok(Node::ready()?.script("typescript-sdk.mjs")),
    },
    Driver {
        name: "mcp",
        eras: BOTH,
        transports: ANY,
        command: || python::NOW.script("mcp_driver.py"),
    },
    Driver {
        name: "mcp-1",
        eras: LEGACY,
        transports: ANY,
        command: || python::BEFORE.script("mcp1_driver.py"),
    },
    Driver {
        name: "fastmcp",
        eras: BOTH,
        transports: ANY,
        command: || python::NOW.script("fastmcp_driver.py"),
    },
    Driver {
        name: "mcp-remote",
        eras: &["legacy", "auto"],
        transports: HTTP,
        command: || Ok(Node::ready()?.script("mcp-remote.mjs")),
    },
    Driver {
        name: "inspector",
        eras: EVERY,
        transports: ANY,
        command: || Ok(Node::ready()?.script("inspector.mjs")),
    },
    // The Inspector's page leaves it to its own server to speak to ours.
    Driver {
        name: "inspector-page",
        eras: EVERY,
        transports: &["proxy"],
        command: || chromium::script("inspector-page.mjs"),
    },
    // The official TypeScript client in a page of another origin.
    Driver {
        name: "browser",
        eras: BOTH,
        transports: &["direct"],
        command: || chromium::script("browser.mjs"),
    },
];

/// In `auto` a client finds out by itself what the server speaks.
pub(super) const EVERY: &[&str] = &["legacy", "auto", "modern"];
const BOTH: &[&str] = &["legacy", "modern"];
const LEGACY: &[&str] = &["legacy"];

const ANY: &[&str] = &["http", "stdio"];
const HTTP: &[&str] = &["http"];

const RMCP: Program = Program {
    manifest: "peers/Cargo.toml",
    package: "rmcp-client",
    binary: "rmcp-client",
};
