//! Records as messages to a syslog of this machine (RFC 5424, over a socket of datagrams).

use std::{io, path::Path};

use anyhow::Result;
use tollhouse_store::SecondPlace;

/// The socket.
#[derive(Debug)]
pub(super) struct Syslog {
    #[cfg(unix)]
    socket: std::os::unix::net::UnixDatagram,
    #[cfg(unix)]
    at: std::path::PathBuf,
}

#[cfg(unix)]
impl Syslog {
    /// Nobody needs to listen yet.
    pub(super) fn open(at: &Path) -> Result<Self> {
        use anyhow::Context as _;

        let socket = std::os::unix::net::UnixDatagram::unbound();
        let socket = socket.context("no socket for a syslog can be made")?;
        let wait = socket.set_write_timeout(Some(WAIT));
        wait.context("no socket for a syslog can be made")?;
        Ok(Self {
            socket,
            at: at.to_owned(),
        })
    }
}

#[cfg(unix)]
impl SecondPlace for Syslog {
    fn take(&mut self, lines: &[u8]) -> io::Result<()> {
        for line in lines.split(|byte| *byte == b'\n') {
            if !line.is_empty() {
                self.socket.send_to(&message(line), &self.at)?;
            }
        }
        Ok(())
    }
}

#[cfg(not(unix))]
impl Syslog {
    pub(super) fn open(_at: &Path) -> Result<Self> {
        anyhow::bail!("there is no syslog on this system; use audit.sink.file or audit.sink.url")
    }
}

#[cfg(not(unix))]
impl SecondPlace for Syslog {
    fn take(&mut self, _lines: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// One message. Its time and host are left to the syslog: the record says when it was (RFC 5424, 6.2).
#[cfg(unix)]
fn message(line: &[u8]) -> Vec<u8> {
    let mut message = HEAD.to_vec();
    message.extend_from_slice(line);
    message
}

/// "Log audit", for information.
#[cfg(unix)]
const HEAD: &[u8] = b"<110>1 - - tollhouse - audit - ";
#[cfg(unix)]
const WAIT: std::time::Duration = std::time::Duration::from_secs(2);

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::net::UnixDatagram;

    use super::{SecondPlace as _, Syslog};

    #[test]
    fn p39_each_record_is_one_message() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("log");
        let mut syslog = Syslog::open(&at).unwrap();
        assert!(syslog.take(b"{\"seq\":1}\n").is_err());
        let heard = UnixDatagram::bind(&at).unwrap();
        syslog.take(b"{\"seq\":2}\n{\"seq\":3}\n").unwrap();
        for seq in [2, 3] {
            let mut message = [0; 100];
            let length = heard.recv(&mut message).unwrap();
            let text = std::str::from_utf8(message.get(..length).unwrap()).unwrap();
            assert_eq!(
                text,
                format!("<110>1 - - tollhouse - audit - {{\"seq\":{seq}}}")
            );
        }
    }
}
