//! A client that leaves cancels nothing; one that says so does (case 18).

use std::time::Duration;

use serde_json::json;
use tollhouse_http::Options;

use super::{
    Client, Home, LEGACY, R2025_11_25,
    client::{called, text, watched},
};
use crate::language::Peer;

#[tokio::test]
async fn case18_l20_who_leaves_in_the_middle_of_a_call_has_it_done_once_and_comes_back_for_it() {
    for revision in LEGACY {
        let home = Home::open().await;
        let mut client = Client::open(&home, revision).await;
        let params = watched("slow", json!({"steps": 2}), "t");
        let mut stream = client.begin("tools/call", params).await;
        client.next(&mut stream).await.unwrap();
        home.book.until(|page| page.begun == 1).await;
        let last = stream.leave();
        client.noticed().await;
        home.book.release();
        home.book.until(|page| page.finished == 1).await;
        let mut again = client.listen(last.as_deref()).await;
        let rest = client.rest(&mut again).await;
        assert_eq!(rest.len(), 2);
        assert_eq!(text(&rest[1]), "released");
        let counted = home
            .book
            .read(|page| (page.begun, page.finished, page.cancelled()));
        assert_eq!(counted, (1, 1, 0));
        client.end();
    }
}

#[tokio::test]
async fn case18_l20_who_leaves_before_a_word_came_back_has_its_call_done_too() {
    for revision in LEGACY {
        let home = Home::open().await;
        let mut client = Client::open(&home, revision).await;
        for accept in ["application/json, text/event-stream", "application/json"] {
            let request = client.request("tools/call", called("slow", json!({})));
            let begun = home.book.read(|page| page.begun);
            let mut peer = Peer::connect(home.address).await;
            peer.send(request.with("Accept", accept).wire()).await;
            home.book.until(|page| page.begun > begun).await;
            peer.reset();
        }
        client.noticed().await;
        home.book.release();
        home.book.until(|page| page.finished == 2).await;
        home.book.until(|page| page.records.len() == 2).await;
        assert_eq!(home.book.read(|page| page.cancelled()), 0);
    }
}

#[tokio::test]
async fn case18_l34_the_newest_comes_back_for_what_it_left_before_anything_was_said() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut stream = client.start("slow", json!({})).await;
    stream.event().await.unwrap();
    let last = stream.leave();
    client.noticed().await;
    home.book.release();
    home.book.until(|page| page.finished == 1).await;
    let mut again = client.listen(last.as_deref()).await;
    assert_eq!(text(&client.next(&mut again).await.unwrap()), "released");
    client.end();
}

#[tokio::test]
async fn case18_l20_l54_a_cancelled_call_is_stopped_and_never_answered() {
    for revision in LEGACY {
        let home = Home::open().await;
        let mut client = Client::open(&home, revision).await;
        let params = watched("slow", json!({"steps": 1}), "t");
        let mut stream = client.begin("tools/call", params).await;
        client.next(&mut stream).await.unwrap();
        client.cancel(client.newest()).await;
        assert!(client.rest(&mut stream).await.is_empty());
        home.book
            .until(|page| page.gone == 1 && page.cancelled() == 1)
            .await;
        let last = stream.last().to_owned();
        let mut again = client.listen(Some(&last)).await;
        assert!(again.message().await.is_none());
        client.end();
    }
}

#[tokio::test]
async fn case18_l54_a_call_that_was_left_can_still_be_cancelled() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut stream = client.start("slow", json!({})).await;
    stream.event().await.unwrap();
    home.book.until(|page| page.begun == 1).await;
    let call = client.newest();
    stream.leave();
    client.noticed().await;
    client.cancel(call).await;
    home.book
        .until(|page| page.gone == 1 && page.cancelled() == 1)
        .await;
    assert_eq!(home.book.read(|page| page.finished), 0);
}

#[tokio::test]
async fn l54_a_cancelled_call_of_a_client_without_streams_ends_its_response() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await.taking_json();
        let begun = home.book.read(|page| page.begun);
        let request = client.request("tools/call", called("slow", json!({})));
        let mut peer = Peer::connect(home.address).await;
        peer.send(request.wire()).await;
        home.book.until(|page| page.begun > begun).await;
        client.cancel(client.newest()).await;
        let response = peer.response().await;
        assert!(response.body.is_empty());
        client.end();
    }
}

#[tokio::test]
async fn l54_cancellations_of_nothing_and_nonsense_are_ignored() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut other = Client::open(&home, R2025_11_25).await;
    let mut slow = client.start("slow", json!({})).await;
    home.book.until(|page| page.begun == 1).await;
    // The other's request has the same id.
    other.cancel(client.newest()).await;
    for params in [
        json!({"requestId": "2"}),
        json!({"requestId": null}),
        json!({"requestId": 99}),
        json!({"requestId": {"a": 1}}),
        json!({}),
    ] {
        let message =
            json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
        let response = client.post(&client.wrap(&message)).await;
        assert_eq!(response.status(), 202);
    }
    home.book.release();
    assert_eq!(text(&client.next(&mut slow).await.unwrap()), "released");
}

#[tokio::test]
async fn r14_a_server_that_closes_lets_a_call_come_to_its_end_that_its_client_left() {
    for revision in LEGACY {
        let home = Home::open().await;
        let mut client = Client::open(&home, revision).await;
        let params = watched("slow", json!({"steps": 1}), "t");
        let mut stream = client.begin("tools/call", params).await;
        client.next(&mut stream).await.unwrap();
        stream.leave();
        client.noticed().await;
        home.stop();
        home.book.release();
        home.stopped().await;
        let counted = home
            .book
            .read(|page| (page.begun, page.finished, page.records.len()));
        assert_eq!(counted, (1, 1, 1));
    }
}

#[tokio::test]
async fn r14_a_call_that_was_left_and_never_ends_is_cut_when_the_time_is_up() {
    for revision in LEGACY {
        let limit = Duration::from_millis(300);
        let home = Home::with(Options::default().drain_timeout(limit)).await;
        let mut client = Client::open(&home, revision).await;
        let params = |token| watched("slow", json!({"steps": 1}), token);
        let mut left = client.begin("tools/call", params("left")).await;
        client.next(&mut left).await.unwrap();
        left.leave();
        let mut read = client.begin("tools/call", params("read")).await;
        client.next(&mut read).await.unwrap();
        home.book.until(|page| page.begun == 2).await;
        home.stop();
        home.stopped().await;
        home.book
            .until(|page| page.gone == 2 && page.cancelled() == 2)
            .await;
        assert_eq!(home.book.read(|page| page.finished), 0);
    }
}
