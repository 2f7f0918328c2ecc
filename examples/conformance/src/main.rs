//! Serves the conformance fixtures: `tollhouse-conformance 127.0.0.1:8080`, or `--stdio`.
//!
//! Over HTTP, `KEY` in the environment is what callers then have to show.

use std::net::SocketAddr;

use anyhow::{Result, bail};
use tollhouse::{Server, http};
use tollhouse_conformance::Door;

#[tokio::main]
async fn main() -> Result<()> {
    let server = tollhouse_conformance::server()?;
    match std::env::args().nth(1).as_deref() {
        Some("--stdio") => tollhouse::serve_stdio(&server).await?,
        Some(address) => match key() {
            Some(key) => guarded(server, address.parse()?, Door::new(&key)).await?,
            None => tollhouse::serve_http(server, address.parse()?).await?,
        },
        None => bail!("usage: tollhouse-conformance ADDRESS:PORT | --stdio"),
    }
    Ok(())
}

/// The same where callers have to show who they are.
async fn guarded(server: Server, address: SocketAddr, door: Door) -> Result<()> {
    let listener = http::listen(address)?;
    let options = http::Options::default().authenticate(door);
    http::serve(server, listener, options, tollhouse::shutdown_signal()).await?;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program of its own, and its environment is its configuration"
)]
fn key() -> Option<String> {
    std::env::var("KEY").ok()
}
