//! Keys over stdio, where the environment shows them.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use tollhouse::{Clock as _, SystemClock};

use super::{FILE, keys, made, reader, users};
use crate::{
    config::folder,
    process::{Process, command},
};

/// Three times what is promised.
const SOON: Duration = Duration::from_secs(3);

/// A server whose local user has a name.
fn shop() -> TempDir {
    folder(&FILE.replace("[auth]", "[server]\nlocal_user = \"owner\"\n\n[auth]"))
}

fn piped(folder: &Path, variable: &str, value: &str) -> Process {
    Process::spawn(command(folder, &["run", "--stdio"]).env(variable, value))
}

fn caller(process: &mut Process) -> Value {
    let order = process.call("get_order", &json!({"order_id": "ord_abc123"}));
    order["structuredContent"]["caller"].clone()
}

/// What the server adds by itself, to read on in what was too long, is no tool of whom the test is about.
fn tools(process: &mut Process) -> Vec<String> {
    let listed = process.ask("tools/list", &json!({}));
    let tools = listed["result"]["tools"].as_array().unwrap().iter();
    let mut names: Vec<_> = tools
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .filter(|name| name != "read_more")
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn p19_the_holder_of_a_key_of_the_environment_calls_with_what_it_may_do() {
    let folder = shop();
    let place = folder.path();
    let plain = made(place, &["plain", "--user", "ana", "--scopes", "none"]);
    let reader = reader(place, &["reader", "--user", "bob"]);
    let kept = place.join("key");
    std::fs::write(&kept, format!("{plain}\n")).unwrap();
    for (variable, value, who, sees) in [
        ("MCP_API_KEY", plain.as_str(), "ana", &["get_order"][..]),
        (
            "MCP_API_KEY",
            &reader,
            "bob",
            &["count_orders", "get_order"],
        ),
        (
            "MCP_API_KEY_FILE",
            kept.to_str().unwrap(),
            "ana",
            &["get_order"],
        ),
        // What was not made here is for HTTP, and whoever started the program calls.
        (
            "MCP_API_KEY",
            "an-operators-key-of-its-own",
            "owner",
            &["count_orders", "get_order"],
        ),
        ("MCP_API_KEY", "", "owner", &["count_orders", "get_order"]),
    ] {
        let mut process = piped(place, variable, value);
        assert_eq!(caller(&mut process), who);
        assert_eq!(tools(&mut process), sees);
        process.close_input();
        let (status, ..) = process.ends();
        assert!(status.success());
    }
}

#[test]
fn p19_a_key_that_is_not_good_keeps_the_program_from_starting() {
    let folder = shop();
    let place = folder.path();
    let [revoked, blocked] = [
        made(place, &["revoked"]),
        made(place, &["blocked", "--user", "eve"]),
    ];
    assert_eq!(keys(place, &["revoke", "revoked"]).0, 0);
    assert_eq!(users(place, &["block", "eve"]).0, 0);
    let elsewhere = made(place, &["elsewhere", "--state", "other/state.db"]);
    let mistyped = revoked.replace(&revoked[5..8], "___");
    for (key, told) in [
        (&revoked, "was revoked or has expired"),
        (&blocked, "its user is blocked"),
        (&elsewhere, "is unknown"),
        (&mistyped, "has a typing error"),
    ] {
        let (status, output, errors) = piped(place, "MCP_API_KEY", key).ends();
        assert_eq!(status.code(), Some(1));
        assert!(output.is_empty(), "{output:?}");
        let [line] = &errors[..] else {
            panic!("{errors:?}")
        };
        assert!(line.contains(told), "{line}");
        assert!(!line.contains(&key[3..12]), "{line}");
    }
}

#[test]
fn p19_case43_a_key_revoked_elsewhere_ends_the_session() {
    let folder = shop();
    let place = folder.path();
    let made = ["laptop", "phone"].map(|name| made(place, &[name, "--user", "ana"]));
    let mut processes = made.map(|key| piped(place, "MCP_API_KEY", &key));
    for process in &mut processes {
        assert_eq!(caller(process), "ana");
    }
    let [lost, mut other] = processes;
    assert_eq!(keys(place, &["revoke", "laptop"]).0, 0);
    let clock = SystemClock::default();
    let (status, output, errors) = lost.ends();
    assert!(clock.ticks() < SOON);
    assert_eq!((status.code(), output.len()), (Some(1), 0));
    let why = "the session has ended: the key in MCP_API_KEY is unknown, was revoked";
    assert!(errors.iter().any(|line| line.contains(why)), "{errors:?}");
    assert_eq!(caller(&mut other), "ana");
}

#[test]
fn p19_a_key_that_ends_by_itself_ends_the_session() {
    let folder = shop();
    let key = made(folder.path(), &["brief", "--expires", "3s"]);
    let mut process = piped(folder.path(), "MCP_API_KEY", &key);
    assert_eq!(caller(&mut process), "brief");
    let (status, ..) = process.ends();
    assert_eq!(status.code(), Some(1));
}

#[test]
fn p17_a17_whoever_holds_a_pipe_is_told_of_what_the_key_may_do_now() {
    let folder = shop();
    let place = folder.path();
    let key = made(place, &["laptop", "--scopes", "none"]);
    let mut process = piped(place, "MCP_API_KEY", &key);
    let filter = json!({"notifications": {"toolsListChanged": true}});
    let listen = crate::process::message("subscriptions/listen", &filter);
    let mut listen = listen;
    listen["id"] = json!("changes");
    process.write(&listen.to_string());
    let told = process.read();
    assert_eq!(told["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(tools(&mut process), ["get_order"]);
    for (change, sees) in [
        ("--add-scopes", &["count_orders", "get_order"][..]),
        ("--remove-scopes", &["get_order"]),
    ] {
        let clock = SystemClock::default();
        assert_eq!(
            keys(place, &["change", "laptop", change, "orders:read"]).0,
            0
        );
        assert_eq!(process.read()["method"], "notifications/tools/list_changed");
        assert!(clock.ticks() < SOON);
        assert_eq!(tools(&mut process), sees);
    }
}

#[test]
fn p19_over_stdio_nobody_signs_in_with_a_token() {
    for (mode, mend) in [
        ("\"external\"", "\"keys\", with a key in MCP_API_KEY"),
        ("[\"keys\", \"external\"]", "take \"external\" out"),
    ] {
        let issuers = format!("mode = {mode}\nissuers.acme.url = \"https://id.acme.example\"");
        let mut file = FILE.replace("mode = \"keys\"", &issuers);
        if !mode.contains("keys") {
            file = file.replace("headers =", "# headers =");
        }
        let folder = folder(&file);
        let (status, output, errors) = Process::start(folder.path(), &["run", "--stdio"]).ends();
        assert_eq!(status.code(), Some(1));
        assert!(output.is_empty(), "{output:?}");
        let told = errors.join("\n");
        assert!(told.contains("--http") && told.contains(mend), "{told}");
    }
}
