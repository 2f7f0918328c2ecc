//! What is forgotten, and when.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::{runtime::Handle, task::JoinSet};
use tollhouse_core::testing::Hands;
use tollhouse_http::Options;

use super::{
    Client, Home, LEGACY, R2025_11_25, Revision, Stream,
    client::{called, parsed, text, watched},
    log::Log,
};
use crate::language::{PATIENCE, Peer, Response, within};

#[tokio::test]
async fn l25_l26_a_session_ends_after_thirty_days_and_a_new_one_can_be_had() {
    let (home, hands) = home().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    hands.turn(29 * DAY);
    client.say("ping", json!({})).await;
    hands.turn(DAY);
    assert_unknown(&mut client).await;
    Client::open(&home, R2025_11_25)
        .await
        .say("ping", json!({}))
        .await;
}

#[tokio::test]
async fn l26_p48_a_session_that_is_in_use_and_has_much_to_remember_ends_then_too() {
    let (home, hands) = home().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    client
        .say("logging/setLevel", json!({"level": "debug"}))
        .await;
    let own = client.listen(None).await;
    for _ in 0..60 {
        client.say("ping", json!({})).await;
        hands.turn(DAY / 2);
    }
    assert_unknown(&mut client).await;
    drop(own);
}

#[tokio::test]
async fn l36_a_reply_is_kept_for_five_minutes_and_its_session_goes_on() {
    let (home, hands) = home().await;
    home.book.release();
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut other = Client::open(&home, R2025_11_25).await;
    let mut stream = watched_reply(&mut client).await;
    client.rest(&mut stream).await;
    let first = format!("{}-0", stream.last().rsplit_once('-').unwrap().0);
    hands.turn(Duration::from_secs(4 * 60));
    let mut again = client.listen(Some(&first)).await;
    assert!(again.message().await.is_some());
    hands.turn(Duration::from_secs(60));
    // Others make room.
    let mut stream = watched_reply(&mut other).await;
    other.rest(&mut stream).await;
    let response = come_back(&client, &first).await;
    client.assert_refused(&response, 404, -32600);
    client.say("ping", json!({})).await;
}

#[tokio::test]
async fn l36_of_too_many_kept_replies_the_oldest_go() {
    let (home, _hands) = home().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut ids = Vec::new();
    for _ in 0..40 {
        let request = client.request("resources/read", json!({"uri": "note:large"}));
        let request = request.with("Accept", "text/event-stream");
        let mut stream = client.send(&request).await;
        stream.event().await.unwrap();
        ids.push(stream.last().to_owned());
        assert!(stream.message().await.is_some());
    }
    let response = come_back(&client, &ids[0]).await;
    client.assert_refused(&response, 404, -32600);
    let mut newest = client.listen(ids.last().map(String::as_str)).await;
    assert!(newest.message().await.is_some());
}

#[tokio::test]
async fn l36_whoever_has_much_kept_pushes_out_nothing_of_others() {
    let (home, _hands) = home().await;
    home.book.release();
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut stream = watched_reply(&mut client).await;
    client.rest(&mut stream).await;
    let mut greedy = Client::open(&home, R2025_11_25).await;
    for _ in 0..40 {
        let request = greedy.request("resources/read", json!({"uri": "note:large"}));
        let request = request.with("Accept", "text/event-stream");
        let mut stream = greedy.send(&request).await;
        assert!(stream.message().await.is_some());
    }
    let first = format!("{}-0", stream.last().rsplit_once('-').unwrap().0);
    let mut again = client.listen(Some(&first)).await;
    assert!(again.message().await.is_some());
}

#[tokio::test]
async fn l26_p48_a_session_that_was_idle_for_an_hour_ends_only_if_something_would_be_forgotten() {
    let log = Log::default();
    let _heard = tracing::subscriber::set_default(log.clone());
    let (home, hands) = home().await;
    let mut blank = Client::open(&home, R2025_11_25).await;
    let mut client = Client::open(&home, R2025_11_25).await;
    client
        .say("logging/setLevel", json!({"level": "debug"}))
        .await;
    let mut listening = Client::open(&home, R2025_11_25).await;
    listening
        .say("logging/setLevel", json!({"level": "debug"}))
        .await;
    let own = listening.listen(None).await;
    hands.turn(Duration::from_secs(59 * 60));
    Client::open(&home, R2025_11_25).await;
    let mut stream = client.start("speak", json!({})).await;
    assert_eq!(client.rest(&mut stream).await.len(), 9);
    hands.turn(Duration::from_secs(66 * 60));
    Client::open(&home, R2025_11_25).await;
    // Whose it was, by a part of its id that opens nothing (P48).
    let told = log.told("a session had to end");
    assert_eq!(told.len(), 1, "{told:?}");
    let (_, session) = told[0].split_once("session=\"").unwrap();
    let (session, _) = session.split_once('"').unwrap();
    assert!(
        session.len() == 12 && client.id.as_ref().unwrap().contains(session),
        "{told:?}"
    );
    assert_unknown(&mut client).await;
    blank.say("ping", json!({})).await;
    let mut stream = listening.start("speak", json!({})).await;
    assert_eq!(listening.rest(&mut stream).await.len(), 9);
    drop(own);
}

#[tokio::test]
async fn more_calls_at_once_than_a_session_may_have_are_refused_and_taken_again_later() {
    let (home, _hands) = home().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut other = Client::open(&home, R2025_11_25).await;
    let mut streams = Vec::new();
    for _ in 0..256 {
        streams.push(client.start("slow", json!({})).await);
    }
    let request = client.request("tools/call", called("echo", json!({"text": "hi"})));
    let response = client.post(&request).await;
    assert_eq!(response.status(), 503);
    assert_eq!(parsed(&response.body)["id"], client.newest());
    assert_eq!(text(&other.call("echo", json!({"text": "hi"})).await), "hi");
    home.book.release();
    client.rest(&mut streams[0]).await;
    assert_eq!(
        text(&client.call("echo", json!({"text": "hi"})).await),
        "hi"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_many_sessions_at_once_leave_nothing_behind() {
    let alive = || Handle::current().metrics().num_alive_tasks();
    let before = alive();
    let home = Arc::new(Home::open().await);
    home.book.release();
    let mut crowd = JoinSet::new();
    for revision in LEGACY.repeat(6) {
        crowd.spawn(visit(Arc::clone(&home), revision));
    }
    within(PATIENCE, crowd.join_all()).await;
    home.stop();
    home.stopped().await;
    within(PATIENCE, async {
        while alive() > before {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let (begun, gone) = home.book.read(|page| (page.begun, page.gone));
    assert_eq!(begun, gone);
}

/// One client that does everything: calls, leaves, comes back, is asked, changes its mind, and ends.
async fn visit(home: Arc<Home>, revision: Revision) {
    let mut client = Client::open(&home, revision).await;
    let own = client.listen(None).await;
    for turn in 0..5 {
        come_and_go(&mut client, &format!("t{turn}")).await;
        change_its_mind(&mut client).await;
    }
    drop(own);
    assert_eq!(client.delete().await, 204);
    client.end();
}

async fn come_and_go(client: &mut Client, token: &str) {
    let params = watched("slow", json!({"steps": 3}), token);
    let mut stream = client.begin("tools/call", params).await;
    client.next(&mut stream).await.unwrap();
    let last = stream.leave();
    client.call("touch", json!({})).await;
    let mut again = client.listen(last.as_deref()).await;
    assert!(!client.rest(&mut again).await.is_empty());
}

async fn change_its_mind(client: &mut Client) {
    let mut asked = client.start("roots", json!({})).await;
    client.next(&mut asked).await.unwrap();
    client.cancel(client.newest()).await;
    assert_eq!(client.rest(&mut asked).await.len(), 1);
}

async fn home() -> (Home, Hands) {
    let hands = Hands::default();
    let clock = hands.clone();
    let home = Home::built(Options::default(), |builder| builder.clock(clock)).await;
    (home, hands)
}

async fn watched_reply(client: &mut Client) -> Stream {
    let params = watched("slow", json!({"steps": 1}), "t");
    client.begin("tools/call", params).await
}

async fn come_back(client: &Client, last: &str) -> Response {
    let request = client.bare("GET").header("Last-Event-ID", last);
    let mut peer = Peer::connect(client.address).await;
    peer.send(request.wire()).await;
    let head = peer.head().await;
    assert!(!head.is_stream(), "{last} is still known");
    let body = peer.body(&head).await;
    Response { head, body }
}

async fn assert_unknown(client: &mut Client) {
    let request = client.request("ping", json!({}));
    client.assert_refused(&client.post(&request).await, 404, -32600);
    assert_eq!(client.delete().await, 404);
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
