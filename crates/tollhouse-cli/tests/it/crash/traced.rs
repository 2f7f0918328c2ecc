//! What the kernel sees of a server that writes: no answer before the disk has the record of its call.
//!
//! A kill loop cannot show this, since what was handed to the kernel outlives the process. So `strace` is asked.

use std::{collections::BTreeMap, fs, net::SocketAddr, path::Path, thread, time::Duration};

use serde_json::{Value, json};
use tollhouse::{Clock as _, SystemClock};

use super::{clients, house, say};
use crate::process::{PATIENCE, Process};

const CALLS: usize = 200;
const CLIENTS: usize = 16;

#[test]
#[ignore = "needs strace and half a minute"]
fn soak_strace_a_serial_client_has_a_sync_for_each_answer() {
    let events = traced(|address| {
        for number in 0..CALLS {
            acknowledged(address, &name(0, number));
        }
    });
    let syncs = events.iter().filter(|event| event.is_end_of_sync());
    let syncs = syncs.count();
    let names: Vec<String> = (0..CALLS).map(|number| name(0, number)).collect();
    let spans = names
        .iter()
        .map(|name| covered(&events, name))
        .sum::<usize>();
    say(&format!(
        "one client: {CALLS} answers, {syncs} syncs of the state; each answer after one that began after its record, \
         {} of them on average",
        spans / CALLS
    ));
    assert!(syncs >= CALLS, "{syncs} syncs for {CALLS} answers");
}

#[test]
#[ignore = "needs strace and half a minute"]
fn soak_strace_many_clients_are_answered_after_a_sync_of_their_record() {
    let events = traced(|address| {
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let all = (0..CALLS / CLIENTS).map(move |number| name(client, number));
                scope.spawn(move || all.for_each(|name| acknowledged(address, &name)));
            }
        });
    });
    let syncs = events.iter().filter(|event| event.is_end_of_sync()).count();
    let mut answers = 0;
    for client in 0..CLIENTS {
        for number in 0..CALLS / CLIENTS {
            assert!(covered(&events, &name(client, number)) > 0);
            answers += 1;
        }
    }
    say(&format!(
        "{CLIENTS} clients: {answers} answers, {syncs} syncs of the state; no answer before one that began after its record"
    ));
}

fn name(client: usize, number: usize) -> String {
    format!("name of {client:02} and {number:04} end")
}

fn acknowledged(address: SocketAddr, name: &str) {
    let reply: Value = clients::call(address, "add", name).unwrap();
    assert_eq!(reply["result"]["isError"], json!(null), "{reply}");
}

/// One line of the trace: a call of the kernel that began, ended, or both.
struct Event {
    begins: bool,
    ends: bool,
    call: String,
    /// With its descriptors as paths, and what it wrote.
    arguments: String,
}

impl Event {
    fn is_of_state(&self) -> bool {
        self.arguments.contains("/state.db-wal>")
    }

    fn is_sync(&self) -> bool {
        matches!(&*self.call, "fsync" | "fdatasync") && self.is_of_state()
    }

    fn is_end_of_sync(&self) -> bool {
        self.is_sync() && self.ends
    }

    /// Whether it hands what a call is about to the file of the state.
    fn hands_over(&self, name: &str) -> bool {
        self.call == "pwrite64" && self.ends && self.is_of_state() && self.arguments.contains(name)
    }

    /// Whether it says so to a client.
    fn answers(&self, name: &str) -> bool {
        let is_write = matches!(&*self.call, "write" | "writev" | "sendto" | "sendmsg");
        is_write
            && self.begins
            && self.arguments.contains("socket:[")
            && self.arguments.contains(name)
    }
}

/// How many syncs of the state began after the record of a call was handed over, and ended before its answer began.
fn covered(events: &[Event], name: &str) -> usize {
    let place = |is: &dyn Fn(&Event) -> bool| events.iter().position(is);
    let handed = place(&|event| event.hands_over(name));
    let answered = place(&|event| event.answers(name));
    let are_there = handed.is_some() && answered.is_some();
    assert!(are_there, "{name}: record {handed:?}, answer {answered:?}");
    let (handed, answered) = (handed.unwrap(), answered.unwrap());
    assert!(
        handed < answered,
        "{name} is answered before it is recorded"
    );
    let between = &events[handed + 1..answered];
    let mut is_open = false;
    let mut syncs = 0;
    for event in between.iter().filter(|event| event.is_sync()) {
        is_open |= event.begins;
        syncs += usize::from(is_open && event.ends);
    }
    assert!(syncs > 0, "{name} is answered before its record is on disk");
    syncs
}

/// Serves under `strace` while clients call, and gives what the kernel was asked, in order.
fn traced(calls: impl FnOnce(SocketAddr)) -> Vec<Event> {
    let folder = house();
    let trace = folder.path().join("trace");
    let mut command = std::process::Command::new("strace");
    command.current_dir(folder.path()).arg("-o").arg(&trace);
    // `-D`: the program is our child, and the tracer is not, so that signals reach whom they are for.
    let options = "-D -f -y -s 65536 -e trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg";
    command.args(options.split(' '));
    command.args([
        env!("CARGO_BIN_EXE_tollhouse"),
        "run",
        "--http",
        "127.0.0.1:0",
    ]);
    let process = Process::spawn(&mut command);
    calls(process.address());
    process.signal(rustix::process::Signal::TERM);
    let (status, ..) = process.ends();
    assert!(status.success());
    read(&whole(&trace))
}

/// The trace, once its writer is done.
fn whole(trace: &Path) -> String {
    let clock = SystemClock::default();
    loop {
        let text = fs::read_to_string(trace).unwrap();
        if text
            .lines()
            .last()
            .is_some_and(|line| line.contains("+++ exited with"))
        {
            return text;
        }
        assert!(clock.ticks() < PATIENCE, "the trace has no end");
        thread::sleep(Duration::from_millis(20));
    }
}

fn read(trace: &str) -> Vec<Event> {
    let mut unfinished = BTreeMap::new();
    let events = trace.lines().filter_map(|line| {
        let (thread, rest) = line.split_once(' ')?;
        let rest = rest.trim_start();
        if rest.starts_with("<... ") {
            let (call, arguments) = unfinished.remove(thread)?;
            return Some(Event {
                begins: false,
                ends: true,
                call,
                arguments,
            });
        }
        let (call, arguments) = rest.split_once('(')?;
        let (call, arguments) = (call.to_owned(), arguments.to_owned());
        let ends = !arguments.ends_with("<unfinished ...>");
        if !ends {
            unfinished.insert(thread.to_owned(), (call.clone(), arguments.clone()));
        }
        Some(Event {
            begins: true,
            ends,
            call,
            arguments,
        })
    });
    events.collect()
}
