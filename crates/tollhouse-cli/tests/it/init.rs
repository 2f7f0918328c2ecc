//! `init`: what somebody begins with is good as it is made, and nothing is overwritten.

use std::{
    fs,
    path::Path,
    process::{Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    config::{checked, text},
    process::{Process, command},
};

const TEMPLATES: [&str; 8] = [
    "orders",
    "customers",
    "deploys",
    "logs",
    "diary",
    "notes",
    "date",
    "memory",
];

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let arguments = [&["init"], arguments].concat();
    let mut command = command(folder, &arguments);
    command.stdin(Stdio::null()).output().unwrap()
}

fn told(folder: &Path, arguments: &[&str]) -> String {
    let done = run(folder, arguments);
    let errors = text(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{arguments:?}: {errors}");
    text(&done.stdout)
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let done = run(folder, arguments);
    assert_eq!(done.status.code(), Some(1), "{arguments:?}");
    assert!(done.stdout.is_empty());
    text(&done.stderr)
}

/// A folder with `shop.db`, made by this script.
fn database(script: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    tollhouse_sources::sql::seed(&folder.path().join("shop.db"), script).unwrap();
    folder
}

/// What the server adds by itself, to read on in what was too long, is no tool of whom the test is about.
fn tools(process: &mut Process) -> Vec<String> {
    let tools = process.ask("tools/list", &json!({}));
    let tools = tools["result"]["tools"].as_array().unwrap().iter();
    tools
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .filter(|name| name != "read_more")
        .collect()
}

#[test]
fn k8_every_template_is_good_as_it_is_made() {
    for template in TEMPLATES {
        let folder = tempfile::tempdir().unwrap();
        let told = told(folder.path(), &["--template", template]);
        assert!(told.starts_with("made tollhouse.toml, "), "{told}");
        assert!(
            told.ends_with("next:\n  tollhouse check\n  tollhouse run\n"),
            "{told}"
        );
        let config = fs::read_to_string(folder.path().join("tollhouse.toml")).unwrap();
        assert!(!config.contains("#:schema"), "{config}");
        let report = checked(folder.path(), "tollhouse.toml");
        assert_eq!(report["problems"], json!([]), "{template}");
        let mut process = Process::start(folder.path(), &["run", "--stdio"]);
        let hello = process.ask("server/discover", &json!({}));
        assert_eq!(
            hello["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
            template
        );
        assert!(!tools(&mut process).is_empty(), "{template}");
    }
}

/// What is said to do next is done, in the words in which it is said.
#[test]
fn the_next_commands_are_the_next_commands() {
    let folder = tempfile::tempdir().unwrap();
    let told = told(folder.path(), &["orders", "--name", "shop"]);
    let (_, next) = told.split_once("next:\n").unwrap();
    let next: Vec<Vec<&str>> = next
        .lines()
        .map(|line| line.split_whitespace().skip(1).collect())
        .collect();
    let done = command(folder.path(), &next[0]).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{next:?}");
    let process = Process::start(
        folder.path(),
        &[&next[1][..], &["--http", "127.0.0.1:0"]].concat(),
    );
    process.address();
    process.hears("claude mcp add shop ");
}

#[test]
fn what_is_there_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path(".gitignore"), "target\n.env").unwrap();
    fs::write(path("seed.sql"), "mine").unwrap();
    let why = refused(folder.path(), &["--template", "logs"]);
    assert!(
        why.contains("seed.sql is there already") && why.contains("--force"),
        "{why}"
    );
    assert!(!path("tollhouse.toml").exists());
    assert_eq!(fs::read_to_string(path("seed.sql")).unwrap(), "mine");
    told(folder.path(), &["--template", "logs", "--force"]);
    assert!(
        fs::read_to_string(path("seed.sql"))
            .unwrap()
            .contains("CREATE TABLE lines")
    );
    let ignored = fs::read_to_string(path(".gitignore")).unwrap();
    assert_eq!(ignored, "target\n.env\n.tollhouse/\n*.db\n*.db-*\n");
    // A second one beside it, with what it can share.
    fs::write(path(".env.example"), "MINE=1\n").unwrap();
    let why = refused(folder.path(), &["--template", "date"]);
    assert!(why.contains("tollhouse.toml is there already"), "{why}");
    told(folder.path(), &["--template", "date", "--name", "clock"]);
    assert_eq!(
        fs::read_to_string(path(".env.example")).unwrap(),
        "MINE=1\n"
    );
    assert_eq!(fs::read_to_string(path(".gitignore")).unwrap(), ignored);
}

#[test]
fn a_template_takes_the_name_that_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let made: Value = serde_json::from_str(&told(
        folder.path(),
        &["customers", "--name", "crm", "--json"],
    ))
    .unwrap();
    assert_eq!(
        made["made"],
        json!(["crm.toml", "seed.sql", ".env.example", ".gitignore"])
    );
    assert_eq!(
        made["next"],
        json!(["tollhouse check crm.toml", "tollhouse run crm.toml"])
    );
    let config = fs::read_to_string(folder.path().join("crm.toml")).unwrap();
    assert!(config.contains("name = \"crm\""), "{config}");
    let environment = fs::read_to_string(folder.path().join(".env.example")).unwrap();
    assert!(
        environment.contains("\nCUSTOMERS_DB=customers.db\n"),
        "{environment}"
    );
}

const SHOP: &str = "
    CREATE TABLE orders (
        id TEXT PRIMARY KEY, customer TEXT NOT NULL, note TEXT, picture BLOB, total INTEGER,
        status TEXT NOT NULL CHECK (status IN ('open', 'paid'))
    ) STRICT;
    CREATE TABLE counters (number INTEGER PRIMARY KEY, value REAL);
    INSERT INTO orders VALUES ('ord_1', 'Ana', NULL, x'00', 5, 'open'), ('ord_2', 'Ben', 'for ANA', NULL, 7, 'paid');
    INSERT INTO counters VALUES (1, 0.5), (2, 1.5);";

#[test]
fn a_database_becomes_tools_that_read_it() {
    let folder = database(SHOP);
    told(folder.path(), &["sqlite", "shop.db"]);
    let report = checked(folder.path(), "tollhouse.toml");
    assert_eq!(report["problems"], json!([]));
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let expected = [
        "list_counters",
        "get_counters",
        "search_orders",
        "get_orders",
    ];
    assert_eq!(tools(&mut process), expected);
    let rows = |process: &mut Process, arguments: Value| -> Value {
        process.call("search_orders", &arguments)["structuredContent"]["rows"].clone()
    };
    let found = rows(&mut process, json!({"query": "ana"}));
    assert_eq!(
        (&found[0]["id"], &found[1]["id"]),
        (&json!("ord_1"), &json!("ord_2"))
    );
    let found = rows(
        &mut process,
        json!({"query": "ana", "status": "paid", "limit": 5}),
    );
    assert_eq!(
        (found.as_array().unwrap().len(), &found[0]["id"]),
        (1, &json!("ord_2"))
    );
    assert_eq!(found[0].get("picture"), None);
    let one = process.call("get_orders", &json!({"id": "ord_1"}));
    assert_eq!(one["structuredContent"]["customer"], "Ana");
    let none = process.call("get_orders", &json!({"id": "ord_9"}));
    assert_eq!(none["content"][0]["text"], "No row ord_9.");
    let counters = process.call("list_counters", &json!({"limit": 1}));
    assert_eq!(counters["structuredContent"]["truncated"], true);
    let counter = process.call("get_counters", &json!({"number": 2}));
    assert_eq!(counter["structuredContent"]["value"], 1.5);
}

/// K17: little to read, and the first tool stands in twelve lines.
#[test]
fn k17_one_table_is_a_short_file() {
    let folder = database(SHOP);
    told(folder.path(), &["shop.db", "--table", "counters"]);
    let config = fs::read_to_string(folder.path().join("tollhouse.toml")).unwrap();
    assert!(config.lines().count() <= 20, "{config}");
    let first = config.split("\n[tools.get").next().unwrap();
    assert!(first.lines().count() <= 12, "{first}");
    assert!(!config.contains("orders"), "{config}");
}

/// Names are the database's, and a database may be somebody else's.
#[test]
fn p12_names_in_a_database_are_only_names() {
    let folder = database(
        "CREATE TABLE \"order\" (\"select\" TEXT PRIMARY KEY, \"from where\" TEXT, \"a`b\" TEXT, \"it's\" TEXT);
        CREATE TABLE \"x\"\"; DROP TABLE y; --\" (\"c\"\"d\" TEXT, \"\"\"\"\"\" TEXT);
        CREATE TABLE \"{{table}}\" (a TEXT);
        CREATE TABLE braces (\"{name}\" TEXT, \"$x\" TEXT, fine TEXT);
        CREATE TABLE \"näme 表\" (\"clé\" INTEGER PRIMARY KEY, \"limit\" TEXT CHECK (\"limit\" IN ('a', 'b')));
        CREATE TABLE \"Näme 表\"\"\" (a TEXT);
        CREATE TABLE pairs (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
        CREATE TABLE bytes (a BLOB);
        CREATE TABLE anything (a PRIMARY KEY, b);
        CREATE TABLE made (a TEXT, b TEXT AS (upper(a)), query TEXT CHECK (query IN ('x''y', 'z')));
        CREATE VIEW seen AS SELECT a, b FROM pairs;
        INSERT INTO made (a, query) VALUES ('q', 'z');
        INSERT INTO \"order\" VALUES ('k', 'here', 'b', 'i');",
    );
    told(folder.path(), &["sqlite", "shop.db"]);
    let report = checked(folder.path(), "tollhouse.toml");
    assert_eq!(
        report["problems"],
        json!([]),
        "{}",
        fs::read_to_string(folder.path().join("tollhouse.toml")).unwrap()
    );
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let names = tools(&mut process);
    assert!(names.contains(&"search_seen".to_owned()), "{names:?}");
    assert!(
        !names.iter().any(|name| name.contains("bytes")),
        "{names:?}"
    );
    for name in names.iter().filter(|name| !name.starts_with("get_")) {
        let all = process.call(name, &json!({}));
        assert_eq!(all["isError"], Value::Null, "{name}: {all}");
    }
    let found = process.call("search_order", &json!({"query": "HERE"}));
    assert_eq!(found["structuredContent"]["rows"][0]["select"], "k");
    let found = process.call("search_made", &json!({"query": "Q"}));
    assert_eq!(found["structuredContent"]["rows"][0]["b"], "Q");
}

#[test]
fn a_wide_database_becomes_a_bounded_file() {
    let columns: Vec<String> = (0..60)
        .map(|number| format!("column_{number} TEXT"))
        .collect();
    let tables = (0..40).map(|number| format!("CREATE TABLE t{number} ({});", columns.join(", ")));
    let folder = database(&tables.collect::<String>());
    told(folder.path(), &["sqlite", "shop.db"]);
    let report = checked(folder.path(), "tollhouse.toml");
    assert_eq!(report["ok"], true);
    // Twenty, and the one that reads on in what is too long.
    assert_eq!(report["tools"].as_array().unwrap().len(), 21);
    assert!(report["tokens"].as_u64().unwrap() < 8000, "{report}");
}

#[test]
fn what_cannot_be_begun_with_names_what_can() {
    let folder = database("CREATE TABLE orders (a TEXT); CREATE TABLE bytes (a BLOB);");
    fs::write(
        folder.path().join("text.db"),
        "not a database, though it is long enough",
    )
    .unwrap();
    for (arguments, part) in [
        (&[][..], "tollhouse init sqlite FILE"),
        (&["--yes"], "--template"),
        (&["sqlite"], "name the file"),
        (&["sqlite", "gone.db"], "gone.db is not there"),
        (&["sqlite", "text.db"], "text.db is not an SQLite database"),
        (
            &["sqlite", "shop.db", "--table", "ordres"],
            "There are: orders",
        ),
        (&["--template", "daire"], "Did you mean diary?"),
        (&["ordes"], "Did you mean orders?"),
        (&["orders", "shop.db"], "takes no file"),
        (&["orders", "--table", "a"], "--table is for"),
        (&["orders", "--name", "../x"], "letters, digits"),
    ] {
        let why = refused(folder.path(), arguments);
        assert!(why.contains(part), "{arguments:?}: {why}");
    }
    for name in ["tollhouse.toml", "seed.sql", ".gitignore", ".env.example"] {
        assert!(!folder.path().join(name).exists(), "{name}");
    }
}
