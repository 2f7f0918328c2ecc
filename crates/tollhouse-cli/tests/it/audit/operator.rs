//! What whoever runs the server does by commands, and by changing its file, has a record.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{audit, records};
use crate::process::{Process, command};

fn does(folder: &Path, arguments: &[&str]) -> String {
    let mut command = command(folder, arguments);
    let output = command.env("USER", "olga").output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Records of the operator: what, to whom, and what is said of it.
fn deeds(folder: &Path) -> Vec<Value> {
    let records = records(folder, &["list", "--json"]).into_iter();
    records.filter(|one| one["kind"] == "operator").collect()
}

#[test]
fn p39_who_makes_changes_and_ends_keys_and_users_is_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let key = does(folder, &["keys", "create", "desk", "--user", "ana"]);
    for arguments in [
        &["keys", "change", "desk", "--roles", "clerk"][..],
        &["keys", "revoke", "desk"],
        &["users", "set", "ana", "--roles", "clerk"],
        &["users", "block", "ana"],
        &["users", "unblock", "ana"],
    ] {
        does(folder, arguments);
    }
    // What is not done has no record.
    for arguments in [["keys", "revoke", "desk"], ["users", "unblock", "ana"]] {
        assert!(
            !command(folder, &arguments)
                .output()
                .unwrap()
                .status
                .success()
        );
    }
    let deeds = deeds(folder);
    let verbs: Vec<&str> = deeds
        .iter()
        .map(|one| one["of"].as_str().unwrap())
        .collect();
    assert_eq!(
        verbs,
        [
            "key_created",
            "key_changed",
            "key_revoked",
            "user_set",
            "user_blocked",
            "user_unblocked"
        ]
    );
    for deed in &deeds {
        assert_eq!(deed["subject"], "ana");
        assert_eq!(deed["arguments"]["by"]["user"], "olga");
        assert!(cfg!(not(unix)) || deed["arguments"]["by"]["uid"].is_u64());
    }
    let said = deeds[1]["arguments"]["command"].as_array().unwrap();
    assert_eq!(said[1..], ["keys", "change", "desk", "--roles", "clerk"]);
    assert!(!format!("{deeds:?}").contains(key.trim()));
    let (status, output, _) = audit(folder, &["verify"]);
    assert!(status == 0, "{output}");
    // The records of a person go with the person.
    let (status, _, told) = audit(folder, &["erase", "--user", "ana"]);
    assert!(status == 0, "{told}");
    assert!(!format!("{:?}", self::deeds(folder)).contains("ana"));
}

#[test]
fn p39_a_file_that_is_read_again_has_a_record_and_says_what_counts_later() {
    let folder = crate::config::folder(crate::config::serve::FIRST);
    let file = folder.path().join("tollhouse.toml");
    let process = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    process.address();
    let first = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("[audit]\nkeep = \"1h\"\n{first}")).unwrap();
    let told = process.hears("reloaded: +0 ~0 −0 tools");
    assert!(!told.contains("next start"), "{told}");
    let deeds = deeds(folder.path());
    assert_eq!((deeds.len(), &deeds[0]["of"]), (1, &json!("reloaded")));
    let file_of = deeds[0]["arguments"]["file"].as_str().unwrap();
    assert!(file_of.ends_with("tollhouse.toml"));
    fs::write(
        &file,
        format!("[audit.sink]\nfile = \"second.ndjson\"\n{first}"),
    )
    .unwrap();
    for _ in 0..2 {
        let told = process.hears("reloaded: +0 ~0 −0 tools");
        assert!(
            told.contains("its second place count from the next start"),
            "{told}"
        );
        // It does not become true by being said once.
        fs::write(
            &file,
            format!("[audit.sink]\nfile = \"second.ndjson\"\n\n{first}"),
        )
        .unwrap();
    }
}
