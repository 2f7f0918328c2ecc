//! Users as people give them roles and keep them out.

use serde_json::{Value, json};

use super::{keys, made, users};

/// A folder with a server's file, where a state is made when something is to be kept.
fn folder() -> tempfile::TempDir {
    crate::config::folder("[auth]\nmode = \"keys\"\n")
}

#[test]
fn a15_users_are_given_roles_by_parts_or_whole_and_listed() {
    let folder = folder();
    let place = folder.path();
    made(place, &["laptop", "--user", "ana"]);
    made(
        place,
        &["phone", "--user", "ana", "--scopes", "orders:read"],
    );
    let set = ["set", "ana", "--roles", "editor,clerk", "--tenant", "acme"];
    let (status, _, errors) = users(place, &set);
    assert_eq!(status, 0, "{errors}");
    assert_eq!(
        errors.trim_end(),
        "ana: roles clerk editor, tenant acme; that counts within a second, for every key and token"
    );
    let (_, table, _) = users(place, &["list"]);
    assert_eq!(
        table,
        "USER  ROLES         TENANT  KEYS\nana   clerk editor  acme    2\n"
    );
    let change = "set ana --add-roles admin --remove-roles clerk,editor --json";
    let change: Vec<_> = change.split(' ').collect();
    let (_, changed, _) = users(place, &change);
    let changed: Value = serde_json::from_str(&changed).unwrap();
    assert_eq!(
        json!([
            changed["roles"],
            changed["tenant"],
            changed["blocked"],
            changed["keys"]
        ]),
        json!([["admin"], "acme", null, 2])
    );
    let (_, listed, _) = users(place, &["list", "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["users"], json!([changed]));
}

#[test]
fn users_are_blocked_and_let_in_again() {
    let folder = folder();
    let place = folder.path();
    made(place, &["laptop", "--user", "ana"]);
    let told = |arguments: &[&str]| users(place, arguments).2;
    let blocked = told(&["block", "ana"]);
    let expected = "blocked ana, who has one key; within a second no call succeeds";
    assert!(blocked.starts_with(expected), "{blocked}");
    let again = told(&["block", "ana"]);
    assert!(again.starts_with("ana is blocked since 20"), "{again}");
    let (_, listed, _) = users(place, &["list"]);
    assert!(listed.contains("\nana   1     20"), "{listed}");
    let (_, listed, _) = keys(place, &["list"]);
    assert!(listed.contains("  never, user blocked  "), "{listed}");
    let (_, _, warned) = keys(place, &["create", "watch", "--user", "ana"]);
    assert!(
        warned.contains("`tollhouse users unblock ana` ends that"),
        "{warned}"
    );
    let slip = told(&["unblock", "anna"]);
    assert!(
        slip.contains("anna is not blocked; did you mean ana?"),
        "{slip}"
    );
    let back = told(&["unblock", "ana"]);
    assert!(
        back.starts_with("ana is let in again, with 2 keys;"),
        "{back}"
    );
    assert_eq!(users(place, &["unblock", "ana"]).0, 1);
}

#[test]
fn a15_roles_that_the_file_does_not_name_are_told() {
    let folder =
        crate::config::folder("[auth]\nmode = \"keys\"\n[auth.roles]\nclerk = [\"orders:read\"]\n");
    let told = "warning: clark is none of [auth.roles] in tollhouse.toml";
    for (verb, is_told) in [
        (&["keys", "create", "a", "--roles", "clark"][..], true),
        (&["keys", "create", "b", "--roles", "clerk"], false),
        (&["users", "set", "ana", "--roles", "clerk,clark"], true),
        (&["users", "set", "ana", "--roles", "clerk"], false),
    ] {
        let (status, _, errors) = super::ran(folder.path(), verb);
        assert_eq!((status, errors.contains(told)), (0, is_told), "{errors}");
    }
}

/// Whoever blocks the wrong one has blocked nobody.
#[test]
fn a_user_of_whom_nothing_is_known_is_blocked_with_a_word_on_it() {
    let folder = folder();
    let place = folder.path();
    made(place, &["laptop", "--user", "ana"]);
    for (arguments, told) in [
        (
            &["block", "anna"][..],
            "nothing was known of anna before; did you mean ana?",
        ),
        (&["set", "anaa", "--roles", "x"], "did you mean ana?"),
        (
            &["block", "auth0|5f7c"],
            "`tollhouse users list` shows who is known",
        ),
        (
            &["block", "Łukasz Nowak", "--json"],
            "`tollhouse users list` shows",
        ),
    ] {
        let (status, _, errors) = users(place, arguments);
        assert_eq!(status, 0, "{errors}");
        assert!(errors.starts_with("warning: no key is of"), "{errors}");
        assert!(errors.contains(told), "{errors}");
    }
    let (_, listed, _) = users(place, &["list"]);
    for name in ["ana ", "anaa ", "anna ", "auth0|5f7c ", "Łukasz Nowak "] {
        assert!(
            listed.lines().any(|line| line.starts_with(name)),
            "{listed}"
        );
    }
}

#[test]
fn what_cannot_be_said_of_a_user_is_refused_with_its_mend() {
    let nowhere = tempfile::tempdir().unwrap();
    for arguments in [
        &["block", "ana"][..],
        &["set", "ana", "--roles", "x"],
        &["list"],
    ] {
        let (status, _, errors) = users(nowhere.path(), arguments);
        assert_eq!(status, 1);
        assert!(errors.contains("name the server's file"), "{errors}");
    }
    // Who is kept out where no server looks is not kept out.
    assert_eq!(nowhere.path().read_dir().unwrap().count(), 0);
    let folder = folder();
    for (arguments, mend) in [
        (&["block", "anonymous"][..], "take another name"),
        (&["block", "api-key"], "take another name"),
        (&["block", "a\nb"], "of one line"),
        (&["block", ""], "of one line"),
        (&["set", "ana"], "--roles"),
        (
            &["set", "ana", "--roles", "a b"],
            "roles with commas between",
        ),
        (&["set", "ana", "--roles", "none,x"], "stands alone"),
    ] {
        let (status, output, errors) = users(folder.path(), arguments);
        assert_eq!((status, output.as_str()), (1, ""), "{arguments:?}");
        assert!(errors.contains(mend), "{arguments:?}: {errors}");
    }
    assert!(!folder.path().join(".tollhouse").exists());
    let (status, _, errors) = users(folder.path(), &["block", "ana"]);
    assert_eq!(status, 0, "{errors}");
}
