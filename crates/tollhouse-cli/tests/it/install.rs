//! `install` and `uninstall`: what becomes of the files of other people's programs.

mod entries;
mod files;
mod keys;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::{
    config::{serve::FIRST, text},
    process::command,
};

/// The clients that keep a file, and the key in it that servers stand below.
const CLIENTS: [(&str, &str); 9] = [
    ("claude-code", "mcpServers"),
    ("claude-desktop", "mcpServers"),
    ("cursor", "mcpServers"),
    ("vscode", "servers"),
    ("codex", "mcp_servers"),
    ("gemini-cli", "mcpServers"),
    ("antigravity", "mcpServers"),
    ("windsurf", "mcpServers"),
    ("zed", "context_servers"),
];

/// A home folder with `shop.toml` in it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let seed = include_str!("../../../../examples/orders/seed.sql");
        tollhouse_sources::sql::seed(&home.path().join("orders.db"), seed).unwrap();
        fs::write(home.path().join("shop.toml"), FIRST).unwrap();
        Self(home)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = command(self.path(), arguments);
        command.env_clear().env("HOME", self.path()).env("PATH", "");
        command.stdin(Stdio::null()).output().unwrap()
    }

    /// Runs what has to succeed, and gives what it says.
    fn told(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        let errors = text(&done.stderr);
        assert_eq!(done.status.code(), Some(0), "{arguments:?}: {errors}");
        text(&done.stdout)
    }

    /// Runs what has to be refused, and gives the reason.
    fn refused(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.status.code(), Some(1), "{arguments:?}");
        text(&done.stderr)
    }

    /// The client's file.
    fn file(&self, client: &str) -> PathBuf {
        let told = self.told(&["install", client, "shop.toml", "--print", "--json"]);
        let told: Value = serde_json::from_str(&told).unwrap();
        let path = PathBuf::from(told["file"].as_str().unwrap());
        assert!(path.starts_with(self.path()), "{path:?}");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    fn install(&self, client: &str) -> String {
        self.told(&["install", client, "shop.toml", "--yes"])
    }

    /// With the names of this machine taken out.
    fn masked(&self, text: &str) -> String {
        let home = self.path().to_str().unwrap();
        text.replace(env!("CARGO_BIN_EXE_tollhouse"), "{program}")
            .replace(home, "{home}")
    }
}

/// All servers in a client's file.
fn servers(file: &Path, table: &str) -> Map<String, Value> {
    let text = fs::read_to_string(file).unwrap();
    let whole: Value = if file.extension().unwrap() == "toml" {
        toml::from_str(&text).unwrap()
    } else {
        // Whole lines of comments are all that the files of these tests have.
        let lines = text.lines().filter(|line| !line.trim().starts_with("//"));
        let bare = lines.collect::<Vec<_>>().join("\n").replace(",\n}", "\n}");
        serde_json::from_str(&bare).unwrap()
    };
    whole[table].as_object().unwrap().clone()
}

/// A file as somebody wrote it who knows what a comment is, in their own way to indent.
fn existing(table: &str) -> String {
    if table == "mcp_servers" {
        return "# what I like\nmodel = \"large\"   # the large one\n\n[mcp_servers.files]\n\
                command = \"files-server\"\nargs = [ \"--root\", '/srv' ] # all of it\n\n\
                [tui]\ntheme = \"dark\"\n"
            .to_owned();
    }
    format!(
        "// what I like\n{{\n    \"theme\": \"dark\",\n    \"{table}\": {{\n        \
         // of the house\n        \"files\": {{ \"command\": \"files-server\", \"args\": [\"/srv\"] }}\n    }},\n    \
         \"zoom\": 1.50,\n}}\n"
    )
}

/// What stands beside a file, by name.
fn beside(file: &Path) -> Vec<String> {
    let entries = file.parent().unwrap().read_dir().unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

fn backups(file: &Path) -> usize {
    let names = beside(file).into_iter();
    names.filter(|name| name.ends_with(".bak")).count()
}

/// How the server is started, as everybody writes it.
fn start(home: &Home) -> Value {
    let file = home.path().join("shop.toml");
    json!({
        "command": env!("CARGO_BIN_EXE_tollhouse"),
        "args": ["run", file, "--stdio"],
    })
}
