//! Callers whom nobody knows: what one of them did, used up or was allowed is not another's.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tollhouse_core::{Confirmation, Limits, Quota, Server, State, tool};
use tollhouse_http::{Options, listen, serve};

use crate::language::{Peer, Request};

/// How often something was done.
#[derive(Clone, Debug, Default)]
struct Effects(Arc<AtomicUsize>);

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Order {
    item: String,
}

async fn order(order: Order, State(effects): State<Effects>) -> String {
    let number = effects.0.fetch_add(1, Ordering::SeqCst) + 1;
    format!("order {number}: {}", order.item)
}

/// A server that anybody may call, and what ends it.
struct Shop {
    address: SocketAddr,
    server: Server,
    _end: tokio_util::sync::DropGuard,
}

impl Shop {
    fn open(limits: Limits) -> Self {
        let server = Server::builder("shop")
            .state(Effects::default())
            .tool(tool("order", "Orders it.", order))
            .tool(tool("drop", "Drops it.", order).confirm_by(Confirmation::Human))
            .limits(limits)
            .build()
            .unwrap();
        let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serving = serve(server.clone(), listener, Options::default(), stopped);
        TaskTracker::new().spawn(serving);
        Self {
            address,
            server,
            _end: stop.drop_guard(),
        }
    }

    /// What a caller from this address of loopback is answered.
    async fn say(&self, from: u8, request: &Request) -> (Value, Option<String>) {
        let socket = TcpSocket::new_v4().unwrap();
        socket
            .bind((Ipv4Addr::new(127, 0, 0, from), 0).into())
            .unwrap();
        let mut peer = Peer::over(socket.connect(self.address).await.unwrap());
        let response = peer.say(request).await;
        let session = response.head.header("mcp-session-id").map(str::to_owned);
        let text = String::from_utf8(response.body).unwrap();
        let json = text
            .rsplit_once("data: ")
            .map_or(text.as_str(), |(_, json)| json);
        (
            serde_json::from_str(json.trim()).unwrap_or_default(),
            session,
        )
    }

    async fn call(&self, from: u8, tool: &str) -> String {
        let arguments = json!({"item": "tea", "clientRequestId": "1"});
        told(&self.say(from, &Request::call(tool, arguments)).await.0)
    }

    /// Opens a session, and gives what calls in it.
    async fn session(&self, from: u8) -> String {
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "proof", "version": "1"}});
        let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params});
        self.say(from, &Request::message(&hello)).await.1.unwrap()
    }

    async fn call_in(&self, session: &str, from: u8, key: &str) -> String {
        let params = json!({"name": "order", "arguments": {"item": "tea", "clientRequestId": key}});
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let request = Request::message(&call)
            .header("Mcp-Session-Id", session)
            .header("MCP-Protocol-Version", "2025-11-25");
        told(&self.say(from, &request).await.0)
    }
}

/// What is said, and whether it was said before.
fn told(message: &Value) -> String {
    let result = &message["result"];
    let text = result["content"][0]["text"].as_str().unwrap_or_default();
    match &result["_meta"]["dev.tollhouse/replayed"] {
        Value::Null => text.to_owned(),
        _ => format!("again: {text}"),
    }
}

#[tokio::test]
async fn sec_a_stranger_is_not_answered_with_what_another_did() {
    let shop = Shop::open(Limits::NONE);
    assert_eq!(shop.call(1, "order").await, "order 1: tea");
    assert_eq!(shop.call(1, "order").await, "again: order 1: tea");
    assert_eq!(shop.call(2, "order").await, "order 2: tea");
    assert_eq!(shop.call(2, "order").await, "again: order 2: tea");
    // Who has lost a session, or speaks another revision, sends the same call again.
    let (first, second) = (shop.session(1).await, shop.session(1).await);
    assert_eq!(shop.call_in(&first, 1, "1").await, "again: order 1: tea");
    assert_eq!(shop.call_in(&second, 1, "1").await, "again: order 1: tea");
    let elsewhere = shop.session(3).await;
    assert_eq!(shop.call_in(&elsewhere, 3, "1").await, "order 3: tea");
}

#[tokio::test]
async fn sec_a_yes_to_a_stranger_is_not_for_another() {
    let shop = Shop::open(Limits::NONE);
    assert!(shop.call(1, "drop").await.contains("apr_"));
    let approvals = shop.server.approvals();
    let all = approvals.list().await.unwrap();
    approvals
        .answer(&all[0].id, true, all[0].since_ms)
        .await
        .unwrap();
    assert!(shop.call(2, "drop").await.contains("apr_"));
    assert_eq!(shop.call(1, "drop").await, "order 1: tea");
}

#[tokio::test]
async fn o8_a_stranger_uses_up_nothing_of_another_and_no_session_is_a_way_around() {
    let limits = Limits {
        writes: Some(Quota::per_minute(2)),
        ..Limits::NONE
    };
    let shop = Shop::open(limits);
    let mut through = 0;
    for key in ["a", "b", "c", "d"] {
        let session = shop.session(1).await;
        let told = shop.call_in(&session, 1, key).await;
        through += usize::from(told.starts_with("order"));
    }
    assert_eq!(through, 2);
    assert!(shop.call(2, "order").await.starts_with("order"));
}
