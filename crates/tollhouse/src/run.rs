//! `run()`: a Rust program as a whole server.

use std::{
    fmt,
    future::Future,
    io::{self, IsTerminal as _, Write as _},
    net::SocketAddr,
    pin::Pin,
};

use tokio::sync::oneshot;
use tollhouse_core::{BuildError, Builder, Principal, Server, stdio};
use tollhouse_http::Options;

use crate::{
    arguments::{HELP, Wish},
    raise_descriptor_limit, shutdown_signal, stdio_pipes,
};

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
    /// Asked to stop a second time, it did not wait for what was under way.
    #[error("stopped at once, as asked by a second signal")]
    Forced,
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
/// terminal gets HTTP on 127.0.0.1:8080. `--help` and `--version` are answered on standard output.
///
/// SIGINT or SIGTERM lets what is under way come to its end. A second one makes this return
/// [`RunError::Forced`] at once; a tool that blocks a thread of the runtime can still keep a `main` that
/// waits for its runtime, as `#[tokio::main]` does.
///
/// # Errors
///
/// See [`RunError`]; each text names its mend.
pub async fn run(builder: Builder) -> Result<(), RunError> {
    let wish = Wish::read(std::env::args().skip(1), io::stdin().is_terminal())?;
    if wish == Wish::Help {
        return Ok(io::stdout().write_all(HELP.as_bytes())?);
    }
    let server = builder.build()?;
    match wish {
        Wish::Stdio => serve_stdio(&server).await,
        Wish::Http(address) => serve_http(server, address).await,
        Wish::Help | Wish::Version => {
            let line = format!("{} {}\n", server.name(), server.version());
            Ok(io::stdout().write_all(line.as_bytes())?)
        }
    }
}

/// Serves one client over standard input and output, until the input ends or the process is asked to stop.
/// What is under way then has a second to end.
///
/// # Errors
///
/// The pipes cannot be taken or written, or a second signal came before the end.
pub async fn serve_stdio(server: &Server) -> Result<(), RunError> {
    until_forced(server, |stop| async move {
        let pipes = stdio_pipes()?;
        let served = stdio::serve(server, Principal::anonymous(), pipes, stop).await;
        // However serving ended, every call gets its line in the journal.
        server.drain().await;
        Ok(served?)
    })
    .await
}

/// Serves HTTP on a loopback address until the process is asked to stop. Says where on standard error.
/// What is under way then has 25 seconds to end.
///
/// # Errors
///
/// The address is taken, or is not a loopback address, or a second signal came before the end.
pub async fn serve_http(server: Server, address: SocketAddr) -> Result<(), RunError> {
    if !address.ip().is_loopback() {
        return Err(RunError::Unsafe(address));
    }
    raise_descriptor_limit();
    let listener =
        tollhouse_http::listen(address).map_err(|error| RunError::Listen(address, error))?;
    let address = listener.local_addr()?;
    let sweeping = server.clone();
    until_forced(&sweeping, |stop| async move {
        say(&format!("listening on http://{address}/mcp"));
        Ok(tollhouse_http::serve(server, listener, Options::default(), stop).await?)
    })
    .await
}

/// Serves until the first signal, which it passes on, has led to an end, or the second has come. Meanwhile the server
/// forgets what has expired.
async fn until_forced<Serving>(
    server: &Server,
    serve: impl FnOnce(Stop) -> Serving,
) -> Result<(), RunError>
where
    Serving: Future<Output = Result<(), RunError>>,
{
    let (ask, asked) = oneshot::channel();
    let asked: Stop = Box::pin(async {
        drop(asked.await);
    });
    // In this order: who listens for signals has to listen before anybody can be served.
    tokio::select! {
        biased;
        () = second_signal(ask) => Err(RunError::Forced),
        never = server.sweep() => match never {},
        result = serve(asked) => result,
    }
}

/// Passes the first signal on as a wish to stop, and comes to its end with the second.
async fn second_signal(ask: oneshot::Sender<()>) {
    shutdown_signal().await;
    // Listens before anybody reads that a second signal would count.
    let again = shutdown_signal();
    say("stopping; once more to stop at once");
    // If nobody waits for it any more, serving has ended.
    let _ = ask.send(());
    again.await;
}

#[expect(
    clippy::print_stderr,
    reason = "whoever starts a server wants to know where it is, and how it stops"
)]
fn say(line: &str) {
    // In one piece: other lines may be written at the same time.
    let line = format!("{line}\n");
    eprint!("{line}");
}

/// Comes when serving is asked to end.
type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;
