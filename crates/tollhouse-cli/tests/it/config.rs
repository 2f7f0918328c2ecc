//! Configuration files: what is said of wrong ones, and that good ones are served.

mod auth;
mod mistakes;
mod odd;
mod pages;
mod reload;
pub(crate) mod serve;
mod texts;
mod untrusted;

use std::{fs, path::Path, process::Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::process::command;

/// A folder with the demo's database in it, and this file.
pub(crate) fn folder(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let seed = include_str!("../../../../examples/orders/seed.sql");
    tollhouse_sources::sql::seed(&folder.path().join("orders.db"), seed).unwrap();
    fs::write(folder.path().join("tollhouse.toml"), text).unwrap();
    folder
}

/// A folder with this file, and what its database is made of at the first start.
pub(crate) fn seeded(text: &str, seed: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tollhouse.toml"), text).unwrap();
    fs::write(folder.path().join("seed.sql"), seed).unwrap();
    folder
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = command(folder, arguments);
    for name in ["OWNER", "TOWN", "SHOP_FOLDER", "SHOP_FILE", "ARCHIVE"] {
        command.env_remove(name);
    }
    command.output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The result of `check --json`.
pub(crate) fn checked(folder: &Path, file: &str) -> Value {
    let done = run(folder, &["check", file, "--json"]);
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Compares with a file of the repository, or writes it if `TOLLHOUSE_WRITE` is set.
pub(crate) fn same_as(file: &Path, found: &str, how: &str) {
    if std::env::var_os("TOLLHOUSE_WRITE").is_some() {
        fs::write(file, found).unwrap();
    }
    let kept = fs::read_to_string(file).unwrap_or_default();
    let mut lines = kept.lines().zip(found.lines());
    let other = lines.find(|(kept, found)| kept != found);
    assert!(kept == found, "{}: {how}\n{other:#?}", file.display());
}

pub(crate) const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
