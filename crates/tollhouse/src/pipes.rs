//! Private copies of standard input and output.
//!
//! Once they are taken, the process's own standard output leads to standard error and its input is empty,
//! so a stray `println!` in a tool, or a child that reads, cannot get between the client and the protocol.

mod thread;

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

/// Where the client's lines come from.
pub type Input = Box<dyn AsyncRead + Send + Unpin>;

/// Where ours go.
pub type Output = Box<dyn AsyncWrite + Send + Unpin>;

/// Takes standard input and output for the protocol. To be called once, before tools run.
///
/// # Errors
///
/// They cannot be copied, or are closed.
#[cfg(unix)]
pub fn stdio_pipes() -> io::Result<(Input, Output)> {
    use std::{fs::File, os::fd::OwnedFd};

    let input: OwnedFd = rustix::io::dup(rustix::stdio::stdin())?;
    let output: OwnedFd = rustix::io::dup(rustix::stdio::stdout())?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    let shared = same_file(&output, rustix::stdio::stderr())?;
    Ok((
        descriptor::input(input)?,
        descriptor::output(output, shared)?,
    ))
}

/// Takes standard input and output for the protocol.
///
/// # Errors
///
/// There is no thread left to read or write them on.
#[cfg(not(unix))]
pub fn stdio_pipes() -> io::Result<(Input, Output)> {
    Ok((
        Box::new(thread::Reader::start(io::stdin())?),
        Box::new(thread::Writer::start(io::stdout())?),
    ))
}

#[cfg(unix)]
fn same_file(one: impl std::os::fd::AsFd, other: impl std::os::fd::AsFd) -> io::Result<bool> {
    let (one, other) = (rustix::fs::fstat(one)?, rustix::fs::fstat(other)?);
    Ok((one.st_dev, one.st_ino) == (other.st_dev, other.st_ino))
}

/// Pipes and sockets are waited for by the runtime; anything else is read and written on a thread beside
/// it, which does not keep the process from ending.
#[cfg(unix)]
mod descriptor {
    use std::{fs::File, io, os::fd::OwnedFd, os::unix::net::UnixStream};

    use rustix::fs::FileType;
    use tokio::net::unix::pipe;

    use super::{
        Input, Output,
        thread::{Reader, Writer},
    };

    pub(super) fn input(fd: OwnedFd) -> io::Result<Input> {
        Ok(match kind(&fd)? {
            FileType::Fifo => Box::new(pipe::Receiver::from_owned_fd(fd)?),
            FileType::Socket => Box::new(socket(fd)?),
            _ => Box::new(Reader::start(File::from(fd))?),
        })
    }

    /// `shared` says that standard error writes to the same place. Then it must not be made
    /// non-blocking, or a line of the log could be lost.
    pub(super) fn output(fd: OwnedFd, shared: bool) -> io::Result<Output> {
        Ok(match kind(&fd)? {
            FileType::Fifo if !shared => Box::new(pipe::Sender::from_owned_fd(fd)?),
            FileType::Socket if !shared => Box::new(socket(fd)?),
            _ => Box::new(Writer::start(File::from(fd))?),
        })
    }

    fn kind(fd: &OwnedFd) -> io::Result<FileType> {
        Ok(FileType::from_raw_mode(rustix::fs::fstat(fd)?.st_mode))
    }

    fn socket(fd: OwnedFd) -> io::Result<tokio::net::UnixStream> {
        let stream = UnixStream::from(fd);
        stream.set_nonblocking(true)?;
        tokio::net::UnixStream::from_std(stream)
    }
}
