//! Case 86: secrets that were planted everywhere are in no sink, in no form.

use std::fs;

use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::json;

use crate::process::{Process, command, post};

const IN_ENVIRONMENT: &str = "canaryEnv/4711+é";
const IN_FILE: &str = "canaryFile-81527";
const IN_ARGUMENTS: &str = "canaryArg90133";

const CONFIG: &str = r#"
[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.echo]
source = "shop"
description = "Say a text once more, as it was given."
sql = "SELECT :text AS text"
params.text = {}

[audit]
arguments = "full"
results = "full"

[audit.sink]
file = "second.ndjson"
url = "http://127.0.0.1:9/?token=canaryFile-81527"
"#;

fn forms(secret: &str) -> Vec<String> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let quoted = json!(secret).to_string();
    vec![
        secret.to_owned(),
        BASE64_STANDARD.encode(secret),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
        hex.to_uppercase(),
        hex,
        percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC)
            .to_string(),
        quoted.trim_matches('"').to_owned(),
    ]
}

#[test]
#[cfg(unix)]
fn case_86_planted_secrets_are_in_no_sink() {
    let folder = crate::config::folder(CONFIG);
    let arguments = [
        "run",
        "--http",
        "127.0.0.1:0",
        "--log-level",
        "trace",
        "--log-format",
        "json",
    ];
    let process =
        Process::spawn(command(folder.path(), &arguments).env("SHOP_PASSWORD", IN_ENVIRONMENT));
    let line = process.hears("  url ");
    let (_, rest) = line.split_once("http://").unwrap();
    let address = rest.split_once("/mcp").unwrap().0.parse().unwrap();
    let mut replies = Vec::new();
    for secret in [IN_ENVIRONMENT, IN_FILE] {
        for form in forms(secret) {
            let params = json!({"name": "echo", "arguments": {"text": format!("a {form} b")}});
            replies.push(
                post(address, "tools/call", Some("echo"), &params)
                    .1
                    .to_string(),
            );
        }
    }
    // What only looks like one, or stands under such a name, is not known: it is in nothing that is written down but
    // where all was asked for.
    let odd = json!({"name": "echo", "arguments": {"text": "x", "password": IN_ARGUMENTS}});
    post(address, "tools/call", Some("echo"), &odd);
    process.signal(rustix::process::Signal::TERM);
    let (_, output, errors) = process.ends();
    let mut sinks = vec![replies.join("\n"), output.join("\n"), errors.join("\n")];
    for name in [
        "second.ndjson",
        ".tollhouse/state.db",
        ".tollhouse/state.db-wal",
    ] {
        let bytes = fs::read(folder.path().join(name)).unwrap_or_default();
        sinks.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    let (status, exported, told) = super::audit(folder.path(), &["export"]);
    assert!(status == 0 && exported.contains("[…]"), "{told}");
    sinks.push(exported);
    for secret in [IN_ENVIRONMENT, IN_FILE] {
        for form in forms(secret) {
            let seen = sinks.iter().position(|sink| sink.contains(&form));
            assert_eq!(seen, None, "{form}");
        }
    }
    assert!(!sinks.iter().take(4).any(|sink| sink.contains(IN_ARGUMENTS)));
}
