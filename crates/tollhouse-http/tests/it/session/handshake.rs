//! How a session begins, and that its id is needed from then on.

use serde_json::json;

use super::{
    Client, Home, LEGACY, R2025_11_25,
    client::{VERSION, opening, parsed},
};
use crate::language::Request;

#[tokio::test]
async fn l01_l21_l22_l23_the_handshake_gives_an_id_that_can_stand_in_a_header() {
    let home = Home::open().await;
    let mut ids = Vec::new();
    for revision in LEGACY {
        let client = Client::open(&home, revision).await;
        let id = client.id.clone().unwrap();
        assert!((22..=512).contains(&id.len()), "{id}");
        assert!(id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "{id}");
        ids.push(id);
        client.end();
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), LEGACY.len());
}

#[tokio::test]
async fn l02_each_revision_is_answered_with_itself_and_any_other_with_the_newest_that_has_sessions()
{
    let home = Home::open().await;
    for revision in LEGACY {
        assert_eq!(chosen(&home, revision.name()).await, revision.name());
    }
    for other in ["2026-07-28", "2099-01-01", "1900-01-01", "v999", ""] {
        assert_eq!(chosen(&home, other).await, "2025-11-25", "{other}");
    }
}

#[tokio::test]
async fn l29_e08_a_header_beside_the_handshake_does_not_make_it_another() {
    let home = Home::open().await;
    for version in ["2024-11-05", "2025-11-25", "2026-07-28", "v999"] {
        for revision in LEGACY {
            let mut client = Client::new(&home, revision);
            let params = opening(revision.name(), json!({}));
            let request = client.request("initialize", params);
            let request = request
                .with(VERSION, version)
                .header("Mcp-Method", "initialize");
            let response = client.post(&request).await;
            assert_eq!(response.status(), 200, "{version}");
            client.hear(&parsed(&response.body));
            assert!(response.head.header("mcp-session-id").is_some());
        }
    }
}

#[tokio::test]
async fn l07_a_second_handshake_in_a_session_is_refused_and_the_first_one_stays() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let again = client.message("initialize", opening(revision.name(), json!({})));
        client.misspeaks(&again);
        let response = client.post(&client.wrap(&again)).await;
        client.assert_refused(&response, 400, -32600);
        assert_eq!(response.head.header("mcp-session-id"), None);
        client.hear(&parsed(&response.body));
        client.say("ping", json!({})).await;
        client.end();
    }
}

#[tokio::test]
async fn l25_a_handshake_that_still_names_an_old_session_opens_a_new_one() {
    let home = Home::open().await;
    let mut old = Client::open(&home, R2025_11_25).await;
    assert_eq!(old.delete().await, 204);
    let stale = old.id.take().unwrap();
    for stale in [stale.as_str(), "never-given", "x"] {
        let mut client = Client::new(&home, R2025_11_25);
        let request = client.request("initialize", opening("2025-11-25", json!({})));
        let request = request.header("Mcp-Session-Id", stale);
        let response = client.post(&request).await;
        assert_eq!(response.status(), 200);
        client.hear(&parsed(&response.body));
        let id = response.head.header("mcp-session-id").unwrap();
        assert_ne!(id, stale);
        client.id = Some(id.to_owned());
        client.say("ping", json!({})).await;
    }
}

#[tokio::test]
async fn l07_requests_before_the_client_says_that_it_is_ready_are_served() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::new(&home, revision);
        let request = client.request("initialize", opening(revision.name(), json!({})));
        let response = client.post(&request).await;
        client.hear(&parsed(&response.body));
        client.id = response.head.header("mcp-session-id").map(str::to_owned);
        let message = client.call("echo", json!({"text": "early"})).await;
        assert_eq!(message["result"]["content"][0]["text"], "early");
    }
}

#[tokio::test]
async fn l01_a_handshake_that_says_no_version_or_nonsense_is_refused_and_opens_nothing() {
    let home = Home::open().await;
    for params in [
        json!({}),
        json!({"protocolVersion": 7, "capabilities": {}}),
        json!({"protocolVersion": "2025-11-25", "capabilities": []}),
        json!({"protocolVersion": "2025-11-25", "capabilities": {"elicitation": 1}}),
    ] {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params});
        let response = home.say(&Request::message(&message)).await;
        assert!(
            response.code() == -32602 || response.code() == -32600,
            "{params}"
        );
        assert_eq!(response.head.header("mcp-session-id"), None);
    }
}

#[tokio::test]
async fn l24_without_its_id_a_session_cannot_be_spoken_of() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let request = client.request("ping", json!({})).without("Mcp-Session-Id");
        let response = client.post(&request).await;
        client.assert_refused(&response, 400, response.code());
        let twice = client.request("ping", json!({}));
        let twice = twice.header("Mcp-Session-Id", client.id.clone().unwrap());
        assert!([400, 404].contains(&client.post(&twice).await.status()));
    }
}

#[tokio::test]
async fn l28_l29_another_version_than_that_of_the_session_is_refused() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        for other in LEGACY.iter().filter(|other| **other != revision) {
            let request = client.request("ping", json!({}));
            let response = client.post(&request.with(VERSION, other.name())).await;
            client.assert_refused(&response, 400, -32600);
            let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
            let note = client.wrap(&note).with(VERSION, other.name());
            assert_eq!(client.post(&note).await.status(), 400);
        }
        for other in ["2026-07-28", "v999", "1900-01-01", ""] {
            let get = client.bare("GET").with(VERSION, other);
            assert_eq!(client.post(&get).await.status(), 400, "{other}");
            let delete = client.bare("DELETE").with(VERSION, other);
            assert_eq!(client.post(&delete).await.status(), 400, "{other}");
            let post = client.request("ping", json!({})).with(VERSION, other);
            assert_eq!(client.post(&post).await.status(), 400, "{other}");
        }
        let twice = client
            .request("ping", json!({}))
            .with(VERSION, revision.name());
        let twice = client.post(&twice.header(VERSION, revision.name())).await;
        client.assert_refused(&twice, 400, -32600);
        let silent = client.request("ping", json!({})).without(VERSION);
        let same = silent.clone().with(VERSION, revision.name());
        for request in [silent, same] {
            assert_eq!(client.post(&request).await.status(), 200);
        }
    }
}

#[tokio::test]
async fn e10_what_says_by_itself_that_it_is_newer_is_served_so_whatever_session_it_names() {
    let home = Home::open().await;
    let client = Client::open(&home, R2025_11_25).await;
    for id in [client.id.as_deref().unwrap(), "never-given"] {
        let request = Request::call("echo", json!({"text": "hi"})).header("Mcp-Session-Id", id);
        let response = home.say(&request).await;
        assert_eq!(response.at("/result/resultType"), "complete");
        assert_eq!(response.told(), "hi");
    }
}

/// The revision that a client is offered which asks for this one.
async fn chosen(home: &Home, asked: &str) -> String {
    let params = opening(asked, json!({}));
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params});
    let response = home.say(&Request::message(&message)).await;
    assert_eq!(response.status(), 200);
    let message = parsed(&response.body);
    let chosen = message["result"]["protocolVersion"].as_str().unwrap();
    let revision = LEGACY.iter().find(|revision| revision.name() == chosen);
    revision.unwrap().check_reply("initialize", &message);
    chosen.to_owned()
}
