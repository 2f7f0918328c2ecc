//! Calls that wait for a person, who says yes or no at the command line.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Process, command, confirmed, message, post};

const SERVE_HTTP: [&str; 3] = ["run", "--http", "127.0.0.1:0"];

/// Runs `tollhouse approvals`: the exit code, the output, and what was said beside it.
fn approvals(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = command(folder, &["approvals"])
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

/// The demo, with the id of an order that can be cancelled.
fn shop() -> (TempDir, Process, Value) {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let open = process.call("search_orders", &json!({"status": "open", "limit": 1}));
    let order = json!({"order_id": open["structuredContent"]["rows"][0]["id"]});
    (folder, process, order)
}

/// Cancels an order as a client does that can show no form.
fn cancel(process: &mut Process, order: &Value) -> Value {
    let params = json!({"name": "cancel_order", "arguments": order});
    let mut message = message("tools/call", &params);
    message["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
    process.write(&message.to_string());
    process.read()["result"].clone()
}

fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

/// The id in what the model reads.
fn id(result: &Value) -> String {
    let text = text(result);
    let place = text.find("apr_").unwrap();
    text[place..place + 20].to_owned()
}

#[test]
fn o1_over_stdio_a_person_says_yes_and_it_runs_once() {
    let (folder, mut process, order) = shop();
    let place = folder.path();
    let waits = cancel(&mut process, &order);
    assert_eq!(waits["isError"], true);
    let id = id(&waits);
    assert!(text(&waits).contains(&format!("tollhouse approvals allow {id}")));
    assert_eq!(id, self::id(&cancel(&mut process, &order)));
    let (_, table, _) = approvals(place, &["list"]);
    let row = table.lines().nth(1).unwrap();
    assert!(
        row.starts_with(&id) && row.contains("cancel_order"),
        "{table}"
    );
    let (_, shown, _) = approvals(place, &["show", &id]);
    assert!(
        shown.contains(order["order_id"].as_str().unwrap()),
        "{shown}"
    );
    // Nobody is at the terminal to be asked again.
    let (code, _, why) = approvals(place, &["allow", &id]);
    assert!(code == 1 && why.contains("--yes"), "{why}");
    let (code, _, said) = approvals(place, &["allow", &id, "--yes"]);
    assert!(
        code == 0 && said.starts_with(&format!("allowed {id}")),
        "{said}"
    );
    let (code, _, again) = approvals(place, &["deny", &id]);
    assert!(code == 1 && again.contains("it is allowed"), "{again}");
    let done = cancel(&mut process, &order);
    assert_eq!(done["structuredContent"]["status"], "cancelled");
    assert_ne!(self::id(&cancel(&mut process, &order)), id);
}

#[test]
fn o1_a_no_is_told_to_the_model_once() {
    let (folder, mut process, order) = shop();
    let id = id(&cancel(&mut process, &order));
    let (code, denied, _) = approvals(folder.path(), &["deny", &id, "--json"]);
    let denied: Value = serde_json::from_str(&denied).unwrap();
    assert_eq!((code, &denied["stage"]), (0, &json!("denied")));
    assert_eq!(denied["arguments"], order);
    let refused = cancel(&mut process, &order);
    assert!(text(&refused).starts_with("A person said no"), "{refused}");
    let (_, listed, _) = approvals(folder.path(), &["list", "--all", "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["approvals"][0]["id"], json!(id));
}

#[test]
fn o1_what_is_no_approval_is_an_error_that_says_what_to_do() {
    let (folder, _process, _) = shop();
    for (arguments, told) in [
        (["allow", "apr_0123456789abcdef"], "no call waits as"),
        (["show", "apr_0123456789abcdef"], "list --all"),
        (["deny", "apr_1"], "16 hexadecimal digits"),
    ] {
        let (code, _, why) = approvals(folder.path(), &arguments);
        assert!(code == 1 && why.contains(told), "{why}");
    }
}

/// Two servers on one state: what one was told to wait for, the other lets through, once between them.
#[test]
fn case_64_over_http_two_servers_on_one_state_let_one_call_through() {
    let folder = tempfile::tempdir().unwrap();
    let servers = [(); 2].map(|()| Process::start(folder.path(), &SERVE_HTTP));
    let addresses = servers.each_ref().map(Process::address);
    let search = json!({"name": "search_orders", "arguments": {"status": "open", "limit": 1}});
    let (_, open) = post(addresses[0], "tools/call", Some("search_orders"), &search);
    let order = &open["result"]["structuredContent"]["rows"][0]["id"];
    let cancel = json!({"name": "cancel_order", "arguments": {"order_id": order}});
    let name = Some("cancel_order");
    let (_, asked) = post(addresses[0], "tools/call", name, &cancel);
    let yes = confirmed(&cancel, &asked["result"]).unwrap();
    let ends = addresses.map(|address| post(address, "tools/call", name, &yes).1);
    let [first, second] = ends.each_ref().map(|end| &end["result"]);
    assert_eq!(first["structuredContent"]["status"], "cancelled");
    assert!(text(second).contains("used before"), "{second}");
}
