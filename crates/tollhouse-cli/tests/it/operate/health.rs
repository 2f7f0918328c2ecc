//! What probes are told of a program that serves a file.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use super::exchange;
use crate::{
    config::{folder, serve::FIRST},
    process::{PATIENCE, Process},
};

fn probe(address: SocketAddr, path: &str) -> (u16, String) {
    let (head, body) = exchange(address, &format!("GET {path} HTTP/1.1\r\nHost: probe"), "");
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body)
}

#[test]
fn p48_without_its_database_it_lives_and_is_not_ready() {
    let folder = folder(FIRST);
    let process = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let address = process.address();
    let (there, away) = (folder.path().join("orders.db"), folder.path().join("away"));
    for _ in 0..2 {
        assert_eq!(probe(address, "/readyz"), (200, "ready\n".to_owned()));
        fs::rename(&there, &away).unwrap();
        assert_eq!(probe(address, "/readyz"), (503, "not ready\n".to_owned()));
        assert_eq!(probe(address, "/healthz"), (200, "ok\n".to_owned()));
        fs::rename(&away, &there).unwrap();
    }
    fs::write(&there, "no database").unwrap();
    assert_eq!(probe(address, "/readyz").0, 503);
}

/// Somebody is still sending a request when the signal comes: probes are told to look elsewhere, the request is
/// answered, and the process ends with success.
#[test]
#[cfg(unix)]
fn p48_a_signal_is_told_to_probes_at_once_and_ends_with_success() {
    let folder = folder(FIRST);
    let process = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let address = process.address();
    let open = |bytes: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        stream
    };
    let mut slow = open(&format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nContent-Length: 2\r\n\r\n{{"
    ));
    let mut prober = open("");
    let mut ask = || {
        let request = "GET /readyz HTTP/1.1\r\nHost: probe\r\n\r\n";
        prober.write_all(request.as_bytes()).unwrap();
        let mut told = [0; 1024];
        let bytes = prober.read(&mut told).unwrap();
        String::from_utf8(told[..bytes].to_vec()).unwrap()
    };
    assert!(ask().starts_with("HTTP/1.1 200"));
    process.signal(rustix::process::Signal::TERM);
    let told = loop {
        let told = ask();
        // The signal may still be on its way.
        if !told.starts_with("HTTP/1.1 200") {
            break told;
        }
    };
    assert!(
        told.starts_with("HTTP/1.1 503") && told.contains("not ready"),
        "{told}"
    );
    slow.write_all(b"}").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(process.ends().0.code(), Some(0));
}
