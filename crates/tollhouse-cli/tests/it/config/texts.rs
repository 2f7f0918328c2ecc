//! Resources and prompts of a file, and what else a file may say beside tools.

use std::fs;

use serde_json::{Value, json};

use super::{checked, folder, run, text};
use crate::process::Process;

const ALL: &str = r#"
[sources.shop]
url = "sqlite:orders.db"

[resources.rules]
uri = "shop://rules"
description = "How the shop works."
text = "No order leaves before it is paid."

[resources.notes]
uri = "shop://notes"
file = "notes.md"

[resources.statuses]
uri = "shop://statuses"
source = "shop"
sql = "SELECT status, count(*) AS orders FROM orders GROUP BY status ORDER BY status"
returns = "table"

[resources.order]
uri = "shop://orders/{order_id}"
source = "shop"
sql = "SELECT id, status FROM orders WHERE id = :order_id"
returns = "one"
args.order_id = { sql = "SELECT id FROM orders WHERE instr(id, :value) ORDER BY id" }

[prompts.review]
title = "Review a change"
description = "Review a change before it is merged."
text = "Review {pr} {{carefully}}, {depth}. {order}"

[prompts.review.args]
pr = { pattern = "^#[0-9]+$", description = "For example #12" }
depth = { enum = ["quickly", "line by line"] }
order = { optional = true, source = "shop", sql = "SELECT id FROM orders WHERE id LIKE :value || '%' AND status <> coalesce(:depth, '')" }

[prompts.talk]
messages = [{ text = "How do orders stand?" }, { role = "assistant", text = "I look." }]
"#;

fn served() -> (tempfile::TempDir, Process) {
    let folder = folder(ALL);
    fs::write(folder.path().join("notes.md"), "# First").unwrap();
    let report = checked(folder.path(), "tollhouse.toml");
    assert_eq!(report["problems"], json!([]));
    let process = Process::start(folder.path(), &["run", "--stdio"]);
    (folder, process)
}

fn read(process: &mut Process, uri: &str) -> Value {
    process.ask("resources/read", &json!({"uri": uri}))
}

fn suggested(process: &mut Process, reference: &Value, argument: (&str, &str)) -> Value {
    let (name, value) = argument;
    let params = json!({"ref": reference, "argument": {"name": name, "value": value}});
    process.ask("completion/complete", &params)["result"]["completion"]["values"].clone()
}

#[test]
fn texts_files_and_queries_are_resources() {
    let (folder, mut process) = served();
    let rules = read(&mut process, "shop://rules");
    let rules = &rules["result"]["contents"][0];
    assert_eq!(rules["text"], "No order leaves before it is paid.");
    assert_eq!(rules["mimeType"], "text/plain");
    let notes = read(&mut process, "shop://notes");
    assert_eq!(notes["result"]["contents"][0]["text"], "# First");
    assert_eq!(notes["result"]["contents"][0]["mimeType"], "text/markdown");
    // A file is read when it is asked for.
    fs::write(folder.path().join("notes.md"), [0xff, 0xfe]).unwrap();
    let bytes = read(&mut process, "shop://notes");
    assert_eq!(bytes["result"]["contents"][0]["blob"], "//4=");
    fs::remove_file(folder.path().join("notes.md")).unwrap();
    let gone = read(&mut process, "shop://notes");
    assert!(gone["error"]["code"].is_number(), "{gone}");
    let statuses = read(&mut process, "shop://statuses");
    let table = statuses["result"]["contents"][0]["text"].as_str().unwrap();
    let table: Value = serde_json::from_str(table).unwrap();
    assert_eq!(table["columns"], json!(["status", "orders"]));
    let order = read(&mut process, "shop://orders/ord_abc123");
    let order = order["result"]["contents"][0]["text"].as_str().unwrap();
    assert!(order.contains("shipped"), "{order}");
    let hostile = read(&mut process, "shop://orders/x'%20OR%201=1--");
    assert!(hostile["error"]["code"].is_number(), "{hostile}");
    let templates = process.ask("resources/templates/list", &json!({}));
    let template = &templates["result"]["resourceTemplates"][0];
    assert_eq!(template["uriTemplate"], "shop://orders/{order_id}");
}

#[test]
fn t24_prompts_are_filled_checked_and_completed() {
    let (_folder, mut process) = served();
    let listed = process.ask("prompts/list", &json!({}));
    let review = &listed["result"]["prompts"][0];
    assert_eq!(
        (&review["name"], &review["title"]),
        (&json!("review"), &json!("Review a change"))
    );
    assert_eq!(review["arguments"][2]["required"], json!(false));
    let good = json!({"name": "review", "arguments": {"pr": "#7", "depth": "quickly"}});
    let filled = process.ask("prompts/get", &good);
    let said = &filled["result"]["messages"][0]["content"]["text"];
    assert_eq!(said, "Review #7 {carefully}, quickly. ");
    for (arguments, why) in [
        (json!({"pr": "7", "depth": "quickly"}), "has to fit"),
        (json!({"pr": "#7", "depth": "slowly"}), "line by line"),
        (json!({"depth": "quickly"}), "pr"),
    ] {
        let params = json!({"name": "review", "arguments": arguments});
        let refused = process.ask("prompts/get", &params);
        assert_eq!(refused["error"]["code"], -32602, "{refused}");
        let told = refused["error"]["message"].as_str().unwrap();
        assert!(told.contains(why), "{told}");
    }
    let talk = process.ask("prompts/get", &json!({"name": "talk"}));
    assert_eq!(talk["result"]["messages"][1]["role"], "assistant");
    let review = json!({"type": "ref/prompt", "name": "review"});
    let depths = suggested(&mut process, &review, ("depth", "L"));
    assert_eq!(depths, json!(["line by line", "quickly"]));
    let orders = suggested(&mut process, &review, ("order", "ord_abc"));
    assert_eq!(orders, json!(["ord_abc123"]));
    let template = json!({"type": "ref/resource", "uri": "shop://orders/{order_id}"});
    let orders = suggested(&mut process, &template, ("order_id", "abc1"));
    assert_eq!(orders, json!(["ord_abc123"]));
    let hostile = suggested(&mut process, &template, ("order_id", "' OR 1=1--"));
    assert_eq!(hostile, json!([]));
}

const WRITES: &str = r#"
[server]
local_user = "ana"

[sources.shop]
url = "sqlite:shop.db"
seed = "seed.sql"

[tools.add_note]
source = "shop"
description = "Write a note about an order, unless it has one."
effect = "write"
unless = "SELECT 'Order ' || :order_id || ' has a note already.' FROM notes WHERE order_id = :order_id"
sql = "INSERT INTO notes (order_id, author, text) VALUES (:order_id, :user.id, :text) RETURNING order_id, author"
returns = "one"
params.order_id = { exists_in = "orders.id" }
params.text = { min_length = 1 }
"#;

const SEED: &str =
    "CREATE TABLE orders (id TEXT PRIMARY KEY); INSERT INTO orders VALUES ('ord_1'), ('ord_22');
CREATE TABLE notes (order_id TEXT PRIMARY KEY, author TEXT, text TEXT);";

#[test]
fn a_seed_a_condition_and_who_calls() {
    let folder = folder(WRITES);
    fs::write(folder.path().join("seed.sql"), SEED).unwrap();
    let report = checked(folder.path(), "tollhouse.toml");
    assert_eq!(report["problems"], json!([]));
    // To look makes nothing.
    assert!(!folder.path().join("shop.db").exists());
    for expected in [Value::Null, json!(true)] {
        let mut process = Process::start(folder.path(), &["run", "--stdio"]);
        let note = json!({"order_id": "ord_1", "text": "Call back"});
        let written = process.call("add_note", &note);
        let structured = &written["structuredContent"];
        assert_eq!(written["isError"], expected, "{written}");
        if expected.is_null() {
            assert_eq!(structured["author"], "ana");
        } else {
            let why = "Order ord_1 has a note already.";
            assert_eq!(written["content"][0]["text"], why);
        }
        for odd in ["ord_2", "' OR 1=1--"] {
            let refused = process.call("add_note", &json!({"order_id": odd, "text": "x"}));
            assert_eq!(refused["isError"], true, "P4: {refused}");
        }
        let (status, ..) = {
            process.close_input();
            process.ends()
        };
        assert!(status.success());
    }
}

#[test]
fn n1_memories_outlive_the_process_and_the_date_is_told() {
    let folder = folder(
        "[sources.notes]\ntype = \"memory\"\n[sources.clock]\ntype = \"date\"\nzone = \"UTC\"\n",
    );
    let mut first = Process::start(folder.path(), &["run", "--stdio"]);
    let saved = first.call("save_memory", &json!({"content": "Ana likes green tea."}));
    assert_eq!(saved["isError"], json!(null), "{saved}");
    let date = first.call("get_current_date", &json!({}));
    let date = date["content"][0]["text"].as_str().unwrap();
    assert!(
        date.contains('T') && date.ends_with("+00:00"),
        "T16: {date}"
    );
    first.close_input();
    first.ends();
    assert!(folder.path().join(".tollhouse/state.db").is_file());
    let mut second = Process::start(folder.path(), &["run", "--stdio"]);
    let found = second.call("search_memory", &json!({"query": "tea"}));
    assert_eq!(found["structuredContent"]["found"], 1, "{found}");
}

#[test]
fn what_comes_with_the_program_is_run_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut memory = Process::start(folder.path(), &["run", "memory", "--stdio"]);
    let tools = memory.ask("tools/list", &json!({}));
    // Three, and the one that reads on in what is too long.
    assert_eq!(tools["result"]["tools"].as_array().unwrap().len(), 4);
    let mut orders = Process::start(folder.path(), &["run", "orders", "--stdio"]);
    let order = orders.call("get_order", &json!({"order_id": "ord_abc123"}));
    assert_eq!(order["structuredContent"]["status"], "shipped");
    let summary = read(&mut orders, "orders://recent");
    assert!(summary["result"]["contents"][0]["text"].is_string());
}

/// Every way in which resources, prompts and sources can be said wrongly, each told with its mend.
#[test]
fn wrong_texts_are_told() {
    let cases = [
        ("[resources.a]\nuri = 'x://a'", "E020"),
        (
            "[resources.a]\nuri = 'x://a'\ntext = 'a'\nfile = 'orders.db'",
            "E025",
        ),
        ("[resources.a]\nuri = 'x://{a}'\ntext = 'a'", "E025"),
        ("[resources.a]\nuri = 'x://a'\nfile = 'none.md'", "E011"),
        ("[resources.a]\nuri = 'a b'\ntext = 'a'", "E034"),
        (
            "[resources.a]\nuri = 'x://a'\nsource = 'none'\nsql = 'SELECT 1'",
            "E030",
        ),
        (
            "[resources.a]\nuri = 'x://{a}'\nsource = 'shop'\nsql = 'SELECT :b AS b'",
            "E102",
        ),
        (
            "[resources.a]\nuri = 'x://a'\ntext = 'a'\n[resources.b]\nuri = 'x://a'\ntext = 'b'",
            "E034",
        ),
        ("[prompts.a]\ndescription = 'A'", "E020"),
        ("[prompts.a]\ntext = 'Say {b}'", "E102"),
        ("[prompts.a]\ntext = 'Say'\nargs.b = {}", "E103"),
        (
            "[prompts.a]\ntext = 'Say {b}'\nargs.b = { pattern = '(' }",
            "E024",
        ),
        (
            "[prompts.a]\ntext = 'Say {b}'\nargs.b = { source = 'shop', sql = 'SELEC' }",
            "E101",
        ),
        (
            "[prompts.a]\ntext = 'Say {b}'\nargs.b = { sql = 'SELECT 1' }",
            "E020",
        ),
        ("[sources.m]\ntype = 'memory'\npath = 'a.db'", "E025"),
        (
            "[sources.d]\ntype = 'date'\nzone = 'Europe/Stokholm'",
            "E023",
        ),
        ("[auth]\nheaders = ['x-api-key']", "E025"),
        ("[auth]\nmode = 'keys'\nheaders = ['Host']", "E023"),
        ("[server]\norigins = ['app.example.com']", "E024"),
        ("[server]\nhosts = ['https://a.example']", "E024"),
        ("[server]\nlocal_user = 'anonymous'", "E024"),
    ];
    for (config, code) in cases {
        is_told(config, code);
    }
}

/// It is the only mistake, and is told under this code.
pub(super) fn is_told(config: &str, code: &str) {
    let scope = if config.contains("mode = ") {
        "scope = 'any'\n"
    } else {
        ""
    };
    let shop = format!("[sources.shop]\nurl = 'sqlite:orders.db'\nexpose_tables = true\n{scope}");
    let folder = folder(&format!("{shop}{config}\n"));
    let done = run(folder.path(), &["check"]);
    let shown = text(&done.stdout);
    assert_eq!(done.status.code(), Some(2), "{config}: {shown}");
    assert!(shown.contains(&format!("[{code}]")), "{config}: {shown}");
    assert_eq!(shown.matches("error[").count(), 1, "{config}: {shown}");
}

/// Whoever may change a file may not have another one read in its place, anywhere on the machine.
#[cfg(unix)]
#[test]
fn a_link_is_followed_where_it_led_at_the_start_and_inside_of_its_folder() {
    use std::os::unix::fs::symlink;

    let elsewhere = tempfile::tempdir().unwrap();
    let (meant, secret) = (
        elsewhere.path().join("meant"),
        elsewhere.path().join("secret"),
    );
    fs::write(&meant, "meant").unwrap();
    fs::write(&secret, "canary").unwrap();
    let folder = folder("[resources.notes]\nuri = \"shop://notes\"\nfile = \"notes.md\"\n");
    let notes = folder.path().join("notes.md");
    symlink(&meant, &notes).unwrap();
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let mut told = |target: &std::path::Path| {
        fs::remove_file(&notes).unwrap();
        symlink(target, &notes).unwrap();
        read(&mut process, "shop://notes")
    };
    let text = |reply: &Value| reply["result"]["contents"][0]["text"].clone();
    assert_eq!(text(&told(&meant)), "meant");
    let refused = told(&secret);
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
    assert!(!refused.to_string().contains("canary"), "{refused}");
    fs::create_dir(folder.path().join("second")).unwrap();
    fs::write(folder.path().join("second/notes.md"), "renewed").unwrap();
    assert_eq!(text(&told("second/notes.md".as_ref())), "renewed");
    process.hears("leads out of its folder");
}
