//! Cold starts: how long after its start a server takes connections and answers.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use crate::cpu;
use crate::options::Options;
use crate::scenario::{Checker, Era, FIRST_ID, Scenario};

/// Runs `load cold`.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let transport = options.get("transport", "http".to_owned())?;
    let count = options.get("count", 20)?;
    let mut starts = Vec::new();
    for _ in 0..count {
        starts.push(match transport.as_str() {
            "http" => over_http(options)?,
            "stdio" => over_pipes(options)?,
            unknown => bail!("there is no transport called {unknown}"),
        });
    }
    let connects = starts.iter().filter_map(|start| start.connected);
    let answers = starts.iter().map(|start| start.answered);
    let report = Report {
        transport: &transport,
        starts: starts.len(),
        connect_ms: median_ms(connects),
        answer_ms: median_ms(answers).context("no starts")?,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(ExitCode::SUCCESS)
}

/// One start: what passed until a connection was taken, and until an answer came.
struct Start {
    connected: Option<Duration>,
    answered: Duration,
}

fn over_http(options: &Options) -> Result<Start> {
    // The system picks a free port, and hands it on at once.
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port();
    let mut command = command(options, port)?;
    command.env("PORT", port.to_string()).stdin(Stdio::null());
    with_server(options, &mut command, |began, server| {
        let mut stream = connect(port, began, server)?;
        let connected = began.elapsed();
        stream.set_read_timeout(Some(START_LIMIT))?;
        let scenario = scenario(options)?;
        stream.write_all(scenario.post(port, None).numbered(FIRST_ID))?;
        let answer = body(&mut stream)?;
        let answered = began.elapsed();
        Checker::new(&scenario).check(&answer, FIRST_ID)?;
        Ok(Start {
            connected: Some(connected),
            answered,
        })
    })
}

fn over_pipes(options: &Options) -> Result<Start> {
    let mut command = command(options, 0)?;
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    with_server(options, &mut command, |began, server| {
        let mut input = server.stdin.take().context("no pipe to the server")?;
        let output = server.stdout.take().context("no pipe from the server")?;
        let scenario = scenario(options)?;
        input.write_all(scenario.line().numbered(FIRST_ID))?;
        let mut answer = Vec::new();
        let read = BufReader::new(output).read_until(b'\n', &mut answer)?;
        let answered = began.elapsed();
        ensure!(read > 0, "the server ended before its first answer");
        Checker::new(&scenario).check(&answer, FIRST_ID)?;
        Ok(Start {
            connected: None,
            answered,
        })
    })
}

/// The server's program. What it prints is its log.
fn command(options: &Options, port: u16) -> Result<Command> {
    let (program, arguments) = options.program()?;
    let port = port.to_string();
    let arguments = arguments.iter().map(|word| word.replace(PORT, &port));
    let mut command = Command::new(program);
    command.args(arguments).stderr(Stdio::null());
    Ok(command)
}

/// What is asked first.
fn scenario(options: &Options) -> Result<Scenario> {
    match options.find::<String>("scenario")? {
        Some(name) => Scenario::named(&name),
        None => Ok(Scenario::first(Era::Modern)),
    }
}

/// Starts the server, and ends it whatever became of the work.
fn with_server<T>(
    options: &Options,
    command: &mut Command,
    work: impl FnOnce(Instant, &mut Child) -> Result<T>,
) -> Result<T> {
    // A child inherits the core of the thread that starts it.
    if let Some(core) = options.find("server-core")? {
        cpu::pin(core)?;
    }
    let began = Instant::now();
    let mut server = command.spawn().context("cannot start the server")?;
    let pinned = options.find("core")?.map_or(Ok(()), cpu::pin);
    let done = pinned.and_then(|()| work(began, &mut server));
    server.kill()?;
    server.wait()?;
    done
}

/// Knocks without a pause: a pause would be all that is measured.
fn connect(port: u16, began: Instant, server: &mut Child) -> Result<TcpStream> {
    loop {
        match TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))) {
            Ok(stream) => return Ok(stream),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                let knocked = began.elapsed();
                ensure!(
                    knocked < START_LIMIT,
                    "nobody listens on port {port} after {START_LIMIT:?}"
                );
                // Asked late, so that a good start is not slowed by the question.
                let ended = knocked > SLOW_START && server.try_wait()?.is_some();
                ensure!(!ended, "the server ended before it took a connection");
            }
            Err(error) => return Err(error).context("cannot connect"),
        }
    }
}

/// The body of one response with a content length.
fn body(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let mut length = None;
    loop {
        let mut line = String::new();
        ensure!(reader.read_line(&mut line)? > 0, "no response");
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = Some(value.trim().parse()?);
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length.context("a response without content-length")?];
    reader.read_exact(&mut body)?;
    Ok(body)
}

#[derive(Serialize)]
struct Report<'a> {
    transport: &'a str,
    starts: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    connect_ms: Option<f64>,
    answer_ms: f64,
}

fn median_ms(durations: impl Iterator<Item = Duration>) -> Option<f64> {
    let mut sorted: Vec<Duration> = durations.collect();
    sorted.sort_unstable();
    let median = sorted.get(sorted.len() / 2)?;
    Some(median.as_secs_f64() * 1e3)
}

/// Stands for the port in the arguments of a server.
const PORT: &str = "{port}";
/// From then on it is worth asking whether the server is still there.
const SLOW_START: Duration = Duration::from_secs(1);
/// A server that has not answered by then is broken, not slow.
const START_LIMIT: Duration = Duration::from_secs(10);
