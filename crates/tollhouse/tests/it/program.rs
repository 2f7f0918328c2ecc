//! The example as a child, with its standard error read line by line.

use std::{
    env,
    io::{BufRead as _, BufReader, Read, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

/// Three times what any step is promised to take, and less than a call of `stay` takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A running program; killed when dropped.
pub(crate) struct Program {
    child: Child,
    input: Option<ChildStdin>,
    output: mpsc::Receiver<String>,
    errors: mpsc::Receiver<String>,
}

/// Where cargo builds the example, beside the tests.
pub(crate) fn noisy() -> PathBuf {
    let tests = env::current_exe().unwrap();
    let built = tests.parent().unwrap().parent().unwrap();
    built.join("examples/noisy")
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::spawn(Command::new(noisy()).args(arguments))
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let command = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        Self {
            input: child.stdin.take(),
            output: listen(child.stdout.take().unwrap()),
            errors: listen(child.stderr.take().unwrap()),
            child,
        }
    }

    pub(crate) fn write(&mut self, text: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    /// The next line of the output; none after its end.
    pub(crate) fn line(&mut self) -> Option<String> {
        match self.output.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(mpsc::RecvTimeoutError::Disconnected) => None,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("nothing is said"),
        }
    }

    /// The next message, which is one that a server may send.
    pub(crate) fn message(&mut self) -> Option<Value> {
        let message = serde_json::from_str(&self.line()?).unwrap();
        tollhouse_wire_check::check(&message);
        Some(message)
    }

    /// Waits for a line on standard error that has this in it.
    pub(crate) fn hears(&self, part: &str) -> String {
        loop {
            let line = self.errors.recv_timeout(PATIENCE).unwrap();
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Waits for the end: the status, and what is left on standard error.
    pub(crate) fn ends(mut self) -> (ExitStatus, String) {
        let pause = Duration::from_millis(10);
        let mut waited = Duration::ZERO;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(waited < PATIENCE, "still running");
            thread::sleep(pause);
            waited += pause;
        };
        let errors: Vec<String> = self.errors.iter().collect();
        (status, errors.join("\n"))
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One line: a call of a tool that tells its progress.
pub(crate) fn call(id: u32, tool: &str) -> String {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "progressToken": id,
    });
    let params = json!({"name": tool, "arguments": {}, "_meta": meta});
    let message = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
    tollhouse_wire_check::check_request(&message);
    format!("{message}\n")
}

/// Reads on a thread, so that the child never waits for the test, nor the test for ever.
fn listen(errors: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(errors).lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
