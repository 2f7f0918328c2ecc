//! One byte of a good request changed, left out or doubled, at every place.

use std::time::Duration;

use serde_json::json;
use tollhouse_http::Options;

use crate::language::{House, Peer, Request};

#[tokio::test]
async fn r23_a_request_with_any_byte_changed_is_answered_or_left() {
    let limit = Duration::from_millis(50);
    let options = Options::default().header_timeout(limit).body_timeout(limit);
    let house = House::with(options).await;
    let call = Request::call("echo", json!({"text": "hi"})).watched();
    let good = call.header("Mcp-Param-Text", "hi").wire();
    let all: Vec<Vec<u8>> = (0..good.len())
        .flat_map(|place| spoil(&good, place))
        .collect();
    for some in all.chunks(250) {
        let mut peers = Vec::new();
        for spoilt in some {
            let mut peer = Peer::connect(house.address).await;
            peer.send(spoilt).await;
            peers.push((peer, spoilt));
        }
        for (mut peer, spoilt) in peers {
            let told = answered_or_left(&mut peer).await;
            assert!(told, "{}", String::from_utf8_lossy(spoilt));
        }
    }
    let last = house
        .say(&Request::call("echo", json!({"text": "hi"})))
        .await;
    assert_eq!(last.told(), "hi");
}

/// The bytes with one fault each at this place.
fn spoil(good: &[u8], place: usize) -> Vec<Vec<u8>> {
    let (before, after) = good.split_at(place);
    let (byte, rest) = after.split_at(1);
    let turned: Vec<u8> = byte.iter().map(|byte| byte ^ 0x20).collect();
    let instead: [&[u8]; 6] = [
        b"",
        &[byte, byte].concat(),
        &turned,
        b"\0",
        b"\r\n",
        b"\xff",
    ];
    instead.map(|other| [before, other, rest].concat()).into()
}

/// Whether there is an answer that does not blame the server, or an end without one.
async fn answered_or_left(peer: &mut Peer) -> bool {
    while peer.fill().await {}
    let text = String::from_utf8_lossy(peer.unread());
    let is_answer = ["HTTP/1.1 2", "HTTP/1.1 4", "HTTP/1.0 "]
        .iter()
        .any(|beginning| text.starts_with(beginning));
    text.is_empty() || is_answer
}
