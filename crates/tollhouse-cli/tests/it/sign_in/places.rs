//! Credentials where they do not belong, and what is written of those that came.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{Shop, caller::Caller, file, issuer::Issuer};
use crate::{operate::exchange, process::message};

/// Statuses of a call that shows a credential only there.
fn misplaced(caller: &Caller, credential: &str) -> Vec<u16> {
    let mut statuses = Vec::new();
    for name in ["access_token", "token", "key", "api_key"] {
        let query = caller.clone().at(&format!("/mcp?{name}={credential}"));
        let cookie = caller
            .clone()
            .with("Cookie", &format!("{name}={credential}"));
        for caller in [query, cookie] {
            statuses.push(caller.call("whoami", &json!({})).status);
            statuses.push(caller.send("GET", &[], &Value::Null).status);
        }
        let form = format!("{name}={credential}");
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Accept: application/json, text/event-stream",
            caller.address
        );
        let (head, _) = exchange(caller.address, &head, &form);
        statuses.push(head.split(' ').nth(1).unwrap().parse().unwrap());
        let inside = json!({"name": "whoami", "arguments": {}, name: credential});
        let mut inside = message("tools/call", &inside);
        inside[name] = json!(credential);
        statuses.push(caller.send("POST", &[], &inside).status);
    }
    statuses
}

#[test]
fn case31_w16_p10_credentials_count_in_headers_only_and_are_never_logged() {
    for format in ["pretty", "json"] {
        let issuer = Issuer::start();
        let text = file(&issuer.url);
        let folder = crate::config::folder(&text);
        let mut command = crate::process::command(
            folder.path(),
            &[
                "run",
                "--http",
                "127.0.0.1:0",
                "--log-level",
                "trace",
                "--log-format",
                format,
            ],
        );
        let process = crate::process::Process::spawn(&mut command);
        let line = process.hears("  url ");
        let (_, rest) = line.split_once("http://").unwrap();
        let address = rest.split_once("/mcp").unwrap().0.parse().unwrap();
        let made = ["keys", "create", "laptop", "--user", "ana"];
        let made = crate::process::command(folder.path(), &made)
            .output()
            .unwrap();
        let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        let token = issuer.token("ana", "orders:read");
        let bad = issuer.sign(&json!({"sub": "ana", "aud": "https://other.example/mcp"}));
        let forged = format!("{}x", &token[..token.len() - 6]);
        let all = [&token, &key, &bad, &forged];
        for credential in all {
            is_shown_everywhere(address, credential);
        }
        assert_eq!(Caller::new(address, &token).subject(), "ana");
        assert_eq!(Caller::new(address, &key).subject(), "ana");
        process.signal(rustix::process::Signal::TERM);
        let (_, output, errors) = process.ends();
        let log = [output, errors].concat();
        assert!(
            log.iter().any(|line| line.contains("a token was refused")),
            "{log:#?}"
        );
        assert!(log.iter().any(|line| line.contains("duration_ms")));
        for credential in all {
            is_in_no_line(&log, credential);
        }
    }
}

fn is_shown_everywhere(address: SocketAddr, credential: &str) {
    let nobody = Caller::nobody(address);
    let statuses = misplaced(&nobody, credential);
    assert!(statuses.iter().all(|status| *status == 401), "{statuses:?}");
    let shown = Caller::new(address, credential);
    shown.call("whoami", &json!({}));
    let inside = json!({"order_id": credential, "status": credential});
    shown.call("set_status", &inside);
    for name in ["x-api-key", "Authorization"] {
        let bare = nobody.clone().with(name, credential);
        bare.call("whoami", &json!({}));
    }
}

/// Of a token, the end of each of its three parts, which is its own.
fn is_in_no_line(log: &[String], credential: &str) {
    let parts = credential.split('.').filter(|part| part.len() >= 20);
    for part in parts.map(|part| &part[part.len() - 20..]) {
        let found = log.iter().find(|line| line.contains(part));
        assert_eq!(found, None, "{part}");
    }
}

#[test]
fn case31_two_credentials_are_none() {
    let shop = Shop::open();
    let key = shop.runs("keys create laptop --user ana");
    let token = shop.issuer.token("ana", "orders:read");
    let (as_token, as_key) = (format!("Bearer {token}"), format!("Bearer {key}"));
    let nobody = Caller::nobody(shop.address);
    for (first, second, expected) in [
        // One header twice is no request that anybody should guess about.
        (
            ("Authorization", &as_token),
            ("Authorization", &as_token),
            400,
        ),
        (
            ("Authorization", &as_token),
            ("authorization", &as_key),
            400,
        ),
        (("x-api-key", &key), ("X-Api-Key", &key), 400),
        // Two headers that say two things are no credential.
        (("Authorization", &as_token), ("x-api-key", &key), 401),
        (
            ("Authorization", &as_token),
            ("x-api-key", &String::new()),
            401,
        ),
        // The same thing in both is one.
        (("Authorization", &as_key), ("x-api-key", &key), 200),
        (("Authorization", &as_token), ("x-api-key", &token), 200),
    ] {
        let caller = nobody
            .clone()
            .with(first.0, first.1)
            .with(second.0, second.1);
        let said = caller.call("whoami", &json!({}));
        assert_eq!(said.status, expected, "{first:?} {second:?}: {}", said.body);
    }
    // A token is none where keys stand, and one that is not good is not tried as a key.
    let said = nobody.with("x-api-key", &token).call("whoami", &json!({}));
    assert_eq!(said.status, 401);
    let gone = shop.issuer.sign(&json!({"sub": "ana", "exp": 1}));
    let said = Caller::new(shop.address, &gone).call("whoami", &json!({}));
    assert_eq!(
        (said.status, said.body.as_str()),
        (401, r#"{"error":"invalid_token"}"#)
    );
}
