//! Secrets that other programs keep: the lines that the page gives for them, with stand-ins for the programs.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use tollhouse::{Clock as _, SystemClock};

use crate::{
    config::folder,
    keys::{call, serving},
};

const FILE: &str = r#"
[auth]
mode = "keys"
key = """LINE"""

[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.get_order]
source = "shop"
scope = "any"
description = "Get one order and who asks for it, by its exact id, for example ord_abc123."
sql = "SELECT id, :user.id AS caller FROM orders WHERE id = :order_id"
returns = "one"
params.order_id = {}
"#;

/// A program that gives a secret for exactly these words, and fails for others.
fn stand_in(folder: &Path, program: &str, words: &str) -> String {
    let secret = format!("secret-of-{program}-0123456789");
    let text = format!("#!/bin/sh\n[ \"$*\" = \"{words}\" ] && printf '%s\\n' '{secret}'\n");
    let path = folder.join(program);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    secret
}

#[test]
fn n24_every_program_of_the_page_gives_a_secret_and_none_is_shown() {
    let page = include_str!("../../../../docs/sign-in.md");
    let lines: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("exec:"))
        .collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for line in lines {
        let folder = folder(&FILE.replace("LINE", line));
        let command = line.strip_prefix("exec:").unwrap();
        let (program, words) = command.split_once(' ').unwrap();
        let secret = stand_in(folder.path(), program, words);
        // The shell of the stand-in is found by its full name.
        let path = folder.path().display().to_string();
        let process = serving(folder.path(), &[("PATH", &path)]);
        let address = process.address();
        assert_eq!(call(address, &[("x-api-key", &secret)]).0, 200, "{line}");
        let (status, _, body) = call(address, &[("x-api-key", "another-0123456789")]);
        assert_eq!(status, 401, "{line}: {body}");
        process.signal(rustix::process::Signal::TERM);
        let (_, out, told) = process.ends();
        let told = [out, told].concat().join("\n");
        assert!(!told.contains(&secret), "{told}");
    }
}

#[test]
fn n24_a_secret_that_is_not_there_is_told_before_anything_is_served() {
    for (line, part) in [
        ("env:NO_SUCH_KEY", "the variable NO_SUCH_KEY is not set"),
        ("file:no-such-file", "cannot be read"),
        (
            "exec:no-such-program hunter2",
            "no-such-program cannot be run",
        ),
        ("exec:false", "false failed"),
    ] {
        let folder = folder(&FILE.replace("LINE", line));
        for arguments in [&["check"][..], &["run", "--http", "127.0.0.1:0"]] {
            let done = crate::config::run(folder.path(), arguments);
            let told = crate::config::text(&done.stdout) + &crate::config::text(&done.stderr);
            assert_eq!(done.status.code(), Some(2), "{line}: {told}");
            assert!(
                told.contains("E121") && told.contains(part),
                "{line}: {told}"
            );
            assert!(
                !told.contains("hunter2") || told.contains("key = "),
                "{told}"
            );
        }
    }
}

/// Nobody knows what was meant by an empty file, and least of all that whoever shows nothing may do everything.
#[test]
fn w17_a_secret_that_becomes_empty_is_not_shown_by_whoever_shows_nothing() {
    let folder = folder(&FILE.replace("LINE", "file:key"));
    let place = folder.path().join("key");
    let secret = "secret-of-a-file-0123456789";
    fs::write(&place, secret).unwrap();
    let process = serving(folder.path(), &[]);
    let address = process.address();
    for emptied in ["", " \n\n"] {
        fs::write(&place, emptied).unwrap();
        let clock = SystemClock::default();
        // Longer than what was read before is taken for what is there.
        while clock.ticks() < Duration::from_secs(1) {
            for header in [("x-api-key", ""), ("Authorization", "Bearer ")] {
                assert_eq!(call(address, &[header]).0, 401, "{header:?}");
            }
        }
        assert_eq!(call(address, &[("x-api-key", secret)]).0, 200);
    }
    process.hears("cannot be read again");
}

/// Whoever calls would wait for somebody to write into it.
#[test]
fn a_pipe_is_no_file_with_a_secret() {
    let folder = folder(&FILE.replace("LINE", "file:pipe"));
    let mut made = std::process::Command::new("mkfifo");
    let made = made.arg(folder.path().join("pipe")).status().unwrap();
    assert!(made.success());
    let done = crate::config::run(folder.path(), &["check"]);
    let told = crate::config::text(&done.stdout);
    assert!(
        told.contains("E121") && told.contains("pipe is no file"),
        "{told}"
    );
}
