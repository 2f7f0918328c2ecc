//! Keys as people make them, list them and end them, and the key of the environment as clients show it.

use std::{fs, net::SocketAddr, path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    operate::exchange,
    process::{Process, command, message},
};

const KEY: &str = "canary-key-of-4711-and-0815";
const SERVE: [&str; 5] = ["run", "--http", "127.0.0.1:0", "--log-level", "trace"];

fn serving(folder: &Path, variables: &[(&str, &str)]) -> Process {
    Process::spawn(command(folder, &SERVE).envs(variables.iter().copied()))
}

/// Status line, challenge and body of a call with these headers.
fn call(address: SocketAddr, headers: &[(&str, &str)]) -> (u16, Option<String>, String) {
    let params = json!({"name": "get_order", "arguments": {"order_id": "ord_abc123"}});
    let mut head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n\
         Mcp-Method: tools/call\r\nMcp-Name: get_order"
    );
    for (name, value) in headers {
        head += &format!("\r\n{name}: {value}");
    }
    let body = message("tools/call", &params).to_string();
    let (head, body) = exchange(address, &head, &body);
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let challenge = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let is_one = name.eq_ignore_ascii_case("www-authenticate");
        is_one.then(|| value.to_owned())
    });
    (status, challenge, body)
}

#[test]
fn n10_a6_the_key_of_the_environment_lets_in_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let process = serving(folder.path(), &[("MCP_API_KEY", KEY)]);
    let address = process.address();
    let bearer = format!("Bearer {KEY}");
    for headers in [
        &[("Authorization", bearer.as_str())][..],
        &[("authorization", &bearer.replace("Bearer", "bearer"))],
        &[("x-api-key", KEY)],
        &[("X-API-Key", KEY), ("Authorization", &bearer)],
    ] {
        let (status, _, body) = call(address, headers);
        assert_eq!(status, 200, "{headers:?}");
        assert!(body.contains("ord_abc123"), "{body}");
    }
    let longer = format!("{KEY}x");
    for (headers, word) in [
        (&[][..], "missing_api_key"),
        (&[("X-Other-Key", KEY)], "missing_api_key"),
        (&[("x-api-key", "wrong")], "invalid_api_key"),
        (&[("x-api-key", "")], "invalid_api_key"),
        (&[("x-api-key", &longer)], "invalid_api_key"),
        (&[("x-api-key", &KEY[1..])], "invalid_api_key"),
        (&[("Authorization", "Bearer wrong")], "invalid_api_key"),
        (
            &[("Authorization", "Bearer th_mistyped")],
            "invalid_api_key",
        ),
        (&[("Authorization", KEY)], "unauthorized"),
        (&[("Authorization", "Basic d3Jvbmc6")], "unauthorized"),
        // A good one does not mend a bad one.
        (
            &[("x-api-key", KEY), ("Authorization", "Bearer wrong")],
            "unauthorized",
        ),
        (
            &[("x-api-key", "wrong"), ("Authorization", &bearer)],
            "unauthorized",
        ),
        (&[("x-api-key", KEY), ("x-api-key", KEY)], "unauthorized"),
    ] {
        let (status, challenge, body) = call(address, headers);
        assert_eq!(
            (status, body),
            (401, format!(r#"{{"error":"{word}"}}"#)),
            "{headers:?}"
        );
        let challenge = challenge.unwrap();
        assert!(challenge.starts_with("Bearer realm="), "{challenge}");
        assert_eq!(challenge.contains("error="), word != "missing_api_key");
    }
}

#[test]
fn n10_a6_where_a_key_is_demanded_and_none_is_configured_nobody_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let process = serving(folder.path(), &[("MCP_API_KEY", "")]);
    let address = process.address();
    for headers in [
        &[][..],
        &[("x-api-key", "")],
        &[("Authorization", "Bearer")],
        &[("Authorization", "Bearer wrong")],
    ] {
        let expected = r#"{"error":"MCP_API_KEY not configured"}"#.to_owned();
        assert_eq!(call(address, headers), (503, None, expected), "{headers:?}");
    }
}

#[cfg(unix)]
#[test]
fn p10_case86_the_key_of_the_environment_is_in_no_line_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let process = serving(folder.path(), &[("MCP_API_KEY", KEY)]);
    let address = process.address();
    for presented in [KEY.to_owned(), format!("{KEY}x"), format!("x{KEY}")] {
        call(address, &[("x-api-key", &presented)]);
        call(
            address,
            &[("Authorization", &format!("Bearer {presented}"))],
        );
        call(address, &[("Authorization", &presented)]);
    }
    process.signal(rustix::process::Signal::TERM);
    let (_, output, errors) = process.ends();
    let log = [output, errors].concat();
    assert!(
        log.iter().any(|line| line.contains("turned away")),
        "{log:#?}"
    );
    let calls = log.iter().filter(|line| line.contains("duration_ms"));
    assert_eq!(calls.filter(|line| line.contains("api-key")).count(), 2);
    assert!(
        log.iter().all(|line| !line.contains("canary-key")),
        "{log:#?}"
    );
}

#[test]
fn with_a_key_other_machines_may_be_served_and_the_banner_says_how() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["run", "--http", "0.0.0.0:0"];
    let process = Process::spawn(command(folder.path(), &arguments).env("MCP_API_KEY", KEY));
    let told = process.hears("sign-in");
    assert!(
        told.contains("Authorization: Bearer or x-api-key"),
        "{told}"
    );
    let line = process.hears("curl ");
    let add = process.hears("claude mcp add");
    assert!(
        add.ends_with(r#"--header "Authorization: Bearer $MCP_API_KEY""#),
        "{add}"
    );
    if Command::new("curl").arg("--version").output().is_ok() {
        let mut shell = Command::new("sh");
        let done = shell
            .args(["-c", &line])
            .env("MCP_API_KEY", KEY)
            .output()
            .unwrap();
        let reply: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(reply["result"]["structuredContent"]["id"], "ord_abc123");
    }
}

#[test]
fn a_key_may_stand_in_a_file_and_what_is_no_key_is_told_before_anything_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = place("good", &format!("{KEY}\n"));
    let process = serving(folder.path(), &[("MCP_API_KEY_FILE", &good)]);
    assert_eq!(call(process.address(), &[("x-api-key", KEY)]).0, 200);
    let [empty, spaced, long] = [
        place("empty", " \n"),
        place("spaced", "canary key"),
        place("long", &"x".repeat(5000)),
    ];
    for (variables, mend) in [
        (
            &[("MCP_API_KEY", KEY), ("MCP_API_KEY_FILE", &good)][..],
            "unset one of them",
        ),
        (
            &[("MCP_API_KEY_FILE", "nowhere")],
            "name a file that this user can read",
        ),
        (&[("MCP_API_KEY_FILE", &empty)], "write one into it"),
        (&[("MCP_API_KEY_FILE", &spaced)], "take letters and digits"),
        (&[("MCP_API_KEY_FILE", &long)], "longer than a key"),
        (&[("MCP_API_KEY", "canary kéy")], "take letters and digits"),
    ] {
        let (status, output, errors) = serving(folder.path(), variables).ends();
        assert_eq!(status.code(), Some(1), "{variables:?}");
        assert!(output.is_empty());
        let told = errors.join("\n");
        assert!(told.contains(mend), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
    let weak = serving(folder.path(), &[("MCP_API_KEY", "hunter2")]);
    let told = weak.hears("can be guessed");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn t18_the_environment_names_the_client_over_stdio() {
    let folder = tempfile::tempdir().unwrap();
    for (said, expected) in [
        (Some("desk-7"), "desk-7"),
        (None, "unknown"),
        (Some(""), "unknown"),
    ] {
        let arguments = [
            "run",
            "--stdio",
            "--log-level",
            "info",
            "--log-format",
            "json",
        ];
        let mut command = command(folder.path(), &arguments);
        if let Some(name) = said {
            command.env("MCP_CLIENT_ID", name);
        }
        let mut process = Process::spawn(&mut command);
        process.call("get_order", &json!({"order_id": "ord_abc123"}));
        let line: Value = serde_json::from_str(&process.hears("\"call\"")).unwrap();
        assert_eq!(line["client"], expected);
    }
}

/// A run of `tollhouse keys`: the status, standard output, standard error.
fn keys(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let done = command(folder, &[&["keys"], arguments].concat())
        .output()
        .unwrap();
    (
        done.status.code().unwrap(),
        String::from_utf8(done.stdout).unwrap(),
        String::from_utf8(done.stderr).unwrap(),
    )
}

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
