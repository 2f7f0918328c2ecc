//! Coming back to a stream: exactly what came after, and nothing of another stream.

use serde_json::{Value, json};

use super::{
    Client, Home, LEGACY, R2025_11_25, Stream,
    client::{text, watched},
    stream::Event,
};

#[tokio::test]
async fn l33_l34_l35_only_the_newest_of_them_is_told_where_and_when_to_come_back() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let mut own = client.listen(None).await;
        let mut reply = client.begin("tools/call", slow(1, "t")).await;
        if revision == R2025_11_25 {
            assert_primed(&mut own).await;
            assert_primed(&mut reply).await;
        }
        let told = reply.event().await.unwrap();
        assert!(told.id.is_some());
        assert!(told.data.contains("notifications/progress"));
        client.call("touch", json!({})).await;
        let told = own.event().await.unwrap();
        assert!(told.data.contains("list_changed"));
        assert_eq!(own.retry_ms.is_some(), revision == R2025_11_25);
    }
}

#[tokio::test]
async fn l31_event_ids_are_of_one_stream_each() {
    let home = Home::open().await;
    home.book.release();
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut ids = Vec::new();
    for token in ["a", "b", "c"] {
        let mut stream = client.begin("tools/call", slow(3, token)).await;
        ids.extend(
            all(&mut stream)
                .await
                .into_iter()
                .filter_map(|event| event.id),
        );
    }
    let many = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((many, ids.len()), (15, 15));
}

#[tokio::test]
async fn l32_after_each_event_exactly_the_rest_comes_again() {
    let home = Home::open().await;
    home.book.release();
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let mut other = client.begin("tools/call", slow(5, "other")).await;
        let mut stream = client.begin("tools/call", slow(3, "t")).await;
        let said = messages(all(&mut stream).await);
        assert_eq!(said.len(), 4);
        client.rest(&mut other).await;
        for place in 0..said.len() {
            let mut again = client.listen(Some(&said[place].0)).await;
            assert_eq!(messages(all(&mut again).await), said[place + 1..]);
        }
        for (_, data) in &said {
            revision.check_server(&serde_json::from_str(data).unwrap());
        }
    }
}

#[tokio::test]
async fn l33_from_before_the_first_event_all_of_it_comes_again() {
    let home = Home::open().await;
    home.book.release();
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut stream = client.begin("tools/call", slow(2, "t")).await;
    let first = stream.event().await.unwrap().id.unwrap();
    let said = messages(all(&mut stream).await);
    let mut again = client.listen(Some(&first)).await;
    assert_eq!(messages(all(&mut again).await), said);
}

#[tokio::test]
async fn l32_l33_who_comes_back_twice_is_not_told_again_what_it_had() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut stream = client.begin("tools/call", slow(3, "t")).await;
    for _ in 0..3 {
        client.next(&mut stream).await.unwrap();
    }
    let mut last = stream.leave();
    for _ in 0..3 {
        let mut again = client.listen(last.as_deref()).await;
        // The event that only says where to come back.
        let priming = again.event().await.unwrap();
        assert_eq!(priming.data, "");
        last = again.leave();
    }
    home.book.release();
    let mut again = client.listen(last.as_deref()).await;
    let rest = client.rest(&mut again).await;
    assert_eq!(rest.len(), 1);
    assert_eq!(text(&rest[0]), "released");
}

#[tokio::test]
async fn l32_l33_the_own_stream_goes_on_after_what_its_client_had() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut own = client.listen(None).await;
    client.call("touch", json!({})).await;
    client.next(&mut own).await.unwrap();
    let last = own.leave().unwrap();
    let mut again = client.listen(Some(&last)).await;
    let primed = again.event().await.unwrap().id.unwrap();
    assert_eq!(primed, last);
    drop(again);
    let mut live = client.listen(None).await;
    let primed = live.event().await.unwrap().id.unwrap();
    assert_eq!(primed, last, "who begins anew has had all that was said");
    drop(live);
    let mut again = client.listen(Some(&primed)).await;
    client.call("touch", json!({})).await;
    client.next(&mut again).await.unwrap();
    client.call("touch", json!({})).await;
    client.next(&mut again).await.unwrap();
    let mut again = client.listen(Some(&primed)).await;
    let told = [
        again.message().await.unwrap(),
        again.message().await.unwrap(),
    ];
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn l36_an_own_stream_that_is_not_known_begins_live() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await;
        let mut own = client.listen(None).await;
        client.call("touch", json!({})).await;
        client.next(&mut own).await.unwrap();
        let name = own.last().rsplit_once('-').unwrap().0.to_owned();
        let beyond = format!("{name}-99");
        for last in ["s1-5", "s-1", "", "nonsense", "a-b", beyond.as_str()] {
            let mut live = client.listen(Some(last)).await;
            client.call("touch", json!({})).await;
            let told = client.next(&mut live).await.unwrap();
            assert_eq!(told["method"], "notifications/tools/list_changed", "{last}");
        }
    }
}

#[tokio::test]
async fn l36_l32_a_reply_that_is_not_known_or_of_another_session_is_404() {
    let home = Home::open().await;
    home.book.release();
    for revision in LEGACY {
        let mut alice = Client::open(&home, revision).await;
        let bob = Client::open(&home, revision).await;
        let mut stream = alice.begin("tools/call", slow(3, "t")).await;
        let said = messages(all(&mut stream).await);
        for last in [said[0].0.as_str(), "r1-0", "x-1"] {
            let request = bob.bare("GET").header("Last-Event-ID", last);
            let response = bob.post(&request).await;
            bob.assert_refused(&response, 404, -32600);
        }
        let mut again = alice.listen(Some(&said[0].0)).await;
        assert_eq!(messages(all(&mut again).await).len(), 3);
    }
}

#[tokio::test]
async fn l34_a_call_that_takes_long_hangs_up_and_is_come_back_for() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut stream = client.start("absent", json!({})).await;
    assert!(client.rest(&mut stream).await.is_empty());
    assert!(stream.retry_ms.is_some());
    let last = stream.last().to_owned();
    // Still nothing, but it may be waited for.
    let mut waiting = client.listen(Some(&last)).await;
    home.book.until(|page| page.begun == 1).await;
    home.book.release();
    assert_eq!(text(&client.next(&mut waiting).await.unwrap()), "released");
    assert!(client.next(&mut waiting).await.is_none());
    let mut late = client.listen(Some(&last)).await;
    assert_eq!(text(&late.message().await.unwrap()), "released");
    assert_eq!(home.book.read(|page| (page.begun, page.finished)), (1, 1));
}

#[tokio::test]
async fn l32_only_the_newest_reader_of_a_reply_is_told_the_rest() {
    for revision in LEGACY {
        let home = Home::open().await;
        let mut client = Client::open(&home, revision).await;
        let mut stream = client.begin("tools/call", slow(1, "t")).await;
        client.next(&mut stream).await.unwrap();
        let last = stream.last().to_owned();
        let mut again = client.listen(Some(&last)).await;
        assert_eq!(client.rest(&mut stream).await.len(), 0);
        home.book.release();
        assert_eq!(text(&client.next(&mut again).await.unwrap()), "released");
        assert!(client.next(&mut again).await.is_none());
    }
}

/// Asserts that the next event says nothing but where and when to come back.
async fn assert_primed(stream: &mut Stream) {
    let first = stream.event().await.unwrap();
    assert!(first.id.is_some());
    assert_eq!((first.name, first.data.as_str()), (None, ""));
    assert!(stream.retry_ms.is_some_and(|retry| retry > 0));
}

fn slow(steps: u32, token: &str) -> Value {
    watched("slow", json!({"steps": steps}), token)
}

/// All events of a stream.
async fn all(stream: &mut Stream) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(event) = stream.event().await {
        events.push(event);
    }
    events
}

/// The messages among events, each with its id.
fn messages(events: Vec<Event>) -> Vec<(String, String)> {
    let messages = events.into_iter().filter(|event| !event.data.is_empty());
    messages
        .map(|event| (event.id.unwrap(), event.data))
        .collect()
}
