//! The streams of a session last no longer than whoever opened them is let in (RS18, case 43).

use std::time::Duration;

use serde_json::{Value, json};
use tollhouse_core::{Principal, Unauthenticated};
use tollhouse_http::Options;
use tollhouse_wire_check::Revision;

use super::{Client, Home, LEGACY, R2025_11_25, client::called, client::text};
use crate::language::{Lodge, Peer, Request, Response, within};

#[tokio::test]
async fn case43_rs18_the_stream_of_a_session_ends_and_the_session_is_not_lost() {
    for revision in LEGACY {
        let (home, lodge) = home().await;
        let mut client = opened(&home, revision).await;
        let mut own = client.listen(None).await;
        lodge.turn_away("ana", Unauthenticated::UnknownKey);
        assert!(within(SOON, client.rest(&mut own)).await.is_empty());
        for method in ["GET", "DELETE"] {
            assert_eq!(client.post(&client.bare(method)).await.status(), 401);
        }
        lodge.admit("ana", ana(&[]));
        client.say("ping", json!({})).await;
        let mut own = client.listen(None).await;
        client.call("touch", json!({})).await;
        let told = client.next(&mut own).await.unwrap();
        assert_eq!(told["method"], LIST_CHANGED);
        client.end();
    }
}

#[tokio::test]
async fn p17_a_session_is_told_that_its_list_differs() {
    for revision in LEGACY {
        let (home, lodge) = home().await;
        let mut client = opened(&home, revision).await;
        let mut own = client.listen(None).await;
        let before = names(&client.say("tools/list", json!({})).await);
        lodge.admit("ana", ana(&["orders"]));
        let told = within(SOON, client.next(&mut own)).await.unwrap();
        assert_eq!(told["method"], LIST_CHANGED);
        let after = names(&client.say("tools/list", json!({})).await);
        assert!(!before.contains(&"guarded".to_owned()) && after.contains(&"guarded".to_owned()));
        client.end();
    }
}

#[tokio::test]
async fn case43_rs18_a_stream_that_was_taken_up_again_ends_and_its_call_does_not() {
    let (home, lodge) = home().await;
    let mut client = opened(&home, R2025_11_25).await;
    let mut first = client.start("slow", json!({})).await;
    first.event().await.unwrap();
    let last = first.last().to_owned();
    first.leave();
    home.book.until(|page| page.begun == 1).await;
    let mut again = client.listen(Some(&last)).await;
    again.event().await.unwrap();
    lodge.turn_away("ana", Unauthenticated::InvalidToken);
    assert_eq!(within(SOON, again.message()).await, None);
    home.book.release();
    home.book.until(|page| page.finished == 1).await;
    lodge.admit("ana", ana(&[]));
    let mut again = client.listen(Some(&last)).await;
    assert_eq!(text(&client.next(&mut again).await.unwrap()), "released");
    client.end();
}

#[tokio::test]
async fn case43_a_call_of_a_session_comes_to_its_end_where_it_is_answered() {
    let (home, lodge) = home().await;
    let mut client = opened(&home, R2025_11_25).await;
    let mut own = client.listen(None).await;
    let mut slow = client.start("slow", json!({})).await;
    home.book.until(|page| page.begun == 1).await;
    lodge.turn_away("ana", Unauthenticated::UnknownKey);
    assert!(within(SOON, client.rest(&mut own)).await.is_empty());
    home.book.release();
    assert_eq!(text(&client.next(&mut slow).await.unwrap()), "released");
    client.end();
}

#[tokio::test]
async fn case43_rs18_a_pair_ends_with_its_caller() {
    let (home, lodge) = home().await;
    let mut pair = Pair::open(&home).await;
    pair.shake_hands(&home).await;
    let mut slow = json!({"jsonrpc": "2.0", "id": 9, "method": "tools/call"});
    slow["params"] = called("slow", json!({}));
    assert_eq!(pair.post(&home, "ana", &slow).await.status(), 202);
    home.book.until(|page| page.begun == 1).await;
    lodge.turn_away("ana", Unauthenticated::UnknownKey);
    assert_eq!(within(SOON, pair.peer.block()).await, None);
    // Nobody could read its answer.
    home.book.until(|page| page.cancelled() == 1).await;
    assert_eq!(pair.post(&home, "ana", &ping()).await.status(), 401);
    lodge.admit("ana", ana(&[]));
    assert_eq!(pair.post(&home, "ana", &ping()).await.status(), 404);
}

#[tokio::test]
async fn p17_a_pair_goes_on_for_a_caller_who_may_do_more_or_less() {
    let (home, lodge) = home().await;
    let mut pair = Pair::open(&home).await;
    pair.shake_hands(&home).await;
    for (scopes, allowed) in [(&["orders"][..], true), (&[], false)] {
        lodge.admit("ana", ana(scopes));
        let told = within(SOON, pair.message()).await;
        assert_eq!(told["method"], LIST_CHANGED);
        let mut call = json!({"jsonrpc": "2.0", "id": 9, "method": "tools/call"});
        call["params"] = called("guarded", json!({}));
        assert_eq!(pair.post(&home, "ana", &call).await.status(), 202);
        let answer = within(SOON, pair.message()).await;
        assert_eq!(answer["error"].is_null(), allowed, "{answer}");
    }
}

#[tokio::test]
async fn case15_a_pair_is_of_one_grant() {
    let (home, lodge) = home().await;
    let pair = Pair::open(&home).await;
    for (key, principal) in [
        ("bob", Principal::new("bob", [])),
        ("other", ana(&["orders"]).under_grant("other")),
        ("client", ana(&[]).by_client("other")),
        ("tenant", ana(&[]).of_tenant("other")),
    ] {
        lodge.admit(key, principal);
        assert_eq!(pair.post(&home, key, &ping()).await.status(), 404, "{key}");
    }
    lodge.admit("longer", ana(&["orders"]).until(u64::MAX));
    assert_eq!(pair.post(&home, "longer", &ping()).await.status(), 202);
}

/// A pair that ana has opened.
struct Pair {
    peer: Peer,
    address: String,
}

impl Pair {
    async fn open(home: &Home) -> Self {
        let mut peer = Peer::connect(home.address).await;
        let request = Request::bare("GET", "/sse").header("Authorization", "Bearer ana");
        peer.send(request.wire()).await;
        assert!(peer.head().await.is_stream());
        let block = peer.block().await.unwrap();
        let address = block
            .strip_prefix("event: endpoint\ndata: ")
            .unwrap()
            .to_owned();
        Self { peer, address }
    }

    async fn shake_hands(&mut self, home: &Home) {
        let mut hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize"});
        hello["params"] = super::client::opening("2024-11-05", json!({}));
        let gone_on = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(self.post(home, "ana", &hello).await.status(), 202);
        self.message().await;
        assert_eq!(self.post(home, "ana", &gone_on).await.status(), 202);
        assert_eq!(self.post(home, "ana", &ping()).await.status(), 202);
        self.message().await;
    }

    async fn post(&self, home: &Home, key: &str, message: &Value) -> Response {
        let request = Request::message(message).to(&self.address);
        let request = request.header("Authorization", format!("Bearer {key}"));
        home.say(&request).await
    }

    async fn message(&mut self) -> Value {
        let block = self.peer.block().await.unwrap();
        let data = block.strip_prefix("event: message\ndata: ").unwrap();
        serde_json::from_str(data).unwrap()
    }
}

async fn home() -> (Home, Lodge) {
    let lodge = Lodge::new();
    lodge.admit("ana", ana(&[]));
    let options = Options::default().authenticate(lodge.clone());
    let home = Home::built(options.http_sse(true), |builder| {
        let guarded = tollhouse_core::tool("guarded", "For some.", || async { "done" });
        builder.tool(guarded.scope("orders"))
    });
    (home.await, lodge)
}

async fn opened(home: &Home, revision: Revision) -> Client {
    let mut client = Client::new(home, revision);
    client.credential = Some("Bearer ana");
    client.opened(json!({})).await
}

fn ana(scopes: &[&str]) -> Principal {
    let scopes = scopes.iter().map(|&scope| scope.to_owned());
    Principal::new("ana", scopes).under_grant("first")
}

fn names(list: &Value) -> Vec<String> {
    let tools = list["result"]["tools"].as_array().unwrap().iter();
    tools
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect()
}

fn ping() -> Value {
    json!({"jsonrpc": "2.0", "id": 900, "method": "ping"})
}

const LIST_CHANGED: &str = "notifications/tools/list_changed";
/// Three times what is promised.
const SOON: Duration = Duration::from_secs(3);
