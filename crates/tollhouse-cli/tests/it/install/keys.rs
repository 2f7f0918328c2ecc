//! Keys for servers elsewhere: the client reads a variable, and no file and no link holds the key (P44).

use std::fs;

use serde_json::json;

use super::{CLIENTS, Home, servers};

const URL: &str = "https://tools.acme.example/mcp";

#[test]
fn p44_the_file_names_a_variable() {
    let home = Home::new();
    for (client, table) in CLIENTS {
        let shown = match client {
            "claude-code" | "gemini-cli" => "${ACME_KEY}",
            "cursor" | "windsurf" => "${env:ACME_KEY}",
            "vscode" => "${input:acme-key}",
            _ => continue,
        };
        let file = home.file(client);
        for (header, value) in [
            ("Authorization", format!("Bearer {shown}")),
            ("x-api-key", shown.to_owned()),
        ] {
            let arguments = [
                "--key",
                "ACME_KEY",
                "--key-header",
                header,
                "--name",
                "acme",
                "--yes",
            ];
            let told = home.told(&[&["install", client, "--url", URL], &arguments[..]].concat());
            assert!(told.contains("key"), "{client}: {told}");
            let expected = json!({ header: value });
            assert_eq!(
                servers(&file, table)["acme"]["headers"],
                expected,
                "{client}"
            );
            home.told(&["uninstall", client, "--name", "acme", "--yes"]);
        }
        assert!(!file.exists(), "{client}");
    }
}

#[test]
fn p44_codex_has_keys_for_it() {
    let home = Home::new();
    let file = home.file("codex");
    let install = [
        "install", "codex", "--url", URL, "--yes", "--key", "ACME_KEY",
    ];
    home.told(&[&install[..], &["--name", "acme"]].concat());
    home.told(
        &[
            &install[..],
            &["--name", "other", "--key-header", "x-api-key"],
        ]
        .concat(),
    );
    let servers = servers(&file, "mcp_servers");
    assert_eq!(
        servers["acme"],
        json!({"url": URL, "bearer_token_env_var": "ACME_KEY"})
    );
    assert_eq!(
        servers["other"],
        json!({"url": URL, "env_http_headers": {"x-api-key": "ACME_KEY"}})
    );
}

#[test]
fn p44_vs_code_asks_once() {
    let home = Home::new();
    let file = home.file("vscode");
    let before = "{\n\t\"inputs\": [\n\t\t{ \"id\": \"mine\", \"type\": \"promptString\" }\n\t],\n\t\"servers\": {}\n}\n";
    fs::write(&file, before).unwrap();
    let install = [
        "install", "vscode", "--url", URL, "--yes", "--key", "ACME_KEY", "--name", "acme",
    ];
    let told = home.told(&install);
    assert!(told.contains("asks for the key once"), "{told}");
    let text = fs::read_to_string(&file).unwrap();
    let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(whole["inputs"][1]["id"], "acme-key");
    assert_eq!(whole["inputs"][1]["password"], true);
    fs::write(&file, text.replace("mine", "yours")).unwrap();
    home.told(&["uninstall", "vscode", "--name", "acme", "--yes"]);
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        before.replace("mine", "yours")
    );
}

#[test]
fn p44_where_no_variable_is_read_no_key_is_written() {
    let home = Home::new();
    for client in ["zed", "antigravity"] {
        let told = home.refused(&[
            "install", client, "--url", URL, "--key", "ACME_KEY", "--yes",
        ]);
        assert!(told.contains("reads no variables"), "{told}");
    }
}

#[test]
fn p44_a_key_in_place_of_its_variable_is_refused() {
    let home = Home::new();
    let refused =
        |arguments: &[&str]| home.refused(&[&["install", "cursor", "--yes"], arguments].concat());
    let told = refused(&["--url", URL, "--key", "th_0123456789abcdef"]);
    assert!(told.contains("not the key itself"), "{told}");
    for url in [
        "https://ana:hunter2@tools.acme.example/mcp",
        "https://tools.acme.example/mcp?api_key=0123456789",
        "https://tools.acme.example/mcp?x=sk-0123456789abcdef",
    ] {
        for more in [&[][..], &["--link"], &["--print"]] {
            let told = refused(&[&["--url", url], more].concat());
            assert!(
                told.contains("has a secret in it") && told.contains("--key VARIABLE"),
                "{told}"
            );
        }
    }
    let told = refused(&["shop.toml", "--env", "A=b", "--link"]);
    assert!(told.contains("may be a secret"), "{told}");
    assert!(!home.path().join(".cursor/mcp.json").exists());
}
