//! `tollhouse run`: serves until the client leaves or the process is asked to stop.

use std::{
    future::{Future, pending},
    net::SocketAddr,
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use tokio::{runtime::Runtime, sync::oneshot};
use tollhouse::{
    http::{self, Connections},
    stdio,
};

use crate::{
    arguments::{LogLevel, RunArguments},
    banner, environment, keys,
    log::{self, say},
    metrics::Metrics,
    sign_in,
    telemetry::Telemetry,
    wire::{self, Unwired, Wired},
};

/// How serving ended.
enum End {
    /// All that was under way came to its end.
    Quiet,
    /// The second signal came first.
    Forced,
    /// It never began: the file has errors, which were told.
    Refused(u8),
}

pub(crate) fn run(arguments: &RunArguments) -> ExitCode {
    let usual = if arguments.stdio {
        LogLevel::Warn
    } else {
        LogLevel::Info
    };
    let log = match log::install(arguments, usual) {
        Ok(log) => log,
        Err(error) => {
            say(&format!("error: {error:#}"));
            return ExitCode::FAILURE;
        }
    };
    let code = code(start(arguments));
    // What was said last is written before the process ends.
    drop(log);
    code
}

fn code(end: Result<End>) -> ExitCode {
    match end {
        Ok(End::Quiet) => ExitCode::SUCCESS,
        Ok(End::Forced) => ExitCode::from(FORCED),
        Ok(End::Refused(code)) => ExitCode::from(code),
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: &RunArguments) -> Result<End> {
    let runtime = Runtime::new().context("no threads to work with")?;
    let mut book = None;
    let end = runtime.block_on(async {
        let wired = match wire::wire(arguments) {
            Ok(wired) => wired,
            Err(Unwired::Config(problems, code)) => {
                say(&problems);
                return Ok(End::Refused(code));
            }
            Err(Unwired::Other(error)) => return Err(error),
        };
        if !wired.warnings.is_empty() {
            say(&wired.warnings);
        }
        book = Some(wired.book.clone());
        let connections = Connections::default();
        let telemetry = told(&wired);
        let measured = measured(&wired, telemetry.as_ref(), &connections)?;
        let (ask, asked) = oneshot::channel();
        let asked = async {
            drop(asked.await);
        };
        let serving = async {
            if arguments.stdio {
                over_stdio(&wired, asked).await
            } else {
                let address = arguments.http.or(wired.site.listen);
                let address = address.unwrap_or(DEFAULT_ADDRESS.into());
                over_http((&wired, &connections), address, asked).await
            }
        };
        let renewed = async {
            match wired.live.clone() {
                Some(live) => live.watch(&wired.server).await,
                None => pending().await,
            }
        };
        // In this order: who listens for signals has to listen before anybody can be served.
        let end = tokio::select! {
            biased;
            () = second_signal(ask) => return Ok(End::Forced),
            never = renewed => match never {},
            never = wired.sign_in.beat() => match never {},
            never = wired.server.sweep() => match never {},
            Err(error) = measured => Err(error),
            result = serving => result.map(|()| End::Quiet),
        };
        if let (Some(telemetry), Ok(End::Quiet)) = (&telemetry, &end) {
            telemetry.finish().await;
        }
        end
    });
    // However it ended, what was called stands in the audit.
    let unwritten = book.map_or(0, |book| book.close());
    // What still blocks a thread was to be stopped at once.
    runtime.shutdown_background();
    match end {
        Ok(End::Quiet) if unwritten > 0 => bail!(
            "{unwritten} records of calls are not in the audit: it could not be written at the end; the lines before \
             name the calls. See that the state's disk has room and can be written"
        ),
        end => end,
    }
}

/// Begins to tell a collector of calls, if one is named. Nothing about a collector keeps a server from serving.
fn told(wired: &Wired) -> Option<Telemetry> {
    let name = wired.server.name();
    let mut telemetry = match Telemetry::open(&wired.site.collector, &environment, name) {
        Ok(telemetry) => telemetry?,
        Err(error) => {
            say(&format!(
                "warning: no collector is told of calls: {error:#}"
            ));
            return None;
        }
    };
    if let Some(spans) = telemetry.spans.take() {
        wired.book.tell(spans);
    }
    Some(telemetry)
}

/// Serves figures to whoever may ask for them, until it is dropped.
fn measured(
    wired: &Wired,
    telemetry: Option<&Telemetry>,
    connections: &Connections,
) -> Result<impl Future<Output = Result<()>> + use<>> {
    let served = (&wired.server, connections);
    let metrics = Metrics::open(
        wired.site.metrics,
        telemetry,
        (&wired.book, &wired.sign_in),
        served,
    )?;
    if let Some(url) = metrics.as_ref().map(Metrics::url).transpose()?.flatten() {
        say(&format!("metrics  {url}"));
    }
    Ok(async {
        match metrics {
            Some(metrics) => metrics.serve().await,
            None => pending().await,
        }
    })
}

async fn over_stdio(wired: &Wired, stop: impl Future<Output = ()>) -> Result<()> {
    let server = &wired.server;
    let holder = wired.sign_in.piped().await?;
    say(&banner::piped(wired));
    let pipes = tollhouse::stdio_pipes().context("standard input and output cannot be used")?;
    let mut ended = None;
    let served = match &holder {
        None => {
            let caller = keys::by_stdio(wired.local.clone(), &environment);
            stdio::serve(server, caller, pipes, stop).await
        }
        Some(holder) => {
            let stop = async {
                tokio::select! {
                    () = stop => {}
                    why = holder.ended() => ended = Some(why),
                }
            };
            stdio::serve_caller(server, holder.caller(), pipes, stop).await
        }
    };
    // However serving ended, every call gets its line in the journal.
    server.drain().await;
    served.context("the client does not take the answers")?;
    match ended {
        Some(why) => Err(why.context("the session has ended")),
        None => Ok(()),
    }
}

async fn over_http(
    (wired, connections): (&Wired, &Connections),
    address: SocketAddr,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    sign_in::refuse_reachable(address, &wired.site)?;
    tollhouse::raise_descriptor_limit();
    let listener = match http::listen(address) {
        Ok(listener) => listener,
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            let ip = address.ip();
            bail!(
                "{address} is in use. Take any free port with --http {}",
                SocketAddr::new(ip, 0)
            );
        }
        Err(error) => return Err(error).with_context(|| format!("cannot listen on {address}")),
    };
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    say(&banner::listening(wired, address).await?);
    let server = wired.server.clone();
    let mut options = http::Options::default()
        .count(connections)
        .everybody(wired.local.clone())
        .resource(wired.resource.clone());
    for host in &wired.site.hosts {
        options = options.host(host);
    }
    for origin in &wired.site.origins {
        options = options.origin(origin);
    }
    let options = wired.sign_in.guard(options);
    http::serve(server, listener, options, stop)
        .await
        .context("cannot go on listening")
}

/// Passes the first signal on as a wish to stop, and comes to its end with the second.
async fn second_signal(ask: oneshot::Sender<()>) {
    tollhouse::shutdown_signal().await;
    // Listens before anybody reads that a second signal would count.
    let again = tollhouse::shutdown_signal();
    say("stopping; once more to stop at once");
    // If nobody waits for it any more, serving has ended.
    let _ = ask.send(());
    again.await;
}

const DEFAULT_ADDRESS: ([u8; 4], u16) = ([127, 0, 0, 1], 8080);
/// What shells show for a program that Ctrl-C ended.
const FORCED: u8 = 130;
