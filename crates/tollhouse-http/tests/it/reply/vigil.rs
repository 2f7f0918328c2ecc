//! A stream of changes lasts no longer than whoever opened it is let in (RS18, case 43).

use std::time::Duration;

use serde_json::{Value, json};
use tollhouse_core::{Change, Clock as _, Principal, SystemClock, Unauthenticated};
use tollhouse_http::Options;

use crate::language::{House, Lodge, Peer, Request, within};

#[tokio::test]
async fn case43_rs18_a_stream_ends_properly_when_its_caller_is_let_in_no_more() {
    for why in [
        Unauthenticated::UnknownKey,
        Unauthenticated::InvalidToken,
        Unauthenticated::NotConfigured,
        Unauthenticated::Unavailable,
    ] {
        let (house, lodge) = house().await;
        let mut of_ana = listen(&house, "ana").await;
        let mut of_bob = listen(&house, "bob").await;
        lodge.turn_away("ana", why);
        let last = within(SOON, of_ana.event()).await.unwrap();
        assert_eq!(last.pointer("/id"), Some(&json!(1)));
        assert_eq!(last.pointer("/result/resultType"), Some(&json!("complete")));
        assert_eq!(of_ana.event().await, None);
        let refused = house.say(&listening("ana")).await;
        assert_eq!(refused.status(), why.status());
        // Nobody else is disturbed.
        house.server.hub().publish(&Change::Tools);
        assert_eq!(method(&of_bob.event().await.unwrap()), LIST_CHANGED);
    }
}

#[tokio::test]
async fn rs18_a_credential_that_is_somebody_elses_by_now_ends_the_stream() {
    let elsewhere = principal("ana", &["orders:read"]).of_tenant("other");
    for other in [principal("carl", &[]), elsewhere] {
        let (house, lodge) = house().await;
        let mut peer = listen(&house, "ana").await;
        lodge.admit("ana", other);
        let last = within(SOON, peer.event()).await.unwrap();
        assert!(last.get("result").is_some(), "{last}");
        assert_eq!(peer.event().await, None);
    }
}

#[tokio::test]
async fn rs18_a_stream_outlasts_a_moment_in_which_nobody_can_be_asked() {
    let (house, lodge) = house().await;
    let mut peer = listen(&house, "ana").await;
    let asked = lodge.asked();
    lodge.turn_away("ana", Unauthenticated::Unavailable);
    lodge.until_asked(asked + 2).await;
    lodge.admit("ana", principal("ana", &[]));
    // That a role was lost meanwhile is told, and the stream goes on.
    let told = within(SOON, peer.event()).await.unwrap();
    assert_eq!(method(&told), "notifications/prompts/list_changed");
    house.server.hub().publish(&Change::Tools);
    assert_eq!(method(&peer.event().await.unwrap()), LIST_CHANGED);
}

#[tokio::test]
async fn case43_rs18_a_stream_ends_soon_where_whoever_knows_does_not_answer() {
    let (house, lodge) = house().await;
    let mut peer = listen(&house, "ana").await;
    lodge.ponder("ana");
    let last = within(SOON * 2, peer.event()).await.unwrap();
    assert!(last.get("result").is_some(), "{last}");
    assert_eq!(peer.event().await, None);
}

#[tokio::test]
async fn rs18_what_changes_while_the_stream_opens_is_noticed() {
    let (house, lodge) = house().await;
    lodge.admit_once("ana", principal("ana", &[]));
    let mut peer = listen(&house, "ana").await;
    assert!(
        within(SOON, peer.event())
            .await
            .unwrap()
            .get("result")
            .is_some()
    );
    assert_eq!(peer.event().await, None);
}

#[tokio::test]
async fn p17_whoever_may_do_more_or_less_is_told_that_the_list_differs() {
    let (house, lodge) = house().await;
    let mut of_ana = listen(&house, "ana").await;
    for scopes in [&["orders:read", "orders:write"][..], &["orders:read"]] {
        lodge.admit("ana", principal("ana", scopes));
        let told = within(SOON, of_ana.event()).await.unwrap();
        assert_eq!(method(&told), LIST_CHANGED);
    }
    lodge.turn_away("ana", Unauthenticated::UnknownKey);
    assert!(
        within(SOON, of_ana.event())
            .await
            .unwrap()
            .get("result")
            .is_some()
    );
}

#[tokio::test]
async fn rs18_a_change_that_is_none_for_this_caller_says_nothing() {
    let (house, lodge) = house().await;
    let mut peer = listen(&house, "ana").await;
    for _ in 0..20 {
        let asked = lodge.asked();
        lodge.stir();
        lodge.until_asked(asked + 1).await;
    }
    house.server.hub().publish(&Change::Prompts);
    house.server.hub().publish(&Change::Tools);
    // The first that is heard is the one that was published, and not one of the vigil.
    let first = peer.event().await.unwrap();
    let second = peer.event().await.unwrap();
    let mut heard = [method(&first), method(&second)];
    heard.sort_unstable();
    assert_eq!(heard, ["notifications/prompts/list_changed", LIST_CHANGED]);
}

#[tokio::test]
async fn rs18_a_stream_ends_when_the_time_of_its_credential_is_up() {
    for lodge in [Lodge::new(), Lodge::silent()] {
        lodge.admit("ana", until(300));
        let house = House::with(Options::default().authenticate(lodge.clone())).await;
        let mut peer = listen(&house, "ana").await;
        let asked = lodge.asked();
        // Longer is known of only when it is asked for again.
        lodge.admit("ana", until(600));
        lodge.until_asked(asked + 1).await;
        // Let in although the time is up: asked again, but not in a tight loop.
        lodge.until_asked(asked + 2).await;
        assert!(lodge.asked() < asked + 5, "{}", lodge.asked());
        lodge.turn_away("ana", Unauthenticated::InvalidToken);
        assert!(
            within(SOON, peer.event())
                .await
                .unwrap()
                .get("result")
                .is_some()
        );
        assert_eq!(peer.event().await, None);
    }
}

#[tokio::test]
async fn rs18_where_nothing_can_change_nobody_is_asked_again() {
    let lodge = Lodge::silent();
    lodge.admit("ana", principal("ana", &[]));
    let house = House::with(Options::default().authenticate(lodge.clone())).await;
    let mut peer = listen(&house, "ana").await;
    lodge.turn_away("ana", Unauthenticated::UnknownKey);
    house.server.hub().publish(&Change::Tools);
    assert_eq!(method(&peer.event().await.unwrap()), LIST_CHANGED);
    assert_eq!(lodge.asked(), 1);
}

#[tokio::test]
async fn case43_a_call_under_way_comes_to_its_end() {
    let (house, lodge) = house().await;
    let mut peer = Peer::connect(house.address).await;
    let call = Request::call("slow", json!({"steps": 1})).watched();
    let call = call.header("Authorization", "Bearer ana");
    peer.send(call.wire()).await;
    assert!(peer.head().await.is_stream());
    peer.event().await.unwrap();
    let mut listener = listen(&house, "ana").await;
    lodge.turn_away("ana", Unauthenticated::UnknownKey);
    // By the end of the stream of changes, the edge knows.
    assert!(within(SOON, listener.event()).await.is_some());
    house.book.release();
    let last = peer.event().await.unwrap();
    assert_eq!(
        last.pointer("/result/content/0/text"),
        Some(&json!("released"))
    );
    house.book.until(|page| page.finished == 1).await;
}

async fn house() -> (House, Lodge) {
    let lodge = Lodge::new();
    lodge.admit("ana", principal("ana", &["orders:read"]));
    lodge.admit("bob", principal("bob", &[]));
    let options = Options::default().authenticate(lodge.clone());
    (House::with(options).await, lodge)
}

fn listening(key: &str) -> Request {
    let filter = json!({"notifications": {"toolsListChanged": true, "promptsListChanged": true}});
    Request::rpc("subscriptions/listen", filter).header("Authorization", format!("Bearer {key}"))
}

/// Opens a stream of changes, and reads up to its acknowledgement.
async fn listen(house: &House, key: &str) -> Peer {
    let mut peer = Peer::connect(house.address).await;
    peer.send(listening(key).wire()).await;
    let head = peer.head().await;
    assert_eq!((head.status, head.is_stream()), (200, true));
    peer.event().await.unwrap();
    peer
}

fn principal(subject: &str, scopes: &[&str]) -> Principal {
    Principal::new(subject, scopes.iter().map(|&scope| scope.to_owned()))
}

/// Ana, for so long from now.
fn until(left_ms: u64) -> Principal {
    let now_ms = SystemClock::default().unix_ms();
    principal("ana", &[]).until(now_ms + left_ms)
}

fn method(message: &Value) -> &str {
    let method = message.get("method").and_then(Value::as_str);
    method.unwrap_or_default()
}

const LIST_CHANGED: &str = "notifications/tools/list_changed";
/// Three times what is promised.
const SOON: Duration = Duration::from_secs(3);
