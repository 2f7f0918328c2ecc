//! What goes where: JSON or a stream, one message on one stream, and streams that belong to a session.

use std::time::Duration;

use serde_json::json;
use tollhouse_http::Options;

use super::{
    Client, Home, LEGACY, R2025_06_18, R2025_11_25,
    client::{called, parsed, text, watched},
};
use crate::language::Peer;

#[tokio::test]
async fn l13_what_answers_at_once_is_json_and_what_says_something_first_is_a_stream() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let request = client.request("tools/call", called("echo", json!({"text": "hi"})));
        let response = client.post(&request).await;
        assert!(!response.head.is_stream());
        client.hear(&parsed(&response.body));
        let mut stream = client
            .begin("tools/call", watched("rounds", json!({"steps": 1}), "t"))
            .await;
        let told = client.next(&mut stream).await.unwrap();
        assert_eq!(told["method"], "notifications/progress");
        let rest = client.listen(None).await;
        drop((stream, rest));
    }
}

#[tokio::test]
async fn l13_l17_a_stream_ends_with_the_answer_and_its_connection_goes_on() {
    let home = Home::open().await;
    home.book.release();
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let params = watched("slow", json!({"steps": 3}), "t");
        let mut stream = client.begin("tools/call", params).await;
        let said = client.rest(&mut stream).await;
        assert_eq!(said.len(), 4);
        assert_eq!(text(&said[3]), "released");
        let mut peer: Peer = stream.into_peer();
        let again = client.request("ping", json!({}));
        assert_eq!(peer.say(&again).await.status(), 200);
    }
}

#[tokio::test]
async fn l13_what_wants_no_reply_is_accepted_without_a_body() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        for method in [
            "notifications/initialized",
            "notifications/roots/list_changed",
        ] {
            assert_eq!(client.note(method, json!({})).await, 202);
        }
        let unknown = json!({"jsonrpc": "2.0", "method": "notifications/nope"});
        let response = client.post(&client.wrap(&unknown)).await;
        assert_eq!((response.status(), response.body.len()), (202, 0));
        let cancelled = json!({"requestId": 77});
        assert_eq!(client.note("notifications/cancelled", cancelled).await, 202);
    }
}

#[tokio::test]
async fn l14_a_client_that_takes_only_a_stream_has_one_and_of_one_message() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let request = client.request("tools/call", called("echo", json!({"text": "hi"})));
        let request = request.with("Accept", "text/event-stream");
        let mut stream = client.send(&request).await;
        let said = client.rest(&mut stream).await;
        assert_eq!(said.len(), 1);
        assert_eq!(text(&said[0]), "hi");
    }
}

#[tokio::test]
async fn l14_a_client_that_takes_only_json_has_the_answer_when_it_is_there() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await.taking_json();
        let before = home.book.read(|page| page.finished);
        let request = client.request("tools/call", watched("slow", json!({"steps": 300}), "t"));
        let mut peer = Peer::connect(home.address).await;
        peer.send(request.wire()).await;
        home.book.until(|page| page.begun > before).await;
        home.book.release();
        let response = peer.response().await;
        assert_eq!(response.status(), 200);
        let message = parsed(&response.body);
        client.hear(&message);
        assert_eq!(text(&message), "released");
    }
}

#[tokio::test]
async fn l34_a_call_that_would_hang_up_is_waited_for_by_whoever_cannot_come_back() {
    let home = Home::open().await;
    home.book.release();
    for revision in LEGACY {
        let mut json = Client::open(&home, revision).await.taking_json();
        let message = json.call("absent", json!({"steps": 2})).await;
        assert_eq!(text(&message), "released");
        if revision < R2025_11_25 {
            let mut client = Client::open(&home, revision).await;
            let message = client.call("absent", json!({"steps": 2})).await;
            assert_eq!(text(&message), "released");
        }
    }
}

#[tokio::test]
async fn l15_l16_l17_l19_messages_of_calls_go_on_their_own_streams_alone() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut own = client.listen(None).await;
    let mut first = start(&mut client, "a").await;
    let mut second = start(&mut client, "b").await;
    home.book.until(|page| page.begun == 2).await;
    for (stream, token) in [(&mut first, "a"), (&mut second, "b")] {
        for step in 1..=2 {
            let told = client.next(stream).await.unwrap();
            assert_eq!(told["params"]["progressToken"], token);
            assert_eq!(told["params"]["progress"], step);
        }
    }
    client.call("touch", json!({})).await;
    home.book.release();
    for (stream, id) in [(&mut first, 2), (&mut second, 3)] {
        let said = client.rest(stream).await;
        assert_eq!(said.len(), 1);
        assert_eq!(said[0]["id"], id);
    }
    let told = client.next(&mut own).await.unwrap();
    assert_eq!(told["method"], "notifications/tools/list_changed");
    home.stop();
    assert_eq!(client.rest(&mut own).await.len(), 0);
    home.stopped().await;
}

#[tokio::test]
async fn l14_l15_a_stream_of_a_session_has_to_be_one() {
    let home = Home::open().await;
    for revision in LEGACY {
        let client = Client::open(&home, revision).await;
        for accept in ["application/json", "text/html"] {
            let request = client.bare("GET").with("Accept", accept);
            assert_eq!(client.post(&request).await.status(), 406);
        }
        for accept in [
            "text/event-stream",
            "*/*",
            "application/json, text/event-stream",
        ] {
            let request = client.bare("GET").with("Accept", accept);
            drop(client.send(&request).await);
        }
    }
}

#[tokio::test]
async fn l16_a_second_stream_of_a_session_takes_the_place_of_the_first() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let mut first = client.listen(None).await;
        let mut second = client.listen(None).await;
        assert_eq!(client.rest(&mut first).await.len(), 0);
        client.call("touch", json!({})).await;
        let told = client.next(&mut second).await.unwrap();
        assert_eq!(told["method"], "notifications/tools/list_changed");
    }
}

#[tokio::test]
async fn l48_ping_is_answered_at_once_beside_a_running_call() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let slow = client.start("slow", json!({})).await;
        assert_eq!(client.say("ping", json!({})).await["result"], json!({}));
        drop(slow);
    }
    home.book.release();
}

#[tokio::test]
async fn e22_an_id_that_is_in_use_is_refused_and_the_call_goes_on() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_06_18).await;
    let mut slow = client.start("slow", json!({})).await;
    home.book.until(|page| page.begun == 1).await;
    let again = json!({"jsonrpc": "2.0", "id": client.newest(), "method": "tools/call",
        "params": called("slow", json!({}))});
    let response = client.post(&client.wrap(&again)).await;
    client.assert_refused(&response, 400, -32600);
    home.book.release();
    assert_eq!(text(&client.next(&mut slow).await.unwrap()), "released");
    assert_eq!(home.book.read(|page| page.begun), 1);
}

#[tokio::test]
async fn l14_a_silent_stream_says_that_it_lives() {
    let options = Options::default().keep_alive(Duration::from_millis(20));
    let home = Home::with(options).await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let own = client.listen(None).await;
        let reply = client.start("slow", json!({})).await;
        lives(own).await;
        lives(reply).await;
    }
}

/// Waits until a stream says that it lives.
async fn lives(stream: super::Stream) {
    let mut peer = stream.into_peer();
    while !peer.block().await.unwrap().starts_with(':') {}
}

async fn start(client: &mut Client, token: &str) -> super::Stream {
    let params = watched("slow", json!({"steps": 2}), token);
    client.begin("tools/call", params).await
}
