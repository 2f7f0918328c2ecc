//! A server of ours while it serves HTTP.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Running {
    command: Command,
    child: Child,
    address: SocketAddr,
}

impl Running {
    /// Starts a server and waits until it takes connections. `command` gets
    /// the address as its last argument.
    pub(crate) fn start(mut command: Command) -> Result<Self> {
        // The system picks a free port, and hands it on at once.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        drop(listener);
        command.arg(address.to_string());
        let (child, said) = spawn(&mut command)?;
        let mut running = Self {
            command,
            child,
            address,
        };
        running.wait(&said)?;
        Ok(running)
    }

    /// Kills the server and starts it anew, at the same address: it remembers nobody.
    pub(crate) fn restart(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        let (child, said) = spawn(&mut self.command)?;
        self.child = child;
        self.wait(&said)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the protocol is served.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// Tries again whenever the server has said something, and now and then in between.
    fn wait(&mut self, said: &Receiver<String>) -> Result<()> {
        let began = Instant::now();
        let mut heard = Vec::new();
        while TcpStream::connect(self.address).is_err() {
            if let Ok(line) = said.recv_timeout(LISTENING_PAUSE) {
                heard.push(line);
            }
            if let Some(status) = self.child.try_wait()? {
                heard.extend(said.iter());
                bail!("the server ended with {status}\n{}", heard.join("\n"));
            }
            if began.elapsed() > START_LIMIT {
                let heard = heard.join("\n");
                bail!(
                    "nobody listens on {} after {START_LIMIT:?}\n{heard}",
                    self.address
                );
            }
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing left to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Starts the server, and passes on what it says.
fn spawn(command: &mut Command) -> Result<(Child, Receiver<String>)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let (sender, said) = mpsc::channel();
    listen(child.stdout.take(), sender.clone());
    listen(child.stderr.take(), sender);
    Ok((child, said))
}

/// Passes on what the server says, line by line, so that its pipe never fills.
fn listen(stream: Option<impl Read + Send + 'static>, sender: mpsc::Sender<String>) {
    let Some(stream) = stream else { return };
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            // Once the server is up nobody listens any more; read on all the same.
            drop(sender.send(line));
        }
    });
}

const LISTENING_PAUSE: Duration = Duration::from_millis(20);
const START_LIMIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::Running;

    #[test]
    fn a_server_that_ends_at_once_shows_why() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo no such file >&2; exit 3"]);
        let error = Running::start(command).unwrap_err().to_string();
        assert!(error.contains("exit status: 3"), "{error}");
        assert!(error.contains("no such file"), "{error}");
    }
}
