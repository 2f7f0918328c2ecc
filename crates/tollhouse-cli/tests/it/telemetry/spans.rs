//! Spans and figures as they arrive: their parents, names, attributes, and what is in none of them.

use opentelemetry_proto::tonic::{metrics::v1::metric::Data, trace::v1::Span};
use serde_json::{Value, json};

use super::{Collector, attributes, telling, value};
use crate::{
    config::{folder, serve::FIRST},
    operate::exchange,
    process::{Process, message},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";
const CARRIER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A way to call: which transport, in which revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Http,
    HttpSession,
    Pipe,
    PipeSession,
}

impl Way {
    const ALL: [Self; 4] = [Self::Http, Self::HttpSession, Self::Pipe, Self::PipeSession];

    const fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::HttpSession)
    }

    /// The span of what carries its calls.
    const fn carrier(self) -> &'static str {
        if self.is_http() {
            "00f067aa0ba902b7"
        } else {
            ""
        }
    }

    const fn is_session(self) -> bool {
        matches!(self, Self::HttpSession | Self::PipeSession)
    }
}

fn hello() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"}
    }})
}

/// A client on one way.
struct Client {
    way: Way,
    process: Process,
    head: String,
}

impl Client {
    fn start(way: Way, folder: &std::path::Path, collector: &Collector) -> Self {
        let arguments: &[&str] = if way.is_http() {
            &["run", "--http", "127.0.0.1:0"]
        } else {
            &["run", "--stdio"]
        };
        let mut process = Process::spawn(&mut telling(folder, collector.address, arguments));
        let mut head = String::new();
        if way.is_http() {
            let address = process.address();
            head = format!(
                "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
                 Accept: application/json, text/event-stream\r\ntraceparent: {CARRIER}"
            );
            if way.is_session() {
                let (response, _) = exchange(address, &head, &hello().to_string());
                let (_, id) = response.split_once("mcp-session-id: ").unwrap();
                let (id, _) = id.split_once("\r\n").unwrap();
                head = format!("{head}\r\nMcp-Session-Id: {id}");
            }
        } else if way.is_session() {
            process.write(&hello().to_string());
            process.read();
            process.write(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        }
        Self { way, process, head }
    }

    fn call(&mut self, tool: &str, arguments: &Value, parent: Option<&str>) {
        let params = json!({"name": tool, "arguments": arguments});
        let mut message = message("tools/call", &params);
        message["id"] = json!("seven");
        if self.way.is_session() {
            message["params"]["_meta"] = json!({});
        }
        if let Some(parent) = parent {
            message["params"]["_meta"]["traceparent"] = json!(parent);
            message["params"]["_meta"]["tracestate"] = json!("vendor=1");
        }
        if !self.way.is_http() {
            self.process.write(&message.to_string());
            self.process.read();
            return;
        }
        let (_, address) = self.head.split_once("Host: ").unwrap();
        let (address, _) = address.split_once("\r\n").unwrap();
        let head = if self.way.is_session() {
            self.head.clone()
        } else {
            format!(
                "{}\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}",
                self.head
            )
        };
        exchange(address.parse().unwrap(), &head, &message.to_string());
    }
}

#[test]
fn n23_p39_a_call_is_a_span_with_its_parent_link_and_attributes_on_every_way() {
    let folder = folder(FIRST);
    for way in Way::ALL {
        let collector = Collector::open(200);
        let mut client = Client::start(way, folder.path(), &collector);
        let parent = format!("00-{TRACE}-{PARENT}-01");
        client.call("list_orders", &json!({"status": "open"}), Some(&parent));
        let (span, resource) = collector.span();
        assert_eq!(value(&resource, "service.name"), "tollhouse", "{way:?}");
        stands_where_it_should(&span, way);
        says_what_was_called(&attributes(&span.attributes), way);
    }
}

fn stands_where_it_should(span: &Span, way: Way) {
    assert_eq!(span.name, "tools/call list_orders");
    assert_eq!(span.kind, 2, "a server's");
    assert_eq!(hex(&span.trace_id), TRACE, "{way:?}");
    assert_eq!(hex(&span.parent_span_id), PARENT);
    assert_eq!(span.trace_state, "vendor=1");
    assert!(span.end_time_unix_nano > span.start_time_unix_nano);
    let links: Vec<String> = span.links.iter().map(|link| hex(&link.span_id)).collect();
    assert_eq!(links.join(" "), way.carrier(), "{way:?}");
    assert_eq!(span.status.as_ref().unwrap().code, 0, "unset");
}

fn says_what_was_called(all: &[(String, Value)], way: Way) {
    let revision = if way.is_session() {
        "2025-11-25"
    } else {
        "2026-07-28"
    };
    let transport = if way.is_http() { "tcp" } else { "pipe" };
    for (key, expected) in [
        ("mcp.method.name", json!("tools/call")),
        ("gen_ai.tool.name", json!("list_orders")),
        ("gen_ai.operation.name", json!("execute_tool")),
        ("mcp.protocol.version", json!(revision)),
        ("jsonrpc.request.id", json!("seven")),
        ("network.transport", json!(transport)),
        ("error.type", Value::Null),
        ("tollhouse.status", json!("done")),
    ] {
        assert_eq!(value(all, key), expected, "{way:?} {key}");
    }
    let session = value(all, "mcp.session.id");
    assert_eq!(
        session.is_string(),
        way == Way::HttpSession,
        "{way:?} {session}"
    );
    let definition = value(all, "tollhouse.tool.definition");
    assert_eq!(definition.as_str().unwrap().len(), 64);
}

#[test]
fn n23_an_error_is_one_of_the_model_or_of_the_protocol_on_every_way() {
    let folder = folder(FIRST);
    for way in Way::ALL {
        let collector = Collector::open(200);
        let mut client = Client::start(way, folder.path(), &collector);
        client.call("list_orders", &json!({"status": "none"}), None);
        let (span, _) = collector.span();
        assert_eq!(span.status.as_ref().unwrap().code, 2, "an error");
        let all = attributes(&span.attributes);
        assert_eq!(value(&all, "error.type"), "tool_error");
        assert_eq!(value(&all, "tollhouse.refusal"), "bad_arguments");
        assert_eq!(value(&all, "rpc.response.status_code"), Value::Null);
        // What carried it is the parent where the message names none.
        assert_eq!(hex(&span.parent_span_id), way.carrier(), "{way:?}");
        client.call("no_such", &json!({}), None);
        let (span, _) = collector.span();
        // Names that callers make up are no names of spans.
        assert_eq!(span.name, "tools/call");
        let all = attributes(&span.attributes);
        assert_eq!(value(&all, "error.type"), "-32602");
        assert_eq!(value(&all, "rpc.response.status_code"), "-32602");
    }
}

#[test]
fn a_call_of_no_trace_begins_one_that_the_log_names_too() {
    let folder = folder(FIRST);
    let collector = Collector::open(200);
    let arguments = ["run", "--http", "127.0.0.1:0"];
    let process = Process::spawn(&mut telling(folder.path(), collector.address, &arguments));
    let params = json!({"name": "list_orders", "arguments": {"status": "open"}});
    let address = process.address();
    crate::process::post(address, "tools/call", Some("list_orders"), &params);
    let line: Value = serde_json::from_str(&process.hears("\"call\"")).unwrap();
    let (span, _) = collector.span();
    assert_eq!(line["trace_id"], hex(&span.trace_id));
    assert!(span.parent_span_id.is_empty());
}

#[test]
fn n23_who_is_not_sampled_is_not_told_of() {
    let folder = folder(FIRST);
    let collector = Collector::open(200);
    let mut client = Client::start(Way::Pipe, folder.path(), &collector);
    let orders = json!({"status": "open"});
    let parent = |flag: &str| format!("00-{TRACE}-{PARENT}-{flag}");
    client.call("list_orders", &orders, Some(&parent("00")));
    client.call("no_such", &orders, Some(&parent("01")));
    // Spans go in order: the first to come is of the second call.
    let (span, _) = collector.span();
    assert_eq!(span.name, "tools/call");
}

#[test]
fn a27_n23_figures_arrive_with_the_names_of_the_conventions() {
    let folder = folder(FIRST);
    let collector = Collector::open(200);
    let mut client = Client::start(Way::Pipe, folder.path(), &collector);
    client.call("list_orders", &json!({"status": "open"}), None);
    let name = "mcp.server.operation.duration";
    let (all, resource) = collector.figures(name);
    assert_eq!(value(&resource, "service.name"), "tollhouse");
    let duration = all.iter().find(|metric| metric.name == name).unwrap();
    assert_eq!(duration.unit, "s");
    let Some(Data::Histogram(histogram)) = &duration.data else {
        unreachable!("{duration:?}");
    };
    let point = &histogram.data_points[0];
    assert_eq!(point.count, 1);
    assert_eq!(point.explicit_bounds[..3], [0.01, 0.02, 0.05]);
    let labels = attributes(&point.attributes);
    assert_eq!(value(&labels, "gen_ai.tool.name"), "list_orders");
    assert!(
        all.iter()
            .any(|metric| metric.name == "tollhouse.telemetry.dropped")
    );
}

/// What callers send and are told, and who they are, is told to no collector.
#[test]
fn p39_no_argument_result_or_user_is_told() {
    let text = FIRST.replace(
        "params.status = { enum = [\"open\", \"paid\", \"shipped\", \"cancelled\"], description = \"The status\" }",
        "params.status = { description = \"The status\" }",
    );
    let folder = folder(&format!("server.local_user = \"canary-user\"\n{text}"));
    let collector = Collector::open(200);
    let mut client = Client::start(Way::Pipe, folder.path(), &collector);
    client.call("list_orders", &json!({"status": "canary-argument"}), None);
    client.call("list_orders", &json!({"status": ["canary-wrong"]}), None);
    client.call("list_orders", &json!({"status": "open", "limit": 50}), None);
    let mut seen = Vec::new();
    let (mut spans, mut figures) = (0, 0);
    while spans < 3 || figures < 2 {
        let told = collector.next();
        match told.spans() {
            Some(read) => spans += read.len(),
            None => figures += 1,
        }
        seen.extend(told.body);
    }
    let seen = String::from_utf8_lossy(&seen);
    assert!(seen.contains("list_orders"));
    for canary in ["canary", "ord_", "cents"] {
        assert!(!seen.contains(canary), "{canary}");
    }
}

#[test]
fn n23_the_environment_adds_headers_and_names_the_service() {
    let folder = folder(FIRST);
    let collector = Collector::open(200);
    let arguments = ["run", "--stdio"];
    let mut command = telling(folder.path(), collector.address, &arguments);
    command
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-team=abc%20d,x-other=1")
        .env("OTEL_SERVICE_NAME", "shop")
        .env(
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=test",
        );
    let mut process = Process::spawn(&mut command);
    process.call("list_orders", &json!({"status": "open"}));
    let told = collector.next();
    let head = told.head.to_lowercase();
    assert!(
        head.contains("x-team: abc d\r\n") && head.contains("x-other: 1"),
        "{head}"
    );
    assert!(
        head.contains("content-type: application/x-protobuf"),
        "{head}"
    );
    process.call("list_orders", &json!({"status": "paid"}));
    let (_, resource) = collector.span();
    assert_eq!(value(&resource, "service.name"), "shop");
    assert_eq!(value(&resource, "deployment.environment.name"), "test");
}

/// What the file says counts, over what the environment says.
#[test]
fn n23_the_file_names_the_collector_its_headers_and_the_service() {
    let collector = Collector::open(200);
    let to = collector.address;
    let text = format!(
        "[telemetry]\notlp = \"http://{to}\"\nservice = \"by-file\"\n\
         headers.authorization = \"Bearer canary-key\"\n{FIRST}"
    );
    let folder = folder(&text);
    let nowhere = std::net::SocketAddr::from(([127, 0, 0, 1], 1));
    let mut process = Process::spawn(&mut telling(folder.path(), nowhere, &["run", "--stdio"]));
    process.call("list_orders", &json!({"status": "open"}));
    let told = collector.next();
    assert!(
        told.head.contains("authorization: Bearer canary-key"),
        "{}",
        told.head
    );
    process.call("list_orders", &json!({"status": "paid"}));
    let (_, resource) = collector.span();
    assert_eq!(value(&resource, "service.name"), "by-file");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
