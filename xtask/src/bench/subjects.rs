//! What is measured: the servers, and what they are asked.

use anyhow::{Context, Result};

/// A program that serves the echo tool.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: &'static str,
    pub(super) workspace: Workspace,
    /// Both the package and the binary it builds.
    pub(super) package: &'static str,
    /// Those that it is measured in.
    pub(super) eras: &'static [Era],
}

impl Server {
    pub(super) fn speaks(&self, era: Era) -> bool {
        self.eras.contains(&era)
    }
}

/// Which of the protocol's two ways a call takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Era {
    /// Every request stands alone: 2026-07-28.
    Modern,
    /// A handshake opens a session: 2025-11-25.
    Legacy,
}

/// Which `Cargo.toml` a program is built from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Workspace {
    Root,
    Peers,
}

/// A kind of call, under load.
#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) transport: Transport,
    pub(super) era: Era,
    /// The load generator's name for the call.
    pub(super) call: &'static str,
    /// How many calls are under way at once.
    pub(super) at_once: u32,
    /// How many copies of the tool the server lists.
    pub(super) tools: u32,
    /// Two numbers of calls; what the second costs beyond the first is counted.
    pub(super) counted: (u32, u32),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Transport {
    Http,
    Stdio,
}

/// Ours first; the ratios divide it by each of the others.
pub(super) const SERVERS: [Server; 3] = [
    Server {
        name: "ours",
        workspace: Workspace::Root,
        package: "tollhouse-echo",
        eras: &[Era::Modern, Era::Legacy],
    },
    Server {
        name: "rmcp-echo",
        workspace: Workspace::Peers,
        package: "rmcp-echo",
        eras: &[Era::Modern, Era::Legacy],
    },
    Server {
        name: "limit",
        workspace: Workspace::Peers,
        package: "limit",
        eras: &[Era::Modern],
    },
];

pub(super) const SCENARIOS: [Scenario; 8] = [
    Scenario {
        name: "echo-64",
        title: "HTTP, a call with 64 bytes",
        transport: Transport::Http,
        era: Era::Modern,
        call: "echo-64",
        at_once: 32,
        tools: 1,
        counted: (320, 1920),
    },
    Scenario {
        name: "echo-64k",
        title: "HTTP, a call with 64 KiB",
        transport: Transport::Http,
        era: Era::Modern,
        call: "echo-64k",
        at_once: 32,
        tools: 1,
        counted: (160, 480),
    },
    Scenario {
        name: "list-100",
        title: "HTTP, a list of 100 tools",
        transport: Transport::Http,
        era: Era::Modern,
        call: "list-100",
        at_once: 32,
        tools: 100,
        counted: (160, 480),
    },
    Scenario {
        name: "legacy-64",
        title: "HTTP, a call with 64 bytes in a session of 2025-11-25",
        transport: Transport::Http,
        era: Era::Legacy,
        call: "legacy-64",
        at_once: 32,
        tools: 1,
        counted: (320, 1920),
    },
    Scenario {
        name: "stdio-one",
        title: "stdio, one call at a time with 64 bytes",
        transport: Transport::Stdio,
        era: Era::Modern,
        call: "echo-64",
        at_once: 1,
        tools: 1,
        counted: (320, 1920),
    },
    Scenario {
        name: "stdio-64",
        title: "stdio, sixteen calls at a time with 64 bytes",
        transport: Transport::Stdio,
        era: Era::Modern,
        call: "echo-64",
        at_once: 16,
        tools: 1,
        counted: (320, 1920),
    },
    Scenario {
        name: "stdio-64k",
        title: "stdio, sixteen calls at a time with 64 KiB",
        transport: Transport::Stdio,
        era: Era::Modern,
        call: "echo-64k",
        at_once: 16,
        tools: 1,
        counted: (160, 480),
    },
    Scenario {
        name: "legacy-stdio-64",
        title: "stdio, sixteen calls at a time with 64 bytes after a handshake of 2025-11-25",
        transport: Transport::Stdio,
        era: Era::Legacy,
        call: "legacy-64",
        at_once: 16,
        tools: 1,
        counted: (320, 1920),
    },
];

/// The server of this name.
pub(super) fn server(name: &str) -> Result<&'static Server> {
    SERVERS
        .iter()
        .find(|server| server.name == name)
        .with_context(|| format!("there is no server called {name}: {}", server_names()))
}

/// The scenario of this name.
pub(super) fn scenario(name: &str) -> Result<&'static Scenario> {
    SCENARIOS
        .iter()
        .find(|scenario| scenario.name == name)
        .with_context(|| format!("there is no scenario called {name}: {}", scenario_names()))
}

fn server_names() -> String {
    SERVERS.map(|server| server.name).join(", ")
}

fn scenario_names() -> String {
    SCENARIOS.map(|scenario| scenario.name).join(", ")
}
