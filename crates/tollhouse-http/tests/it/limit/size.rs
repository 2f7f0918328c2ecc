//! Bodies that are too large are refused without being read, and small ones cost what they weigh.

use std::{net::Ipv4Addr, time::Duration};

use serde_json::json;
use tokio::net::TcpSocket;
use tollhouse_http::Options;

use crate::language::{House, PATIENCE, Peer, Request, Watch, resident_bytes};

#[tokio::test]
async fn case13_a_body_that_announces_too_much_is_refused_unread() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let watch = Watch::default();
    peer.send(announcing(100_000_000, "")).await;
    let response = peer.response().await;
    watch.assert_within(Duration::from_millis(500));
    response.assert(413, -32600);
    assert!(response.head.closes());
    peer.closed().await;
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case13_a_refused_client_is_not_reset_before_it_can_read_why() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(announcing(100_000_000, "")).await;
    peer.send(vec![b'x'; 36 * 1024]).await;
    assert_eq!(peer.response().await.status(), 413);
    // A client in the middle of its sending must not stumble before it looks for an answer.
    assert!(
        peer.try_send(b"x").await.is_ok(),
        "the connection was reset"
    );
    assert!(peer.ends().await, "the connection was reset");
}

#[tokio::test]
async fn case13_r7_no_more_is_taken_than_the_limit_and_a_little() {
    let limit = 1 << 20;
    for chunked in [false, true] {
        let (house, mut peer, buffers) = with_small_buffers(limit).await;
        let head = if chunked {
            announcing_nothing()
        } else {
            announcing(100_000_000, "")
        };
        peer.send(head).await;
        let piece = if chunked {
            chunk(64 * 1024)
        } else {
            vec![b'x'; 64 * 1024]
        };
        let mut taken = 0;
        let mut at = 0;
        while let Ok(bytes) = peer.try_send(&piece[at..]).await {
            taken += bytes;
            at = (at + bytes) % piece.len();
            assert!(taken < 100_000_000, "everything was taken");
        }
        let most = 64 * 1024 + buffers + if chunked { limit } else { 0 };
        assert!(taken <= most, "{taken} of {most} bytes, chunked {chunked}");
        let response = peer.response().await;
        response.assert(413, -32600);
        assert!(response.head.closes());
        peer.closed().await;
        assert_eq!(house.effects(), 0);
    }
}

#[tokio::test]
async fn case13_r7_sixty_four_at_once_stay_within_bounds() {
    let house = without_haste().await;
    house
        .say(&Request::call("echo", json!({"text": "hi"})))
        .await;
    let before = resident_bytes();
    let mut peers = Vec::new();
    for number in 0..64 {
        let mut peer = Peer::connect(house.address).await;
        let chunked = number % 2 == 0;
        let head = if chunked {
            announcing_nothing()
        } else {
            announcing(100_000_000, "")
        };
        peer.send(head).await;
        peers.push((peer, chunked));
    }
    // All bodies grow side by side, up to just below the limit.
    let piece = chunk(60 * 1024);
    for _ in 0..17 {
        for (peer, _) in peers.iter_mut().filter(|(_, chunked)| *chunked) {
            peer.send(&piece).await;
            tokio::task::yield_now().await;
        }
    }
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown <= 3 * (64 << 20), "{grown} bytes more");
    for (peer, chunked) in &mut peers {
        if *chunked {
            peer.send(&piece).await;
        }
        peer.response().await.assert(413, -32600);
        peer.closed().await;
    }
    assert_eq!(house.effects(), 1);
}

#[tokio::test]
async fn case13_the_limit_itself_still_fits() {
    let house = House::with(Options::default().body_bytes_max(4096)).await;
    let call = Request::call("echo", json!({"text": "hi"}));
    let body = call.content().to_vec();
    let padded = |bytes: usize| {
        let mut body = body.clone();
        body.resize(bytes, b' ');
        call.clone().body(body)
    };
    assert_eq!(house.say(&padded(4096)).await.told(), "hi");
    house.say(&padded(4097)).await.assert(413, -32600);
    let mut peer = Peer::connect(house.address).await;
    peer.send(padded(4096).chunked(100)).await;
    assert_eq!(peer.response().await.told(), "hi");
    peer.send(padded(4097).chunked(100)).await;
    peer.response().await.assert(413, -32600);
}

#[tokio::test]
async fn case13_many_small_pieces_cost_no_more_than_their_sum() {
    let house = without_haste().await;
    house
        .say(&Request::call("echo", json!({"text": "hi"})))
        .await;
    let call = Request::call("measure", json!({"text": "x".repeat(900_000)}));
    let wire = call.chunked(1);
    let before = resident_bytes();
    let mut peer = Peer::connect(house.address).await;
    for piece in wire.chunks(64 * 1024) {
        peer.send(piece).await;
        let grown = resident_bytes().saturating_sub(before);
        assert!(grown <= 16 << 20, "{grown} bytes more");
    }
    assert_eq!(peer.response().await.told(), "900000");
}

#[tokio::test]
async fn case13_a_dribble_costs_no_more_than_its_sum() {
    let house = without_haste().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(announcing(1 << 20, "")).await;
    let before = resident_bytes();
    for _ in 0..20_000 {
        peer.send(b"x").await;
        tokio::task::yield_now().await;
    }
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown <= 16 << 20, "{grown} bytes more for 20,000 bytes");
}

#[tokio::test]
async fn case13_a_client_that_asks_first_sends_nothing_in_vain() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(announcing(100_000_000, "Expect: 100-continue\r\n"))
        .await;
    assert_eq!(peer.head().await.status, 413);
}

#[tokio::test]
async fn case13_a_client_that_asks_first_is_told_to_go_on() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let call = Request::call("echo", json!({"text": "hi"})).header("Expect", "100-continue");
    peer.send(call.head()).await;
    assert_eq!(peer.head().await.status, 100);
    peer.send(call.content()).await;
    assert_eq!(peer.response().await.told(), "hi");
    let refused = call.with("Content-Type", "text/plain");
    peer.send(refused.head()).await;
    assert_eq!(
        peer.head().await.status,
        415,
        "no 100 for what is refused anyway"
    );
}

/// A server that waits for bodies as long as a busy machine may take over them.
async fn without_haste() -> House {
    House::with(Options::default().body_timeout(PATIENCE * 3)).await
}

/// A server and a peer between which the kernel keeps little; and how much.
async fn with_small_buffers(limit: usize) -> (House, Peer, usize) {
    let listening = TcpSocket::new_v4().unwrap();
    listening.set_recv_buffer_size(16 * 1024).unwrap();
    listening.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let received = listening.recv_buffer_size().unwrap();
    let listener = listening.listen(8).unwrap();
    let house = House::on(listener, Options::default().body_bytes_max(limit));
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(16 * 1024).unwrap();
    let sent = socket.send_buffer_size().unwrap();
    let peer = Peer::over(socket.connect(house.address).await.unwrap());
    (house, peer, usize::try_from(received + sent).unwrap())
}

fn announcing(bytes: usize, more: &str) -> Vec<u8> {
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    format!("{head}{more}Content-Length: {bytes}\r\n\r\n").into()
}

fn announcing_nothing() -> Vec<u8> {
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    format!("{head}Transfer-Encoding: chunked\r\n\r\n").into()
}

fn chunk(bytes: usize) -> Vec<u8> {
    let mut out = format!("{bytes:x}\r\n").into_bytes();
    out.resize(out.len() + bytes, b'x');
    out.extend_from_slice(b"\r\n");
    out
}
