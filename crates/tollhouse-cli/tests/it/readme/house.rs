//! Where the README's reader is: a home folder with a database in `shop`, and the program on the search path.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::page;
use crate::process::Process;

pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_tollhouse");
/// What the server is told to ask for, and what callers show.
pub(super) const KEY: &str = "a-key-that-nobody-guesses-0123456789";
const SEED: &str = include_str!("../../../../../examples/orders/seed.sql");

pub(super) struct House {
    home: TempDir,
    /// Where the shell stands.
    pub(super) here: PathBuf,
}

impl House {
    pub(super) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = |name: &str| home.path().join(name);
        fs::create_dir_all(folder("shop")).unwrap();
        fs::create_dir_all(folder("tollhouse")).unwrap();
        tollhouse_sources::sql::seed(&folder("shop/shop.db"), SEED).unwrap();
        Self {
            here: folder("tollhouse"),
            home,
        }
    }

    pub(super) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes the file that the README shows, over whatever stands there.
    pub(super) fn write_file(&self) {
        let [file] = page::of_kind("toml").try_into().unwrap();
        fs::write(self.home().join("shop/tollhouse.toml"), file).unwrap();
    }

    /// The line as it stands, in a shell that finds the program; `cargo run --release --` is the same program.
    pub(super) fn shell(&self, line: &str) -> Output {
        let line = line.replace("cargo run --release --", "tollhouse");
        let mut command = Command::new("sh");
        command.args(["-ec", &line]);
        self.place(&mut command).output().unwrap()
    }

    /// Starts the program, with these variables besides those that everybody has.
    pub(super) fn start(&self, words: &[&str], variables: &[(&str, &str)]) -> Process {
        let mut command = Command::new(PROGRAM);
        command.args(words);
        let command = self.place(&mut command).envs(variables.iter().copied());
        Process::spawn(command)
    }

    fn place<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let bin = Path::new(PROGRAM).parent().unwrap().to_path_buf();
        let system = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([bin].into_iter().chain(env::split_paths(&system))).unwrap();
        let command = command.env_clear().env("PATH", path);
        command
            .env("HOME", self.home())
            .current_dir(&self.here)
            .stdin(Stdio::null())
    }

    /// Starts an entry of a client's file as the client does, and gives its tools' names.
    pub(super) fn started(&self, entry: &Value) -> Vec<String> {
        let mut command = Command::new(entry["command"].as_str().unwrap());
        let words = entry["args"].as_array().unwrap().iter();
        command.args(words.map(|word| word.as_str().unwrap()));
        let command = self.place(&mut command);
        for (name, value) in entry["env"].as_object().into_iter().flatten() {
            command.env(name, value.as_str().unwrap());
        }
        let mut process = Process::spawn(command);
        let listed = process.ask("tools/list", &json!({}));
        let tools = listed["result"]["tools"].as_array().unwrap().iter();
        tools
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Reaches an entry of a client's file as the client does. Gives what it ends with.
    pub(super) fn reached(&self, url: &str, headers: &[(String, String)]) -> Option<i32> {
        let mut command = Command::new(PROGRAM);
        command.args(["inspect", url]);
        for (name, value) in headers {
            command.args(["--header", &format!("{name}: {value}")]);
        }
        let done = self.place(&mut command).output().unwrap();
        done.status.code()
    }
}
