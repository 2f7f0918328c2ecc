//! How a program ends: by signals, at a terminal, and when its client is gone.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpStream},
    process::Command,
};

use rustix::process::Signal;

use crate::program::{Program, call, noisy};

#[test]
fn the_first_signal_ends_with_success() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut server = Program::start(&["--stdio"]);
        server.write(&call(1, "shout"));
        server.message().unwrap();
        server.signal(signal);
        let (status, _) = server.ends();
        assert_eq!(status.code(), Some(0), "{signal:?}");
    }
}

/// Somebody who sends half a request is waited for after the first signal, and not after the second.
#[test]
fn the_second_signal_ends_at_once() {
    let server = Program::start(&["--http", "127.0.0.1:0"]);
    let line = server.hears("listening on");
    let (_, address) = line.split_once("http://").unwrap();
    let address: SocketAddr = address.strip_suffix("/mcp").unwrap().parse().unwrap();
    let mut slow = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).unwrap();
    server.signal(Signal::INT);
    server.hears("once more");
    server.signal(Signal::TERM);
    let (status, errors) = server.ends();
    assert_eq!(status.code(), Some(1));
    assert!(errors.contains("stopped at once"), "{errors}");
}

/// A read of a terminal cannot be taken back, and must not keep the process.
#[test]
fn ctrl_c_ends_it_at_a_terminal() {
    // A shell that stays would take the signal too, and end by it.
    let command = format!("exec {} --stdio", noisy().display());
    let mut script = Command::new("script");
    script.args(["-qec", &command, "/dev/null"]);
    if Command::new("script").arg("--version").output().is_err() {
        // There is no other way to a terminal here.
        return;
    }
    let mut server = Program::spawn(&mut script);
    server.write(&call(1, "stay"));
    while !server.line().unwrap().contains("notifications/progress") {}
    server.write("\u{3}");
    while !server.line().unwrap().contains("journal: stay") {}
    let (status, _) = server.ends();
    assert_eq!(status.code(), Some(0));
}
