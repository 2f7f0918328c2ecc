//! What is measured: the servers, and what they are asked.

use anyhow::{Context, Result};

use super::signed;

/// A program that serves a tool.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: &'static str,
    pub(super) workspace: Workspace,
    pub(super) package: &'static str,
    /// The binary that the package builds.
    pub(super) program: &'static str,
    /// What it is started with: `{scratch}` is the folder of the bench.
    pub(super) arguments: &'static [&'static str],
    /// The file of the bench with what its callers show; none where nobody asks.
    pub(super) credentials: Option<&'static str>,
    /// Those that it is measured in.
    pub(super) kinds: &'static [Kind],
    /// The load generator's name for its call, where it has another tool than the others.
    pub(super) call: Option<&'static str>,
}

impl Server {
    /// The load generator's name for what it is asked.
    pub(super) fn call(&self, scenario: &Scenario) -> &'static str {
        self.call.unwrap_or(scenario.call)
    }

    pub(super) fn speaks(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }
}

/// What a call is like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Every request stands alone: 2026-07-28.
    Modern,
    /// A handshake opens a session: 2025-11-25.
    Legacy,
    /// As the first, with a database behind the tool instead of an echo.
    Row,
    /// The same by callers who sign in, and beside it where nobody has to.
    Caller,
    /// A read with everything on that the road has, beside another implementation with nothing.
    Road,
    /// A write with everything on.
    Written,
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
    pub(super) kind: Kind,
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

/// Ours first; the ratios divide it by each of the others. Where callers sign in, each is divided by the one without.
pub(super) const SERVERS: [Server; 11] = [
    Server {
        name: "ours",
        workspace: Workspace::Root,
        package: "tollhouse-echo",
        program: "tollhouse-echo",
        arguments: &[],
        credentials: None,
        kinds: &[Kind::Modern, Kind::Legacy],
        call: None,
    },
    road("road", "date", &[Kind::Road]),
    road("road-write", "note", &[Kind::Written]),
    Server {
        name: "rmcp-echo",
        workspace: Workspace::Peers,
        package: "rmcp-echo",
        program: "rmcp-echo",
        arguments: &[],
        credentials: None,
        kinds: &[Kind::Modern, Kind::Legacy, Kind::Road],
        call: None,
    },
    Server {
        name: "limit",
        workspace: Workspace::Peers,
        package: "limit",
        program: "limit",
        arguments: &[],
        credentials: None,
        kinds: &[Kind::Modern],
        call: None,
    },
    Server {
        name: "ours-sql",
        workspace: Workspace::Root,
        package: "tollhouse-cli",
        program: "tollhouse",
        arguments: &["run", "{scratch}/row.toml"],
        credentials: None,
        kinds: &[Kind::Row],
        call: None,
    },
    Server {
        name: "limit-sql",
        workspace: Workspace::Peers,
        package: "limit-sql",
        program: "limit-sql",
        arguments: &[],
        credentials: None,
        kinds: &[Kind::Row],
        call: None,
    },
    asked("no-sign-in", None),
    asked("one-key", Some(signed::KEY)),
    asked("one-token", Some(signed::TOKEN)),
    asked("1000-users", Some(signed::USERS)),
];

/// Our own program with all that stands on the road.
const fn road(name: &'static str, call: &'static str, kinds: &'static [Kind]) -> Server {
    Server {
        name,
        workspace: Workspace::Root,
        package: "tollhouse-cli",
        program: "tollhouse",
        arguments: &["run", "{scratch}/road.toml"],
        credentials: None,
        kinds,
        call: Some(call),
    }
}

/// Our own program, whose callers show what stands in this file.
const fn asked(name: &'static str, credentials: Option<&'static str>) -> Server {
    Server {
        name,
        workspace: Workspace::Root,
        package: "tollhouse-cli",
        program: "tollhouse",
        arguments: match credentials {
            Some(_) => &["run", "{scratch}/signed.toml"],
            None => &["run", "{scratch}/unsigned.toml"],
        },
        credentials,
        kinds: &[Kind::Caller],
        call: None,
    }
}

pub(super) const SCENARIOS: [Scenario; 13] = [
    Scenario {
        name: "echo-64",
        title: "HTTP, a call with 64 bytes",
        transport: Transport::Http,
        kind: Kind::Modern,
        call: "echo-64",
        at_once: 32,
        tools: 1,
        counted: (320, 1920),
    },
    Scenario {
        name: "echo-64k",
        title: "HTTP, a call with 64 KiB",
        transport: Transport::Http,
        kind: Kind::Modern,
        call: "echo-64k",
        at_once: 32,
        tools: 1,
        counted: (160, 480),
    },
    Scenario {
        name: "list-100",
        title: "HTTP, a list of 100 tools",
        transport: Transport::Http,
        kind: Kind::Modern,
        call: "list-100",
        at_once: 32,
        tools: 100,
        counted: (160, 480),
    },
    Scenario {
        name: "legacy-64",
        title: "HTTP, a call with 64 bytes in a session of 2025-11-25",
        transport: Transport::Http,
        kind: Kind::Legacy,
        call: "legacy-64",
        at_once: 32,
        tools: 1,
        counted: (320, 1920),
    },
    Scenario {
        name: "sql",
        title: "HTTP, a call that reads one row by its key",
        transport: Transport::Http,
        kind: Kind::Row,
        call: "row",
        at_once: 32,
        tools: 1,
        counted: (320, 1920),
    },
    Scenario {
        name: "auth",
        title: "HTTP, the same call by callers who sign in",
        transport: Transport::Http,
        kind: Kind::Caller,
        call: "row",
        at_once: 32,
        tools: 1,
        // Whoever is new is looked up. After so many calls nobody is.
        counted: (1500, 2500),
    },
    Scenario {
        name: "road",
        title: "HTTP, a read with everything on, beside a bare echo",
        transport: Transport::Http,
        kind: Kind::Road,
        call: "echo-64",
        at_once: 32,
        tools: 1,
        counted: (320, 1920),
    },
    Scenario {
        name: "road-writes",
        title: "HTTP, writes with everything on, 32 at a time",
        transport: Transport::Http,
        kind: Kind::Written,
        call: "note",
        at_once: 32,
        tools: 1,
        counted: (320, 960),
    },
    Scenario {
        name: "road-write",
        title: "HTTP, writes with everything on, one at a time",
        transport: Transport::Http,
        kind: Kind::Written,
        call: "note",
        at_once: 1,
        tools: 1,
        counted: (320, 960),
    },
    Scenario {
        name: "stdio-one",
        title: "stdio, one call at a time with 64 bytes",
        transport: Transport::Stdio,
        kind: Kind::Modern,
        call: "echo-64",
        at_once: 1,
        tools: 1,
        counted: (320, 1920),
    },
    Scenario {
        name: "stdio-64",
        title: "stdio, sixteen calls at a time with 64 bytes",
        transport: Transport::Stdio,
        kind: Kind::Modern,
        call: "echo-64",
        at_once: 16,
        tools: 1,
        counted: (320, 1920),
    },
    Scenario {
        name: "stdio-64k",
        title: "stdio, sixteen calls at a time with 64 KiB",
        transport: Transport::Stdio,
        kind: Kind::Modern,
        call: "echo-64k",
        at_once: 16,
        tools: 1,
        counted: (160, 480),
    },
    Scenario {
        name: "legacy-stdio-64",
        title: "stdio, sixteen calls at a time with 64 bytes after a handshake of 2025-11-25",
        transport: Transport::Stdio,
        kind: Kind::Legacy,
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
