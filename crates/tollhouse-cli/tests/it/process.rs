//! The program as a child, with its standard error read line by line.

use std::{
    io::{BufRead as _, BufReader, Lines, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

/// Three times what any step is promised to take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A running program; killed when dropped.
pub(crate) struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    errors: mpsc::Receiver<String>,
}

pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollhouse"));
    command.args(arguments).current_dir(folder);
    command
}

impl Process {
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::spawn(&mut command(folder, arguments))
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let command = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let errors = listen(child.stderr.take().unwrap());
        Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()).lines(),
            errors,
            child,
        }
    }

    /// Waits for a line on standard error that has this in it.
    pub(crate) fn hears(&self, part: &str) -> String {
        self.hears_up_to(part).pop().unwrap()
    }

    /// All lines on standard error, up to the one that has this in it.
    pub(crate) fn hears_up_to(&self, part: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while lines
            .last()
            .is_none_or(|line: &String| !line.contains(part))
        {
            let line = self.errors.recv_timeout(PATIENCE);
            assert!(line.is_ok(), "{line:?}, and no `{part}` among {lines:#?}");
            lines.push(line.unwrap());
        }
        lines
    }

    /// Waits for the banner's end, and gives the address in it.
    pub(crate) fn address(&self) -> SocketAddr {
        let line = self.hears("  url ");
        let (_, rest) = line.split_once("http://").unwrap();
        rest.strip_suffix("/mcp").unwrap().parse().unwrap()
    }

    pub(crate) fn write(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line.as_bytes()).unwrap();
        input.write_all(b"\n").unwrap();
    }

    /// Reads the next message.
    pub(crate) fn read(&mut self) -> Value {
        serde_json::from_str(&self.output.next().unwrap().unwrap()).unwrap()
    }

    /// Sends a request and reads the answer to it.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.write(&message(method, params).to_string());
        let message = self.read();
        tollhouse_wire_check::check_reply(method, &message);
        message
    }

    /// Calls a tool, as a client does whose user says yes where the server asks for one.
    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let params = json!({"name": tool, "arguments": arguments});
        let result = self.ask("tools/call", &params)["result"].clone();
        match confirmed(&params, &result) {
            Some(params) => self.ask("tools/call", &params)["result"].clone(),
            None => result,
        }
    }

    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for the end: the status, what is left of the output, what is left on standard error.
    pub(crate) fn ends(mut self) -> (ExitStatus, Vec<String>, Vec<String>) {
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
        let output = self.output.by_ref().map(Result::unwrap).collect();
        (status, output, self.errors.iter().collect())
    }

    /// The largest size that its files may have from now on; writes beyond it fail.
    #[cfg(target_os = "linux")]
    pub(crate) fn limit_files(&self, bytes: Option<u64>) {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};

        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        prlimit(Some(Pid::from_child(&self.child)), Resource::Fsize, limit).unwrap();
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One request, with what every request carries.
pub(crate) fn message(method: &str, params: &Value) -> Value {
    let mut params = params.clone();
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}}
    });
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
}

/// The same call with a yes, if its answer asks for one.
pub(crate) fn confirmed(params: &Value, result: &Value) -> Option<Value> {
    let asked = result.pointer("/inputRequests/tollhouse.confirm");
    asked.map(|_| {
        let mut params = params.clone();
        let yes = json!({"action": "accept", "content": {"confirm": true}});
        params["inputResponses"] = json!({"tollhouse.confirm": yes});
        params["requestState"] = result["requestState"].clone();
        params
    })
}

/// A request over HTTP, written by hand. Gives the status and the body.
pub(crate) fn post(
    address: SocketAddr,
    method: &str,
    name: Option<&str>,
    params: &Value,
) -> (u16, Value) {
    let body = message(method, params).to_string();
    let name = name.map_or_else(String::new, |name| format!("Mcp-Name: {name}\r\n"));
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n\
         Mcp-Method: {method}\r\n{name}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let message = serde_json::from_str(body).unwrap_or_default();
    if message != Value::Null {
        tollhouse_wire_check::check_reply(method, &message);
    }
    (status, message)
}

/// Reads standard error on a thread, so that the child never waits for the test.
fn listen(errors: ChildStderr) -> mpsc::Receiver<String> {
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
