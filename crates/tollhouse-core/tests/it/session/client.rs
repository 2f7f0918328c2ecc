//! A server behind a pair of pipes, and one client that may speak of both eras on them.

use serde_json::{Value, json};
use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf,
        WriteHalf, duplex, split,
    },
    sync::{oneshot, watch},
    task::JoinHandle,
};
use tokio_util::task::TaskTracker;
use tollhouse_core::{Answer, Change, Ctx, Level, Principal, Server, State, resource, stdio, tool};
use tollhouse_wire_check::{Conversation, Revision};

use crate::road::Records;

/// The client's end of the pipes.
pub(super) struct Client {
    pub(super) server: Server,
    pub(super) records: Records,
    pub(super) revision: Revision,
    input: WriteHalf<DuplexStream>,
    output: Lines<BufReader<ReadHalf<DuplexStream>>>,
    served: JoinHandle<std::io::Result<()>>,
    stop: Option<oneshot::Sender<()>>,
    release: watch::Sender<bool>,
    /// What is said in the session.
    talk: Conversation,
    /// What stands alone, under ids and tokens that begin with `modern`.
    modern: Conversation,
}

/// Where tools wait.
#[derive(Clone, Debug)]
struct Gate(watch::Receiver<bool>);

impl Client {
    /// One that has said nothing yet.
    pub(super) fn new(revision: Revision) -> Self {
        let records = Records::default();
        let (release, gate) = watch::channel(false);
        let server = server(records.clone(), Gate(gate));
        let (near, far) = duplex(64 * 1024);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = server.clone();
        let served = TaskTracker::new().spawn(async move {
            let stopped = async { drop(stopped.await) };
            let pipes = split(far);
            let result = stdio::serve(&serving, Principal::anonymous(), pipes, stopped).await;
            serving.drain().await;
            result
        });
        let (output, input) = split(near);
        Self {
            server,
            records,
            revision,
            input,
            output: BufReader::new(output).lines(),
            served,
            stop: Some(stop),
            release,
            talk: Conversation::new(revision),
            modern: Conversation::new(Revision::R2026_07_28),
        }
    }

    /// One that can do all that its revision knows, and is ready.
    pub(super) async fn open(revision: Revision) -> Self {
        let mut client = Self::new(revision);
        client.handshake(0, abilities(revision)).await;
        client.note("notifications/initialized", json!({})).await;
        client
    }

    /// Says the handshake and hears its answer.
    pub(super) async fn handshake(&mut self, id: i64, capabilities: Value) -> Value {
        let mut params = json!({"protocolVersion": self.revision.name()});
        params["capabilities"] = capabilities;
        params["clientInfo"] = json!({"name": "proof", "version": "1"});
        self.ask(id, "initialize", params).await;
        self.next().await.unwrap()
    }

    /// Sends a request of the session.
    pub(super) async fn ask(&mut self, id: i64, method: &str, params: Value) {
        let message = message(json!(id), method, params);
        self.say(&message).await;
    }

    /// Sends a request that stands alone.
    pub(super) async fn ask_alone(&mut self, id: &str, method: &str, params: Value) {
        let message = alone(id, method, params);
        self.modern.client(&message);
        self.raw(&message.to_string()).await;
    }

    pub(super) async fn note(&mut self, method: &str, params: Value) {
        let mut message = message(json!(0), method, params);
        message.as_object_mut().unwrap().shift_remove("id");
        self.say(&message).await;
    }

    pub(super) async fn cancel(&mut self, id: i64) {
        let params = json!({"requestId": id});
        self.note("notifications/cancelled", params).await;
    }

    /// Answers a question with a result.
    pub(super) async fn answer(&mut self, question: &Value, result: Value) {
        let id = &question["id"];
        self.say(&json!({"jsonrpc": "2.0", "id": id, "result": result}))
            .await;
    }

    /// Says any message of the session.
    pub(super) async fn say(&mut self, message: &Value) {
        self.talk.client(message);
        self.raw(&message.to_string()).await;
    }

    /// Says what no client may say.
    pub(super) async fn misspeak(&mut self, message: &Value) {
        self.talk.misspoken(message);
        self.raw(&message.to_string()).await;
    }

    /// Sends any line.
    pub(super) async fn raw(&mut self, line: &str) {
        let line = format!("{line}\n");
        self.input.write_all(line.as_bytes()).await.unwrap();
    }

    /// The next message; none at the end.
    pub(super) async fn next(&mut self) -> Option<Value> {
        let message = self.unheard().await?;
        if is_alone(&message) {
            self.modern.server(&message);
        } else {
            self.talk.server(&message);
        }
        Some(message)
    }

    /// The next message, which is no part of what was said before.
    pub(super) async fn unheard(&mut self) -> Option<Value> {
        let line = self.output.next_line().await.unwrap()?;
        Some(serde_json::from_str(&line).unwrap())
    }

    /// Calls a tool and gives the next message.
    pub(super) async fn call(&mut self, id: i64, tool: &str) -> Value {
        self.ask(id, "tools/call", called(tool)).await;
        self.next().await.unwrap()
    }

    /// Lets the tools go on that wait.
    pub(super) fn release(&self) {
        self.release.send_replace(true);
    }

    /// Asks the server to end.
    pub(super) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Ends the input and gives what still comes.
    pub(super) async fn end(mut self) -> Vec<Value> {
        self.input.shutdown().await.unwrap();
        self.rest().await
    }

    /// What still comes until the server has ended.
    pub(super) async fn rest(mut self) -> Vec<Value> {
        let mut rest = Vec::new();
        while let Some(message) = self.next().await {
            rest.push(message);
        }
        self.served.await.unwrap().unwrap();
        rest
    }
}

fn server(records: Records, gate: Gate) -> Server {
    let slow = tool("slow", "Waits.", |ctx: Ctx, gate: State<Gate>| async move {
        ctx.progress(1.0, None, None);
        let mut gate = gate.0.0.clone();
        drop(gate.wait_for(|open| *open).await);
        "released"
    });
    let speak = tool("speak", "Logs.", |ctx: Ctx| async move {
        ctx.log(Level::Info, "info");
        ctx.log(Level::Error, "error");
        "said"
    });
    let touch = tool("touch", "Changes things.", |ctx: Ctx| async move {
        ctx.changed(&Change::Tools);
        ctx.changed(&Change::Resource("note:hello".to_owned()));
        "touched"
    });
    let form = tool("form", "Asks by a form.", |ctx: Ctx| async move {
        let schema = json!({"type": "object", "properties": {"colour": {"type": "string"}}});
        match ctx.form("form", "Which colour?", schema).await {
            Answer::Accept(content) => format!("accepted {}", content["colour"]),
            Answer::Decline => "declined".to_owned(),
            Answer::Cancel => "put away".to_owned(),
        }
    });
    let roots = tool("roots", "Asks for folders.", |ctx: Ctx| async move {
        let roots = ctx.roots("roots").await;
        roots.into_iter().map(|root| root.uri).collect::<String>()
    });
    Server::builder("pipes")
        .state(gate)
        .tool(tool("echo", "Says hello.", || async { "hello" }))
        .tool(slow)
        .tool(speak)
        .tool(touch)
        .tool(form)
        .tool(roots)
        .resource(resource("note:hello", "Greetings", || async { "hello" }))
        .journal(records)
        .build()
        .unwrap()
}

/// A request of a session.
pub(super) fn message(id: Value, method: &str, params: Value) -> Value {
    let mut message = json!({"jsonrpc": "2.0"});
    message["id"] = id;
    message["method"] = json!(method);
    if params.as_object().is_some_and(|params| !params.is_empty()) {
        message["params"] = params;
    }
    message
}

/// A request that stands alone.
pub(super) fn alone(id: &str, method: &str, mut params: Value) -> Value {
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
        json!({"elicitation": {"form": {}}});
    message(json!(id), method, params)
}

fn is_alone(message: &Value) -> bool {
    let begins = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| text.starts_with("modern"))
    };
    let subscription = "/params/_meta/io.modelcontextprotocol~1subscriptionId";
    begins(&message["id"])
        || begins(&message["params"]["progressToken"])
        || message.pointer(subscription).is_some_and(begins)
}

/// The text of a tool's result.
pub(super) fn text(message: &Value) -> &str {
    message["result"]["content"][0]["text"].as_str().unwrap()
}

/// What a call of a tool says.
pub(super) fn called(tool: &str) -> Value {
    json!({"name": tool})
}

/// What a call says that wants to hear of its progress.
pub(super) fn watched(tool: &str, token: &str) -> Value {
    json!({"name": tool, "_meta": {"progressToken": token}})
}

fn abilities(revision: Revision) -> Value {
    let mut abilities = json!({"roots": {}});
    if revision >= Revision::R2025_06_18 {
        abilities["elicitation"] = json!({});
    }
    abilities
}
