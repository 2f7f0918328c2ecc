//! A server at the other end of pipes: one message per line. It is a program that was started for this, or one
//! of ours in this process.

use std::{
    collections::VecDeque,
    ffi::OsString,
    future::pending,
    io,
    pin::Pin,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, duplex, split,
    },
    process::{Child, Command},
    time::timeout,
};
use tollhouse::{Principal, Server, stdio};

use super::{FRAME_BYTES_MAX, plain, tap::Tap, too_large, trouble::Trouble};

/// A server at the other end of pipes. Dropped, a program that was started for it is killed.
pub(super) struct Pipe {
    input: Option<Box<dyn AsyncWrite + Send + Unpin>>,
    output: Lines,
    beside: Option<Beside>,
    child: Option<Child>,
    said: Said,
    tap: Tap,
}

/// The last lines that a program wrote beside messages.
type Said = Arc<Mutex<VecDeque<String>>>;

impl Pipe {
    /// Starts a program.
    pub(super) fn start(words: &[OsString], tap: &Tap) -> Result<Self, Trouble> {
        let Some((program, arguments)) = words.split_first() else {
            return Err(Trouble::Usage(
                "after -- stands the server to start".to_owned(),
            ));
        };
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| not_started(&program.to_string_lossy(), &error))?;
        let said = Said::default();
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Trouble::Unreachable("the server has no pipes".to_owned()));
        };
        Ok(Self {
            input: Some(Box::new(input)),
            output: Lines::new(output),
            beside: Some(Box::pin(listen(
                Lines::new(errors),
                Arc::clone(&said),
                tap.clone(),
            ))),
            child: Some(child),
            said,
            tap: tap.clone(),
        })
    }

    /// Serves this caller in this process.
    pub(super) fn serve(server: Server, caller: Principal, tap: &Tap) -> Self {
        let (ours, theirs) = duplex(PIPE_BYTES);
        let (output, input) = split(ours);
        let serving = async move {
            let pipes = split(theirs);
            let served = stdio::serve(&server, caller, pipes, pending()).await;
            if let Err(error) = served {
                tracing::warn!(%error, "the server in this process ended");
            }
            server.drain().await;
        };
        Self {
            input: Some(Box::new(input)),
            output: Lines::new(output),
            beside: Some(Box::pin(serving)),
            child: None,
            said: Said::default(),
            tap: tap.clone(),
        }
    }

    pub(super) async fn send(&mut self, text: &str) -> Result<(), Trouble> {
        self.tap.sent(text);
        let line = format!("{text}\n");
        let Some(input) = &mut self.input else {
            return Err(self.ended().await);
        };
        let mut writing = Box::pin(async {
            input.write_all(line.as_bytes()).await?;
            input.flush().await
        });
        let written = loop {
            tokio::select! {
                biased;
                written = &mut writing => break written,
                () = go_on(&mut self.beside) => {}
            }
        };
        drop(writing);
        // A server that reads no more may have said why, and that is read next.
        if written.is_err() {
            self.input = None;
        }
        Ok(())
    }

    /// The next message, as it came.
    pub(super) async fn next(&mut self) -> Result<Vec<u8>, Trouble> {
        loop {
            let line = tokio::select! {
                biased;
                line = self.output.next() => line,
                () = go_on(&mut self.beside) => continue,
            };
            match line {
                Ok(Some(line)) if line.iter().all(u8::is_ascii_whitespace) => {}
                Ok(Some(line)) => {
                    self.tap.came(&line);
                    return Ok(line);
                }
                Ok(None) => return Err(self.ended().await),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return Err(Trouble::Unreachable(too_large()));
                }
                Err(_broken) => return Err(self.ended().await),
            }
        }
    }

    /// Says goodbye as the transport has it: the input ends, and the server with it.
    pub(super) async fn close(mut self) {
        self.input = None;
        let Some(mut child) = self.child.take() else {
            // Both halves of our end have to go, else the server does not see the end.
            drop(self.output);
            drop(timeout(GRACE, rest(self.beside.take())).await);
            return;
        };
        let waiting = timeout(GRACE, child.wait());
        let listening = async {
            rest(self.beside.take()).await;
            pending().await
        };
        tokio::select! {
            _ended = waiting => {}
            () = listening => {}
        }
    }

    /// How the server ended, and what it said last.
    async fn ended(&mut self) -> Trouble {
        self.input = None;
        let mut how = String::new();
        if let Some(child) = &mut self.child {
            // What it wrote last may still be on its way.
            let listening = timeout(GRACE, rest(self.beside.take()));
            let (status, _) = tokio::join!(timeout(GRACE, child.wait()), listening);
            if let Ok(Ok(status)) = status {
                how = format!(" ({status})");
            }
        }
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let said: String = said.iter().map(|line| format!("\n  {line}")).collect();
        Trouble::Unreachable(format!(
            "the server ended{how} before it answered. If it speaks only an older revision, say \
             --revision 2025-11-25{said}"
        ))
    }
}

/// What goes on beside, while something is waited for.
type Beside = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The rest of what goes on beside.
async fn rest(beside: Option<Beside>) {
    if let Some(beside) = beside {
        beside.await;
    }
}

/// Goes on with what goes on beside; forever, once that is over.
async fn go_on(beside: &mut Option<Beside>) {
    match beside {
        Some(future) => {
            future.await;
            *beside = None;
        }
        None => pending().await,
    }
}

/// Keeps the last lines that a program says.
async fn listen(mut lines: Lines, said: Said, tap: Tap) {
    loop {
        let line = match lines.next().await {
            Ok(Some(line)) => line,
            // It is read on, so that the program never waits for us.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => continue,
            Ok(None) | Err(_) => return,
        };
        let line = String::from_utf8_lossy(&line);
        tap.beside(&line);
        let shown: String = plain::line(line.trim_end())
            .chars()
            .take(SAID_LETTERS)
            .collect();
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        said.push_back(shown);
        while said.len() > SAID_LINES {
            said.pop_front();
        }
    }
}

fn not_started(program: &str, error: &io::Error) -> Trouble {
    Trouble::Unreachable(match error.kind() {
        io::ErrorKind::NotFound => {
            format!("there is no program {program}; write its full path, or install it")
        }
        io::ErrorKind::PermissionDenied => format!("{program} may not be run; is it a program?"),
        _ => format!("{program} cannot be started: {error}"),
    })
}

/// Lines of at most [`FRAME_BYTES_MAX`]. What was read stays when waiting for the rest is given up.
struct Lines {
    reader: BufReader<Box<dyn AsyncRead + Send + Unpin>>,
    begun: Vec<u8>,
}

impl Lines {
    fn new(reader: impl AsyncRead + Send + Unpin + 'static) -> Self {
        Self {
            reader: BufReader::with_capacity(PIPE_BYTES, Box::new(reader)),
            begun: Vec::new(),
        }
    }

    /// The next line without its end; none at the end of all, where half a line is none.
    async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let come = self.reader.fill_buf().await?;
            if come.is_empty() {
                return Ok(None);
            }
            let end = come.iter().position(|byte| *byte == b'\n');
            let part = come.get(..end.unwrap_or(come.len())).unwrap_or_default();
            if self.begun.len() + part.len() > FRAME_BYTES_MAX {
                self.begun.clear();
                let used = come.len();
                self.reader.consume(used);
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.begun.extend_from_slice(part);
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                return Ok(Some(std::mem::take(&mut self.begun)));
            }
        }
    }
}

const PIPE_BYTES: usize = 64 * 1024;
/// How long a server may take to end after its input has.
const GRACE: Duration = Duration::from_secs(2);
const SAID_LINES: usize = 20;
const SAID_LETTERS: usize = 400;
