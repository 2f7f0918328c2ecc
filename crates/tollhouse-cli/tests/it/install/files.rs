//! What becomes of a file: what else is in it stays, and can be had back to the byte.

use std::fs;

use super::{CLIENTS, Home, backups, beside, existing, servers, start};
use crate::{
    config::{HERE, same_as},
    process::Process,
};

/// Each client's file out of nothing, and with what was there, as people will find it.
#[test]
fn files_are_written_as_people_would() {
    for (client, table) in CLIENTS {
        let home = Home::new();
        let file = home.file(client);
        let mut shown = "== out of nothing ==\n".to_owned();
        home.install(client);
        shown.push_str(&fs::read_to_string(&file).unwrap());
        fs::write(&file, existing(table)).unwrap();
        let told = home.install(client);
        shown.push_str("== beside others ==\n");
        shown.push_str(&fs::read_to_string(&file).unwrap());
        shown.push_str("== told ==\n");
        let told = home.masked(&told);
        // The time is in the backup's name.
        for line in told.lines().filter(|line| !line.starts_with("before:")) {
            shown.push_str(&format!("{line}\n"));
        }
        let kept = format!("{HERE}/clients/{client}.txt");
        same_as(
            kept.as_ref(),
            &home.masked(&shown),
            "renew it with TOLLHOUSE_WRITE=1",
        );
        // Every line is still there, in its order; at most a comma was added.
        let after = fs::read_to_string(&file).unwrap();
        let mut after = after.lines().map(|line| line.trim_end_matches(','));
        for line in existing(table).lines() {
            let line = line.trim_end_matches(',');
            assert!(after.any(|other| other == line), "{client}: {line}");
        }
    }
}

#[test]
fn what_was_installed_is_started_as_it_stands_there() {
    let home = Home::new();
    let elsewhere = tempfile::tempdir().unwrap();
    for (client, table) in CLIENTS {
        let file = home.file(client);
        home.install(client);
        let servers = servers(&file, table);
        let entry = &servers["shop"];
        let mut command = std::process::Command::new(entry["command"].as_str().unwrap());
        let arguments = entry["args"].as_array().unwrap();
        command.args(arguments.iter().map(|argument| argument.as_str().unwrap()));
        command.current_dir(elsewhere.path()).env_clear();
        let mut process = Process::spawn(&mut command);
        let tools = process.ask("tools/list", &serde_json::json!({}));
        assert_eq!(
            tools["result"]["tools"][0]["name"], "list_orders",
            "{client}"
        );
    }
}

#[test]
fn what_was_there_is_back_to_the_byte() {
    for (client, table) in CLIENTS {
        let windows = existing(table).replace('\n', "\r\n");
        let marked = format!("\u{feff}{}", existing(table));
        for before in [
            None,
            Some(""),
            Some(&existing(table)),
            Some(&windows),
            Some(&marked),
        ] {
            let home = Home::new();
            let file = home.file(client);
            if let Some(before) = before {
                fs::write(&file, before).unwrap();
            }
            home.install(client);
            assert_ne!(fs::read_to_string(&file).ok().as_deref(), before);
            let told = home.told(&["uninstall", client, "--yes"]);
            assert!(told.contains("uninstalled: shop"), "{told}");
            let after = fs::read_to_string(&file).ok();
            assert_eq!(after.as_deref(), before, "{client}");
        }
    }
}

/// What somebody wrote after the installation is not taken back with it.
#[test]
fn what_was_written_meanwhile_stays() {
    for (client, table) in CLIENTS {
        let home = Home::new();
        let file = home.file(client);
        fs::write(&file, existing(table)).unwrap();
        home.install(client);
        let changed = fs::read_to_string(&file).unwrap().replace("dark", "light");
        fs::write(&file, changed).unwrap();
        home.told(&["uninstall", client, "--yes"]);
        let after = fs::read_to_string(&file).unwrap();
        assert_eq!(
            after.trim_end(),
            existing(table).replace("dark", "light").trim_end(),
            "{client}"
        );
    }
}

#[test]
fn twice_is_like_once() {
    for (client, table) in CLIENTS {
        let home = Home::new();
        let file = home.file(client);
        fs::write(&file, existing(table)).unwrap();
        home.install(client);
        let once = fs::read(&file).unwrap();
        let told = home.install(client);
        assert!(told.starts_with("already installed: shop"), "{told}");
        assert_eq!((fs::read(&file).unwrap(), backups(&file)), (once, 1));
        home.told(&["uninstall", client, "--yes"]);
        let told = home.told(&["uninstall", client, "--yes"]);
        assert!(told.starts_with("not installed"), "{told}");
        assert_eq!(backups(&file), 2);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_left_alone() {
    for (client, table) in CLIENTS {
        let home = Home::new();
        let file = home.file(client);
        let wrong = if client == "codex" {
            format!("{table} = 3\n")
        } else {
            format!("{{\"{table}\": []}}")
        };
        for text in ["{ \"a\": [1, }", "a = [\n= 2", "\"just text\"", &wrong] {
            fs::write(&file, text).unwrap();
            let install = &["install", client, "shop.toml", "--yes"][..];
            for arguments in [install, &["uninstall", client, "--yes"]] {
                let told = home.refused(arguments);
                let name = file.file_name().unwrap().to_str().unwrap();
                assert!(
                    told.contains(name) && told.contains("left as it"),
                    "{client}: {told}"
                );
            }
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        assert_eq!(backups(&file), 0, "{:?}", beside(&file));
    }
}

#[test]
fn bytes_that_are_no_text_are_left_alone() {
    let home = Home::new();
    let file = home.file("zed");
    fs::write(&file, [0xff, 0xfe, b'{', 0]).unwrap();
    let told = home.refused(&["install", "zed", "shop.toml", "--yes"]);
    assert!(told.contains("is not UTF-8 text"), "{told}");
    assert_eq!(fs::read(&file).unwrap(), [0xff, 0xfe, b'{', 0]);
}

/// Whoever may write anywhere would otherwise put a file in the place of what a link leads to, a device even.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_neither_read_nor_replaced() {
    use std::os::unix::fs::{FileTypeExt as _, symlink};

    for (client, _) in CLIENTS {
        let home = Home::new();
        let file = home.file(client);
        let pipe = home.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        symlink(&pipe, &file).unwrap();
        let verbs = [
            &["install", client, "shop.toml", "--yes"][..],
            &["uninstall", client, "--yes"],
        ];
        for arguments in verbs {
            let why = home.refused(arguments);
            assert!(why.contains("is not a file. It was left as it is"), "{why}");
        }
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        let why = home.refused(&["install", client, "shop.toml", "--yes"]);
        assert!(why.contains("is not a file"), "{client}: {why}");
        assert_eq!(backups(&file), 0);
    }
}

#[test]
fn nothing_is_written_when_nobody_can_say_yes() {
    let home = Home::new();
    let file = home.file("cursor");
    let done = home.run(&["install", "cursor", "shop.toml"]);
    assert_eq!(done.status.code(), Some(1));
    let shown = crate::config::text(&done.stdout);
    assert!(shown.contains("+    \"shop\": {"), "{shown}");
    assert!(crate::config::text(&done.stderr).contains("--yes"));
    assert!(!file.exists());
}

/// Whoever looks over a shoulder sees what changes, and no key of another server beside it.
#[test]
fn p43_the_difference_has_no_secrets_of_others() {
    let home = Home::new();
    let file = home.file("cursor");
    let text = "{\n  \"mcpServers\": {\n    \"a\": {\n      \"url\": \"https://a.example\",\n      \
                \"headers\": { \"Authorization\": \"Bearer canary\" }\n    }\n  }\n}\n";
    fs::write(&file, text).unwrap();
    let told = home.install("cursor");
    assert!(
        told.contains("(not shown)") && !told.contains("canary"),
        "{told}"
    );
    // All of it on one line, so that the line itself changes.
    fs::write(&file, text.replace('\n', "")).unwrap();
    let told = home.told(&[
        "install",
        "cursor",
        "--yes",
        "--url",
        "https://b.example",
        "--key",
        "B_KEY",
    ]);
    assert!(
        told.contains("Bearer ${env:B_KEY}") && !told.contains("canary"),
        "{told}"
    );
}

#[test]
fn an_entry_of_somebody_else_is_left_alone() {
    let home = Home::new();
    for (client, table) in CLIENTS {
        let file = home.file(client);
        let text = existing(table);
        fs::write(&file, &text).unwrap();
        let told = home.refused(&["install", client, "shop.toml", "--yes", "--name", "files"]);
        assert!(
            told.contains("another server called files") && told.contains("--name"),
            "{told}"
        );
        let told = home.refused(&["uninstall", client, "--yes", "--name", "files"]);
        assert!(told.contains("never writes"), "{told}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

/// What a user added to our entry is the user's.
#[test]
fn an_entry_is_renewed_with_what_was_added_to_it() {
    for (client, table) in CLIENTS {
        let home = Home::new();
        let file = home.file(client);
        let text = if client == "codex" {
            "[mcp_servers.shop]\ncommand = \"/old/tollhouse\"\nargs = [\"run\"]\nstartup_timeout_sec = 20\n".to_owned()
        } else {
            format!(
                "{{\"{table}\": {{\"shop\": {{\"command\": \"/old/tollhouse\", \"args\": [\"run\"], \"startup_timeout_sec\": 20}}}}}}"
            )
        };
        fs::write(&file, text).unwrap();
        home.install(client);
        let servers = servers(&file, table);
        let shop = &servers["shop"];
        assert_eq!(shop["startup_timeout_sec"], 20);
        let expected = start(&home);
        assert_eq!(
            (&shop["command"], &shop["args"]),
            (&expected["command"], &expected["args"])
        );
    }
}

#[cfg(unix)]
#[test]
fn links_stay_links_and_rights_stay_rights() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let home = Home::new();
    let file = home.file("cursor");
    let real = home.path().join("dotfiles.json");
    let rights = |mode| fs::Permissions::from_mode(mode);
    fs::write(&real, existing("mcpServers")).unwrap();
    fs::set_permissions(&real, rights(0o640)).unwrap();
    symlink(&real, &file).unwrap();
    home.install("cursor");
    assert!(file.is_symlink());
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&real), 0o640);
    assert_eq!((backups(&file), backups(&real)), (0, 1));
    let backup = beside(&real)
        .into_iter()
        .find(|name| name.ends_with(".bak"));
    assert_eq!(mode(&home.path().join(backup.unwrap())), 0o640);
    home.told(&["uninstall", "cursor", "--yes"]);
    assert!(file.is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), existing("mcpServers"));

    fs::remove_file(&real).unwrap();
    let told = home.refused(&["install", "cursor", "shop.toml", "--yes"]);
    assert!(told.contains("leads nowhere"), "{told}");
}

#[test]
fn a_project_has_its_own_file() {
    let home = Home::new();
    let done = home.run(&[
        "install",
        "claude-code",
        "shop.toml",
        "--yes",
        "--scope",
        "project",
    ]);
    let told = crate::config::text(&done.stdout);
    let noted = crate::config::text(&done.stderr);
    assert!(
        noted.contains("paths in it are those of this machine"),
        "{noted}"
    );
    let file = home.path().join(".mcp.json");
    assert!(told.contains(file.to_str().unwrap()), "{told}");
    assert_eq!(servers(&file, "mcpServers")["shop"], start(&home));
    let told = home.refused(&["install", "zed", "shop.toml", "--yes", "--scope", "project"]);
    assert!(told.contains("no file of a project"), "{told}");
}
