//! `test auth`: a server that keeps intruders out passes, and one that does not is told where.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::Stdio,
};

use serde_json::Value;

use crate::{
    client::{Done, end},
    process::command,
};

mod inside;
mod outside;

/// What was tried, and what came of it.
struct Tried {
    done: Done,
    table: Value,
}

fn try_auth(folder: &Path, words: &[&str]) -> Tried {
    let words = [&["test", "auth", "--json"], words].concat();
    let done = end(command(folder, &words).stdin(Stdio::null()));
    let table = serde_json::from_str(&done.output).unwrap_or_default();
    Tried { done, table }
}

impl Tried {
    /// The attempts that ended like this, in order.
    fn ended(&self, verdict: &str) -> Vec<&str> {
        let rows = self.table["attempts"].as_array().unwrap().iter();
        let rows = rows.filter(|row| row["verdict"] == verdict);
        rows.map(|row| row["attempt"].as_str().unwrap()).collect()
    }

    /// All went as expected, these among them.
    #[track_caller]
    fn keeps_out(&self, attempts: &[&str]) -> &Self {
        self.done.ends(0);
        let right = self.ended("right");
        for attempt in attempts {
            assert!(right.contains(attempt), "{attempt}: {}", self.done.output);
        }
        self
    }

    /// These, and no others, did not go as expected.
    #[track_caller]
    fn lets_in(&self, attempts: &[&str]) -> &Self {
        self.done.ends(2);
        assert_eq!(self.ended("wrong"), attempts, "{}", self.done.output);
        self
    }
}

/// Passes a request on with another head, and gives the answer as it came.
fn forward(to: SocketAddr, head: &str, body: &[u8]) -> crate::site::Reply {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let kept = ["Content-Type", "WWW-Authenticate", "Mcp-Session-Id"];
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let name = kept
            .into_iter()
            .find(|kept| kept.eq_ignore_ascii_case(name))?;
        Some((name, value.to_owned()))
    });
    crate::site::Reply(status.parse().unwrap(), headers.collect(), body.to_owned())
}
