//! Case 86: secrets that were planted everywhere are in no sink, in no form, and each sink has something in it.

use std::{fs, net::SocketAddr, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{audit, sinks::Syslog};
use crate::{
    operate::{exchange, session},
    process::{Process, command, confirmed, message, post},
    telemetry::{Collector, telling},
};

const IN_ENVIRONMENT: &str = "canaryEnv/4711+é";
const IN_FILE: &str = "canaryFile-81527";
const IN_ARGUMENTS: &str = "canaryArg90133";

/// Tools that say again what they are told, at once, in parts, or when somebody has said yes.
const TOOLS: &str = r#"
[audit]
arguments = "full"
results = "full"

[limits]
calls = "1000/min"
destructive = "1000/min"
key = "1000/min"

[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.echo]
source = "shop"
description = "Say a text once more, as it was given."
sql = "SELECT :text AS text"
params.text = {}

[tools.many]
source = "shop"
description = "Say a text very often, so that most of it is to be read on."
sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90) SELECT i, :text AS text FROM n"
result_tokens = 1000
params.text = {}

[tools.login]
source = "shop"
description = "Say how many letters a password has."
sql = "SELECT length(:password) AS letters"
params.password = {}

[tools.ask]
source = "shop"
description = "Delete an order by its exact id, if the user says yes."
sql = "DELETE FROM orders WHERE id = :text RETURNING id"
effect = "destructive"
confirm = { by = "client", ask = "Delete {text}?" }
params.text = {}

[tools.wait]
source = "shop"
description = "Delete an order by its exact id, if a person says yes."
sql = "DELETE FROM orders WHERE id = :text RETURNING id"
effect = "destructive"
confirm = "human"
params.text = {}
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

/// Every other program that hears something.
struct Outside {
    collector: Collector,
    hook: Collector,
    listener: Collector,
    syslog: Syslog,
}

impl Outside {
    fn open(folder: &Path) -> Self {
        let [collector, hook, listener] = [200, 204, 204].map(Collector::open);
        let syslog = Syslog::open(folder);
        let file = format!(
            "telemetry.metrics = \"127.0.0.1:0\"\n{TOOLS}\n\
             [confirm]\nwebhook = \"http://{}/\"\nwebhook_arguments = true\n\
             [audit.sink]\nfile = \"second.ndjson\"\nsyslog = \"{}\"\nurl = \"http://{}/?token={IN_FILE}\"\n",
            hook.address,
            folder.join("log.socket").display(),
            listener.address,
        );
        fs::write(folder.join("tollhouse.toml"), file).unwrap();
        Self {
            collector,
            hook,
            listener,
            syslog,
        }
    }

    fn heard(self) -> [Sink; 4] {
        // The address is theirs; what they are told is in the body.
        let bodies = |of: &Collector| {
            let told = of.rest().into_iter();
            let texts = told.map(|one| String::from_utf8_lossy(&one.body).into_owned());
            texts.collect::<Vec<_>>().join("\n")
        };
        [
            ("collector", "echo", bodies(&self.collector)),
            ("webhook", "[…]", bodies(&self.hook)),
            ("listener", r#""target":"many""#, bodies(&self.listener)),
            (
                "syslog",
                r#""target":"many""#,
                self.syslog.messages().join("\n"),
            ),
        ]
    }
}

/// What it is, what has to be in it so that something was looked at, and all that is in it.
type Sink = (&'static str, &'static str, String);

/// What stands behind these in a line of the log.
fn address(line: &str, path: &str) -> SocketAddr {
    let (_, rest) = line.split_once("http://").unwrap();
    rest.split_once(path).unwrap().0.parse().unwrap()
}

/// Calls as a client of the newest revision, which asks its user.
fn modern(address: SocketAddr, tool: &str, text: &str) -> String {
    let params = json!({"name": tool, "arguments": {"text": text}});
    let reply = post(address, "tools/call", Some(tool), &params).1;
    let Some(params) = confirmed(&params, &reply["result"]) else {
        return reply.to_string();
    };
    let done = post(address, "tools/call", Some(tool), &params).1;
    format!("{reply}\n{done}")
}

fn legacy(address: SocketAddr, head: &str, (tool, text): (&str, &str)) -> String {
    let params = json!({"name": tool, "arguments": {"text": text}});
    let mut message = message("tools/call", &params);
    message["params"]["_meta"] = json!({});
    exchange(address, head, &message.to_string()).1
}

/// Calls everything with every form of every secret, in both eras. Gives what was answered.
fn call_all(address: SocketAddr) -> Vec<String> {
    let (head, _) = session(address);
    let mut replies = Vec::new();
    for secret in [IN_ENVIRONMENT, IN_FILE] {
        for form in forms(secret) {
            replies.push(modern(address, "echo", &format!("a {form} b")));
            replies.push(legacy(address, &head, ("echo", &format!("a {form} b"))));
        }
        let all = forms(secret).join(" ; ");
        for tool in ["many", "ask", "wait"] {
            replies.push(modern(address, tool, &all));
            replies.push(legacy(address, &head, (tool, &all)));
        }
    }
    let login = json!({"name": "login", "arguments": {"password": IN_ARGUMENTS}});
    let (_, reply) = post(address, "tools/call", Some("login"), &login);
    let letters = &reply["result"]["structuredContent"]["rows"][0]["letters"];
    assert_eq!(*letters, IN_ARGUMENTS.len(), "{reply}");
    replies.push(reply.to_string());
    replies
}

/// What a person sees of calls that wait, and says yes to, and what then comes of them.
fn approve(folder: &Path, address: SocketAddr) -> (String, Vec<String>) {
    let says = |arguments: &[&str]| {
        let output = command(folder, &[&["approvals"], arguments].concat())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let listed = says(&["list", "--json"]);
    let waiting: Value = serde_json::from_str(&listed).unwrap();
    let mut seen = listed;
    for one in waiting["approvals"].as_array().unwrap() {
        let id = one["id"].as_str().unwrap();
        seen.push_str(&says(&["show", id]));
        seen.push_str(&says(&["allow", id, "--yes"]));
    }
    seen.push_str(&says(&["list", "--all", "--json"]));
    let text = [IN_ENVIRONMENT, IN_FILE].map(|secret| forms(secret).join(" ; "));
    let done = text.map(|text| modern(address, "wait", &text));
    for one in &done {
        assert!(!one.contains("apr_"), "{one}");
    }
    (seen, done.into())
}

/// All files below a folder. There has to be one.
fn files(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push_str(&files(&path));
        } else {
            all.push_str(&String::from_utf8_lossy(&fs::read(path).unwrap()));
        }
    }
    assert!(!all.is_empty(), "{}", folder.display());
    all
}

#[test]
fn case_86_planted_secrets_are_in_no_sink() {
    let folder = crate::config::folder("");
    let outside = Outside::open(folder.path());
    let arguments = [
        "run",
        "--http",
        "127.0.0.1:0",
        "--log-level",
        "trace",
        "--log-format",
        "json",
    ];
    let mut command = telling(folder.path(), outside.collector.address, &arguments);
    let process = Process::spawn(command.env("SHOP_PASSWORD", IN_ENVIRONMENT));
    let mut log = process.hears_up_to("  url ");
    let page = log
        .iter()
        .find(|line| line.contains("metrics  http://"))
        .unwrap();
    let page = address(page, "/metrics");
    let at = address(log.last().unwrap(), "/mcp");
    let mut replies = call_all(at);
    let (seen, done) = approve(folder.path(), at);
    replies.extend(done);
    let (_, figures) = exchange(page, &format!("GET /metrics HTTP/1.1\r\nHost: {page}"), "");
    let kept = files(&folder.path().join(".tollhouse/state.db-results"));
    process.signal(rustix::process::Signal::TERM);
    let (_, output, errors) = process.ends();
    log.extend(errors);
    let mut sinks: Vec<Sink> = vec![
        ("replies", "[…]", replies.join("\n")),
        ("output", "", output.join("\n")),
        ("log", r#""tool":"echo""#, log.join("\n")),
        ("metrics", "gen_ai_tool_name=\"echo\"", figures),
        ("approvals", "[…]", seen),
        ("results", "[…]", kept),
        ("state", "[…]", files(&folder.path().join(".tollhouse"))),
    ];
    let second = fs::read_to_string(folder.path().join("second.ndjson")).unwrap();
    sinks.push(("file", r#""target":"many""#, second));
    sinks.extend(outside.heard());
    let (status, exported, told) = audit(folder.path(), &["export"]);
    assert!(status == 0, "{told}");
    sinks.push(("export", "[…]", exported));
    for (name, mark, text) in &sinks {
        assert!(text.contains(mark), "{name} has nothing of it: {text}");
        for secret in [IN_ENVIRONMENT, IN_FILE] {
            let seen = forms(secret).into_iter().find(|form| text.contains(form));
            assert_eq!(seen, None, "{name}");
        }
        // What is a secret by its name alone stands where all was asked for, and nowhere else.
        let is_asked_for = ["state", "export"].contains(name);
        assert_eq!(text.contains(IN_ARGUMENTS), is_asked_for, "{name}");
    }
}
