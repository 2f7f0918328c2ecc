//! The load generator. It speaks just enough HTTP to be much cheaper than any
//! server it drives, checks every answer, and prints one line of JSON.

use std::process::ExitCode;

use anyhow::{Result, bail};

mod cold;
mod connection;
mod cpu;
mod events;
mod held;
mod http;
mod options;
mod reply;
mod scenario;
mod session;
mod stdio;
mod tally;

use options::Options;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(task) = arguments.next() else {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    };
    match Options::parse(arguments).and_then(|options| dispatch(&task, &options)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(task: &str, options: &Options) -> Result<ExitCode> {
    match task {
        "http" => with_runtime(http::run(options)),
        "stdio" => with_runtime(stdio::run(options)),
        "cold" => cold::run(options),
        "held" => with_runtime(held::run(options)),
        unknown => bail!("there is no task called {unknown}\n\n{USAGE}"),
    }
}

/// One thread: the generator owns one core, and hand-overs would only cost.
fn with_runtime(work: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

const USAGE: &str = "\
load http --port PORT [options]           calls a server that listens
load stdio [options] -- PROGRAM [ARGS]    starts a server and calls it over its pipes
load cold [options] -- PROGRAM [ARGS]     starts a server many times and waits for its first answer;
                                          {port} in an argument stands for the port
load held --port PORT --pid PID           opens sessions and weighs what the server keeps of them

  --scenario NAME       echo-64, echo-64k, list-100, list, row, date, note or legacy-64 (default echo-64;
                        cold: the first question of a client)
  --seconds S           length of the measured window (default 5)
  --warmup S            load before the window (default 1)
  --requests N          exactly N calls, instead of a window
  --connections C       http: calls in flight, one per connection (default 32)
  --credentials FILE    http: what callers show behind Bearer, a line each (default: nothing)
  --window W            stdio: calls in flight over the pipe (default 16)
  --pid PID             http, held: the server, for its CPU time or its memory
  --core N              where the generator runs
  --server-core N       stdio, cold: where the server runs
  --count N             cold: how many starts (default 20); held: how many sessions (default 2000)
  --streaming BOOL      held: whether each session keeps a stream open (default false)
  --transport KIND      cold: http or stdio (default http)
";
