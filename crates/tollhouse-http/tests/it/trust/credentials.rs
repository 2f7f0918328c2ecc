//! Every surface with every state of a credential: only who failed to say who they are reads 401.

use serde_json::json;
use tollhouse_http::{Options, ProtectedResource};

use super::{
    Porter, guarded, resource,
    states::{Answer, State, states},
    surfaces::{Door, Surface, preflight, surfaces},
};
use crate::language::{House, Peer, Request, Response};

#[tokio::test]
async fn p21_a6_w17_every_surface_tells_every_credential_the_same_and_nothing_else_is_401() {
    knock_everywhere(resource()).await;
}

#[tokio::test]
async fn p21_a6_where_nobody_signs_in_elsewhere_the_answers_are_the_same_without_directions() {
    knock_everywhere(super::at(&["https://tools.example.com/a/mcp"])).await;
}

async fn knock_everywhere(resource: ProtectedResource) {
    let has_metadata = resource == self::resource();
    let house = House::with(guarded(resource).http_sse(true)).await;
    let metadata = [("/mcp", 200), ("/a/mcp", 200), ("", 200), ("/b/mcp", 404)];
    for state in states() {
        // Anew, since one of them ends its session.
        for surface in surfaces(&house).await {
            knock(&house, &surface, state, has_metadata).await;
        }
        for (path, status) in metadata {
            let path = format!("/.well-known/oauth-protected-resource{path}");
            let surface = Surface {
                name: "metadata",
                request: Request::bare("GET", &path),
                status: if has_metadata { status } else { 404 },
                door: Door::Open,
            };
            knock(&house, &surface, state, has_metadata).await;
        }
    }
}

/// Presents one credential at one surface, and looks at what comes back.
async fn knock(house: &House, surface: &Surface, state: State, has_metadata: bool) {
    let request = state.present(&surface.request);
    let mut peer = Peer::connect(house.address).await;
    let place = format!("{}, {}", surface.name, state.name);
    peer.send(request.wire()).await;
    let head = peer.head().await;
    let Some(Answer::Out(status, body, word)) = surface.turns_away(state) else {
        assert_eq!(head.status, surface.status, "{place}");
        assert_eq!(head.header("www-authenticate"), None, "{place}");
        return;
    };
    assert_eq!(head.status, status, "{place}");
    assert_eq!(head.header("cache-control"), Some("no-store"), "{place}");
    assert_eq!(head.header("content-type"), Some("application/json"));
    if request.has_body() {
        let told = peer.body(&head).await;
        assert_eq!(String::from_utf8(told).unwrap(), body, "{place}");
    }
    let is_mount = request.target().starts_with("/a/");
    let path = if is_mount { "/a/mcp" } else { "/mcp" };
    let expected = challenge(has_metadata.then_some(path), word);
    let expected = (status < 500).then_some(expected);
    let told = head.header("www-authenticate").map(without_description);
    assert_eq!(told, expected, "{place}");
}

/// A challenge up to its description, which is for people.
fn without_description(challenge: &str) -> String {
    let (rest, description) = match challenge.split_once(r#", error_description=""#) {
        Some((rest, description)) => (rest, Some(description)),
        None => (challenge, None),
    };
    assert!(description.is_none_or(|text| text.len() > 10 && text.ends_with('"')));
    assert_eq!(description.is_some(), rest.contains("error="));
    rest.to_owned()
}

/// The challenge at the resource of this path, if there is metadata.
fn challenge(path: Option<&str>, word: Option<&str>) -> String {
    let mut challenge = r#"Bearer realm="mcp""#.to_owned();
    if let Some(path) = path {
        let url = "https://tools.example.com/.well-known/oauth-protected-resource";
        challenge += &format!(r#", resource_metadata="{url}{path}", scope="orders:read""#);
    }
    if let Some(word) = word {
        challenge += &format!(r#", error="{word}""#);
    }
    challenge
}

#[tokio::test]
async fn rs16_whoever_is_turned_away_need_not_send_a_body() {
    let house = House::with(guarded(resource())).await;
    let mut peer = Peer::connect(house.address).await;
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n";
    peer.send(head).await;
    assert_eq!(peer.head().await.status, 401);
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case31_nothing_of_a_credential_comes_back() {
    let house = House::with(guarded(resource())).await;
    for request in [
        call().header("Authorization", "Bearer secret-of-ana"),
        call().header("Authorization", "secret-of-ana"),
        call().header("MEMCONTEXT-API-KEY", "secret-of-ana"),
        call()
            .header("Authorization", "Bearer secret-of-ana")
            .header("Authorization", "Bearer secret-of-bob"),
        call().ask("access_token=secret-of-ana"),
        call().header("Cookie", "access_token=secret-of-ana"),
    ] {
        let response = house.say(&request).await;
        assert!(matches!(response.status(), 400 | 401));
        assert!(!response.text().contains("secret"));
        let challenge = response.head.header("www-authenticate").unwrap();
        assert!(!challenge.contains("secret"), "{challenge}");
    }
    assert_eq!(house.effects(), 0);
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
    let preflight = preflight("/mcp").with("Access-Control-Request-Headers", asked);
    let granted = |response: &Response| {
        let granted = response.head.header("access-control-allow-headers");
        granted.unwrap().to_owned()
    };
    let response = house.say(&preflight).await;
    assert_eq!(granted(&response), "content-type, memcontext-api-key");
    let open = House::open().await;
    let response = open.say(&preflight).await;
    assert_eq!(granted(&response), "content-type");
}

#[tokio::test]
async fn p29_a_page_can_read_why_it_was_turned_away() {
    let house = House::with(guarded(resource())).await;
    for origin in ["http://localhost:6274", "https://claude.ai"] {
        let lacking = Request::call("guarded", json!({"text": "hi"}));
        let lacking = lacking.header("Authorization", "Bearer narrow");
        for (request, status) in [(call(), 401), (lacking, 403)] {
            let response = house.say(&request.header("Origin", origin)).await;
            let head = &response.head;
            assert_eq!(head.status, status);
            assert_eq!(head.header("access-control-allow-origin"), Some(origin));
            assert_eq!(
                head.header("access-control-expose-headers"),
                Some("WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After")
            );
            assert_eq!(head.header("access-control-allow-credentials"), None);
            assert_eq!(head.header("cache-control"), Some("no-store"));
            assert!(head.header("www-authenticate").is_some());
        }
    }
}

fn call() -> Request {
    Request::call("echo", json!({"text": "hi"}))
}
