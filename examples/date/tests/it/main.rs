//! The program itself, over stdio and over HTTP (T16).
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, ChildStdin, Command, Stdio},
};

use serde_json::{Value, json};
use tollhouse_wire_check::{check_reply, check_request};

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_tollhouse-date"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// One call with these arguments, checked as a client's message.
fn call(arguments: &Value) -> String {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({"name": "get_current_date", "arguments": arguments, "_meta": meta});
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    check_request(&message);
    message.to_string()
}

/// What the model reads, and whether it is told of a failure.
fn read(reply: &str) -> (String, bool) {
    let reply: Value = serde_json::from_str(reply).unwrap();
    check_reply("tools/call", &reply);
    let at = |pointer: &str| reply.pointer(pointer).cloned().unwrap_or_default();
    let text = at("/result/content/0/text").as_str().unwrap().to_owned();
    (text, at("/result/isError") == json!(true))
}

/// The three calls that matter, by whatever way they go.
fn tell(mut ask: impl FnMut(&str) -> String) {
    for arguments in [json!({}), json!({"timezone": "Asia/Tokyo"})] {
        let (date, failed) = read(&ask(&call(&arguments)));
        assert!(!failed);
        assert_eq!((date.len(), date.find('T')), (25, Some(10)), "{date}");
        let offsets = match arguments.get("timezone") {
            Some(_) => ["+09:00"].as_slice(),
            // Stockholm, in winter and in summer.
            None => &["+01:00", "+02:00"],
        };
        assert!(offsets.contains(&&date[19..]), "{date}");
    }
    let (told, failed) = read(&ask(&call(&json!({"timezone": "Europe/Stokholm"}))));
    assert!(failed && told.contains("Europe/Stockholm"), "{told}");
}

#[test]
fn t16_over_stdio() {
    let mut server = start(&["--stdio"]);
    let mut input: ChildStdin = server.stdin.take().unwrap();
    let mut output = BufReader::new(server.stdout.take().unwrap()).lines();
    tell(|message| {
        writeln!(input, "{message}").unwrap();
        output.next().unwrap().unwrap()
    });
    drop(input);
    assert!(server.wait().unwrap().success());
}

#[test]
fn t16_over_http() {
    let mut server = start(&["--http", "127.0.0.1:0"]);
    let mut said = String::new();
    BufReader::new(server.stderr.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    let (_, address) = said.trim_end().split_once("http://").unwrap();
    let address = address.strip_suffix("/mcp").unwrap();
    tell(|message| post(address, message));
    server.kill().unwrap();
    server.wait().unwrap();
}

fn post(address: &str, message: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = message.len();
    write!(
        stream,
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n\
         Mcp-Method: tools/call\r\nMcp-Name: get_current_date\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n{message}"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    body.to_owned()
}
