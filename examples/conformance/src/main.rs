//! Serves the conformance fixtures: `tollhouse-conformance 127.0.0.1:8080`, or `--stdio`.

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    let server = tollhouse_conformance::server()?;
    match std::env::args().nth(1).as_deref() {
        Some("--stdio") => tollhouse::serve_stdio(&server).await?,
        Some(address) => tollhouse::serve_http(server, address.parse()?).await?,
        None => bail!("usage: tollhouse-conformance ADDRESS:PORT | --stdio"),
    }
    Ok(())
}
