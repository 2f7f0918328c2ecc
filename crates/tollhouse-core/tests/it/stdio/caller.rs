//! A caller who comes to do more or less while being served.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, duplex, split},
    sync::watch,
};
use tokio_util::task::TaskTracker;
use tollhouse_core::{Principal, Server, stdio, tool};

use super::{Client, request};
use crate::road::Records;

fn ana(scopes: &[&str]) -> Principal {
    Principal::new("ana", scopes.iter().map(|&scope| scope.to_owned()))
}

/// A server with a tool for those who may write.
fn start() -> (Client, watch::Sender<Principal>) {
    let records = Records::default();
    let server = Server::builder("pipes")
        .tool(tool("read", "Reads.", || async { "read" }))
        .tool(tool("write", "Writes.", || async { "written" }).scope("write"))
        .journal(records.clone())
        .build()
        .unwrap();
    let (near, far) = duplex(64 * 1024);
    let (sender, caller) = watch::channel(ana(&[]));
    let served = TaskTracker::new().spawn(async move {
        let never = std::future::pending();
        let result = stdio::serve_caller(&server, caller, split(far), never).await;
        server.drain().await;
        result
    });
    let (output, input) = split(near);
    let client = Client {
        input,
        output: BufReader::new(output).lines(),
        served,
        stop: None,
        records,
    };
    (client, sender)
}

async fn tools(client: &mut Client) -> Vec<Value> {
    let list = request(&json!("list"), "tools/list", json!({}));
    client.send(&list).await;
    let reply = client.receive().await.unwrap();
    let tools = reply["result"]["tools"].as_array().unwrap().iter();
    tools.map(|tool| tool["name"].clone()).collect()
}

#[tokio::test]
async fn p17_a17_a_stream_tells_of_lists_that_its_caller_sees_otherwise() {
    let (mut client, caller) = start();
    let filter = json!({"notifications": {"toolsListChanged": true}});
    client
        .send(&request(&json!("l"), "subscriptions/listen", filter))
        .await;
    let told = client.receive().await.unwrap();
    assert_eq!(told["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(tools(&mut client).await, ["read"]);
    for (scopes, seen) in [(&["write"][..], &["read", "write"][..]), (&[], &["read"])] {
        caller.send(ana(scopes)).unwrap();
        let told = client.receive().await.unwrap();
        assert_eq!(told["method"], "notifications/tools/list_changed");
        assert_eq!(tools(&mut client).await, seen);
    }
    // What changes nothing that is seen is not told.
    caller.send(ana(&["other"])).unwrap();
    assert_eq!(tools(&mut client).await, ["read"]);
    let write = request(&json!(1), "tools/call", json!({"name": "write"}));
    client.send(&write).await;
    let refused = client.receive().await.unwrap();
    assert_eq!(refused["id"], 1);
    assert!(refused["error"].is_object(), "{refused}");
}

#[tokio::test]
async fn p17_a17_a_session_is_told_of_lists_that_its_caller_sees_otherwise() {
    let (mut client, caller) = start();
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "proof", "version": "1"}
    }});
    client.send(&hello).await;
    client.output.next_line().await.unwrap().unwrap();
    let on = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    client.send(&on).await;
    let ping = json!({"jsonrpc": "2.0", "id": 2, "method": "ping"});
    client.send(&ping).await;
    client.output.next_line().await.unwrap().unwrap();
    caller.send(ana(&["write"])).unwrap();
    let told: Value =
        serde_json::from_str(&client.output.next_line().await.unwrap().unwrap()).unwrap();
    assert_eq!(told["method"], "notifications/tools/list_changed");
    let write =
        json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "write"}});
    client.send(&write).await;
    let line = client.output.next_line().await.unwrap().unwrap();
    assert!(line.contains("written"), "{line}");
}
