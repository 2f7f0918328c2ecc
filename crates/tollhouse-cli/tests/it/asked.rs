//! What is asked at a terminal before files are written, and what comes of the answers.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{client::terminal::Terminal, config::serve::FIRST, process::command};

/// A folder with a database in it, which is also the home folder.
fn shop() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let seed = include_str!("../../../../examples/orders/seed.sql");
    tollhouse_sources::sql::seed(&folder.path().join("orders.db"), seed).unwrap();
    folder
}

fn run(folder: &Path, words: &[&str], typed: &str) -> (Option<i32>, String) {
    let mut command = command(folder, words);
    command.env_clear().env("HOME", folder).env("PATH", "");
    Terminal::start(command, typed)
}

#[test]
fn a_file_of_somebody_else_is_written_after_a_yes() {
    let folder = shop();
    fs::write(folder.path().join("tollhouse.toml"), FIRST).unwrap();
    let file = folder.path().join(".cursor/mcp.json");
    for (answer, code, is_written, said) in [
        ("\n", 1, false, "nothing was changed"),
        ("n\n", 1, false, "nothing was changed"),
        ("yes please\n", 1, false, "nothing was changed"),
        ("Yes\n", 0, true, "installed: tollhouse"),
    ] {
        let (status, seen) = run(folder.path(), &["install", "cursor"], answer);
        assert_eq!((status, file.exists()), (Some(code), is_written), "{seen}");
        // The difference first, in colours; then the question.
        let (shown, rest) = seen.split_once("[y/N]").unwrap();
        assert!(shown.contains("\u{1b}[32m+    \"tollhouse\": {"), "{shown}");
        assert!(rest.contains(said), "{rest}");
    }
}

/// Three questions at most, and a file that is good.
#[test]
fn k8_init_asks_three_questions() {
    let folder = shop();
    let typed = "orders.db\ncustomers, orders\nshop\n";
    let (status, seen) = run(folder.path(), &["init"], typed);
    assert_eq!(status, Some(0), "{seen}");
    for part in [
        "What do you begin with?",
        "Which tables? customers, order_items, orders [all]",
        "A name for the file",
        "tollhouse check shop.toml",
    ] {
        assert!(seen.contains(part), "{seen}");
    }
    let config = fs::read_to_string(folder.path().join("shop.toml")).unwrap();
    assert!(
        config.contains("search_orders") && !config.contains("order_items"),
        "{config}"
    );
}

#[test]
fn k8_nothing_said_is_the_first_template() {
    let folder = shop();
    let (status, seen) = run(folder.path(), &["init"], "\n\n");
    assert_eq!(status, Some(0), "{seen}");
    assert!(
        seen.contains("made tollhouse.toml, resources.toml, seed.sql"),
        "{seen}"
    );
}
