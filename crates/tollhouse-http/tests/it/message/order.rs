//! Of two faults the earlier is told, in the order that clients rely on.

use serde_json::{Value, json};
use tollhouse_http::Options;

use crate::language::{House, Request};

/// What can be wrong, in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Host,
    Origin,
    Method,
    ContentType,
    Accept,
    Size,
    Json,
    Shape,
    Meta,
    VersionHeader,
    Version,
    MethodHeader,
    NameHeader,
    UnknownMethod,
    Scope,
    ParamHeader,
    Arguments,
    Capability,
}

use Fault::{
    Accept, Arguments, Capability, ContentType, Host, Json, Meta, Method, MethodHeader, NameHeader,
    Origin, ParamHeader, Scope, Shape, Size, UnknownMethod, Version, VersionHeader,
};

#[tokio::test]
async fn e66_of_two_faults_the_earlier_is_told() {
    let house = House::with(Options::default().body_bytes_max(4096)).await;
    let good = house.say(&spoilt(&[])).await;
    assert_eq!(good.told(), "noted");
    // Which name a header would repeat, only a known method says.
    let is_pair = |pair| pair != (NameHeader, UnknownMethod);
    for (index, (fault, status, code)) in ALL.into_iter().enumerate() {
        house.say(&spoilt(&[fault])).await.assert(status, code);
        let later = ALL.into_iter().skip(index + 1).map(|(later, _, _)| later);
        for later in later.filter(|later| is_pair((fault, *later))) {
            let response = house.say(&spoilt(&[fault, later])).await;
            let told = (response.status(), response.code());
            assert_eq!(
                told,
                (status, code),
                "{fault:?} and {later:?}: {}",
                response.told()
            );
        }
    }
    assert_eq!(house.effects(), 1);
}

#[tokio::test]
async fn e67_missing_meta_goes_before_missing_headers() {
    let house = House::open().await;
    for params in [json!({}), json!({"_meta": {}})] {
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": params});
        let list = Request::message(&list);
        house.say(&list).await.assert(400, -32602);
        let list = list.header("MCP-Protocol-Version", "2026-07-28");
        house.say(&list).await.assert(400, -32602);
    }
}

#[tokio::test]
async fn e70_an_unknown_method_is_told_only_if_the_header_agrees() {
    let house = House::open().await;
    let nope = Request::rpc("nope", json!({}));
    house.say(&nope).await.assert(404, -32601);
    house
        .say(&nope.with("Mcp-Method", "tools/list"))
        .await
        .assert(400, -32020);
}

/// A call that is right but for these faults.
fn spoilt(faults: &[Fault]) -> Request {
    let has = |fault| faults.contains(&fault);
    let pick = |fault, bad, good| if has(fault) { bad } else { good };
    let method = pick(UnknownMethod, "nope", "tools/call");
    let tool = pick(Scope, "scoped", "open");
    let version = pick(Version, "1900-01-01", "2026-07-28");
    let body = body(faults, method, tool, version);
    let request = Request::bytes(body)
        .with("Host", pick(Host, "evil.example", "localhost"))
        .with(
            "Content-Type",
            pick(ContentType, "text/plain", "application/json"),
        )
        .with("Accept", pick(Accept, "text/html", "application/json"))
        .header(
            "MCP-Protocol-Version",
            pick(VersionHeader, "1800-01-01", version),
        )
        .header("Mcp-Method", pick(MethodHeader, "tools/list", method))
        .header("Mcp-Name", pick(NameHeader, "other", tool))
        .header("Mcp-Param-Region", pick(ParamHeader, "us", "eu"));
    let request = if has(Origin) {
        request.header("Origin", "http://evil.example")
    } else {
        request
    };
    request.verb(pick(Method, "PUT", "POST"))
}

fn body(faults: &[Fault], method: &str, tool: &str, version: &str) -> String {
    let has = |fault| faults.contains(&fault);
    let capabilities = if has(Capability) {
        json!({})
    } else {
        json!({"elicitation": {}})
    };
    let mut meta = json!({"io.modelcontextprotocol/clientCapabilities": capabilities});
    let fields = meta.as_object_mut().unwrap();
    if !has(Meta) {
        fields.insert(
            "io.modelcontextprotocol/protocolVersion".to_owned(),
            json!(version),
        );
    }
    let mut arguments = json!({"region": "eu"});
    let fields = arguments.as_object_mut().unwrap();
    if has(Arguments) {
        fields.insert("extra".to_owned(), json!(1));
    }
    let padding = "x".repeat(if has(Size) { 8192 } else { 0 });
    let params = json!({"_meta": meta, "name": tool, "arguments": arguments, "padding": padding});
    let marker: Value = if has(Shape) {
        json!("1.0")
    } else {
        json!("2.0")
    };
    let message = json!({"jsonrpc": marker, "id": 1, "method": method, "params": params});
    let mut text = message.to_string();
    if has(Json) {
        text.pop();
    }
    text
}

const ALL: [(Fault, u16, i64); 18] = [
    (Host, 403, -32600),
    (Origin, 403, -32600),
    (Method, 405, -32600),
    (ContentType, 415, -32600),
    (Accept, 406, -32600),
    (Size, 413, -32600),
    (Json, 400, -32700),
    (Shape, 400, -32600),
    (Meta, 400, -32602),
    (VersionHeader, 400, -32020),
    (Version, 400, -32022),
    (MethodHeader, 400, -32020),
    (NameHeader, 400, -32020),
    (UnknownMethod, 404, -32601),
    (Scope, 403, 403),
    (ParamHeader, 400, -32020),
    (Arguments, 200, 0),
    (Capability, 400, -32021),
];
