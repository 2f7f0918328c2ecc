//! Keys as people make them, list them and end them.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::keys;
use crate::process::command;

#[test]
fn case86_a_key_is_shown_once_and_kept_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let made = [
        "create",
        "laptop",
        "--user",
        "ana",
        "--scopes",
        "orders:write,orders:read",
    ];
    let (status, output, errors) =
        keys(folder.path(), &[&made[..], &["--expires", "90d"]].concat());
    assert_eq!(status, 0, "{errors}");
    let key = output.trim_end();
    assert!(key.starts_with("th_") && key.len() == 52, "{output}");
    assert!(
        errors.contains("only time") && !errors.contains(key),
        "{errors}"
    );
    let (_, table, _) = keys(folder.path(), &["list"]);
    let lines: Vec<_> = table.lines().collect();
    let [head, line] = lines[..] else {
        panic!("{table}")
    };
    assert!(head.starts_with("NAME    KEY"), "{head}");
    assert!(
        line.starts_with(&format!("laptop  {}…", &key[..9])),
        "{line}"
    );
    for part in ["ana", "orders:read orders:write", "never"] {
        let place = line.find(part).unwrap();
        assert_eq!(line.as_bytes()[place - 2..place], *b"  ", "{table}");
    }
    let (_, listed, _) = keys(folder.path(), &["list", "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let one = &listed["keys"][0];
    assert_eq!(
        (&one["user"], &one["living"]),
        (&json!("ana"), &json!(true))
    );
    let days = |member: &str| {
        one[member]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .unwrap()
    };
    let good_for = days("expires").duration_since(days("created"));
    assert_eq!(good_for.as_hours(), 90 * 24);
    for entry in folder.path().join(".tollhouse").read_dir().unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let has = |part: &str| {
            bytes
                .windows(part.len())
                .any(|window| window == part.as_bytes())
        };
        assert!(!has(&key[9..20]));
    }
}

#[test]
fn a_key_is_ended_by_its_name_or_its_id_and_its_name_is_free_again() {
    let folder = tempfile::tempdir().unwrap();
    let (_, made, _) = keys(folder.path(), &["create", "laptop", "--json"]);
    let made: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(
        (&made["user"], &made["expires"]),
        (&json!("laptop"), &Value::Null)
    );
    let (status, _, errors) = keys(folder.path(), &["create", "laptop"]);
    assert_eq!(status, 1);
    assert!(
        errors.contains("`tollhouse keys revoke laptop`"),
        "{errors}"
    );
    let (status, _, errors) = keys(folder.path(), &["revoke", "labtop"]);
    assert_eq!(status, 1);
    assert!(errors.contains("did you mean laptop?"), "{errors}");
    let (status, _, errors) = keys(folder.path(), &["revoke", made["id"].as_str().unwrap()]);
    assert_eq!(status, 0, "{errors}");
    assert!(errors.starts_with("revoked laptop (key_"), "{errors}");
    assert_eq!(keys(folder.path(), &["revoke", "laptop"]).0, 1);
    let (_, none, told) = keys(folder.path(), &["list"]);
    assert!(
        none.is_empty() && told.contains("keys create NAME"),
        "{told}"
    );
    assert!(
        keys(folder.path(), &["list", "--all"])
            .1
            .contains("  revoked 20")
    );
    assert_eq!(keys(folder.path(), &["create", "laptop"]).0, 0);
    assert_eq!(keys(folder.path(), &["revoke", "laptop"]).0, 0);
}

#[test]
fn a15_what_a_key_may_do_is_changed_whole_or_by_parts() {
    let folder = tempfile::tempdir().unwrap();
    let made = ["create", "laptop", "--user", "ana", "--role", "clerk"];
    let (_, _, told) = keys(folder.path(), &made);
    let expected = "for ana, scopes by role, roles clerk, ends: never";
    assert!(told.contains(expected), "{told}");
    for (arguments, shown, told) in [
        (
            "--scopes b:read,a:read",
            json!([["a:read", "b:read"], ["clerk"], null]),
            "scopes a:read b:read, roles clerk, ends: never; that counts within a second",
        ),
        (
            "--add-scope c --remove-scopes a:read,z --tenant acme",
            json!([["b:read", "c"], ["clerk"], "acme"]),
            "scopes b:read c, roles clerk, tenant acme",
        ),
        (
            "--scopes none --add-roles admin --remove-role clerk",
            json!([[], ["admin"], "acme"]),
            "no scopes, roles admin",
        ),
        (
            "--scopes by-role --roles none --tenant none",
            json!([null, [], null]),
            "scopes by role, roles none, ends",
        ),
    ] {
        let (status, _, errors) = change("laptop", arguments, folder.path());
        assert_eq!(status, 0, "{errors}");
        assert!(errors.contains(told), "{errors}");
        let (_, listed, _) = keys(folder.path(), &["list", "--json"]);
        let listed: Value = serde_json::from_str(&listed).unwrap();
        let key = &listed["keys"][0];
        let [scopes, roles, tenant] = ["scopes", "roles", "tenant"].map(|member| &key[member]);
        assert_eq!(json!([scopes, roles, tenant]), shown, "{arguments}");
    }
}

#[test]
fn the_end_of_a_key_is_moved_and_what_has_ended_stays_ended() {
    let folder = tempfile::tempdir().unwrap();
    keys(folder.path(), &["create", "laptop"]);
    let ends = |when: &str| {
        let arguments = format!("--json --expires {when}");
        let (_, changed, _) = change("laptop", &arguments, folder.path());
        serde_json::from_str::<Value>(&changed).unwrap()["expires"].clone()
    };
    assert_eq!(ends("2999-01-31"), "2999-01-31T00:00:00Z");
    assert_eq!(ends("never"), Value::Null);
    let (_, revoked, _) = keys(folder.path(), &["revoke", "laptop", "--json"]);
    let revoked: Value = serde_json::from_str(&revoked).unwrap();
    assert_eq!(
        json!([revoked["name"], revoked["living"]]),
        json!(["laptop", false])
    );
    let again = keys(folder.path(), &["revoke", "laptop"]);
    for (status, _, errors) in [again, change("laptop", "--expires never", folder.path())] {
        assert_eq!(status, 1);
        assert!(
            errors.contains("the key laptop has ended: revoked 20"),
            "{errors}"
        );
    }
}

#[test]
fn a_change_that_cannot_be_is_refused_with_its_mend() {
    let folder = tempfile::tempdir().unwrap();
    keys(folder.path(), &["create", "laptop"]);
    for (which, arguments, mend) in [
        ("labtop", "--scopes x", "did you mean laptop?"),
        ("laptop", "", "--scopes"),
        ("laptop", "--scopes none,x", "stands alone"),
        ("laptop", "--scopes x --add-scopes y", "cannot be used with"),
        ("laptop", "--roles a,,b", "roles with commas between"),
        ("laptop", "--tenant é", "without spaces"),
        ("laptop", "--expires 2020-01-31", "has to come"),
    ] {
        let (status, _, errors) = change(which, arguments, folder.path());
        assert_eq!(status, 1, "{arguments}");
        assert!(errors.contains(mend), "{errors}");
    }
}

/// A run of `tollhouse keys change` with these words.
fn change(which: &str, arguments: &str, folder: &Path) -> (i32, String, String) {
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    keys(folder, &[&["change", which], &arguments[..]].concat())
}

#[test]
fn what_cannot_be_a_key_is_refused_with_its_mend_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, mend) in [
        (&["create", "anonymous"][..], "take another name"),
        (&["create", "x", "--user", "Anonymous"], "take another name"),
        (&["create", "x", "--user", "api-key"], "take another name"),
        (&["create", ""], "1 to 64 letters"),
        (&["create", "two words"], "1 to 64 letters"),
        (&["create", "x", "--user", "a\nb"], "without spaces"),
        (&["create", "x", "--scopes", "a b"], "commas between"),
        (&["create", "x", "--scopes", ""], "commas between"),
        (&["create", "x", "--expires", "soon"], "such as 90d"),
        (&["create", "x", "--expires=-90d"], "such as 90d"),
        (&["create", "x", "--expires", "2020-01-31"], "has to come"),
        (&["create", "x", "--expires", "19000y"], "has to come"),
        (
            &["create", "x", "elsewhere.toml"],
            "`tollhouse check elsewhere.toml` tells why",
        ),
        (&["list"], "with --state"),
        (&["revoke", "x"], "with --state"),
    ] {
        let (status, output, errors) = keys(folder.path(), arguments);
        assert_eq!((status, output.as_str()), (1, ""), "{arguments:?}");
        assert!(errors.contains(mend), "{arguments:?}: {errors}");
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

/// The lines of the page, one after the other, as it shows them.
#[test]
fn what_the_page_shows_is_done() {
    let page = include_str!("../../../../../docs/keys.md");
    let file = page.split("```toml\n").nth(2).unwrap();
    let folder = crate::config::folder(file.split("```").next().unwrap());
    let lines = page
        .lines()
        .filter_map(|line| line.strip_prefix("tollhouse "));
    let mut told = String::new();
    for line in lines.clone() {
        let words: Vec<_> = line.split(' ').collect();
        let (status, output, errors) = super::ran(folder.path(), &words);
        assert_eq!(status, 0, "{line}: {errors}");
        told = [told, output, errors].concat();
    }
    assert!(lines.count() >= 8);
    for part in ["is none of", "did you mean"] {
        assert!(!told.contains(part), "{told}");
    }
}

#[test]
fn keys_are_kept_where_the_file_of_the_server_is_or_where_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let shop = folder.path().join("shop");
    fs::create_dir(&shop).unwrap();
    fs::write(shop.join("shop.toml"), "version = 1\n").unwrap();
    assert_eq!(
        keys(folder.path(), &["create", "one", "shop/shop.toml"]).0,
        0
    );
    assert!(shop.join(".tollhouse/state.db").is_file());
    assert_eq!(
        keys(folder.path(), &["create", "two", "--state", "own/keys.db"]).0,
        0
    );
    let (_, listed, _) = keys(folder.path(), &["list", "--state", "own/keys.db"]);
    assert!(
        listed.contains("two") && !listed.contains("one"),
        "{listed}"
    );
    fs::write(folder.path().join("notes.db"), "milk, bread").unwrap();
    let (status, _, errors) = keys(folder.path(), &["list", "--state", "notes.db"]);
    assert_eq!(status, 1);
    assert!(errors.contains("move it away"), "{errors}");
}

#[test]
fn a_file_that_names_no_header_for_keys_is_told_so() {
    let folder = crate::config::folder("[auth]\nmode = \"keys\"\nheaders = []\n");
    let done = command(folder.path(), &["check"]).output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(told.contains("tollhouse.toml:2:8"), "{told}");
    assert!(
        told.contains("name one, headers = [\"authorization\"]"),
        "{told}"
    );
}
