//! One client over a pair of pipes, as the protocol's "stdio" has it.

mod caller;
mod session;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf,
        WriteHalf, duplex, split,
    },
    sync::oneshot,
    task::JoinHandle,
};
use tokio_util::task::TaskTracker;
use tollhouse_core::{Change, Ctx, Limits, Principal, Server, stdio, tool};

use crate::road::Records;

/// The client's end of the pipes.
struct Client {
    input: WriteHalf<DuplexStream>,
    output: Lines<BufReader<ReadHalf<DuplexStream>>>,
    served: JoinHandle<std::io::Result<()>>,
    stop: Option<oneshot::Sender<()>>,
    records: Records,
}

fn start() -> Client {
    let records = Records::default();
    let slow = tool("slow", "Never ends.", |ctx: Ctx| async move {
        ctx.progress(1.0, None, None);
        std::future::pending::<()>().await;
    });
    let chatty = tool("chatty", "Says much, then waits.", |ctx: Ctx| async move {
        for step in 1..=20 {
            ctx.progress(f64::from(step), None, None);
        }
        std::future::pending::<()>().await;
    });
    let soon = tool("soon", "Waits a little.", || async {
        tokio::task::yield_now().await;
        "here"
    });
    let change = tool("change", "Changes the list.", |ctx: Ctx| async move {
        ctx.changed(&Change::Tools)
    });
    let echo = tool("echo", "Says hello.", || async { "hello" });
    let server = Server::builder("pipes")
        .tool(echo)
        .tool(slow.deadline(Duration::from_secs(3600)))
        .tool(soon)
        .tool(chatty)
        .tool(change)
        .limits(Limits::NONE)
        .journal(records.clone())
        .build()
        .unwrap();
    let (near, far) = duplex(64 * 1024);
    let (stop, stopped) = oneshot::channel::<()>();
    let served = TaskTracker::new().spawn(async move {
        let pipes = split(far);
        let stopped = async { drop(stopped.await) };
        let result = stdio::serve(&server, Principal::anonymous(), pipes, stopped).await;
        server.drain().await;
        result
    });
    let (output, input) = split(near);
    Client {
        input,
        output: BufReader::new(output).lines(),
        served,
        stop: Some(stop),
        records,
    }
}

fn request(id: &Value, method: &str, mut params: Value) -> Value {
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

impl Client {
    async fn send(&mut self, message: &Value) {
        self.raw(&format!("{message}\n")).await;
    }

    async fn raw(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).await.unwrap();
    }

    async fn receive(&mut self) -> Option<Value> {
        let line = self.output.next_line().await.unwrap()?;
        let message = serde_json::from_str(&line).unwrap();
        tollhouse_wire_check::check(&message);
        Some(message)
    }

    async fn end(mut self) -> Vec<Value> {
        self.input.shutdown().await.unwrap();
        let mut rest = Vec::new();
        while let Some(message) = self.receive().await {
            rest.push(message);
        }
        self.served.await.unwrap().unwrap();
        rest
    }
}

#[tokio::test]
async fn e81_what_answers_within_a_moment_is_answered_after_the_end_of_the_input() {
    let mut client = start();
    client
        .send(&request(&json!(1), "tools/call", json!({"name": "soon"})))
        .await;
    let rest = client.end().await;
    assert_eq!(rest[0]["result"]["content"][0]["text"], "here");
}

#[tokio::test(start_paused = true)]
async fn e81_the_end_of_the_input_ends_it_and_cancels_what_runs() {
    let mut client = start();
    client
        .send(&request(
            &json!("s"),
            "tools/call",
            json!({"name": "slow", "_meta": {"progressToken": 1}}),
        ))
        .await;
    assert_eq!(
        client.receive().await.unwrap()["method"],
        "notifications/progress"
    );
    let records = client.records.clone();
    assert_eq!(client.end().await, Vec::<Value>::new());
    assert_eq!(records.endings().len(), 1);
}

#[tokio::test]
async fn case_18_e80_a_cancelled_request_is_stopped_and_never_answered() {
    let mut client = start();
    client
        .send(&request(
            &json!(7),
            "tools/call",
            json!({"name": "slow", "_meta": {"progressToken": 1}}),
        ))
        .await;
    client.receive().await.unwrap();
    client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7, "reason": "enough"}})).await;
    client
        .send(&request(&json!(8), "tools/call", json!({"name": "echo"})))
        .await;
    assert_eq!(client.receive().await.unwrap()["id"], 8);
    assert!(client.end().await.is_empty());
}

#[tokio::test]
async fn t73_a_cancellation_of_nothing_or_of_nonsense_is_ignored() {
    let mut client = start();
    for params in [
        json!({"requestId": "nope"}),
        json!({"requestId": null}),
        json!({}),
        json!({"requestId": {"a": 1}}),
    ] {
        client
            .send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}))
            .await;
    }
    client
        .send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled"}))
        .await;
    client
        .send(&request(&json!("8"), "server/discover", json!({})))
        .await;
    assert_eq!(client.receive().await.unwrap()["id"], "8");
    assert!(client.end().await.is_empty());
}

#[tokio::test]
async fn e22_an_id_that_is_in_use_is_refused_and_free_again_afterwards() {
    let mut client = start();
    let slow = request(
        &json!("a"),
        "tools/call",
        json!({"name": "slow", "_meta": {"progressToken": 1}}),
    );
    client.send(&slow).await;
    client.receive().await.unwrap();
    client
        .send(&request(
            &json!("\u{61}"),
            "tools/call",
            json!({"name": "slow"}),
        ))
        .await;
    let refused = client.receive().await.unwrap();
    assert_eq!(
        (&refused["id"], &refused["error"]["code"]),
        (&json!("a"), &json!(-32600))
    );
    client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "a"}})).await;
    client
        .send(&request(&json!("a"), "tools/call", json!({"name": "echo"})))
        .await;
    assert_eq!(
        client.receive().await.unwrap()["result"]["content"][0]["text"],
        "hello"
    );
    assert!(client.end().await.is_empty());
}

#[tokio::test]
async fn case_9_what_is_no_message_is_answered_and_the_next_one_served() {
    let mut client = start();
    let long = "x".repeat(2 * 1024 * 1024);
    for (line, code) in [
        ("{", -32700),
        ("[]", -32600),
        ("{} {}", -32700),
        ("5", -32600),
        (long.as_str(), -32700),
    ] {
        client.raw(&format!("{line}\n")).await;
        let reply = client.receive().await.unwrap();
        assert_eq!(reply["error"]["code"], code, "{reply}");
        assert!(reply.get("id").is_none());
    }
    client.raw("\n  \r\n").await;
    client
        .send(&request(&json!(1), "tools/call", json!({"name": "echo"})))
        .await;
    assert_eq!(client.receive().await.unwrap()["id"], 1);
    assert!(client.end().await.is_empty());
}

#[tokio::test]
async fn e86_many_requests_are_answered_while_one_runs() {
    let mut client = start();
    client
        .send(&request(
            &json!("slow"),
            "tools/call",
            json!({"name": "slow"}),
        ))
        .await;
    for id in 0..100 {
        client
            .send(&request(&json!(id), "tools/call", json!({"name": "echo"})))
            .await;
    }
    for id in 0..100 {
        assert_eq!(client.receive().await.unwrap()["id"], id);
    }
    assert!(client.end().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn more_than_may_run_at_once_is_refused_and_taken_again_later() {
    let mut client = start();
    for id in 0..1024 {
        client
            .send(&request(&json!(id), "tools/call", json!({"name": "slow"})))
            .await;
    }
    client
        .send(&request(
            &json!("more"),
            "tools/call",
            json!({"name": "echo"}),
        ))
        .await;
    let refused = client.receive().await.unwrap();
    assert_eq!(
        (&refused["id"], &refused["error"]["code"]),
        (&json!("more"), &json!(503))
    );
    client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 0}})).await;
    client
        .send(&request(
            &json!("last"),
            "tools/call",
            json!({"name": "echo"}),
        ))
        .await;
    assert_eq!(client.receive().await.unwrap()["id"], "last");
    assert!(client.end().await.is_empty());
}

#[tokio::test]
async fn t37_t43_a_stream_is_acknowledged_told_and_closed() {
    let mut client = start();
    let listen = request(
        &json!("l"),
        "subscriptions/listen",
        json!({"notifications": {"toolsListChanged": true, "promptsListChanged": true}}),
    );
    client.send(&listen).await;
    let ack = client.receive().await.unwrap();
    assert_eq!(ack["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(
        ack["params"]["notifications"],
        json!({"toolsListChanged": true})
    );
    client
        .send(&request(&json!(1), "tools/call", json!({"name": "change"})))
        .await;
    let mut seen = [
        client.receive().await.unwrap(),
        client.receive().await.unwrap(),
    ];
    seen.sort_by_key(|message| message.get("id").is_some());
    assert_eq!(seen[0]["method"], "notifications/tools/list_changed");
    assert_eq!(
        seen[0]["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
        "l"
    );
    client.stop.take().unwrap().send(()).unwrap();
    let (told, last) = (
        client.receive().await.unwrap(),
        client.receive().await.unwrap(),
    );
    assert_eq!(
        (&told["method"], &told["params"]["requestId"]),
        (&json!("notifications/cancelled"), &json!("l"))
    );
    assert_eq!(
        last["result"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
        "l"
    );
    assert!(client.receive().await.is_none());
    client.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn t45_the_client_ends_its_stream_by_cancelling_it() {
    let mut client = start();
    client
        .send(&request(
            &json!(5),
            "subscriptions/listen",
            json!({"notifications": {"toolsListChanged": true}}),
        ))
        .await;
    client.receive().await.unwrap();
    client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}})).await;
    client
        .send(&request(&json!(6), "tools/call", json!({"name": "change"})))
        .await;
    assert_eq!(client.receive().await.unwrap()["id"], 6);
    assert!(client.end().await.is_empty());
}

#[tokio::test]
async fn e80_a_cancelled_request_tells_nothing_that_it_had_said_before() {
    let mut client = start();
    let chatty = json!({"name": "chatty", "_meta": {"progressToken": 1}});
    let cancel =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    let last = request(&json!(2), "server/discover", json!({}));
    // In one write, so that the cancellation is read while the first events wait.
    let call = request(&json!(1), "tools/call", chatty);
    client.raw(&format!("{call}\n{cancel}\n{last}\n")).await;
    while let message = client.receive().await.unwrap()
        && message["id"] != 2
    {}
    assert_eq!(client.end().await, Vec::<Value>::new());
}

#[tokio::test(start_paused = true)]
async fn e22_an_id_used_anew_after_its_cancellation_can_be_cancelled_again() {
    let mut client = start();
    let call = request(&json!(1), "tools/call", json!({"name": "slow"}));
    let cancel =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    client.raw(&format!("{call}\n{cancel}\n{call}\n")).await;
    tokio::task::yield_now().await;
    client.raw(&format!("{cancel}\n")).await;
    client
        .send(&request(&json!(2), "tools/call", json!({"name": "echo"})))
        .await;
    assert_eq!(client.receive().await.unwrap()["id"], 2);
    assert_eq!(client.records.endings().len(), 3);
    assert!(client.end().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn e81_a_client_that_does_not_read_cannot_keep_it_from_ending() {
    let mut client = start();
    for id in 0..2000 {
        let line = format!("{}\n", request(&json!(id), "server/discover", json!({})));
        let written = client.input.write_all(line.as_bytes());
        // Once the output is full, the input is no longer read.
        if tokio::time::timeout(Duration::from_secs(1), written)
            .await
            .is_err()
        {
            break;
        }
    }
    client.stop.take().unwrap().send(()).unwrap();
    client.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_client_that_closes_its_end_stops_what_runs_and_the_journal_has_it() {
    let mut client = start();
    client
        .send(&request(&json!("s"), "tools/call", json!({"name": "slow"})))
        .await;
    let (near, far) = (client.input, client.output.into_inner().into_inner());
    drop(far.unsplit(near));
    drop(client.served.await.unwrap());
    assert_eq!(client.records.endings().len(), 1);
}

#[tokio::test]
async fn an_id_or_a_token_beyond_measure_is_refused() {
    let mut client = start();
    let long = "x".repeat(300);
    client
        .send(&request(&json!(long), "server/discover", json!({})))
        .await;
    assert_eq!(client.receive().await.unwrap()["error"]["code"], -32600);
    let watched = json!({"name": "echo", "_meta": {"progressToken": long}});
    client
        .send(&request(&json!(1), "tools/call", watched))
        .await;
    assert_eq!(client.receive().await.unwrap()["error"]["code"], -32602);
    assert!(client.end().await.is_empty());
}
