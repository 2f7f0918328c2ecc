//! The packs of `examples/`, as somebody runs them who has just come: checked, served, every tool called.

mod diary;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    config::{HERE, checked},
    process::Process,
};

/// A call, where to look in its result, and what is there.
type Call = (&'static str, Value, &'static str, Value);

/// For every pack, a call of each tool.
fn calls() -> Vec<(&'static str, Vec<Call>)> {
    vec![
        ("customers", customers()),
        (
            "date",
            vec![(
                "get_current_date",
                json!({"timezone": "Europe/Stokholm"}),
                "/isError",
                json!(true),
            )],
        ),
        ("deploys", deploys()),
        ("diary", diary()),
        ("logs", logs()),
        ("memory", memory()),
        (
            "notes",
            vec![
                (
                    "search_notes",
                    json!({"query": "friday", "kind": "decision"}),
                    "/structuredContent/rows/0/slug",
                    json!("no-friday-deploys"),
                ),
                (
                    "read_note",
                    json!({"slug": "deploy-runbok"}),
                    "/isError",
                    json!(true),
                ),
            ],
        ),
    ]
}

fn customers() -> Vec<Call> {
    vec![
        (
            "search_customers",
            json!({"query": "LYON", "plan": "business"}),
            "/structuredContent/rows/0/id",
            json!("cus_chloe"),
        ),
        (
            "get_customer",
            json!({"customer_id": "cus_chloe"}),
            "/structuredContent/contacts/0/kind",
            json!("mail"),
        ),
        (
            "quiet_customers",
            json!({}),
            "/structuredContent/rows/0/id",
            json!("cus_leo"),
        ),
        (
            "log_contact",
            json!({"customer_id": "cus_leo", "kind": "call", "note": "Sent him the new reports."}),
            "/structuredContent/customer_id",
            json!("cus_leo"),
        ),
    ]
}

fn deploys() -> Vec<Call> {
    vec![
        (
            "list_deploys",
            json!({"service": "checkout", "status": "rolled_back"}),
            "/structuredContent/rows/0/version",
            json!("4.2.0"),
        ),
        (
            "get_deploy",
            json!({"deploy_id": "dep_1026"}),
            "/structuredContent/version_before",
            json!("4.2.1"),
        ),
        (
            "live_versions",
            json!({}),
            "/structuredContent/rows/1/1",
            json!("4.3.0"),
        ),
    ]
}

fn diary() -> Vec<Call> {
    vec![
        (
            "get_diary",
            json!({}),
            "/structuredContent/rows/1/kcal",
            json!(1640),
        ),
        (
            "log_meal",
            json!({"clientRequestId": "c0ffee00-1", "meal": "lunch", "what": "Pea soup", "kcal": 450}),
            "/structuredContent/what",
            json!("Pea soup"),
        ),
    ]
}

fn logs() -> Vec<Call> {
    vec![
        (
            "search_logs",
            json!({"query": "no connection", "level": "error", "limit": 1}),
            "/structuredContent/rows/0/trace_id",
            json!("d03b6a27"),
        ),
        (
            "get_trace",
            json!({"trace_id": "77b01e4d"}),
            "/structuredContent/rows/2/service",
            json!("billing"),
        ),
        (
            "count_problems",
            json!({}),
            "/structuredContent/rows/0/2",
            json!(4),
        ),
    ]
}

fn memory() -> Vec<Call> {
    vec![
        (
            "save_memory",
            json!({"content": "Likes tea without sugar.", "category": "preference"}),
            "/isError",
            Value::Null,
        ),
        (
            "search_memory",
            json!({"query": "tea"}),
            "/structuredContent/memories/0/content",
            json!("Likes tea without sugar."),
        ),
        (
            "delete_memory",
            json!({"id": "mem_gone"}),
            "/isError",
            json!(true),
        ),
    ]
}

fn examples() -> PathBuf {
    Path::new(HERE).join("../../../../examples")
}

/// A copy of a pack's files, as somebody has it who has never run it.
fn copy(pack: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in examples().join(pack).read_dir().unwrap() {
        let path = entry.unwrap().path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if matches!(ending, Some("toml" | "sql")) {
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    folder
}

/// What the server adds by itself, to read on in what was too long, is no tool of whom the test is about.
fn names(process: &mut Process) -> BTreeSet<String> {
    let tools = process.ask("tools/list", &json!({}));
    let tools = &tools["result"]["tools"];
    // About as many tokens as a fourth of the bytes.
    assert!(tools.to_string().len() / 4 < 2000, "{tools}");
    let tools = tools.as_array().unwrap().iter();
    tools
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .filter(|name| name != "read_more")
        .collect()
}

fn call_all(process: &mut Process, calls: &[Call]) {
    let called: BTreeSet<String> = calls.iter().map(|(tool, ..)| (*tool).to_owned()).collect();
    assert_eq!(names(process), called);
    for (tool, arguments, pointer, expected) in calls {
        let result = process.call(tool, arguments);
        let found = result.pointer(pointer).unwrap_or(&Value::Null);
        assert_eq!(found, expected, "{tool}: {result}");
    }
}

/// Every folder with a configuration is looked at, here or where its own tests are.
#[test]
fn no_pack_is_forgotten() {
    let folders = examples().read_dir().unwrap();
    let folders = folders.map(|entry| entry.unwrap().path());
    let packs = folders.filter(|path| path.join("tollhouse.toml").is_file());
    let packs: BTreeSet<String> = packs
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    let calls = calls();
    let known = calls.iter().map(|(pack, _)| *pack);
    let known = known.chain(["orders"]).map(str::to_owned);
    assert!(packs.is_subset(&known.collect()), "{packs:?}");
    for pack in packs {
        let readme = fs::read_to_string(examples().join(&pack).join("README.md")).unwrap();
        assert!(readme.lines().count() <= 7, "{pack}");
    }
}

#[test]
fn k8_every_pack_is_clean_and_cheap_and_its_tools_work() {
    for (pack, calls) in calls() {
        let folder = copy(pack);
        let report = checked(folder.path(), "tollhouse.toml");
        assert_eq!(report["problems"], json!([]), "{pack}");
        assert!(report["tokens"].as_u64().unwrap() < 2000, "{pack}");
        // Those of a source that offers them by itself are counted too.
        let tools = report["tools"].as_array().unwrap().iter();
        let tools = tools.filter(|tool| tool["name"] != "read_more");
        assert_eq!(tools.count(), calls.len());
        let lines = fs::read_to_string(folder.path().join("tollhouse.toml")).unwrap();
        assert!(lines.lines().count() <= 70, "{pack}");
        let mut process = Process::start(folder.path(), &["run", "--stdio"]);
        call_all(&mut process, &calls);
    }
}

/// The program alone is enough.
#[test]
fn every_pack_is_in_the_program() {
    for (pack, calls) in calls() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Process::start(folder.path(), &["run", pack, "--stdio"]);
        call_all(&mut process, &calls);
    }
}

/// Each prompt of the notes, arguments for it, and a part of what comes of them.
fn prompts() -> [(&'static str, Value, &'static str); 6] {
    [
        (
            "draft-rfc",
            json!({"title": "One queue", "audience": "the team"}),
            "One queue",
        ),
        (
            "explain-error",
            json!({"error": "no such table: orders", "level": "a little"}),
            "no such table",
        ),
        (
            "incident-post-mortem",
            json!({"incident": "slow-orders", "severity": "major"}),
            "slow-orders (major)",
        ),
        (
            "pr-review",
            json!({"change": "branch mend-sums"}),
            "mend-sums",
        ),
        (
            "review-pr",
            json!({"url": "https://git.example/pr/7", "focus": "security"}),
            "security",
        ),
        (
            "standup-summary",
            json!({"who": "the team", "since": "Monday"}),
            "since Monday",
        ),
    ]
}

#[test]
fn t24_prompts_take_arguments() {
    let folder = copy("notes");
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let listed = process.ask("prompts/list", &json!({}));
    let listed = listed["result"]["prompts"].as_array().unwrap().iter();
    let names: BTreeSet<&str> = listed.map(|one| one["name"].as_str().unwrap()).collect();
    let expected = prompts().map(|(name, ..)| name);
    assert_eq!(names, BTreeSet::from(expected));
    for (name, arguments, part) in prompts() {
        let wanted = json!({"name": name, "arguments": arguments});
        let got = process.ask("prompts/get", &wanted);
        let text = got["result"]["messages"].to_string();
        assert!(text.contains(part), "{got}");
    }
}

#[test]
fn t24_arguments_are_suggested() {
    let folder = copy("notes");
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    for (prompt, argument, value, expected) in [
        ("review-pr", "focus", "se", "security"),
        ("incident-post-mortem", "incident", "slow", "slow-orders"),
    ] {
        let asked = json!({
            "ref": {"type": "ref/prompt", "name": prompt},
            "argument": {"name": argument, "value": value},
        });
        let told = process.ask("completion/complete", &asked);
        let values = &told["result"]["completion"]["values"];
        assert_eq!(*values, json!([expected]));
    }
}

#[test]
fn t22_a_note_is_a_resource_of_its_own() {
    let folder = copy("notes");
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let read = process.ask("resources/read", &json!({"uri": "notes://use-sqlite"}));
    let contents = &read["result"]["contents"][0];
    assert_eq!(contents["mimeType"], "text/markdown");
    assert!(
        contents["text"]
            .as_str()
            .unwrap()
            .starts_with("# SQLite for"),
        "{read}"
    );
}
