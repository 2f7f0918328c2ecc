//! Files that are no good files at all, and what must not be repeated of those that are.

use std::{fs, process::Command};

use super::{folder, run, text};

const SHOP: &str =
    "[sources.shop]\ntype = \"sqlite\"\npath = \"orders.db\"\nexpose_tables = true\n";
const TOKEN: &str = "ghp_0123456789abcdefghijklmnop";

/// What stands in the line above is hidden there, so the sentence must not say it either.
#[test]
fn p44_no_sentence_repeats_a_secret() {
    let config = format!(
        r#"
[server]
hosts = ["{TOKEN}/x"]
listen = "{TOKEN}"
origins = ["${{file:secret.txt}}"]
[auth]
mode = "{TOKEN}"
[sources.one]
type = "sqlite"
path = "${{SHOP_TOKEN}}"
expose_tables = true
[sources.two]
type = "sqlite"
url = "${{file:secret.txt}}"
[tools.get_order]
source = "{TOKEN}"
description = "Get one order by its exact id, with all that it has."
sql = "SELECT 1"
params.x = {{ type = "integer", default = "{TOKEN}" }}
"#
    );
    let folder = folder(&config);
    fs::write(folder.path().join("secret.txt"), "canary-4711\n").unwrap();
    for arguments in [&["check"][..], &["check", "--json"], &["run"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollhouse"));
        let command = command.args(arguments).current_dir(folder.path());
        let done = command.env("SHOP_TOKEN", "canary-0815").output().unwrap();
        assert_eq!(done.status.code(), Some(2));
        let told = text(&done.stdout) + &text(&done.stderr);
        assert!(told.contains("`****` is no address"), "{told}");
        for secret in [TOKEN, "canary-4711", "canary-0815"] {
            assert!(!told.contains(secret), "{told}");
        }
    }
}

#[test]
fn a_mark_at_the_beginning_is_no_mistake() {
    let json = r#"{"version": 1, "sources": {"shop": {"type": "sqlite", "path": "orders.db", "expose_tables": true}}}"#;
    for (name, config) in [("tollhouse.toml", SHOP), ("tollhouse.json", json)] {
        let folder = folder("");
        fs::write(folder.path().join(name), format!("\u{feff}{config}")).unwrap();
        let done = run(folder.path(), &["check", name]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stdout));
    }
}

/// Whatever a file names, the program comes to its end.
#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_not_waited_for() {
    let resource = "[resources.notes]\nuri = \"notes://all\"\nfile = \"pipe\"\n";
    let seed = SHOP.replace("orders.db\"", "new.db\"\nseed = \"pipe\"");
    let named = "server.name = \"${file:pipe}\"\n";
    let prompt = "[prompts.sum_up]\nfile = \"pipe\"\n";
    for more in [resource, &seed, named, prompt, "include = [\"pipe\"]\n"] {
        for device in [false, true] {
            let folder = folder(&more.replace("pipe", if device { "/dev/zero" } else { "pipe" }));
            let made = Command::new("mkfifo")
                .arg(folder.path().join("pipe"))
                .status();
            assert!(made.unwrap().success());
            let done = run(folder.path(), &["check"]);
            assert_eq!(done.status.code(), Some(2), "{}", text(&done.stdout));
        }
    }
    let done = run(folder("").path(), &["check", "/dev/zero"]);
    assert!(text(&done.stdout).contains("larger than 64 MiB"));
}

/// What cannot be made is not simply missing.
#[cfg(unix)]
#[test]
fn a_database_that_cannot_be_made_is_told_with_the_reason() {
    let seed = SHOP.replace("orders.db\"", "none/new.db\"\nseed = \"seed.sql\"");
    let folder = folder(&seed);
    fs::write(folder.path().join("seed.sql"), "CREATE TABLE a (b);").unwrap();
    let done = run(folder.path(), &["run", "--stdio"]);
    let told = text(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{told}");
    assert!(told.contains("cannot be written"), "{told}");
    assert!(
        told.contains("let this user write into its folder"),
        "{told}"
    );
}

/// SQLite takes these for something else than a file, and what is kept there is gone with the process.
#[test]
fn what_names_no_file_is_no_place_for_a_database() {
    for name in [
        "",
        " ",
        ":memory:",
        "file:a.db?mode=rwc",
        "sqlite::memory:",
        "postgres://db/shop",
        "${NOBODY:-}",
    ] {
        for config in [
            format!("[server]\nstate = \"{name}\"\n[sources.notes]\ntype = \"memory\"\n"),
            SHOP.replace("orders.db", name),
        ] {
            let folder = folder(&config);
            let done = run(folder.path(), &["check"]);
            let told = text(&done.stdout);
            assert_eq!(done.status.code(), Some(2), "{told}");
            assert!(told.contains("names no file"), "{told}");
        }
    }
}

/// A secret that the server does not know is masked in results if the file says so, and else not.
#[test]
fn p10_results_lose_what_looks_like_a_secret_where_the_file_says_so() {
    let token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let tool = format!(
        "[tools.get_row]\nsource = \"shop\"\ndescription = \"Get one row with all that stands in it.\"\n\
         sql = \"SELECT '{token}' AS note, 'open sesame' AS password\"\n"
    );
    for (redact, is_masked) in [
        ("", false),
        ("[redact]\nresults = false\n", false),
        ("[redact]\nresults = true\n", true),
    ] {
        let folder = folder(&format!("{SHOP}{tool}{redact}"));
        let done = run(folder.path(), &["call", "tollhouse.toml", "get_row", "{}"]);
        let told = text(&done.stdout);
        assert_eq!(done.status.code(), Some(0), "{told}{}", text(&done.stderr));
        assert_eq!(told.contains("[…]"), is_masked, "{told}");
        for secret in [token, "open sesame"] {
            assert_eq!(!told.contains(secret), is_masked, "{told}");
        }
    }
}
