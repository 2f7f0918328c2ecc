//! What stands in a client's file, or in a link: the keys that this client reads, and no others.

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{CLIENTS, Home, servers, start};
use crate::config::HERE;

const URL: &str = "https://tools.acme.example/mcp";

/// C4: the entry of a program, as each client takes it.
#[test]
fn c4_a_program_is_written_as_each_client_reads_it() {
    let home = Home::new();
    for (client, table) in CLIENTS {
        let mut expected = start(&home);
        match client {
            "vscode" => expected["type"] = json!("stdio"),
            "zed" => expected["env"] = json!({}),
            _ => {}
        }
        let file = home.file(client);
        home.install(client);
        assert_eq!(servers(&file, table)["shop"], expected, "{client}");
    }
}

/// C2, C6: the entry of a URL. Half of the clients ignore what is spelt otherwise, without a word.
#[test]
fn c2_a_url_is_written_as_each_client_reads_it() {
    let home = Home::new();
    for (client, table) in CLIENTS {
        let expected = match client {
            "claude-code" | "vscode" => json!({"type": "http", "url": URL}),
            "cursor" | "codex" | "zed" => json!({"url": URL}),
            "gemini-cli" => json!({"httpUrl": URL}),
            "antigravity" | "windsurf" => json!({"serverUrl": URL}),
            _ => continue,
        };
        let file = home.file(client);
        let told = home.told(&["install", client, "--url", URL, "--name", "acme", "--yes"]);
        assert!(told.contains("installed: acme"), "{told}");
        assert_eq!(servers(&file, table)["acme"], expected, "{client}");
        home.told(&["uninstall", client, "--name", "acme", "--yes"]);
        assert!(!file.exists(), "{client}");
    }
}

#[test]
fn clients_without_a_file_for_it_are_told_by_hand() {
    let home = Home::new();
    for (client, part) in [
        ("claude-desktop", "Connectors"),
        ("chatgpt", "developer mode"),
    ] {
        let told = home.told(&["install", client, "--url", URL]);
        assert!(told.contains(part) && told.contains(URL), "{told}");
        assert!(!told.contains("not one that other machines"), "{told}");
        let told = home.told(&["install", client, "--url", "http://localhost:8080/mcp"]);
        assert!(told.contains("not one that other machines"), "{told}");
    }
    let told = home.refused(&["install", "chatgpt", "shop.toml"]);
    assert!(told.contains("--url"), "{told}");
    assert!(home.refused(&["uninstall", "chatgpt"]).contains("window"));
}

#[test]
fn the_demo_is_installed_by_its_word() {
    let home = Home::new();
    let file = home.file("cursor");
    home.told(&["install", "cursor", "orders", "--yes"]);
    let data = home.path().join(".tollhouse");
    let arguments = json!(["run", "orders", "--stdio", "--data", data]);
    assert_eq!(servers(&file, "mcpServers")["orders"]["args"], arguments);
}

#[test]
fn variables_for_the_program_stand_beside_it() {
    let home = Home::new();
    let file = home.file("claude-desktop");
    let arguments = [
        "install",
        "claude-desktop",
        "shop.toml",
        "--yes",
        "--env",
        "SHOP_TOWN=Lund",
        "--env",
        "DATABASE_URL=postgres://shop:hunter2@db/shop",
    ];
    let done = home.run(&arguments);
    let warned = crate::config::text(&done.stderr);
    assert!(
        warned.contains("DATABASE_URL stands") && !warned.contains("SHOP_TOWN"),
        "{warned}"
    );
    let shown = crate::config::text(&done.stdout);
    assert!(
        shown.contains("Lund") && !shown.contains("hunter2"),
        "{shown}"
    );
    let found = &servers(&file, "mcpServers")["shop"]["env"];
    assert_eq!(found["SHOP_TOWN"], "Lund");
}

/// Clients start programs without what a shell has set.
#[test]
fn variables_that_will_be_missing_are_told() {
    let home = Home::new();
    let text = fs::read_to_string(home.path().join("shop.toml")).unwrap();
    let text = text.replace("orders.db", "${SHOP_FOLDER}/${SHOP_FILE:-orders.db}");
    fs::write(home.path().join("shop.toml"), text).unwrap();
    let told = |more: &[&str]| {
        let install = [&["install", "cursor", "shop.toml", "--print"], more].concat();
        crate::config::text(&home.run(&install).stderr)
    };
    let said = told(&[]);
    assert!(
        said.contains("--env SHOP_FOLDER=VALUE") && !said.contains("SHOP_FILE="),
        "{said}"
    );
    assert!(!told(&["--env", "SHOP_FOLDER=."]).contains("SHOP_FOLDER=VALUE"));
}

#[test]
fn links_hold_the_entry() {
    let home = Home::new();
    let link = home.told(&["install", "cursor", "shop.toml", "--link"]);
    let config = link
        .trim()
        .strip_prefix("cursor://anysphere.cursor-deeplink/mcp/install?name=shop&config=");
    let config = percent_encoding::percent_decode_str(config.unwrap())
        .decode_utf8()
        .unwrap();
    let entry: Value =
        serde_json::from_slice(&STANDARD.decode(config.as_bytes()).unwrap()).unwrap();
    assert_eq!(entry, start(&home));

    let link = home.told(&[
        "install", "vscode", "--url", URL, "--name", "acme", "--link",
    ]);
    let whole = link.trim().strip_prefix("vscode:mcp/install?").unwrap();
    let whole = percent_encoding::percent_decode_str(whole)
        .decode_utf8()
        .unwrap();
    let entry: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(entry, json!({"name": "acme", "type": "http", "url": URL}));

    let told = home.refused(&["install", "zed", "shop.toml", "--link"]);
    assert!(told.contains("cursor and vscode do"), "{told}");
}

#[test]
fn all_clients_are_listed_and_those_that_are_here_are_found() {
    let home = Home::new();
    let listed = |home: &Home| -> Value {
        serde_json::from_str(&home.told(&["install", "--json"])).unwrap()
    };
    let here = |all: &Value| -> Vec<String> {
        let all = all.as_array().unwrap().iter();
        let here = all.filter(|client| client["here"] == true);
        here.map(|client| client["client"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = listed(&home);
    assert_eq!(
        (all.as_array().unwrap().len(), here(&all)),
        (10, Vec::new())
    );
    fs::create_dir(home.path().join(".cursor")).unwrap();
    fs::write(home.path().join(".claude.json"), "{}").unwrap();
    home.install("cursor");
    let all = listed(&home);
    assert_eq!(here(&all), ["claude-code", "cursor"]);
    assert_eq!(all[2]["installed"], json!(["shop"]));
    let shown = home.told(&["install"]);
    assert_eq!(
        shown
            .lines()
            .filter(|line| line.contains("  yes   "))
            .count(),
        2,
        "{shown}"
    );
}

#[test]
fn what_is_not_understood_names_what_is() {
    let home = Home::new();
    let told = home.refused(&["install", "curser", "shop.toml"]);
    assert!(
        told.contains("Did you mean cursor?") && told.contains("chatgpt"),
        "{told}"
    );
    let told = home.refused(&["install", "cursor", "shoop.toml"]);
    assert!(told.contains("shoop.toml is not there"), "{told}");
    let told = home.refused(&["install", "cursor"]);
    assert!(
        told.contains("tollhouse.toml") && told.contains("--url"),
        "{told}"
    );
    let told = home.refused(&["install", "cursor", "--url", "tools.acme.example"]);
    assert!(told.contains("https://"), "{told}");
    let told = home.refused(&["install", "cursor", "shop.toml", "--name", "my shop"]);
    assert!(told.contains("letters, digits"), "{told}");
}

/// The page tells of every client what is written for it.
#[test]
fn the_page_says_what_is_written() {
    let page = fs::read_to_string(format!("{HERE}/../../../../docs/clients.md")).unwrap();
    let home = Home::new();
    let all: Value = serde_json::from_str(&home.told(&["install", "--json"])).unwrap();
    for client in all.as_array().unwrap() {
        let id = client["client"].as_str().unwrap();
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{id}` |")));
        let cells: Vec<&str> = row.unwrap().split('|').map(str::trim).collect();
        let Some(file) = client["file"].as_str() else {
            assert_eq!(cells[2], "");
            continue;
        };
        let said = cells[2].trim_matches('`').trim_start_matches("~/");
        assert!(file.ends_with(said), "{file}: {said}");
        let project = [
            "install",
            id,
            "shop.toml",
            "--print",
            "--json",
            "--scope",
            "project",
        ];
        let printed = home.run(&project);
        assert_eq!(printed.status.success(), !cells[3].is_empty(), "{id}");
        let printed = crate::config::text(&printed.stdout);
        assert!(printed.contains(cells[3].trim_matches('`')), "{printed}");
        let url = ["install", id, "--url", URL, "--print", "--json"];
        let printed: Value = serde_json::from_str(&home.told(&url)).unwrap();
        for key in cells[4].split(", ").filter(|cell| cell.starts_with('`')) {
            assert!(
                printed["entry"].get(key.trim_matches('`')).is_some(),
                "{id}: {key}"
            );
        }
    }
}
