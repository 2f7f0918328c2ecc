//! The second places as programs on the other end see them: a listener of HTTP and a syslog get what the file gets.

use std::{
    fs,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
};

use serde_json::{Value, json};

use super::{audit, records};
use crate::{
    config::{folder, serve::FIRST},
    process::Process,
    telemetry::Collector,
};

/// A syslog that takes what comes, until it is asked what came.
pub(super) struct Syslog {
    at: PathBuf,
    heard: JoinHandle<Vec<String>>,
}

impl Syslog {
    pub(super) fn open(folder: &Path) -> Self {
        let at = folder.join("log.socket");
        let socket = UnixDatagram::bind(&at).unwrap();
        let heard = thread::spawn(move || {
            let (mut all, mut message) = (Vec::new(), vec![0; 1 << 20]);
            loop {
                match socket.recv(&mut message).unwrap() {
                    0 => return all,
                    length => all.push(String::from_utf8(message[..length].to_vec()).unwrap()),
                }
            }
        });
        Self { at, heard }
    }

    /// Nothing is the end.
    pub(super) fn messages(self) -> Vec<String> {
        let socket = UnixDatagram::unbound().unwrap();
        socket.send_to(&[], &self.at).unwrap();
        self.heard.join().unwrap()
    }
}

fn serve(folder: &Path) -> Vec<String> {
    let mut process = Process::start(folder, &["run", "--stdio"]);
    for limit in 1..4 {
        process.call("list_orders", &json!({"status": "open", "limit": limit}));
    }
    process.close_input();
    let (status, _, log) = process.ends();
    assert!(status.success(), "{log:?}");
    log
}

fn file(folder: &Path, listener: &Collector) {
    let at = folder.join("log.socket");
    let file = format!(
        "[audit.sink]\nfile = \"second.ndjson\"\nsyslog = \"{}\"\nurl = \"http://{}/in?key=word\"\n{FIRST}",
        at.display(),
        listener.address
    );
    fs::write(folder.join("tollhouse.toml"), file).unwrap();
}

#[test]
fn p39_a_listener_and_a_syslog_get_every_record_and_its_checkpoint() {
    let folder = folder(FIRST);
    let folder = folder.path();
    let (listener, syslog) = (Collector::open(204), Syslog::open(folder));
    file(folder, &listener);
    serve(folder);
    let written = fs::read_to_string(folder.join("second.ndjson")).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    let kinds: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].clone())
        .collect();
    // The end of the chain is told at the end, and sometimes before.
    assert_eq!(kinds.last().unwrap(), "checkpoint");
    let records = kinds.iter().filter(|kind| *kind != "checkpoint");
    assert_eq!(
        records.collect::<Vec<_>>(),
        ["start", "call", "call", "call"]
    );
    let checkpoints = kinds.len() - 4;
    let mut sent = String::new();
    for told in listener.rest() {
        let head = told.head.to_lowercase();
        assert!(head.starts_with("post /in?key=word http/1.1"), "{head}");
        assert!(
            head.contains("content-type: application/x-ndjson"),
            "{head}"
        );
        sent.push_str(std::str::from_utf8(&told.body).unwrap());
    }
    assert_eq!(sent, written);
    let heard = syslog.messages();
    let heard: Vec<&str> = heard
        .iter()
        .map(|message| {
            message
                .strip_prefix("<110>1 - - tollhouse - audit - ")
                .unwrap()
        })
        .collect();
    assert_eq!(heard, lines);
    // What came there proves where the chain ends.
    fs::write(folder.join("elsewhere.ndjson"), sent).unwrap();
    let (status, output, _) = audit(folder, &["verify", "--checkpoint", "elsewhere.ndjson"]);
    let told = format!("{checkpoints} checkpoint");
    assert!(status == 0 && output.contains(&told), "{output}");
}

/// Nobody waits for places that take nothing, and it is told.
#[test]
fn r24_a_listener_that_refuses_and_a_syslog_that_is_not_there_hold_nobody_up() {
    let folder = folder(FIRST);
    let folder = folder.path();
    let listener = Collector::open(500);
    file(folder, &listener);
    let log = serve(folder).join("\n");
    assert!(
        log.contains("the second place of the audit takes nothing"),
        "{log}"
    );
    assert!(log.contains("it answers 500"), "{log}");
    assert!(!log.contains("key=word"), "{log}");
    let there = records(folder, &["--tool", "list_orders", "--json"]);
    assert_eq!(there.len(), 3);
    assert!(!listener.rest().is_empty());
}
