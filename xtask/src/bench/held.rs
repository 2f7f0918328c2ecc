//! What a server keeps of sessions on which nothing happens.

use anyhow::Result;
use serde::Deserialize;

use crate::run;

use super::build::Programs;
use super::load::{line, prepare};
use super::server::{LOAD_CORE, Running, on_server_core};
use super::subjects::{Kind, Server};

/// A number of sessions that are open at once.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) title: &'static str,
    count: u32,
    /// Whether each of them keeps a stream open.
    streaming: bool,
}

pub(super) const HELD: [Held; 4] = [
    Held {
        title: "idle, one of 2,000",
        count: 2000,
        streaming: false,
    },
    Held {
        title: "idle, one of 10,000",
        count: 10_000,
        streaming: false,
    },
    Held {
        title: "streaming, one of 500",
        count: 500,
        streaming: true,
    },
    Held {
        title: "streaming, one of 2,000",
        count: 2000,
        streaming: true,
    },
];

/// Opens the sessions of a fresh server, and gives the KiB that each one takes.
pub(super) fn measure(programs: &Programs, server: &Server, held: &Held) -> Result<f64> {
    let log = programs.scratch.join(format!("{}.log", server.name));
    let mut command = on_server_core(&programs.server(server))?;
    prepare(&mut command, programs, Kind::Legacy);
    let running = Running::start(&mut command, 1, log)?;
    let mut generator = run::command(programs.load())?;
    generator
        .args(["held", "--core", LOAD_CORE])
        .args(["--port", &running.port().to_string()])
        .args(["--pid", &running.pid().to_string()])
        .args(["--count", &held.count.to_string()])
        .args(["--streaming", &held.streaming.to_string()]);
    let weighed: Weighed = line(&mut generator)?;
    Ok(weighed.kib_per_session)
}

/// What the generator says.
#[derive(Deserialize)]
struct Weighed {
    kib_per_session: f64,
}
