//! Sign-in through the program: issuers of tokens, keys beside them, and callers of every era.
#![expect(clippy::panic, reason = "a test may panic")]

mod access;
mod caller;
mod challenge;
mod ends;
mod handed_on;
mod identity;
mod issuer;
mod lacking;
mod lookup;
mod many;
mod mounts;
mod others;
#[cfg(unix)]
mod places;
mod provider;
mod reload;
mod roles;
#[cfg(unix)]
mod secrets;

use std::{fs, path::Path, thread, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use tollhouse::{Clock as _, SystemClock};

use self::{
    caller::{Caller, Said},
    issuer::Issuer,
};
use crate::process::{PATIENCE, Process, command};

/// What tokens are made for, unless a test says otherwise.
const RESOURCE: &str = "https://tools.example.com/mcp";
/// Three times what is promised.
const SOON: Duration = Duration::from_secs(3);
const LIST_CHANGED: &str = "notifications/tools/list_changed";

/// A shop that takes keys, and tokens of this issuer.
fn file(issuer: &str) -> String {
    FILE.replace("ISSUER", issuer)
}

fn write(folder: &Path, text: &str) {
    fs::write(folder.join("tollhouse.toml"), text).unwrap();
}

fn serving(folder: &Path, variables: &[(&str, &str)]) -> Process {
    let arguments = ["run", "--http", "127.0.0.1:0", "--log-level", "debug"];
    Process::spawn(command(folder, &arguments).envs(variables.iter().copied()))
}

/// An issuer, and the shop of which it lets people in.
struct Shop {
    issuer: Issuer,
    folder: TempDir,
    process: Process,
    address: std::net::SocketAddr,
}

impl Shop {
    fn open() -> Self {
        let issuer = Issuer::start();
        let text = file(&issuer.url);
        Self::with(issuer, &text, &[])
    }

    fn with(issuer: Issuer, text: &str, variables: &[(&str, &str)]) -> Self {
        Self::at(issuer, crate::config::folder(text), variables)
    }

    /// As the file in this folder says.
    fn at(issuer: Issuer, folder: TempDir, variables: &[(&str, &str)]) -> Self {
        let process = serving(folder.path(), variables);
        let address = process.address();
        Self {
            issuer,
            folder,
            process,
            address,
        }
    }

    /// Somebody with a token of this subject, who says nothing but what is given.
    fn caller(&self, subject: &str, scopes: &str) -> Caller {
        Caller::new(self.address, &self.issuer.token(subject, scopes))
    }

    /// The same who has roles, and no scopes.
    fn in_roles(&self, subject: &str, roles: &[&str]) -> Caller {
        let token = self.issuer.sign(&json!({"sub": subject, "roles": roles}));
        Caller::new(self.address, &token)
    }

    /// A run of the program beside the one that serves, which has to succeed.
    fn runs(&self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let done = command(self.folder.path(), &words).output().unwrap();
        let told = String::from_utf8(done.stderr).unwrap();
        assert!(done.status.success(), "{line}: {told}");
        String::from_utf8(done.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }
}

/// Asks until it is so, and says how long that took.
fn until<T>(ask: impl Fn() -> T, is_so: impl Fn(&T) -> bool) -> (T, Duration) {
    let clock = SystemClock::default();
    loop {
        let told = ask();
        if is_so(&told) {
            return (told, clock.ticks());
        }
        assert!(clock.ticks() < PATIENCE, "it never came");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until this caller is answered so, which has to be soon.
fn soon(caller: &Caller, status: u16) -> Said {
    let ping = || caller.call("whoami", &json!({}));
    let (said, took) = until(ping, |said| said.status == status);
    assert!(took < SOON, "{took:?}");
    said
}

/// What the server adds by itself, to read on in what was too long, is no tool of whom the test is about.
fn names(tools: &[Value]) -> Vec<&str> {
    let names = tools.iter().map(|tool| tool["name"].as_str().unwrap());
    names.filter(|name| *name != "read_more").collect()
}

const FILE: &str = r#"
[server]
name = "shop"
title = "The shop"
public_url = "https://tools.example.com/mcp"

[auth]
mode = ["keys", "external"]

[auth.issuers.stub]
url = "ISSUER"

[auth.scopes]
"orders:read" = "See orders."
"orders:write" = "Change orders."

[auth.roles]
viewer = ["orders:read"]
editor = ["orders:read", "orders:write"]

[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.whoami]
source = "shop"
scope = "any"
description = "Tell who calls, as the shop knows whoever does."
sql = "SELECT :user.id AS user"
returns = "one"

[tools.get_order]
source = "shop"
scope = "orders:read"
description = "Get one order by its exact id, for example ord_abc123."
sql = "SELECT id, status, :depth AS depth FROM orders WHERE id = :order_id"
returns = "one"
params.order_id = {}

[tools.get_order.for.editor]
description = "Get one order with its history, for those who change orders."
params.depth = { type = "integer", optional = true, description = "How much of the history." }

[tools.set_status]
source = "shop"
scope = ["orders:read", "orders:write"]
description = "Set the status of one order, by its exact id."
sql = "UPDATE orders SET status = :status WHERE id = :order_id RETURNING id, status"
effect = "write"
returns = "one"
params.order_id = {}
params.status = { enum = ["open", "paid", "shipped", "cancelled"] }
"#;
