//! What programs that look after the process are told.

use std::net::Ipv4Addr;

use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tollhouse_http::{Connections, Options, Page};

use crate::language::{House, PATIENCE, Peer, Request, within};

fn get(path: &str) -> Request {
    Request::bare("GET", path)
}

#[tokio::test]
async fn a_server_that_can_serve_says_so_to_whoever_asks() {
    let house = House::open().await;
    for (path, told) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        for host in ["localhost", "evil.example", "10.1.2.3:8080"] {
            let response = house.say(&get(path).with("Host", host)).await;
            assert_eq!(
                (response.status(), response.text().as_str()),
                (200, told),
                "{host}"
            );
        }
        let head = Peer::connect(house.address)
            .await
            .say(&Request::bare("HEAD", path))
            .await;
        assert_eq!(head.status(), 200);
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let response = house.say(&get(path).verb(method)).await;
            assert_eq!(response.status(), 405, "{method}");
            assert_eq!(response.head.header("allow"), Some("GET,HEAD"));
        }
    }
}

#[tokio::test]
async fn a_server_that_drains_is_not_ready() {
    let house = House::open().await;
    let mut caller = Peer::connect(house.address).await;
    caller.send(Request::call("slow", json!({})).wire()).await;
    let mut asker = Peer::connect(house.address).await;
    assert_eq!(asker.say(&get("/readyz")).await.status(), 200);
    house.book.until(|page| page.begun == 1).await;
    house.stop();
    let told = loop {
        let told = asker.say(&get("/readyz")).await;
        // The stop may still be on its way.
        if told.status() != 200 {
            break told;
        }
    };
    assert_eq!((told.status(), told.text().as_str()), (503, "not ready\n"));
    house.book.release();
    assert_eq!(caller.response().await.told(), "released");
}

#[tokio::test]
async fn calls_and_connections_are_counted_while_they_last() {
    let connections = Connections::default();
    let house = House::with(Options::default().count(&connections)).await;
    assert_eq!((connections.open(), house.server.running()), (0, 0));
    let mut peer = Peer::connect(house.address).await;
    peer.send(Request::call("slow", json!({})).wire()).await;
    house.book.until(|page| page.begun == 1).await;
    assert_eq!((connections.open(), house.server.running()), (1, 1));
    house.book.release();
    peer.response().await;
    assert_eq!((connections.open(), house.server.running()), (1, 0));
    house.stop();
    peer.closed().await;
    house.stopped().await;
    assert_eq!(connections.open(), 0);
}

#[tokio::test]
async fn a_page_of_its_own_is_served_until_the_stop() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let page = Page::new("/figures", "text/plain", || b"one 1\n".to_vec());
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let serving = page.serve(listener, stop.clone().cancelled_owned());
    tasks.spawn(async move { serving.await.unwrap() });
    tasks.close();
    let say = async |request: Request| Peer::connect(address).await.say(&request).await;
    let told = say(get("/figures")).await;
    assert_eq!((told.status(), told.text().as_str()), (200, "one 1\n"));
    assert_eq!(told.head.header("content-type"), Some("text/plain"));
    assert!(told.head.closes());
    assert_eq!(say(get("/")).await.status(), 404);
    assert_eq!(say(get("/mcp")).await.status(), 404);
    assert_eq!(say(get("/figures").verb("POST")).await.status(), 405);
    // A web page that has talked its browser into another name for this machine reads nothing.
    let rebound = say(get("/figures").with("Host", "evil.example")).await;
    assert_eq!(rebound.status(), 403);
    // Who says nothing takes none of the places for long, and too many at once are sent away.
    let mut silent = Vec::new();
    for _ in 0..16 {
        silent.push(Peer::connect(address).await);
    }
    let mut one_more = Peer::connect(address).await;
    one_more.closed().await;
    silent.clear();
    stop.cancel();
    within(PATIENCE, tasks.wait()).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
