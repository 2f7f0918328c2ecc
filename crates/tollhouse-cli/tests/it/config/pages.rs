//! What is written about configuration files: pages that are made of the code, and files that pages show.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{HERE, checked, folder, run, same_as, text};

fn root() -> PathBuf {
    Path::new(HERE).join("../../../..")
}

#[test]
fn the_schema_is_the_one_that_is_kept() {
    let done = run(Path::new("."), &["schema"]);
    let file = root().join("docs/schema/tollhouse.schema.json");
    same_as(
        &file,
        &text(&done.stdout),
        "renew it with `tollhouse schema`",
    );
}

#[test]
fn the_reference_is_the_one_that_is_kept() {
    let done = run(Path::new("."), &["schema", "--reference"]);
    let file = root().join("docs/reference.md");
    same_as(
        &file,
        &text(&done.stdout),
        "renew it with `tollhouse schema --reference`",
    );
}

/// Every file that a page shows, as it stands there; a part of one has nothing to serve, and nothing else wrong.
#[test]
fn the_files_in_the_pages_are_good() {
    let mut seen = 0;
    for entry in root().join("docs").read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let page = fs::read_to_string(path).unwrap();
        for rest in page.split("```toml\n").skip(1) {
            is_good(rest.split("```").next().unwrap());
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen}");
}

fn is_good(block: &str) {
    let folder = folder(block);
    fs::write(folder.path().join("seed.sql"), SEED).unwrap();
    let report = checked(folder.path(), "tollhouse.toml");
    let problems = report["problems"].as_array().unwrap().iter();
    let other: Vec<&Value> = problems
        // A part has nothing to serve, and nobody is where an example points to.
        .filter(|problem| problem["code"] != "W207" && problem["code"] != "W213")
        .collect();
    assert!(other.is_empty(), "{block}{other:#?}");
    assert_eq!(against_schema(block), None, "{block}");
}

const SEED: &str = include_str!("../../../../../examples/orders/seed.sql");

fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// The first file costs what the page says that it costs.
#[test]
fn the_first_line_of_success_is_the_one_that_is_given() {
    let page = page("first-tool.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (config, _) = rest.split_once("```").unwrap();
    let lines = config.lines().filter(|line| !line.is_empty());
    assert!(lines.count() <= 12, "{config}");
    let folder = folder(config);
    let said = text(&run(folder.path(), &["check"]).stdout);
    assert!(page.contains(&format!("# {said}")), "{said}");
}

/// What the page shows of `check` is what `check` says.
#[test]
fn the_report_in_the_page_is_the_one_that_is_given() {
    let page = page("first-tool.md");
    let (_, rest) = page.split_once("```toml-with-mistakes\n").unwrap();
    let (config, rest) = rest.split_once("```").unwrap();
    let (_, rest) = rest.split_once("```text\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let folder = folder(config);
    let done = run(folder.path(), &["check"]);
    assert_eq!(text(&done.stdout), shown);
}

/// What the schema has against a file.
fn against_schema(text: &str) -> Option<String> {
    let file = root().join("docs/schema/tollhouse.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let parsed: Value = toml::from_str(text).unwrap();
    let problem = validator.iter_errors(&parsed).next();
    problem.map(|problem| problem.to_string())
}

/// Editors refuse what the program refuses, as far as a schema can say it.
#[test]
fn the_schema_refuses_what_is_misspelt() {
    for name in ["E020", "E021", "E023"] {
        let text =
            fs::read_to_string(Path::new(HERE).join(format!("mistakes/{name}.toml"))).unwrap();
        assert!(against_schema(&text).is_some(), "{name}");
    }
}

#[test]
fn the_examples_are_good() {
    let folder = folder("");
    let pack = root().join("examples/orders");
    for part in ["resources.toml", "seed.sql"] {
        fs::copy(pack.join(part), folder.path().join(part)).unwrap();
    }
    let example = pack.join("tollhouse.toml");
    let lines = fs::read_to_string(&example).unwrap().lines().count();
    assert!(lines <= 70, "{lines}");
    assert_eq!(against_schema(&fs::read_to_string(&example).unwrap()), None);
    fs::copy(&example, folder.path().join("tollhouse.toml")).unwrap();
    let report = checked(folder.path(), "tollhouse.toml");
    assert_eq!(report["problems"], Value::Array(Vec::new()));
    assert!(report["tokens"].as_u64().unwrap() < 2000, "{report}");
}
