//! `run()`: a Rust program as a whole server.

use std::{
    fmt,
    io::{self, IsTerminal as _},
    net::SocketAddr,
};

use tollhouse_core::{BuildError, Builder, Principal, Server, stdio};
use tollhouse_http::Options;

use crate::{raise_descriptor_limit, shutdown_signal, stdio_pipes};

/// Why a program could not be a server.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The server cannot be built; the text names every problem.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The command line is not understood.
    #[error("{0}\nusage: [--stdio | --http ADDRESS]   e.g. --http 127.0.0.1:8080")]
    Usage(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}. Choose another with --http 127.0.0.1:PORT")]
    Listen(SocketAddr, #[source] io::Error),
    /// The address can be reached from other machines, and nobody signs in.
    #[error(
        "{0} can be reached from other machines, and this server asks nobody to sign in. Listen on 127.0.0.1"
    )]
    Unsafe(SocketAddr),
    /// A pipe or a socket failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What a `main` that returns the error prints: the text with its mend, not the names of variants.
impl fmt::Debug for RunError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

/// Serves until it is asked to stop, in the way that the command line says: `--stdio`, or
/// `--http ADDRESS`. Without either, a client that pipes is served over its pipes, and a person at a
/// terminal gets HTTP on 127.0.0.1:8080.
///
/// # Errors
///
/// See [`RunError`]; each text names its mend.
pub async fn run(builder: Builder) -> Result<(), RunError> {
    let server = builder.build()?;
    match Way::from_arguments(std::env::args().skip(1))? {
        Way::Stdio => serve_stdio(&server).await,
        Way::Http(address) => serve_http(server, address).await,
    }
}

/// Serves one client over standard input and output, until the input ends or the process is asked to stop.
///
/// # Errors
///
/// The pipes cannot be taken or written.
pub async fn serve_stdio(server: &Server) -> Result<(), RunError> {
    let pipes = stdio_pipes()?;
    stdio::serve(server, Principal::anonymous(), pipes, shutdown_signal()).await?;
    server.drain().await;
    Ok(())
}

/// Serves HTTP on a loopback address until the process is asked to stop. Says where on standard error.
///
/// # Errors
///
/// The address is taken, or is not a loopback address.
pub async fn serve_http(server: Server, address: SocketAddr) -> Result<(), RunError> {
    if !address.ip().is_loopback() {
        return Err(RunError::Unsafe(address));
    }
    raise_descriptor_limit();
    let listener =
        tollhouse_http::listen(address).map_err(|error| RunError::Listen(address, error))?;
    let stop = shutdown_signal();
    say(listener.local_addr()?);
    tollhouse_http::serve(server, listener, Options::default(), stop).await?;
    Ok(())
}

#[expect(
    clippy::print_stderr,
    reason = "whoever starts a server wants to know where it is"
)]
fn say(address: SocketAddr) {
    // In one piece: other lines may be written at the same time.
    let line = format!("listening on http://{address}/mcp\n");
    eprint!("{line}");
}

/// How to serve.
#[derive(Debug, PartialEq, Eq)]
enum Way {
    Stdio,
    Http(SocketAddr),
}

impl Way {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, RunError> {
        match (
            arguments.next().as_deref(),
            arguments.next(),
            arguments.next(),
        ) {
            (None, ..) if io::stdin().is_terminal() => {
                Ok(Self::Http(SocketAddr::from(([127, 0, 0, 1], 8080))))
            }
            (None, ..) | (Some("--stdio"), None, _) => Ok(Self::Stdio),
            (Some("--http"), Some(address), None) => {
                let address = address.replace("localhost", "127.0.0.1");
                let parsed = address
                    .parse()
                    .map_err(|_| RunError::Usage(format!("`{address}` is not an address")))?;
                Ok(Self::Http(parsed))
            }
            (Some(word), ..) => Err(RunError::Usage(format!("`{word}` is not understood"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Way;

    #[test]
    fn the_command_line_says_how() {
        let way = |line: &str| Way::from_arguments(line.split_whitespace().map(str::to_owned));
        assert_eq!(way("--stdio").unwrap(), Way::Stdio);
        assert_eq!(
            way("--http localhost:81").unwrap(),
            Way::Http("127.0.0.1:81".parse().unwrap())
        );
        for odd in [
            "--http",
            "--http x",
            "--htp 127.0.0.1:1",
            "--stdio more",
            "--http 127.0.0.1:1 --stdio",
        ] {
            assert!(way(odd).is_err(), "{odd}");
        }
    }
}
