//! Every surface with every kind of credential: only who failed to say who they are reads 401.

use futures_util::future::{BoxFuture, ready};
use serde_json::json;
use tollhouse_core::{Authenticate, Credentials, Header, Principal, Unauthenticated};
use tollhouse_http::Options;

use crate::language::{House, Peer, Request, Response};

/// Knows one key, by two headers, and fails in every way there is.
#[derive(Clone, Copy, Debug)]
struct Porter;

impl Authenticate for Porter {
    fn headers(&self) -> Vec<String> {
        ["authorization", "memcontext-api-key", "no name"]
            .map(str::to_owned)
            .to_vec()
    }

    fn authenticate<'a>(
        &'a self,
        presented: Credentials<'a>,
    ) -> BoxFuture<'a, Result<Principal, Unauthenticated>> {
        let ours = presented.header("memcontext-api-key");
        let told = match (presented.header("authorization"), ours) {
            (Header::Absent, Header::Absent) => Err(Unauthenticated::MissingKey),
            (Header::One(value), Header::Absent) | (Header::Absent, Header::One(value)) => {
                match value {
                    b"right" => Ok(Principal::new("ana", [])),
                    b"mistyped" => Err(Unauthenticated::MistypedKey),
                    b"token" => Err(Unauthenticated::InvalidToken),
                    b"unset" => Err(Unauthenticated::NotConfigured),
                    b"down" => Err(Unauthenticated::Unavailable),
                    _ => Err(Unauthenticated::UnknownKey),
                }
            }
            _ => Err(Unauthenticated::Unclear),
        };
        Box::pin(ready(told))
    }
}

#[tokio::test]
async fn p21_a6_every_surface_tells_every_credential_the_same_and_nothing_else_is_401() {
    let house = House::with(Options::default().authenticate(Porter).http_sse(true)).await;
    for (surface, request, with_right) in surfaces() {
        for credential in credentials() {
            knock(&house, (surface, &request, with_right), credential).await;
        }
    }
}

/// Presents one credential at one surface, and looks at what comes back.
async fn knock(
    house: &House,
    (surface, request, with_right): (&str, &Request, Option<u16>),
    (name, value, status, body): (&str, &str, u16, &str),
) {
    let request = presenting(request, name, value);
    let mut peer = Peer::connect(house.address).await;
    let place = format!("{surface}, {name}: {value}");
    match with_right {
        // Whoever may see it without a credential may see it with any.
        None => {
            let response = peer.say(&request).await;
            assert!(matches!(response.status(), 200 | 204 | 404), "{place}");
        }
        // It may be a stream without end.
        Some(expected) if status == 200 => {
            peer.send(request.wire()).await;
            assert_eq!(peer.head().await.status, expected, "{place}");
        }
        Some(_) => {
            let response = peer.say(&request).await;
            assert_eq!(response.status(), status, "{place}");
            let told = if request.has_body() { body } else { "" };
            assert_eq!(response.text(), told, "{place}");
            assert_challenge(&response, &place);
        }
    }
}

#[tokio::test]
async fn c1_a_header_of_ones_own_carries_the_key_whatever_its_case() {
    let house = House::with(Options::default().authenticate(Porter)).await;
    for name in [
        "MEMCONTEXT-API-KEY",
        "memcontext-api-key",
        "Memcontext-Api-Key",
    ] {
        let response = house.say(&call().header(name, "right")).await;
        assert_eq!(response.told(), "hi", "{name}");
    }
    assert_eq!(house.effects(), 3);
}

#[tokio::test]
async fn case2_p29_pages_of_ours_may_send_the_header_of_a_key_and_no_other() {
    let house = House::with(Options::default().authenticate(Porter)).await;
    let asked = "content-type, MEMCONTEXT-API-KEY, x-evil";
    let response = house
        .say(&preflight().with("Access-Control-Request-Headers", asked))
        .await;
    assert_eq!(
        response.head.header("access-control-allow-headers"),
        Some("content-type, memcontext-api-key")
    );
    let open = House::open().await;
    let response = open
        .say(&preflight().with("Access-Control-Request-Headers", asked))
        .await;
    assert_eq!(
        response.head.header("access-control-allow-headers"),
        Some("content-type")
    );
}

#[tokio::test]
async fn p29_a_page_can_read_why_it_was_turned_away() {
    let house = House::with(Options::default().authenticate(Porter)).await;
    let origin = "http://localhost:6274";
    let response = house.say(&call().header("Origin", origin)).await;
    let head = &response.head;
    assert_eq!(head.status, 401);
    assert_eq!(head.header("access-control-allow-origin"), Some(origin));
    let exposed = head.header("access-control-expose-headers").unwrap();
    assert!(exposed.contains("WWW-Authenticate"), "{exposed}");
    assert_eq!(head.header("cache-control"), Some("no-store"));
}

/// What is asked, and what whoever presents the right key reads; none if nobody needs a key.
fn surfaces() -> Vec<(&'static str, Request, Option<u16>)> {
    let spoilt = Request::bytes("{");
    vec![
        ("POST /mcp", call(), Some(200)),
        ("POST /", call().to("/"), Some(200)),
        ("POST of what is no JSON", spoilt, Some(400)),
        ("GET /mcp", Request::bare("GET", "/mcp"), Some(405)),
        ("DELETE /mcp", Request::bare("DELETE", "/mcp"), Some(405)),
        ("PUT /mcp", Request::bare("PUT", "/mcp"), Some(405)),
        ("HEAD /mcp", Request::bare("HEAD", "/mcp"), Some(405)),
        ("OPTIONS /mcp", Request::bare("OPTIONS", "/mcp"), Some(405)),
        ("GET /sse", Request::bare("GET", "/sse"), Some(200)),
        (
            "POST /messages",
            call().to("/messages?session_id=x"),
            Some(404),
        ),
        ("a preflight", preflight(), None),
        ("GET /healthz", Request::bare("GET", "/healthz"), None),
        ("an unknown path", call().to("/nowhere"), None),
    ]
}

/// The header, its value (twice if it has a comma), and what comes back.
fn credentials() -> Vec<(&'static str, &'static str, u16, &'static str)> {
    const NONE: &str = r#"{"error":"missing_api_key"}"#;
    const BAD: &str = r#"{"error":"invalid_api_key"}"#;
    const TOKEN: &str = r#"{"error":"invalid_token"}"#;
    const UNCLEAR: &str = r#"{"error":"unauthorized"}"#;
    vec![
        ("Authorization", "right", 200, ""),
        ("MEMCONTEXT-API-KEY", "right", 200, ""),
        ("X-Unknown-Key", "right", 401, NONE),
        ("Cookie", "right", 401, NONE),
        ("Authorization", "wrong", 401, BAD),
        ("MEMCONTEXT-API-KEY", "mistyped", 401, BAD),
        ("Authorization", "", 401, BAD),
        ("Authorization", "token", 401, TOKEN),
        ("Authorization", "right,right", 401, UNCLEAR),
        (
            "Authorization",
            "unset",
            503,
            r#"{"error":"MCP_API_KEY not configured"}"#,
        ),
        ("Authorization", "down", 503, r#"{"error":"unavailable"}"#),
    ]
}

fn presenting(request: &Request, name: &str, value: &str) -> Request {
    let values = value.split(',');
    values.fold(request.clone(), |request, value| {
        request.header(name, value)
    })
}

fn call() -> Request {
    Request::call("echo", json!({"text": "hi"}))
}

fn preflight() -> Request {
    Request::bare("OPTIONS", "/mcp")
        .header("Origin", "http://localhost:6274")
        .header("Access-Control-Request-Method", "POST")
}

#[track_caller]
fn assert_challenge(response: &Response, place: &str) {
    let challenge = response.head.header("www-authenticate");
    match response.status() {
        401 => assert!(challenge.unwrap().starts_with(r#"Bearer realm="mcp""#)),
        _ => assert_eq!(challenge, None),
    }
    let word = challenge.is_some_and(|challenge| challenge.contains(r#"error="invalid_token""#));
    let came = !response.text().contains("missing_api_key");
    if response.status() == 401 && !response.body.is_empty() {
        assert_eq!(word, came, "{place}: an error only if a credential came");
    }
}
