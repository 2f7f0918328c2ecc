//! What callers wrote steers no terminal, in whatever form it is shown, and says the same to programs.

use std::path::Path;

use serde_json::{Value, json};

use crate::process::{Process, command, message};

/// Colours, a control character of eight bits, and what turns the direction of writing around.
const ODD: &str = "a\u{1b}[31mb\u{9b}2Jc\u{202e}d\u{2066}e\u{200f}f";

/// What a command writes, of which nothing may steer.
fn shown(folder: &Path, arguments: &[&str]) -> String {
    let output = command(folder, arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && !text.is_empty(), "{arguments:?}");
    let steers = |letter: char| {
        letter.is_control() && letter != '\n' || ODD.contains(letter) && !letter.is_ascii()
    };
    assert!(!text.contains(steers), "{arguments:?}: {text:?}");
    text
}

#[test]
fn p39_what_callers_wrote_steers_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut process = Process::start(folder, &["run", "orders", "--stdio"]);
    process.call("get_order", &json!({"order_id": "ord_abc123", "note": ODD}));
    process.write(&message("tools/call", &json!({"name": ODD, "arguments": {}})).to_string());
    process.read();
    process.close_input();
    assert!(process.ends().0.success());
    // Control characters are refused where a name is given.
    let user: String = ODD.chars().filter(|letter| !letter.is_control()).collect();
    for arguments in [
        ["users", "set", &user, "--roles", "clerk", "--json"],
        ["keys", "create", "desk", "--user", "ana", "--json"],
    ] {
        shown(folder, &arguments);
    }
    for arguments in [
        &["audit"][..],
        &["audit", "show", "1-2"],
        &["audit", "list", "--json"],
        &["audit", "export"],
        &["users", "list"],
        &["users", "list", "--json"],
        &["keys", "list"],
        &["keys", "list", "--json"],
    ] {
        shown(folder, arguments);
    }
    let record: Value = serde_json::from_str(&shown(folder, &["audit", "show", "1-3"])).unwrap();
    assert_eq!(record["target"], ODD);
}
