//! How soon a revoked key ends: from the start of `tollhouse keys revoke` to the first 401 of a server in use.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::run;

use super::build::Programs;
use super::figures::median;
use super::server::Running;
use super::signed;

/// Of so many tries, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Revoked {
    pub(super) tries: usize,
    pub(super) least_ms: f64,
    pub(super) median_ms: f64,
    pub(super) most_ms: f64,
}

impl Revoked {
    /// What was promised.
    pub(super) const ALLOWED_MS: f64 = 1000.0;
}

/// Revokes keys of a running server, one after the other, while each is in use.
pub(super) fn measure(programs: &Programs) -> Result<Revoked> {
    let mut command = run::command(programs.tollhouse())?;
    command
        .arg("run")
        .arg(programs.scratch.join(signed::SIGNED));
    let log = programs.scratch.join("revoked.log");
    let running = Running::start(&mut command, 1, log)?;
    let times = (1..=TRIES).map(|number| one(programs, &running, number));
    let times = times.collect::<Result<Vec<_>>>()?;
    let all = || times.iter().map(|time| time.as_secs_f64() * 1e3);
    Ok(Revoked {
        tries: times.len(),
        least_ms: all().fold(f64::INFINITY, f64::min),
        median_ms: median(all()).context("nothing was revoked")?,
        most_ms: all().fold(0.0, f64::max),
    })
}

fn one(programs: &Programs, running: &Running, number: u32) -> Result<Duration> {
    let name = format!("revoked-{}-{number}", running.pid());
    let key = signed::key(programs, &name)?;
    let status = status(running.port(), &key)?;
    ensure!(status == 200, "HTTP {status} for a key that is good");
    let mut revoke = run::command(programs.tollhouse())?;
    revoke.args(["keys", "revoke", &name, "--state"]);
    revoke.arg(programs.scratch.join(signed::STATE));
    let began = Instant::now();
    run::capture(&mut revoke)?;
    loop {
        let status = self::status(running.port(), &key)?;
        let passed = began.elapsed();
        if status == 401 {
            return Ok(passed);
        }
        ensure!(status == 200, "HTTP {status} for a key that was revoked");
        ensure!(passed < PATIENCE, "a revoked key is good after {passed:?}");
    }
}

/// What a request with this key is answered.
fn status(port: u16, key: &str) -> Result<u16> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!(
        "POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         accept: application/json, text/event-stream\r\nmcp-protocol-version: 2026-07-28\r\n\
         mcp-method: tools/list\r\nauthorization: Bearer {key}\r\ncontent-length: {}\r\n\r\n{MESSAGE}",
        MESSAGE.len()
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).context("no status")?;
    Ok(status.parse()?)
}

const TRIES: u32 = 20;
const PATIENCE: Duration = Duration::from_secs(10);
const MESSAGE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}"#;
