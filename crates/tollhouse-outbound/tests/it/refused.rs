//! What is never dialled, however it is spelled.

use std::{collections::BTreeMap, net::IpAddr, sync::Mutex};

use futures_util::future::BoxFuture;
use tollhouse_outbound::{Found, Lookup, Options, Outbound, OutboundError, Request};

use crate::listener::{Listener, Say, answer};

fn guarded(exceptions: &[String]) -> Outbound {
    let exceptions = exceptions.iter().map(|it| it.parse().unwrap()).collect();
    Outbound::new(Options {
        exceptions,
        ..Options::default()
    })
    .unwrap()
}

async fn refusal(client: &Outbound, url: &str) -> OutboundError {
    client.send(Request::get(url)).await.unwrap_err()
}

/// Names as these tests want them; a name may answer otherwise each time, and the last answer stays.
#[derive(Debug)]
struct Names(Mutex<BTreeMap<&'static str, Vec<Vec<IpAddr>>>>);

impl Names {
    fn of(names: &[(&'static str, &[&[&str]])]) -> std::sync::Arc<Self> {
        let addresses = |texts: &&[&str]| texts.iter().map(|it| it.parse().unwrap()).collect();
        let rows = names
            .iter()
            .map(|(name, answers)| (*name, answers.iter().map(addresses).collect()));
        std::sync::Arc::new(Self(Mutex::new(rows.collect())))
    }
}

impl Lookup for Names {
    fn lookup(&self, name: String) -> BoxFuture<'static, Found> {
        let mut names = self.0.lock().unwrap();
        let found = names.get_mut(name.as_str()).map(|answers| {
            if answers.len() > 1 {
                answers.remove(0)
            } else {
                answers.first().cloned().unwrap_or_default()
            }
        });
        Box::pin(async move { found.ok_or_else(|| std::io::ErrorKind::NotFound.into()) })
    }
}

#[tokio::test]
async fn c51_sec11_what_is_not_public_is_not_dialled_however_it_is_spelled() {
    let canary = Listener::answering("sung").await;
    let port = canary.port();
    let client = guarded(&[]);
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "0.0.0.0",
        "127.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "0177.0.0.1",
        "2130706433",
        "127.0.0.1.",
        "①②⑦.0.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fc00::1]",
        "224.0.0.1",
        "255.255.255.255",
    ] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/secret?token=hidden");
            let error = refusal(&client, &url).await;
            let is_refused = match error {
                OutboundError::NotPublic { .. } | OutboundError::Never { .. } => true,
                OutboundError::Plain { .. } => url.to_lowercase().starts_with("http://localhost"),
                _ => false,
            };
            assert!(is_refused, "{url}: {error:?}");
            let told = error.to_string();
            assert!(told.contains(&format!(":{port}")), "{told}");
            assert!(
                !told.contains("secret") && !told.contains("hidden"),
                "{told}"
            );
        }
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn c51_other_schemes_and_what_is_no_url_are_refused() {
    let canary = Listener::answering("sung").await;
    let port = canary.port();
    let client = guarded(&[format!("127.0.0.1:{port}")]);
    for url in [
        "file:///etc/passwd".to_owned(),
        format!("gopher://127.0.0.1:{port}/_x"),
        format!("ftp://127.0.0.1:{port}/"),
        format!("ws://127.0.0.1:{port}/"),
        "data:text/plain,x".to_owned(),
        "unix:/run/x.sock".to_owned(),
    ] {
        let error = refusal(&client, &url).await;
        assert!(
            matches!(error, OutboundError::Scheme { .. }),
            "{url}: {error:?}"
        );
    }
    for url in [
        "",
        "/path",
        "127.0.0.1",
        "https://",
        "https://[::1",
        "https://a b/",
    ] {
        assert_eq!(refusal(&client, url).await, OutboundError::NoUrl, "{url}");
    }
    for url in [
        format!("http://user@127.0.0.1:{port}/"),
        format!("http://:secret@127.0.0.1:{port}/"),
        format!("http://public.example@127.0.0.1:{port}/"),
    ] {
        let error = refusal(&client, &url).await;
        assert!(
            matches!(error, OutboundError::UserInfo { .. }),
            "{url}: {error:?}"
        );
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn c51_an_exception_is_one_port_of_one_host_and_no_more() {
    let canary = Listener::answering("sung").await;
    let friend = Listener::answering("hello").await;
    let client = guarded(&[format!("127.0.0.1:{}", friend.port())]);

    let good = format!("http://127.0.0.1:{}/a#part", friend.port());
    let response = client.send(Request::get(good)).await.unwrap();
    assert_eq!(
        (response.status(), response.body().as_ref()),
        (200, &b"hello"[..])
    );
    assert!(friend.requests()[0].starts_with("GET /a HTTP/1.1\r\n"));

    for url in [
        format!("http://127.0.0.1:{}/", canary.port()),
        format!("https://127.0.0.1:{}/", canary.port()),
        format!("http://localhost:{}/", friend.port()),
        format!("https://localhost:{}/", friend.port()),
        format!("http://127.0.0.2:{}/", friend.port()),
    ] {
        refusal(&client, &url).await;
    }
    assert_eq!((canary.connections(), friend.connections()), (0, 1));
}

#[tokio::test]
async fn c51_without_tls_an_exception_has_to_be_this_machine_or_say_so() {
    let friend = Listener::answering("hello").await;
    let port = friend.port();
    let names = Names::of(&[
        ("auth.internal", &[&["127.0.0.1"]]),
        ("elsewhere.internal", &[&["10.0.0.1"]]),
    ]);
    let exceptions = ["auth.internal", "elsewhere.internal"].map(|host| format!("{host}:{port}"));
    let client = Outbound::new(Options {
        exceptions: exceptions.iter().map(|it| it.parse().unwrap()).collect(),
        lookup: Some(names),
        ..Options::default()
    })
    .unwrap();
    let near = format!("http://auth.internal:{port}/");
    assert_eq!(client.send(Request::get(near)).await.unwrap().status(), 200);
    let far = format!("http://elsewhere.internal:{port}/");
    let error = refusal(&client, &far).await;
    assert!(matches!(error, OutboundError::Plain { .. }), "{error:?}");
    assert!(
        error.to_string().contains("http://elsewhere.internal"),
        "{error}"
    );
}

#[tokio::test]
async fn sec12_what_was_checked_is_what_is_dialled() {
    let canary = Listener::answering("sung").await;
    let port = canary.port();
    // Public when somebody looks first, and this machine ever after.
    let names = Names::of(&[
        ("rebound.example", &[&["192.0.2.1"], &["127.0.0.1"]]),
        (
            "several.example",
            &[&["127.0.0.1", "169.254.169.254", "::1"]],
        ),
        ("metadata.example", &[&["169.254.169.254"]]),
        ("empty.example", &[&[]]),
    ]);
    let client = Outbound::new(Options {
        lookup: Some(names),
        ..Options::default()
    })
    .unwrap();
    for (host, expected) in [
        ("rebound.example", "is at 192.0.2.1"),
        ("rebound.example", "is at 127.0.0.1"),
        ("rebound.example", "is at 127.0.0.1"),
        ("several.example", "is at 127.0.0.1"),
        (
            "metadata.example",
            "never called (it is at 169.254.169.254)",
        ),
        ("empty.example", "was not found"),
        ("unknown.example", "was not found"),
    ] {
        let url = format!("https://{host}:{port}/");
        let told = refusal(&client, &url).await.to_string();
        assert!(told.contains(expected), "{told}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn sec12_redirects_are_not_followed() {
    let canary = Listener::answering("sung").await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = format!("location: http://127.0.0.1:{}/\r\n", canary.port());
        let friend = Listener::saying(Say::Bytes(answer(status, &location, b"secret"))).await;
        // Even where it would lead to what may be called.
        let allowed = [friend.port(), canary.port()].map(|port| format!("127.0.0.1:{port}"));
        let url = format!("http://127.0.0.1:{}/", friend.port());
        let error = refusal(&guarded(&allowed), &url).await;
        assert!(matches!(error, OutboundError::Redirect { .. }), "{error:?}");
        assert!(!error.to_string().contains("secret"));
    }
    assert_eq!(canary.connections(), 0);
}

#[test]
fn sec13_proxies_of_the_environment_are_not_used() {
    let tests = std::env::current_exe().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let canary = runtime.block_on(Listener::answering("sung"));
    let proxy = format!("http://{}", canary.address);
    let mut child = std::process::Command::new(tests);
    child.args(["--exact", "refused::a_call_among_proxies", "--ignored"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        child.env(name, &proxy).env(name.to_lowercase(), &proxy);
    }
    let output = child.env_remove("NO_PROXY").output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}"
    );
    assert_eq!(canary.connections(), 0);
}

/// What the test above runs, in a process with another environment.
#[tokio::test]
#[ignore = "run by sec13_proxies_of_the_environment_are_not_used"]
async fn a_call_among_proxies() {
    let friend = Listener::answering("hello").await;
    let at = format!("127.0.0.1:{}", friend.port());
    let client = guarded(std::slice::from_ref(&at));
    let response = client.send(Request::get(format!("http://{at}/"))).await;
    assert_eq!(response.unwrap().body().as_ref(), b"hello");
}
