//! Clients that write, and send again with the same key whatever they have no answer to.

use std::{
    collections::{BTreeMap, VecDeque},
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::process::{PATIENCE, message};

/// What the clients know of one name that they had written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fate {
    /// How often the call was sent.
    pub(super) sent: u32,
    pub(super) end: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Acknowledged,
    /// The server says that nobody knows: only of what is not done exactly once.
    Doubted,
}

pub(super) type Ledger = BTreeMap<String, Fate>;

/// What the clients share.
pub(super) struct Road {
    address: Mutex<Option<SocketAddr>>,
    ledger: Mutex<Ledger>,
    /// What has to be sent again.
    lost: Mutex<VecDeque<String>>,
    is_over: AtomicBool,
    told: mpsc::Sender<()>,
}

impl Road {
    pub(super) fn new(told: mpsc::Sender<()>) -> Self {
        Self {
            address: Mutex::default(),
            ledger: Mutex::default(),
            lost: Mutex::default(),
            is_over: AtomicBool::new(false),
            told,
        }
    }

    pub(super) fn leads_to(&self, address: Option<SocketAddr>) {
        *locked(&self.address) = address;
    }

    /// From now on only what was sent before is sent again.
    pub(super) fn ends(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub(super) fn ledger(&self) -> Ledger {
        locked(&self.ledger).clone()
    }

    /// Whether the clients know how all that they sent has ended.
    pub(super) fn is_settled(&self) -> bool {
        let ledger = locked(&self.ledger);
        ledger.values().all(|fate| fate.end.is_some())
    }

    /// Writes one name after the other.
    pub(super) fn writes(&self, writer: usize) {
        let tool = TOOLS[writer % TOOLS.len()];
        let mut number = 0;
        while !self.is_over.load(Ordering::Relaxed) {
            self.sends(format!("{tool} {writer}-{number}"));
            number += 1;
        }
    }

    /// Sends again what has no answer, until all has one.
    pub(super) fn resends(&self) {
        while !(self.is_over.load(Ordering::Relaxed) && self.is_settled()) {
            let lost = locked(&self.lost).pop_front();
            match lost {
                Some(name) => self.sends(name),
                None => thread::sleep(PAUSE),
            }
        }
    }

    fn sends(&self, name: String) {
        let Some(address) = self.waits(&name) else {
            return;
        };
        locked(&self.ledger).entry(name.clone()).or_default().sent += 1;
        let tool = name.split(' ').next().unwrap();
        let end = call(address, tool, &name).and_then(|reply| end(&reply));
        if end == Some(End::Doubted) {
            assert_eq!(
                tool, TOOLS[1],
                "{name}: what is done exactly once is never in doubt"
            );
        }
        if end.is_some() {
            locked(&self.ledger).entry(name).or_default().end = end;
            // Nobody counts at the end.
            self.told.send(()).unwrap_or_default();
        } else {
            locked(&self.lost).push_back(name);
        }
    }

    /// Where the server is, once there is one. `None` for a new name when no more are to be written.
    fn waits(&self, name: &str) -> Option<SocketAddr> {
        loop {
            let is_new = !locked(&self.ledger).contains_key(name);
            if is_new && self.is_over.load(Ordering::Relaxed) {
                return None;
            }
            let address = *locked(&self.address);
            if address.is_some() {
                return address;
            }
            thread::sleep(PAUSE);
        }
    }
}

/// What an answer says; `None` where the same has to be sent again.
pub(super) fn end(reply: &Value) -> Option<End> {
    let result = &reply["result"];
    assert!(result.is_object(), "{reply}");
    if result["isError"] != true {
        return Some(End::Acknowledged);
    }
    let text = result["content"][0]["text"].as_str().unwrap();
    if text.contains("nobody knows whether it was done") {
        return Some(End::Doubted);
    }
    let again = ["is still running", "took too long", "database is busy"];
    assert!(again.iter().any(|part| text.contains(part)), "{text}");
    None
}

/// One call, whose key is its name. `None` if the server went away before it answered.
pub(super) fn call(address: SocketAddr, tool: &str, name: &str) -> Option<Value> {
    let arguments = json!({"name": name, "clientRequestId": name});
    let call = json!({"name": tool, "arguments": arguments});
    let call = message("tools/call", &call).to_string();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n\
         Mcp-Method: tools/call\r\nMcp-Name: {tool}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{call}",
        call.len()
    );
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut response = String::new();
    stream.read_to_string(&mut response).ok()?;
    let (_, body) = response.split_once("\r\n\r\n")?;
    serde_json::from_str(body).ok()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is done exactly once, and what is only remembered.
pub(super) const TOOLS: [&str; 2] = ["add_once", "add"];
const PAUSE: Duration = Duration::from_millis(2);
