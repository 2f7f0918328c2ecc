//! Wrong files: every kind of problem once, with all that is said about it.
//!
//! `TOLLHOUSE_WRITE=1 cargo test -p tollhouse-cli` renews the texts; read the difference.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{HERE, checked, folder, run, same_as, text};

fn mistakes() -> PathBuf {
    Path::new(HERE).join("mistakes")
}

/// The files, and two that are too long to keep.
fn planted() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in mistakes().read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            all.push((name, fs::read_to_string(path).unwrap()));
        }
    }
    let tool = |name: &str, length: usize| {
        let description = format!("List what {name} has. ").repeat(length);
        format!(
            "[tools.{name}]\nsource = \"shop\"\ndescription = \"{description}\"\nsql = \"SELECT id FROM orders\"\n"
        )
    };
    let source = "[sources.shop]\ntype = \"sqlite\"\npath = \"orders.db\"\n";
    all.push(("W204".to_owned(), format!("{}{source}", tool("long", 200))));
    let many: String = (0..20).map(|n| tool(&format!("t{n}"), 90)).collect();
    all.push(("W205".to_owned(), format!("{source}{many}")));
    all.sort();
    all
}

fn lines(shown: &str) -> String {
    let kept = shown
        .lines()
        .map(|line| line.chars().take(200).collect::<String>());
    kept.map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn each_is_told_with_its_place_and_its_mend() {
    for (name, config) in planted() {
        let folder = folder(&config);
        let more = "[tools.get_order]\nsource = \"shop\"\ndescription = \"Get it again, by its id.\"\nsql = \"SELECT 1 AS x\"\n";
        fs::write(folder.path().join("more.toml"), more).unwrap();
        let done = run(folder.path(), &["check"]);
        let shown = text(&done.stdout).replace(folder.path().to_str().unwrap(), "FOLDER");
        assert!(done.stderr.is_empty(), "{name}: {}", text(&done.stderr));
        let expected = if name.starts_with('W') && !shown.contains("error[") {
            0
        } else {
            2
        };
        assert_eq!(done.status.code(), Some(expected), "{name}: {shown}");
        same_as(
            &mistakes().join(format!("{name}.txt")),
            &lines(&shown),
            "see the head of mistakes.rs",
        );
        let code = format!("[{name}]");
        assert!(
            shown.contains(&code) || name == "twelve",
            "{name} is not in\n{shown}"
        );
    }
}

/// The codes in the reference are those that a file shows, and the other way round.
#[test]
fn every_code_has_its_file() {
    let page = run(Path::new("."), &["schema", "--reference"]);
    let page = text(&page.stdout);
    let codes = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.get(..4));
    let is_code = |code: &&str| code.starts_with(['E', 'W']) && code.as_bytes()[1].is_ascii_digit();
    let mut codes: BTreeSet<String> = codes.filter(is_code).map(str::to_owned).collect();
    assert!(codes.remove("E001"), "{codes:?}");
    let mut shown: BTreeSet<String> = planted().into_iter().map(|(name, _)| name).collect();
    shown.remove("twelve");
    assert_eq!(codes, shown);
}

/// One file, twelve mistakes, one look.
#[test]
fn twelve_mistakes_are_told_at_once() {
    let config = fs::read_to_string(mistakes().join("twelve.toml")).unwrap();
    let folder = folder(&config);
    let report = checked(folder.path(), "tollhouse.toml");
    let problems = report["problems"].as_array().unwrap();
    let told: Vec<(u64, &str)> = problems
        .iter()
        .map(|problem| {
            (
                problem["line"].as_u64().unwrap(),
                problem["code"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        (4, "E032"),
        (12, "E010"),
        (18, "E101"),
        (25, "E021"),
        (26, "E033"),
        (29, "E030"),
        (33, "E023"),
        (38, "E102"),
        (39, "E103"),
        (40, "E022"),
        (45, "E104"),
        (48, "E020"),
    ];
    assert_eq!(told, expected, "{problems:#?}");
    for problem in problems {
        assert!(!problem["fix"].as_str().unwrap().is_empty(), "{problem}");
        assert!(problem["column"].as_u64().unwrap() > 0, "{problem}");
    }
}

#[test]
fn a_file_that_is_not_there_is_misuse() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["check"][..],
        &["check", "shop.toml"],
        &["run", "shop.toml", "--stdio"],
    ] {
        let done = run(folder.path(), arguments);
        assert_eq!(done.status.code(), Some(1), "{arguments:?}");
        let told = text(&done.stdout) + &text(&done.stderr);
        assert!(
            told.contains("[E001]") && told.contains("there is no such file"),
            "{told}"
        );
    }
}

/// What cannot be served is not begun, and the reader is told the same as by `check`.
#[test]
fn a_wrong_file_is_not_served() {
    let config = fs::read_to_string(mistakes().join("E101.toml")).unwrap();
    let folder = folder(&config);
    let done = run(folder.path(), &["run", "--stdio"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(done.stdout.is_empty());
    let told = text(&done.stderr);
    assert!(told.contains("did you mean `customers`?"), "{told}");
    let config = fs::read_to_string(mistakes().join("E034.toml")).unwrap();
    let folder = super::folder(&config);
    let done = run(folder.path(), &["run", "--stdio"]);
    assert_eq!(done.status.code(), Some(2), "{}", text(&done.stderr));
}

#[test]
fn without_databases_only_the_file_is_looked_at() {
    let config = fs::read_to_string(mistakes().join("E100.toml")).unwrap();
    let folder = folder(&config);
    let done = run(folder.path(), &["check", "--offline", "--json"]);
    assert_eq!(done.status.code(), Some(0));
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        (&report["ok"], &report["sources"]),
        (&true.into(), &2.into())
    );
}
