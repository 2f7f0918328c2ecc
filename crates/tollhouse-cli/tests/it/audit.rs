//! The audit, as whoever runs the program reads it.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::process::{Process, command, message};

#[cfg(unix)]
mod canary;
mod detail;
mod follow;
#[cfg(target_os = "linux")]
mod full;
mod operator;
mod second;
#[cfg(unix)]
mod sinks;
mod terminal;

/// What a command says: its exit code, output and errors.
pub(crate) fn audit(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = command(folder, &[&["audit"], arguments].concat())
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// A folder where the orders demo was served over pipes: two reads and a call of nothing.
fn served() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &["run", "orders", "--stdio"]);
    process.call(
        "get_order",
        &json!({"order_id": "ord_abc123", "password": "hunter2"}),
    );
    process.call("get_order", &json!({"order_id": "ord_abc123"}));
    process.write(&message("tools/call", &json!({"name": "no_such", "arguments": {}})).to_string());
    process.read();
    process.close_input();
    let (status, _, errors) = process.ends();
    assert!(status.success(), "{errors:?}");
    folder
}

fn records(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let (status, output, errors) = audit(folder, arguments);
    assert_eq!(status, 0, "{errors}");
    output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn p39_a36_what_was_called_can_be_listed_filtered_and_shown() {
    let folder = served();
    let all = records(folder.path(), &["list", "--json"]);
    let kinds: Vec<&str> = all
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["start", "call", "call", "call"]);
    assert_eq!(all[2]["target"], "get_order");
    assert_eq!(all[2]["arguments"], json!({"order_id": "ord_abc123"}));
    assert!(all[2]["definition"].is_string() && all[2]["result_digest"].is_string());
    // Of what was refused there is a digest, and nothing of a password that was in it.
    assert_eq!(
        (&all[1]["reason"], all[1].get("arguments")),
        (&json!("bad_arguments"), None)
    );
    assert!(all[1]["arguments_digest"].is_string());
    assert!(!format!("{all:?}").contains("hunter2"));
    let errors = records(folder.path(), &["--errors", "--json", "--since", "1h"]);
    let reasons: Vec<&Value> = errors.iter().map(|one| &one["reason"]).collect();
    assert_eq!(reasons.last().unwrap(), &"unknown_tool");
    assert_eq!(
        records(
            folder.path(),
            &["--tool", "get_order", "--json", "--limit", "1"]
        )
        .len(),
        1
    );
    assert_eq!(
        records(folder.path(), &["--until", "2020-01-01", "--json"]).len(),
        0
    );
    let call = all[2]["call"].as_str().unwrap();
    for which in ["1-3", call] {
        let (_, shown, _) = audit(folder.path(), &["show", which]);
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), all[2]);
    }
    let (status, _, told) = audit(folder.path(), &["show", "9-9"]);
    assert!(status == 1 && told.contains("audit list"), "{told}");
    let (_, table, _) = audit(folder.path(), &[]);
    assert!(
        table.starts_with("RECORD") && table.contains("unknown_tool"),
        "{table}"
    );
}

#[test]
fn case_84_a_clean_audit_is_ok_and_a_changed_one_is_not() {
    let folder = served();
    let (status, output, _) = audit(folder.path(), &["verify"]);
    assert_eq!((status, &*output), (0, "ok 4 records, 1 writer\n"));
    let state = folder.path().join(".tollhouse/state.db");
    let mut bytes = fs::read(&state).unwrap();
    // Wherever the third record stands in the file.
    let find = |from: usize, part: &[u8]| {
        let mut places = from..bytes.len() - part.len();
        places.find(|at| bytes[*at..].starts_with(part))
    };
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(line) = find(from, b"\"seq\":3,") {
        from = line + 1;
        places.extend(find(line, b"\"target\":\"get_order\""));
    }
    for at in places {
        bytes[at + 12] = b'G';
    }
    fs::write(&state, bytes).unwrap();
    let (status, output, _) = audit(folder.path(), &["verify"]);
    assert!(status == 2 && output.contains("bad record 1-3"), "{output}");
    let (status, output, _) = audit(folder.path(), &["verify", "--json"]);
    let said: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(
        (status, &said["ok"], &said["findings"][0]["seq"]),
        (2, &json!(false), &json!(3))
    );
}

#[test]
fn case_84_an_export_is_what_is_listed() {
    let folder = served();
    let listed = records(folder.path(), &["list", "--json"]);
    assert_eq!(records(folder.path(), &["export"]), listed);
    let (status, _, _) = audit(folder.path(), &["export", "--output", "all.ndjson"]);
    assert_eq!(status, 0);
    let written = fs::read_to_string(folder.path().join("all.ndjson")).unwrap();
    let written: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(written, listed);
    let (_, table, _) = audit(folder.path(), &["export", "--format", "csv"]);
    assert_eq!(table.split("\r\n").count(), listed.len() + 2);
    assert!(
        table.starts_with("writer,seq,at,kind,call,subject"),
        "{table}"
    );
}

#[test]
fn a37_a_person_is_erased_by_a_command() {
    let folder = served();
    let subject = records(folder.path(), &["--json"])[1]["subject"].clone();
    let subject = subject.as_str().unwrap();
    let (status, _, told) = audit(folder.path(), &["erase", "--user", subject]);
    assert!(
        status == 0 && told.contains("erased the texts of 3 records, and whose they were"),
        "{told}"
    );
    let left = records(folder.path(), &["--json"]);
    assert!(
        left.iter()
            .all(|one| one.get("subject").is_none() && one.get("arguments").is_none())
    );
    let (status, output, _) = audit(folder.path(), &["verify"]);
    assert!(
        status == 0 && output.starts_with("ok 6 records, 2 writers"),
        "{output}"
    );
    let (status, _, told) = audit(folder.path(), &["erase", "--user", subject]);
    assert!(status == 1 && told.contains("nothing"), "{told}");
}
