//! Somebody's own service is told that a call waits for a person: signed, tried again, and never waited for.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::mpsc,
    thread,
};

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::process::{PATIENCE, Process, command, message};

/// A service that takes what comes, and what it answers: one status for each request, and then nothing any more.
struct Service {
    url: String,
    told: mpsc::Receiver<(String, Vec<u8>)>,
}

impl Service {
    fn open(answers: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, told) = mpsc::channel();
        thread::spawn(move || {
            let mut answers = answers.iter();
            // Connections that get no answer stay open.
            let mut left = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                sender.send(read(&stream)).unwrap();
                match answers.next() {
                    Some(status) => answer(&stream, *status),
                    None => left.push(stream),
                }
            }
        });
        Self { url, told }
    }

    fn next(&self) -> (String, Vec<u8>) {
        self.told.recv_timeout(PATIENCE).unwrap()
    }
}

fn read(stream: &TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).unwrap();
    }
    let mut body = vec![0; header(&head, "content-length").parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    (head, body)
}

fn answer(mut stream: &TcpStream, status: u16) {
    let line = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(line.as_bytes()).unwrap();
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let (_, value) = lines
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .unwrap();
    value
}

fn serve(folder: &Path, url: &str, more: &str) -> Process {
    let file = format!(
        "[confirm]\nwebhook = \"{url}\"\nwebhook_secret = \"${{HOOK}}\"\n{more}\n\
         [sources.shop]\ntype = \"sqlite\"\npath = \"shop.db\"\nseed = \"seed.sql\"\n\
         [tools.drop_order]\nsource = \"shop\"\nconfirm = \"human\"\neffect = \"destructive\"\n\
         description = \"Delete one order for good, by its exact id.\"\n\
         sql = \"DELETE FROM orders WHERE id = :order_id\"\n\
         params.order_id = {{ description = \"Order id, e.g. ord_abc123\" }}\n"
    );
    std::fs::write(folder.join("tollhouse.toml"), file).unwrap();
    std::fs::write(
        folder.join("seed.sql"),
        "CREATE TABLE orders (id TEXT PRIMARY KEY);",
    )
    .unwrap();
    let mut command = command(folder, &["run", "tollhouse.toml", "--stdio"]);
    Process::spawn(command.env("HOOK", format!("whsec_{}", STANDARD.encode(KEY))))
}

/// Calls the tool, which waits for a person: the id that the model reads.
fn wait(process: &mut Process, order: &str) -> String {
    let params = json!({"name": "drop_order", "arguments": {"order_id": order}});
    process.write(&message("tools/call", &params).to_string());
    let reply = process.read();
    let text = reply["result"]["content"][0]["text"].as_str().unwrap();
    let place = text.find("apr_").unwrap();
    text[place..place + 20].to_owned()
}

/// As Standard Webhooks has it.
fn verify(head: &str, body: &[u8]) {
    let (id, at) = (
        header(head, "webhook-id"),
        header(head, "webhook-timestamp"),
    );
    let mut signed = format!("{id}.{at}.").into_bytes();
    signed.extend_from_slice(body);
    let key = hmac::Key::new(hmac::HMAC_SHA256, KEY);
    let tag = header(head, "webhook-signature")
        .strip_prefix("v1,")
        .unwrap();
    hmac::verify(&key, &signed, &STANDARD.decode(tag).unwrap()).unwrap();
}

#[test]
fn o1_a_service_is_told_that_a_call_waits_without_its_arguments() {
    let (folder, service) = (tempfile::tempdir().unwrap(), Service::open(&[204]));
    let mut process = serve(folder.path(), &service.url, "");
    let id = wait(&mut process, "ord_private");
    let (head, body) = service.next();
    assert!(head.starts_with("POST /hook HTTP/1.1"), "{head}");
    verify(&head, &body);
    assert!(header(&head, "webhook-id").contains(&id), "{head}");
    let text = String::from_utf8(body).unwrap();
    assert!(!text.contains("ord_private"), "{text}");
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["type"], "approval.waiting");
    assert_eq!(told["data"]["id"], json!(id));
    assert_eq!(told["data"]["tool"], "drop_order");
    assert!(
        told["text"]
            .as_str()
            .unwrap()
            .contains(&format!("tollhouse approvals show {id}"))
    );
    // The same call waits already: nobody is told twice.
    assert_eq!(wait(&mut process, "ord_private"), id);
    let other = wait(&mut process, "ord_other");
    assert!(header(&service.next().0, "webhook-id").contains(&other));
}

#[test]
fn o1_a_service_that_fails_is_told_again_and_of_the_arguments_if_the_file_says_so() {
    let (folder, service) = (
        tempfile::tempdir().unwrap(),
        Service::open(&[500, 503, 200]),
    );
    let mut process = serve(folder.path(), &service.url, "webhook_arguments = true");
    wait(&mut process, "ord_shown");
    let tries = [service.next(), service.next(), service.next()];
    for (head, body) in &tries {
        verify(head, body);
        assert_eq!(
            header(head, "webhook-id"),
            header(&tries[0].0, "webhook-id")
        );
        let told: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(told["data"]["arguments"], r#"{"order_id":"ord_shown"}"#);
        assert!(
            told["data"]["question"]
                .as_str()
                .unwrap()
                .contains("ord_shown")
        );
    }
}

#[test]
fn o1_nobody_waits_for_a_service_that_hangs() {
    let (folder, service) = (tempfile::tempdir().unwrap(), Service::open(&[]));
    let mut process = serve(folder.path(), &service.url, "");
    wait(&mut process, "ord_0");
    service.next();
    // The service holds the connection, and calls go on.
    for number in 1..4 {
        wait(&mut process, &format!("ord_{number}"));
    }
}

#[test]
fn o1_check_tells_what_is_wrong_with_a_webhook() {
    let folder = tempfile::tempdir().unwrap();
    let shop = "[sources.shop]\ntype = \"memory\"\n";
    for (said, code, told) in [
        (
            "webhook = \"hooks.example.com/x\"",
            "E024",
            "no URL to send to",
        ),
        ("webhook = \"https://\"", "E024", "no URL to send to"),
        (
            "webhook = \"ftp://hooks.example.com/x\"",
            "E024",
            "no URL to send to",
        ),
        (
            "webhook_secret = \"${HOOK}\"",
            "E025",
            "there is no `webhook`",
        ),
        ("webhook_arguments = true", "E025", "there is no `webhook`"),
        (
            "webhook = \"https://hooks.example.com/x\"\nwebhook_secret = \"${HOOK}\"",
            "E024",
            "no key to sign with",
        ),
        (
            "webhook = \"https://hooks.example.com/x\"",
            "W214",
            "webhook_secret",
        ),
        (
            "webhook = \"http://hooks.example.com/x\"",
            "W214",
            "on its way",
        ),
    ] {
        let file = format!("[confirm]\n{said}\n{shop}");
        std::fs::write(folder.path().join("tollhouse.toml"), file).unwrap();
        let mut check = command(folder.path(), &["check", "--offline"]);
        let output = check.env("HOOK", "short").output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(text.contains(code) && text.contains(told), "{said}: {text}");
    }
}

const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
