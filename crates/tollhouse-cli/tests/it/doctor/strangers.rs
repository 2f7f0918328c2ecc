//! The endpoint itself: who answers there, and whom.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tollhouse::{Clock as _, SystemClock};

use super::visit;
use crate::site::{Reply, Request, Site, good};

#[test]
fn p53_a_server_as_it_should_be_is_fine() {
    let site = Site::start(good);
    let seen = visit(&site.url(), &["--token", "opaque-token"]);
    seen.is_fine().says(
        "ok",
        &[
            "401 Bearer resource_metadata=",
            "scope=read",
            "client ID metadata documents, dynamic registration; 1 key",
            "site 1: 1 tool,",
            "MCP 2025-11-25",
            "a token in the URL is not taken (401)",
            "evil.example is turned away (403)",
            "http://localhost:6274: a page can call the server",
        ],
    );
    assert!(
        !seen.done.output.contains("opaque-token"),
        "{}",
        seen.done.output
    );
}

#[test]
fn p53_a_bot_blocker_is_named() {
    fn blocked(request: &Request) -> Reply {
        let agent = request.header("user-agent").unwrap_or_default();
        if agent.starts_with("Claude") || agent.starts_with("python") {
            return Reply::page(403).with("cf-mitigated", "challenge");
        }
        good(request)
    }
    let site = Site::start(blocked);
    visit(&site.url(), &[]).blames(
        2,
        "bot-blocker",
        &[
            "Claude-User gets 403",
            "node gets 401",
            "Cloudflare",
            "let Claude-User, python-httpx through",
        ],
    );
}

/// Where the visitor itself is kept out, what lies behind is looked at as somebody who is not.
#[test]
fn p53_a_blocker_that_lets_only_browsers_in_hides_nothing() {
    fn blocked(request: &Request) -> Reply {
        let agent = request.header("user-agent").unwrap_or_default();
        if agent.starts_with("Mozilla") {
            good(request)
        } else {
            Reply::page(503)
        }
    }
    let site = Site::start(blocked);
    let seen = visit(&site.url(), &[]);
    seen.blames(
        2,
        "bot-blocker",
        &["tollhouse gets 503", "a browser gets 401"],
    );
    seen.says("ok", &["401 Bearer resource_metadata="]);
}

#[test]
fn p53_what_answers_in_place_of_the_server_is_named() {
    type Broken = fn(&Request) -> Reply;
    let table: [(Broken, &str, &[&str]); 9] = [
        (
            |_| Reply::only(307).with("Location", "/mcp/"),
            "redirect",
            &["redirected (307) to /mcp/", "only a slash differs"],
        ),
        (
            |request| {
                let to = request.base.replace("http:", "https:") + "/mcp";
                Reply::only(308).with("Location", &to)
            },
            "redirect",
            &["redirected (308) to https://", "in clear already"],
        ),
        (
            |_| Reply::only(302).with("Location", "/login?next=%2Fmcp"),
            "redirect",
            &["a login page or web site stands in front"],
        ),
        (
            |_| Reply::page(200),
            "login-page",
            &["an HTML page for people"],
        ),
        (
            |request| {
                if request.path == "/mcp" {
                    Reply::only(404)
                } else {
                    good(request)
                }
            },
            "wrong-path",
            &["got 404", "often /mcp"],
        ),
        (
            |_| Reply::only(403),
            "forbidden",
            &["got 403", "Host and Origin"],
        ),
        (
            |_| Reply::only(502),
            "server-error",
            &["got 502", "the proxy does not reach"],
        ),
        (|_| Reply::only(500), "server-error", &["got 500", "log"]),
        (
            |request| good(request).without("WWW-Authenticate"),
            "no-challenge",
            &["401 without WWW-Authenticate", "Bearer resource_metadata"],
        ),
    ];
    for (broken, culprit, parts) in table {
        let site = Site::start(broken);
        let seen = visit(&site.url(), &[]);
        seen.done.ends(2);
        assert_eq!(seen.report["culprit"], culprit, "{}", seen.done.output);
        seen.says("problem", parts);
    }
}

#[test]
fn p53_a_server_without_sign_in_is_told_where_it_is() {
    fn open(request: &Request) -> Reply {
        if request.path == "/" || request.method == "GET" {
            return Reply::only(404);
        }
        if request.path == "/mcp" && request.method == "POST" && request.header("origin").is_none()
        {
            let body = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#.to_owned();
            return Reply(
                200,
                vec![("Content-Type", "application/json".to_owned())],
                body,
            );
        }
        good(request)
    }
    let site = Site::start(open);
    let elsewhere = site.url().replace("/mcp", "/");
    visit(&elsewhere, &[]).blames(2, "wrong-path", &["/mcp, which answers with 200"]);
}

#[test]
fn p53_who_does_not_answer_is_given_up_in_time() {
    fn silent(request: &Request) -> Reply {
        if request.path.starts_with("/.well-known/") {
            std::thread::park_timeout(Duration::from_secs(60));
        }
        good(request)
    }
    let site = Site::start(silent);
    let seen = visit(&site.url(), &["--timeout", "4"]);
    seen.blames(2, "no-answer", &["no answer within 1 s"]);

    let deaf = Site::start(|_| {
        std::thread::park_timeout(Duration::from_secs(60));
        Reply::only(200)
    });
    visit(&deaf.url(), &["--timeout", "2"]).blames(4, "no-answer", &["no HTTP answer comes"]);
}

/// A server of the older kind is told as one.
#[test]
fn p53_the_older_transport_is_told() {
    let site = Site::start(|request| match request.method.as_str() {
        "GET" if request.path == "/mcp" => {
            Reply::only(200).with("Content-Type", "text/event-stream")
        }
        _ => Reply::only(405),
    });
    let seen = visit(&site.url(), &[]);
    // It is none all the same: its stream ends before it says where messages are posted.
    seen.blames(2, "no-mcp", &[]);
    seen.says("warning", &["only the transport of 2024-11-05"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_visit() {
    use std::{os::unix::process::ExitStatusExt as _, process::Stdio, sync::mpsc};

    use rustix::process::{Pid, Signal, kill_process};

    let (sender, receiver) = mpsc::channel();
    let deaf = Site::start(move |_| {
        // Nobody may wait for it any more.
        let _ = sender.send(());
        std::thread::park_timeout(Duration::from_secs(60));
        Reply::only(200)
    });
    let folder = tempfile::tempdir().unwrap();
    let mut child = crate::process::command(folder.path(), &["doctor", &deaf.url()])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // It waits for the answer to its first question.
    receiver.recv_timeout(crate::process::PATIENCE).unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(2));
}

#[test]
fn p53_a_server_that_counts_too_low_is_told() {
    let asked = AtomicUsize::new(0);
    let site = Site::start(move |request| {
        let is_knock = request.method == "POST" && request.header("origin").is_none();
        if is_knock && asked.fetch_add(1, Ordering::Relaxed) > 2 {
            return Reply::only(429);
        }
        good(request)
    });
    visit(&site.url(), &[]).warns(
        "too-many-requests",
        &["node gets 429", "allow more requests"],
    );
}

/// What there was no time for is said so, and blamed on nobody.
#[test]
fn p53_a_visit_ends_when_its_time_is_over() {
    let site = Site::start(|request| {
        if request.path.starts_with("/.well-known/") {
            std::thread::park_timeout(Duration::from_secs(60));
        }
        good(request)
    });
    let clock = SystemClock::default();
    let seen = visit(
        &site.url(),
        &["--timeout", "2", "--origin", "https://app.example"],
    );
    assert!(
        clock.ticks() < 3 * Duration::from_secs(2),
        "{:?}",
        clock.ticks()
    );
    seen.done.ends(2);
    seen.says("problem", &["no answer within 1 s"]);
    seen.says(
        "skipped",
        &["https://app.example: the preflight: there is no time left"],
    );
}

#[test]
fn n19_half_of_cors_is_named_with_the_header_to_add() {
    type Broken = fn(&Request) -> Reply;
    let table: [(Broken, &str, &str); 4] = [
        (
            |request| good(request).without("Access-Control-Allow-Headers"),
            "cors-headers",
            "add to Access-Control-Allow-Headers: authorization, content-type, mcp-protocol-version, mcp-session-id",
        ),
        (
            |request| {
                let reply = good(request).without("Access-Control-Allow-Headers");
                reply.with("Access-Control-Allow-Headers", "*")
            },
            "cors-headers",
            "add to Access-Control-Allow-Headers: authorization",
        ),
        (
            |request| good(request).without("Access-Control-Allow-Methods"),
            "cors-headers",
            "add Access-Control-Allow-Methods",
        ),
        (
            |request| good(request).without("Access-Control-Expose-Headers"),
            "cors-exposed",
            "add Access-Control-Expose-Headers: www-authenticate",
        ),
    ];
    for (broken, culprit, part) in table {
        let site = Site::start(broken);
        visit(&site.url(), &[]).blames(2, culprit, &[part]);
    }
}

/// Pages may be kept out on purpose; one that was named may not.
#[test]
fn n19_cors_that_is_missing_is_a_problem_only_for_who_asked() {
    fn closed(request: &Request) -> Reply {
        good(request).without("Access-Control-Allow-Origin")
    }
    let site = Site::start(closed);
    visit(&site.url(), &[]).warns(
        "cors-missing",
        &["http://localhost:6274", "https://claude.ai"],
    );
    let named = ["--origin", "https://app.example"];
    visit(&site.url(), &named).blames(
        2,
        "cors-missing",
        &[
            "Access-Control-Allow-Origin: https://app.example",
            "a page may not read",
        ],
    );
    visit(&site.url(), &["--origin", "https://app.example/path"])
        .done
        .ends(1);
}

#[test]
fn who_lets_strange_pages_in_is_warned() {
    fn careless(request: &Request) -> Reply {
        let body = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#.to_owned();
        match request.header("origin") {
            Some("https://evil.example") => Reply(200, Vec::new(), body),
            _ if request.header("host") == Some("evil.example") => Reply(200, Vec::new(), body),
            _ => good(request),
        }
    }
    let site = Site::start(careless);
    let seen = visit(&site.url(), &[]);
    seen.warns("origin-unchecked", &["evil.example is served (200)"]);
    seen.warns("host-unchecked", &["rebind"]);
}

#[test]
fn a_clock_that_is_wrong_is_named() {
    let site = Site::start(|request| good(request).with("Date", "Sun, 06 Nov 1994 08:49:37 GMT"));
    visit(&site.url(), &[]).blames(2, "clock", &["tokens seem expired", "time server"]);
}

/// What strangers send steers no terminal, and gives no secret back.
#[test]
fn what_comes_back_is_shown_harmless_and_without_the_token() {
    fn hostile(request: &Request) -> Reply {
        let sent = request.header("authorization").unwrap_or_default();
        // Where what is shown is cut, nothing of a secret is left over either.
        let mine = request.header("x-mine").unwrap_or_default();
        let said = format!("\u{1b}[2J{sent}\u{202e}{}{mine}", ".".repeat(80));
        match request.path.as_str() {
            "/mcp" => Reply(500, vec![("X", sent.to_owned())], said),
            _ => Reply::only(302).with("Location", &format!("/{sent}{}", request.path)),
        }
    }
    let site = Site::start(hostile);
    let folder = tempfile::tempdir().unwrap();
    let url = site.url();
    let mine = format!("X-Mine: {}", "s3cr3t-value".repeat(8));
    let words = ["doctor", &url, "--header", &mine, "--token", "t0ken-value"];
    let done = crate::client::run(folder.path(), &words);
    let shown = &done.ends(2).output;
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
    assert!(
        !shown.contains("t0ken-value") && !shown.contains("s3cr3t"),
        "{shown}"
    );
    assert!(shown.contains("server-error"), "{shown}");
}
