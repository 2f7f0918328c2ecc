//! The program with a file, a database and two users, where a story takes place.

use std::{fmt::Write as _, fs, net::SocketAddr, path::Path};

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::{
    Keeps, Way,
    door::{Door, Line},
};
use crate::process::{Process, command};

pub(super) struct House {
    pub(super) folder: TempDir,
    pub(super) way: Way,
    pub(super) keeps: Keeps,
    /// Over HTTP there is one program for all doors; a pipe is a program of its own.
    served: Option<Process>,
    address: Option<SocketAddr>,
}

impl House {
    pub(super) fn open((file, seed): (&str, &str), way: Way, keeps: Keeps) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let state = match keeps {
            Keeps::Memory => "memory",
            Keeps::File => "state.db",
        };
        for user in ["ana", "bob"] {
            let head = HEAD.replace("STATE", state).replace("USER", user);
            write(&format!("{user}.toml"), &format!("{head}{file}"));
        }
        write("seed.sql", &format!("{SEED}{seed}"));
        write("people.sql", &people());
        let served = way.is_http().then(|| {
            let words = ["run", "ana.toml", "--http", "127.0.0.1:0"];
            Process::start(folder.path(), &words)
        });
        let address = served.as_ref().map(Process::address);
        Self {
            folder,
            way,
            keeps,
            served,
            address,
        }
    }

    /// Ana, with a client that shows forms.
    pub(super) fn door(&self) -> Door {
        self.enter("ana", true)
    }

    /// Ana, with a client that shows none.
    pub(super) fn formless(&self) -> Door {
        self.enter("ana", false)
    }

    /// Bob, where he can be: a pipe with its state in memory has nobody but its own caller.
    pub(super) fn bob(&self) -> Option<Door> {
        let is_alone = !self.way.is_http() && self.keeps == Keeps::Memory;
        (!is_alone).then(|| self.enter("bob", true))
    }

    fn enter(&self, user: &str, has_forms: bool) -> Door {
        let line = if self.way.is_http() {
            Line::Http {
                address: self.address(),
                key: key(user),
            }
        } else {
            let file = format!("{user}.toml");
            Line::Program(Process::start(self.path(), &["run", &file, "--stdio"]))
        };
        Door::open(self.way, line, has_forms)
    }

    /// Where the program is that all doors over HTTP lead to.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address.unwrap()
    }

    /// What the program that this door leads to says on standard error, with this in it.
    pub(super) fn hears(&self, door: &Door, part: &str) -> String {
        let process = door.program().or(self.served.as_ref());
        process.unwrap().hears(part)
    }

    /// The same, with all that it says before.
    pub(super) fn hears_up_to(&self, door: &Door, part: &str) -> Vec<String> {
        let process = door.program().or(self.served.as_ref());
        process.unwrap().hears_up_to(part)
    }

    /// Ends the program that this door leads to, as its operator or its client does.
    pub(super) fn ends(&mut self, door: Door) {
        let mut process = match door.into_program() {
            Some(process) => process,
            None => self.served.take().unwrap(),
        };
        if self.way.is_http() {
            process.signal(rustix::process::Signal::TERM);
        }
        process.close_input();
        let (status, _, errors) = process.ends();
        assert!(status.success(), "{errors:?}");
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// How many rows there are in the table of what was done.
    pub(super) fn done(&self) -> i64 {
        let shop = Connection::open(self.path().join("shop.db")).unwrap();
        let sql = "SELECT count(*) FROM names";
        shop.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The audit of what happened is whole, where it is kept.
    pub(super) fn is_verified(&self) {
        if self.keeps == Keeps::File {
            let (code, said) = self.runs(&["audit", "verify", "--state", "state.db"]);
            assert!(code == 0 && said.starts_with("ok "), "{said}");
        }
    }

    /// Runs the program beside the one that serves, and gives its exit code and all it says.
    pub(super) fn runs(&self, words: &[&str]) -> (i32, String) {
        let output = command(self.path(), words).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code().unwrap(), text)
    }
}

pub(super) fn key(user: &str) -> String {
    format!("the-key-of-{user}")
}

/// The keys of both, as another system keeps them: a state in memory has none that a command could make.
fn people() -> String {
    let mut people = "CREATE TABLE api_keys (sha256 TEXT, who TEXT) STRICT;".to_owned();
    for user in ["ana", "bob"] {
        let digest = Sha256::digest(key(user));
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = write!(
            people,
            "INSERT INTO api_keys VALUES ('{digest}', '{user}');"
        );
    }
    people
}

const HEAD: &str = r#"
[server]
state = "STATE"
local_user = "USER"

[auth]
mode = "keys"

[auth.lookup]
source = "people"
sql = "SELECT who AS subject FROM api_keys WHERE sha256 = :key_sha256"

[sources.people]
type = "sqlite"
path = "people.db"
seed = "people.sql"

[sources.shop]
type = "sqlite"
path = "shop.db"
seed = "seed.sql"
"#;

const SEED: &str = "
CREATE TABLE names (name TEXT);
CREATE TABLE orders (id TEXT PRIMARY KEY, note TEXT);
INSERT INTO orders VALUES ('ord_1', 'first'), ('ord_2', 'second');
";
