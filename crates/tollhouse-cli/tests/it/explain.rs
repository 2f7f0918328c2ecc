//! `tollhouse explain`: each way to be refused, with the line of the file that decides.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    config::{folder, run},
    process::{Process, command},
};

const FILE: &str = r#"[auth]
mode = "keys"

[auth.roles]
viewer = ["orders:read"]
boss = ["orders:read", "orders:write"]

[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.list_orders]
source = "shop"
description = "List orders with a status, newest first."
sql = "SELECT id FROM orders WHERE status = :status"
scope = "orders:read"
params.status = { enum = ["open", "paid"], description = "The status" }

[tools.cancel_order]
source = "shop"
description = "Cancel an order by its id, for good."
sql = "UPDATE orders SET status = 'cancelled' WHERE id = :id RETURNING id"
effect = "destructive"
scope = "orders:write"
params.id = { description = "The order" }

[tools.close_books]
source = "shop"
description = "Count all orders at the end of a day."
sql = "SELECT count(*) AS orders FROM orders"
scope = "orders:read"
roles = ["boss"]

[tools.for_the_desk]
source = "shop"
description = "Count open orders for the desk's screen."
sql = "SELECT count(*) AS orders FROM orders WHERE status = 'open'"
scope = "orders:read"
clients = ["desk"]
"#;

/// The exit code, and what was told.
fn explained(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let whole = [&["explain", "tollhouse.toml", "--json"], arguments].concat();
    let output = run(folder, &whole);
    let told = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().unwrap(), told)
}

/// The line on which a text stands, as places name it.
fn line(text: &str) -> String {
    let number = FILE.lines().position(|line| line == text).unwrap() + 1;
    format!("tollhouse.toml:{number}:1")
}

fn role(role: &str) -> [String; 2] {
    ["--role".to_owned(), role.to_owned()]
}

#[test]
fn o18_each_way_to_be_refused_is_named_with_its_line() {
    let folder = folder(FILE);
    for (tool, call, by, ends) in [
        ("list_orders", r#"{"status":"open"}"#, "viewer", None),
        ("list_orders", "status=open", "viewer", None),
        ("cancel_order", r#"{"id":"ord_1"}"#, "boss", None),
        (
            "cancel_order",
            "{}",
            "viewer",
            Some(("authorize", "scope", "scope = \"orders:write\"")),
        ),
        (
            "close_books",
            "{}",
            "viewer",
            Some(("authorize", "roles", "roles = [\"boss\"]")),
        ),
        (
            "for_the_desk",
            "{}",
            "boss",
            Some(("authorize", "clients", "clients = [\"desk\"]")),
        ),
        (
            "list_orders",
            r#"{"status":"none"}"#,
            "viewer",
            Some((
                "validate",
                "params",
                "params.status = { enum = [\"open\", \"paid\"], description = \"The status\" }",
            )),
        ),
    ] {
        let [flag, role] = role(by);
        let arguments = ["--as", "ann", &flag, &role, tool, call];
        let (code, told) = explained(folder.path(), &arguments);
        assert_eq!(
            code,
            if ends.is_none() { 0 } else { 2 },
            "{tool} {call} {told:#}"
        );
        assert_eq!(told["runs"], ends.is_none());
        let steps = told["steps"].as_array().unwrap();
        let last = steps.last().unwrap();
        let Some((step, rule, text)) = ends else {
            assert!(steps.iter().all(|step| step["ok"] == true), "{told:#}");
            continue;
        };
        assert_eq!(
            (&last["step"], &last["ok"]),
            (&json!(step), &json!(false)),
            "{told:#}"
        );
        assert_eq!(last["rule"], format!("tools.{tool}.{rule}"));
        assert_eq!(last["place"], line(text), "{told:#}");
        assert!(last["answer"].is_string(), "{told:#}");
    }
}

#[test]
fn o18_what_is_hidden_is_told_to_the_operator_and_unknown_to_the_caller() {
    let folder = folder(FILE);
    let caller = ["--as", "ann", "--role", "viewer"];
    let (_, hidden) = explained(folder.path(), &[&caller[..], &["close_books"]].concat());
    let last = hidden["steps"].as_array().unwrap().last().unwrap();
    assert!(
        last["text"]
            .as_str()
            .unwrap()
            .contains("only for the roles boss"),
        "{last}"
    );
    let (code, unknown) = explained(folder.path(), &[&caller[..], &["close_book"]].concat());
    assert_eq!(code, 2);
    let words = |told: &Value, tool: &str| {
        let last = told["steps"].as_array().unwrap().last().unwrap();
        last["answer"].as_str().unwrap().replace(tool, "TOOL")
    };
    assert_eq!(words(&hidden, "close_books"), words(&unknown, "close_book"));
    let text = run(
        folder.path(),
        &[&["explain"], &caller[..], &["close_book"]].concat(),
    );
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("did you mean close_books?"), "{text}");
}

#[test]
fn o18_without_a_tool_every_tool_is_told_of() {
    let folder = folder(FILE);
    let (code, told) = explained(folder.path(), &["--as", "ann", "--role", "viewer"]);
    assert_eq!(code, 0);
    let may: Vec<_> = told["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["tool"].as_str().unwrap(), row["may"].as_bool().unwrap()))
        .collect();
    let expected = [
        ("list_orders", true),
        ("cancel_order", false),
        ("close_books", false),
        ("for_the_desk", false),
    ];
    assert_eq!(may, expected);
}

/// Keys and users are those of the state, with the rights that the doorman gives them.
#[test]
fn o18_a_key_and_a_user_of_the_state_are_explained_as_they_are_let_in() {
    let folder = folder(FILE);
    let tell = |arguments: &[&str]| {
        let output = command(folder.path(), arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?} {output:?}");
    };
    tell(&[
        "keys",
        "create",
        "ci",
        "--user",
        "bob",
        "--scopes",
        "orders:read",
    ]);
    let orders = r#"{"status":"open"}"#;
    let (code, told) = explained(folder.path(), &["--key", "ci", "list_orders", orders]);
    assert_eq!(code, 0, "{told:#}");
    let (code, _) = explained(folder.path(), &["--key", "ci", "cancel_order", "id=1"]);
    assert_eq!(code, 2);
    tell(&["users", "set", "eve", "--roles", "boss"]);
    let (code, _) = explained(folder.path(), &["--as", "eve", "close_books"]);
    assert_eq!(code, 0);
    tell(&["users", "block", "eve"]);
    let blocked = run(folder.path(), &["explain", "--as", "eve", "close_books"]);
    assert_eq!(blocked.status.code(), Some(1));
    let told = String::from_utf8_lossy(&blocked.stderr);
    assert!(told.contains("eve is blocked"), "{told}");
}

/// Nothing runs: the order that would be cancelled is as it was.
#[test]
fn o18_nothing_is_run() {
    let folder = folder(FILE);
    let before = std::fs::read(folder.path().join("orders.db")).unwrap();
    let arguments = [
        "--as",
        "ann",
        "--role",
        "boss",
        "cancel_order",
        "id=ord_abc123",
    ];
    assert_eq!(explained(folder.path(), &arguments).0, 0);
    let after = std::fs::read(folder.path().join("orders.db")).unwrap();
    assert!(before == after);
}

#[test]
fn o18_general_rules_and_prompts_are_named_with_their_lines_too() {
    let file = format!(
        "[limits]\ndestructive = \"3/min\"\nresult_tokens = 900\n{FILE}\
         [prompts.greet]\nscope = \"any\"\ntext = \"Greet {{name}}.\"\n\
         args.name = {{ description = \"Whom\" }}\n"
    );
    let folder = folder(&file);
    let line = |text: &str| {
        let number = file.lines().position(|line| line == text).unwrap() + 1;
        format!("tollhouse.toml:{number}:1")
    };
    let caller = ["--as", "ann", "--role", "boss"];
    let call = ["cancel_order", "id=ord_1"];
    let (code, told) = explained(folder.path(), &[&caller[..], &call].concat());
    assert_eq!(code, 0, "{told:#}");
    let step = |told: &Value, name: &str| {
        let steps = told["steps"].as_array().unwrap();
        steps
            .iter()
            .find(|step| step["step"] == name)
            .unwrap()
            .clone()
    };
    for (name, rule, place, text) in [
        (
            "limit",
            "limits.destructive",
            "destructive = \"3/min\"",
            "3 times in 60 s",
        ),
        (
            "shape",
            "limits.result_tokens",
            "result_tokens = 900",
            "900 tokens",
        ),
        (
            "confirm",
            "tools.cancel_order.effect",
            "effect = \"destructive\"",
            "because it destroys",
        ),
    ] {
        let step = step(&told, name);
        assert_eq!(
            (&step["rule"], &step["place"]),
            (&json!(rule), &json!(line(place)))
        );
        assert!(step["text"].as_str().unwrap().contains(text), "{step}");
    }
    let (code, told) = explained(
        folder.path(),
        &[&caller[..], &["greet", "name=Bo"]].concat(),
    );
    assert_eq!((code, &told["prompt"]), (0, &json!("greet")), "{told:#}");
    let (code, told) = explained(folder.path(), &[&caller[..], &["greet"]].concat());
    assert_eq!(code, 2);
    assert_eq!(step(&told, "validate")["rule"], "prompts.greet.args");
}

const KEPT: &str = r#"[server]
state = "state.db"
local_user = "ann"

[auth]
mode = "keys"

[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.read_notes]
source = "shop"
scope = "any"
description = "Read what customers wrote about an order."
sql = "SELECT id FROM orders"
untrusted = true

[tools.mark_order]
source = "shop"
scope = "any"
description = "Mark an order as paid, by its exact id."
sql = "UPDATE orders SET status = 'paid' WHERE id = :id RETURNING id"
effect = "write"
params.id = { exists_in = "orders.id" }

[tools.cancel_order]
source = "shop"
scope = "any"
description = "Cancel an order by its exact id, for good."
sql = "UPDATE orders SET status = 'cancelled' WHERE id = :id RETURNING id"
effect = "destructive"
privileged = true
params.id = { exists_in = "orders.id" }
"#;

/// What was done and read before stands in the state; what an id means stands in the database.
#[test]
fn o18_replays_taints_and_meaning_are_explained_from_what_is_kept() {
    let folder = folder(KEPT);
    let mark = json!({"id": "ord_abc123", "clientRequestId": "k"});
    let cancel = json!({"id": "ord_abc123"});
    let tell = |tool: &str, arguments: &Value| {
        let call = ["--as", "ann", tool, &arguments.to_string()];
        let (code, told) = explained(folder.path(), &call);
        let steps = told["steps"].as_array().cloned().unwrap_or_default();
        let of = steps.iter().filter(|step| step["step"] != "find");
        (code, of.cloned().collect::<Vec<Value>>(), told)
    };
    let (code, steps, told) = tell("cancel_order", &json!({"id": "ord_abc12"}));
    let last = steps.last().unwrap();
    assert_eq!((code, &last["step"]), (2, &json!("validate")), "{told:#}");
    assert_eq!(last["rule"], "tools.cancel_order.params", "{told:#}");
    let answer = last["answer"].as_str().unwrap();
    assert!(answer.starts_with("There is no orders.id"), "{answer}");
    let (code, steps, told) = tell("cancel_order", &cancel);
    let before = steps.iter().find(|step| step["step"] == "taint").unwrap();
    let said = before["text"].as_str().unwrap();
    assert!(code == 0 && said.contains("read nothing"), "{told:#}");

    let mut program = Process::start(folder.path(), &["run", "tollhouse.toml", "--stdio"]);
    for (tool, arguments) in [("mark_order", &mark), ("read_notes", &json!({}))] {
        let result = program.call(tool, arguments);
        assert_ne!(result["isError"], true, "{result}");
    }
    program.close_input();
    assert!(program.ends().0.success());

    let (code, steps, told) = tell("mark_order", &mark);
    let last = steps.last().unwrap();
    assert_eq!((code, &last["step"]), (0, &json!("repeat")), "{told:#}");
    let said = last["text"].as_str().unwrap();
    assert!(said.contains("was done before"), "{told:#}");
    let (code, steps, told) = tell("cancel_order", &cancel);
    assert_eq!(code, 0, "{told:#}");
    for step in ["taint", "confirm"] {
        let step = steps.iter().find(|one| one["step"] == step).unwrap();
        assert_eq!(step["rule"], "tools.cancel_order.privileged", "{told:#}");
        let said = step["text"].as_str().unwrap();
        assert!(said.contains("has read what is not trusted"), "{told:#}");
    }
}
