//! What is said to people, and the codes that scripts read.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Output, Stdio},
};

use crate::process::command;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn only_line(text: &[u8]) -> String {
    let text = String::from_utf8(text.to_vec()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    text.trim_end().to_owned()
}

#[test]
fn the_version_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [["version"], ["--version"]] {
        let done = run(folder.path(), &arguments);
        assert_eq!(done.status.code(), Some(0));
        let expected = format!("tollhouse {}", env!("CARGO_PKG_VERSION"));
        assert_eq!(only_line(&done.stdout), expected);
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn what_is_not_understood_is_code_1_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["run", "--htp", "8080"][..],
        &["run", "--stdio", "--http", "8080"],
        &["run", "--http", "example.com"],
        &["run", "order"],
        &["serve"],
    ] {
        let done = run(folder.path(), arguments);
        assert_eq!(done.status.code(), Some(1), "{arguments:?}");
        assert!(done.stdout.is_empty(), "{arguments:?}");
        assert!(!done.stderr.is_empty(), "{arguments:?}");
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn an_address_that_others_reach_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:8080"] {
        let done = run(folder.path(), &["run", "--http", address]);
        assert_eq!(done.status.code(), Some(1), "{address}");
        let told = only_line(&done.stderr);
        assert!(told.ends_with("or use --http 127.0.0.1:8080"), "{told}");
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_port_in_use_is_told_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let done = run(folder.path(), &["run", "--http", &address]);
    assert_eq!(done.status.code(), Some(1));
    let expected =
        format!("error: {address} is in use. Take any free port with --http 127.0.0.1:0");
    assert_eq!(only_line(&done.stderr), expected);
}

#[test]
fn somebody_else_s_file_is_told_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join(".tollhouse");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("orders.db"), "shopping list: milk, bread").unwrap();
    let done = run(folder.path(), &["run", "--stdio"]);
    assert_eq!(done.status.code(), Some(2));
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(
        told.contains("move it away") && told.contains("--data"),
        "{told}"
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let done = run(folder.path(), &["run", "--stdio", "--data", "file/below"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(only_line(&done.stderr).contains("cannot be written"));
}

#[test]
fn shells_are_told_the_commands() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let done = run(folder.path(), &["completions", shell]);
        assert_eq!(done.status.code(), Some(0), "{shell}");
        let script = String::from_utf8(done.stdout).unwrap();
        assert!(
            script.contains("completions") && script.contains("check"),
            "{script}"
        );
    }
}

/// Half a file of completions or of a schema must not look like a whole one.
#[cfg(target_os = "linux")]
#[test]
fn an_output_that_is_full_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["schema"][..], &["completions", "bash"], &["version"]] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let done = command(folder.path(), arguments)
            .stdout(full)
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(1), "{arguments:?}");
        assert!(only_line(&done.stderr).contains("takes no more"));
    }
}
