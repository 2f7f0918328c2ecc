//! A server while it runs.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::era::Era;

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    address: SocketAddr,
}

impl Running {
    /// Starts a program on a port of its own, and waits until it takes connections.
    pub(crate) fn start(program: &str, era: Era) -> Result<Self> {
        // The system picks a free port, and hands it on at once.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let child = Command::new(program)
            .env("PORT", address.port().to_string())
            .env("SESSIONS", if era == Era::Legacy { "1" } else { "0" })
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        let mut running = Self { child, address };
        for _ in 0..TRIES {
            if TcpStream::connect(address).is_ok() {
                return Ok(running);
            }
            if let Some(status) = running.child.try_wait()? {
                bail!("{program} ended with {status}");
            }
            std::thread::sleep(PAUSE);
        }
        bail!("{program} does not listen on {address}")
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing left to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

const TRIES: u32 = 1000;
const PAUSE: Duration = Duration::from_millis(10);
