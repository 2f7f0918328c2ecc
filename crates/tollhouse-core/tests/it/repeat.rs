//! Calls that are sent twice: what is done once, what is answered again, and what nobody knows.

mod endings;
mod keys;
mod listed;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, duplex, split};
use tokio_util::task::TaskTracker;
use tollhouse_core::{
    Builder, Limits, Principal, Repeat, Server, State, Tool, ToolFn, stdio, testing::TestReply,
    tool,
};

/// How often something was done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effects(Arc<AtomicUsize>);

impl Effects {
    fn add(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Order {
    item: String,
}

/// A tool that orders what it is told, and says which order it was.
fn order(name: &str) -> ToolFn {
    tool(
        name,
        "Order an item.",
        |order: Order, State(effects): State<Effects>| async move {
            let number = effects.add();
            // So that twins meet.
            tokio::task::yield_now().await;
            format!("order {number}: {}", order.item)
        },
    )
}

fn shop(effects: &Effects) -> Builder {
    Server::builder("shop")
        // A hundred at once are meant to come in.
        .limits(Limits::NONE)
        .state(effects.clone())
}

fn keyed(item: &str, key: &str) -> Value {
    json!({"item": item, (Repeat::FIELD): key})
}

fn is_replayed(reply: &TestReply) -> bool {
    reply.result()["_meta"]["dev.tollhouse/replayed"] == json!(true)
}

/// What a client of an older revision gets for these calls, one after the other.
async fn in_a_session(server: &Server, calls: &[(&str, Value)]) -> Vec<Value> {
    let (near, far) = duplex(64 * 1024);
    let serving = server.clone();
    let tasks = TaskTracker::new();
    let served = tasks.spawn(async move {
        let never = std::future::pending();
        stdio::serve(&serving, Principal::anonymous(), split(far), never).await
    });
    let (output, mut input) = split(near);
    let mut output = BufReader::new(output).lines();
    let opening = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let first = [("initialize", opening)].into_iter();
    let calls = calls
        .iter()
        .map(|(tool, args)| ("tools/call", json!({"name": tool, "arguments": args})));
    let mut replies = Vec::new();
    for (id, (method, params)) in first.chain(calls).enumerate() {
        let line = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        input
            .write_all(format!("{line}\n").as_bytes())
            .await
            .unwrap();
        let reply = output.next_line().await.unwrap().unwrap();
        replies.push(serde_json::from_str(&reply).unwrap());
    }
    drop((input, output));
    served.await.unwrap().unwrap();
    replies.split_off(1)
}

/// The schema under which a tool is listed.
async fn listed(client: &tollhouse_core::testing::TestServer, name: &str) -> Value {
    let list = client.request("tools/list", json!({})).await;
    let tools = list.result()["tools"].as_array().unwrap();
    let one = tools.iter().find(|tool| tool["name"] == name);
    one.unwrap()["inputSchema"].clone()
}

fn plain(name: &str, input: Value) -> Tool {
    Tool::new(name, "Does something.", input)
}
