//! Figures for Prometheus: what is counted, under which labels.

use std::{
    collections::BTreeMap,
    fs,
    net::{SocketAddr, TcpStream},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::exchange;
use crate::{
    config::{folder, serve::FIRST},
    process::{Process, command, post},
};

const TELEMETRY: &str = "telemetry.metrics = \"127.0.0.1:0\"\n";

fn served() -> (TempDir, Process, SocketAddr) {
    served_with("")
}

/// The same with these lines in the file too.
fn served_with(more: &str) -> (TempDir, Process, SocketAddr) {
    let folder = folder(&format!("{TELEMETRY}{more}{FIRST}"));
    let process = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let line = process.hears("metrics  http://");
    let (_, url) = line.split_once("http://").unwrap();
    let address = url.strip_suffix("/metrics").unwrap().parse().unwrap();
    (folder, process, address)
}

/// The figures, by name and labels. Whatever is no figure has to be a comment.
fn figures(address: SocketAddr) -> BTreeMap<String, f64> {
    let head = format!("GET /metrics HTTP/1.1\r\nHost: {address}");
    let (head, body) = exchange(address, &head, "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(
        head.contains("content-type: text/plain; version=0.0.4"),
        "{head}"
    );
    let lines = body.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

/// The one figure of this name that has all of these labels.
fn figure(figures: &BTreeMap<String, f64>, name: &str, labels: &[&str]) -> f64 {
    let fits = |key: &&String| {
        let begin = key.split('{').next().unwrap();
        begin == name && labels.iter().all(|label| key.contains(label))
    };
    let found: Vec<&String> = figures.keys().filter(fits).collect();
    assert_eq!(
        found.len(),
        1,
        "{name} {labels:?}: {found:?} of {figures:#?}"
    );
    figures[found[0]]
}

fn call(address: SocketAddr, tool: &str, arguments: &Value) {
    let params = json!({"name": tool, "arguments": arguments});
    post(address, "tools/call", Some(tool), &params);
}

const COUNT: &str = "mcp_server_operation_duration_seconds_count";

#[test]
fn a27_calls_are_counted_by_tool_client_duration_and_status() {
    let (_folder, process, page) = served();
    let address = process.address();
    for _ in 0..3 {
        call(address, "list_orders", &json!({"status": "open"}));
    }
    call(address, "list_orders", &json!({"status": "none"}));
    // However many names callers make up, they are one.
    for number in 0..20 {
        call(address, &format!("made_up_{number}"), &json!({}));
    }
    let figures = figures(page);
    let method = "mcp_method_name=\"tools/call\"";
    let tool = "gen_ai_tool_name=\"list_orders\"";
    let client = "client=\"unknown\"";
    let done = [method, tool, client, "status=\"done\""];
    assert_eq!(figure(&figures, COUNT, &done), 3.0);
    let sum = "mcp_server_operation_duration_seconds_sum";
    assert!(figure(&figures, sum, &done) > 0.0);
    let bucket = "mcp_server_operation_duration_seconds_bucket";
    for bound in [
        "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "30", "60", "120", "300",
        "+Inf",
    ] {
        let bound = format!("le=\"{bound}\"");
        figure(&figures, bucket, &[&done[..], &[&bound]].concat());
    }
    let refused = [
        method,
        tool,
        "status=\"refused\"",
        "error_type=\"tool_error\"",
    ];
    assert_eq!(figure(&figures, COUNT, &refused), 1.0);
    let unknown = [
        method,
        "gen_ai_tool_name=\"(unknown)\"",
        "error_type=\"-32602\"",
    ];
    assert_eq!(figure(&figures, COUNT, &unknown), 20.0);
    assert!(!figures.keys().any(|key| key.contains("made_up")));
    let bytes = figure(&figures, "mcp_server_result_bytes_sum", &[method, tool]);
    assert!(bytes > 100.0, "{bytes}");
    let version = format!("version=\"{}\"", env!("CARGO_PKG_VERSION"));
    assert_eq!(figure(&figures, "tollhouse_build_info", &[&version]), 1.0);
}

#[test]
fn p37_a_turn_of_many_calls_is_a_figure_and_one_line_of_the_log() {
    let (_folder, process, page) = served_with("[limits]\nturn = 3\n");
    let address = process.address();
    let over = || figure(&figures(page), "tollhouse_turns_over_total", &[]);
    for limit in 1..=3 {
        call(
            address,
            "list_orders",
            &json!({"status": "open", "limit": limit}),
        );
    }
    assert_eq!(over(), 0.0);
    for limit in 4..=6 {
        call(
            address,
            "list_orders",
            &json!({"status": "open", "limit": limit}),
        );
    }
    assert_eq!(over(), 1.0);
    call(address, "no_such", &json!({}));
    let mut lines = process.hears_up_to("no_such");
    lines.retain(|line| line.contains("more than 3 calls in one turn"));
    assert_eq!(lines.len(), 1, "{lines:#?}");
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(
        (&line["level"], &line["tool"]),
        (&json!("WARN"), &json!("list_orders"))
    );
    assert!(!lines[0].contains("status"), "{line}");
}

#[test]
fn what_is_there_now_is_told_as_it_is_now() {
    let (_folder, process, page) = served();
    let address = process.address();
    let now = |name| figure(&figures(page), name, &[]);
    assert_eq!(now("mcp_server_in_flight"), 0.0);
    let held = [(); 3].map(|()| TcpStream::connect(address).unwrap());
    call(address, "list_orders", &json!({"status": "open"}));
    while now("tollhouse_connections") != 3.0 {
        std::thread::yield_now();
    }
    drop(held);
    while now("tollhouse_connections") != 0.0 {
        std::thread::yield_now();
    }
}

#[test]
fn reloads_are_counted_by_how_they_ended() {
    let (folder, process, page) = served();
    process.address();
    let reloads = |status: &str| {
        let label = format!("status=\"{status}\"");
        figure(&figures(page), "tollhouse_reloads_total", &[&label])
    };
    assert_eq!((reloads("ok"), reloads("failed")), (0.0, 0.0));
    let file = folder.path().join("tollhouse.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("SELECT id", "SELECT idd")).unwrap();
    process.hears("not reloaded");
    fs::write(&file, text.replace("newest first", "latest first")).unwrap();
    process.hears("reloaded: ");
    while reloads("ok") < 1.0 {
        std::thread::yield_now();
    }
    assert_eq!((reloads("ok"), reloads("failed")), (1.0, 1.0));
}

/// An address that is taken is told with its mend, before anybody is served.
#[test]
fn an_address_that_is_taken_is_told() {
    let (_folder, _process, page) = served();
    let text = format!("telemetry.metrics = \"{page}\"\n{FIRST}");
    let other = folder(&text);
    let process = Process::start(other.path(), &["run", "--http", "127.0.0.1:0"]);
    let (status, _, errors) = process.ends();
    assert_eq!(status.code(), Some(1));
    let told = errors.join("\n");
    assert!(
        told.contains("is in use; change telemetry.metrics"),
        "{told}"
    );
}

/// Every figure on the dashboard, and every one in the table, is exported under that name.
#[test]
fn a27_the_dashboard_and_the_page_name_what_is_exported() {
    let (_folder, process, page) = served();
    call(process.address(), "list_orders", &json!({"status": "open"}));
    let exported = figures(page);
    let exported: Vec<&str> = exported
        .keys()
        .filter_map(|key| key.split('{').next())
        .collect();
    let text = include_str!("../../../../../examples/grafana/tollhouse.json");
    let dashboard: Value = serde_json::from_str(text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut named = Vec::new();
    for panel in panels {
        for target in panel["targets"].as_array().unwrap() {
            let text = target["expr"].as_str().unwrap();
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let is_ours = |word: &&str| word.starts_with("mcp_") || word.starts_with("tollhouse_");
            named.extend(words.filter(is_ours).map(str::to_owned));
        }
    }
    assert!(panels.len() > 8 && named.len() > panels.len());
    for name in &named {
        assert!(
            name == "mcp_method_name" || exported.contains(&name.as_str()),
            "{name}"
        );
    }
    let documented = include_str!("../../../../../docs/metrics.md");
    let rows = documented
        .lines()
        .filter_map(|line| line.strip_prefix("| `"));
    let names: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    assert!(names.len() > 8);
    // Some are there only where there is something to count: other tests fetch those.
    let is_elsewhere = |name: &&&str| {
        ["telemetry", "auth_", "session"]
            .iter()
            .any(|part| name.contains(part))
    };
    for name in names.iter().filter(|name| !is_elsewhere(name)) {
        let is_there = |known: &&str| *known == *name || *known == format!("{name}_count");
        assert!(exported.iter().any(is_there), "{name}");
    }
}

/// A second place that takes nothing, which is a disk without room, holds nobody up and is counted.
#[test]
#[cfg(target_os = "linux")]
fn p39_what_the_audit_wrote_and_what_its_second_place_missed_is_counted() {
    let sink = "[audit.sink]\nfile = \"/dev/full\"\n";
    let folder = folder(&format!("{TELEMETRY}{sink}{FIRST}"));
    let process = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let line = process.hears("metrics  http://");
    let (_, url) = line.split_once("http://").unwrap();
    let metrics = url.strip_suffix("/metrics").unwrap().parse().unwrap();
    let address = process.address();
    let call = json!({"name": "list_orders", "arguments": {"status": "open"}});
    post(address, "tools/call", Some("list_orders"), &call);
    process.hears("the second place of the audit takes nothing");
    let figures = figures(metrics);
    let audit = |name: &str| figure(&figures, &format!("tollhouse_audit_{name}"), &[]);
    assert!(audit("records_total") >= 2.0 && audit("second_lost_total") >= 2.0);
    assert_eq!((audit("lost_total"), audit("failing")), (0.0, 0.0));
    assert!(audit("waiting") >= 0.0);
}

/// Whoever is not let in is counted by why, and not by who it was.
#[test]
fn p48_who_is_not_let_in_is_counted() {
    let tools = FIRST.replace("description", "scope = \"any\"\ndescription");
    let tools = tools.replace(", scope = \"any\"\ndescription", ", description");
    let folder = folder(&format!("{TELEMETRY}auth.mode = \"keys\"\n{tools}"));
    let made = command(folder.path(), &["keys", "create", "desk"]).output();
    assert!(made.unwrap().status.success());
    let process = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let line = process.hears("metrics  http://");
    let (_, url) = line.split_once("http://").unwrap();
    let metrics = url.strip_suffix("/metrics").unwrap().parse().unwrap();
    let address = process.address();
    let knock = |credential: &str| {
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json{credential}"
        );
        let (head, _) = exchange(address, &head, "{}");
        assert!(head.starts_with("HTTP/1.1 401"), "{head}");
    };
    knock("");
    for _ in 0..2 {
        knock("\r\nAuthorization: Bearer nonsense");
    }
    let figures = figures(metrics);
    let failed = |reason: &str| {
        let label = format!("reason=\"{reason}\"");
        figure(&figures, "auth_failures_total", &[&label])
    };
    assert_eq!((failed("missing"), failed("unavailable")), (1.0, 0.0));
    assert_eq!(failed("unknown_key") + failed("mistyped_key"), 2.0);
    assert!(figures.keys().all(|key| !key.contains("nonsense")));
}

/// A session is counted when its client ends it, and only by whoever it is.
#[test]
fn p48_how_long_a_session_was_is_told_when_it_ends() {
    let (_folder, process, page) = served();
    let address = process.address();
    let head = |method: &str| {
        format!(
            "{method} /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream"
        )
    };
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"}
    }});
    let (response, _) = exchange(address, &head("POST"), &hello.to_string());
    let (_, id) = response.split_once("mcp-session-id: ").unwrap();
    let (id, _) = id.split_once("\r\n").unwrap();
    let name = "mcp_server_session_duration_seconds_count";
    assert!(!figures(page).keys().any(|key| key.starts_with(name)));
    let delete = format!("{}\r\nMcp-Session-Id: {id}", head("DELETE"));
    for status in ["204", "404"] {
        let (response, _) = exchange(address, &delete, "");
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status}")),
            "{response}"
        );
    }
    let figures = figures(page);
    let of = [
        "mcp_protocol_version=\"2025-11-25\"",
        "network_transport=\"tcp\"",
    ];
    assert_eq!(figure(&figures, name, &of), 1.0);
    let sum = figure(&figures, "mcp_server_session_duration_seconds_sum", &of);
    assert!((0.0..30.0).contains(&sum), "{sum}");
}
