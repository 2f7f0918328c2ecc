//! Who has to say yes, and that nothing else is one: #64, in both eras.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use tollhouse_core::{
    Answer, Clock, Confirmation, Ctx, Limits, Principal, Server, State, Stores,
    approvals::{Answered, Approval, Stage},
    testing::{Hands, TestReply, TestServer},
    tool,
};

use crate::road::Records;

mod adversary;
mod answers;
mod kept;
mod rounds;
mod sessions;
mod shown;
mod waiting;

const KEY: &str = "tollhouse.confirm";

/// How often something was deleted.
#[derive(Clone, Debug, Default)]
struct Deleted(Arc<AtomicUsize>);

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Item {
    id: String,
}

/// A server with tools that need a yes, and what can be seen of it.
struct Shop {
    server: Server,
    records: Records,
    deleted: Deleted,
    hand: Hands,
}

impl Shop {
    fn open() -> Self {
        Self::over(Stores::default())
    }

    fn over(stores: Stores) -> Self {
        let (records, deleted) = (Records::default(), Deleted::default());
        let hand = Hands::default();
        let asks = tool("delete_asking", "Deletes, and asks.", asking).destructive();
        let poses = tool("pose", "Poses as the road.", |ctx: Ctx| async move {
            let schema = json!({"type": "object", "properties": {}});
            format!("{:?}", ctx.form(KEY, "Really?", schema).await)
        });
        let server = Server::builder("shop")
            .state(deleted.clone())
            .tool(
                tool("delete", "Deletes one.", delete)
                    .title("Delete one")
                    .destructive(),
            )
            .tool(tool("other", "Deletes one.", delete).destructive())
            .tool(tool("drop", "Deletes one.", delete).confirm_by(Confirmation::Human))
            .tool(tool("write", "Writes one.", delete))
            .tool(
                tool("told", "Deletes one.", delete)
                    .destructive()
                    .confirm_text("Delete {id} for ever?"),
            )
            .tool(asks)
            .tool(poses)
            .journal(records.clone())
            .limits(Limits::NONE)
            .stores(stores)
            .key([7; 32])
            .clock(hand.clone())
            .approvals_at("Allow it with `tollhouse approvals allow {id}`.")
            .build()
            .unwrap();
        Self {
            server,
            records,
            deleted,
            hand,
        }
    }

    /// A client that can show forms.
    fn client(&self) -> TestServer {
        TestServer::new(self.server.clone())
            .showing(tollhouse_wire_check::check)
            .as_user("ana")
            .able(json!({"elicitation": {"form": {}}}))
    }

    /// A client that can show none.
    fn mute(&self) -> TestServer {
        self.client().able(json!({}))
    }

    fn deleted(&self) -> usize {
        self.deleted.0.load(Ordering::Relaxed)
    }

    fn later(&self, ms: u64) {
        self.hand.turn(std::time::Duration::from_millis(ms));
    }

    /// The one call that waits.
    async fn waiting(&self) -> Approval {
        let all = self.server.approvals().list().await.unwrap();
        let now_ms = self.hand.unix_ms();
        let mut waiting = all
            .into_iter()
            .filter(|one| one.stage(now_ms) == Stage::Waiting);
        let one = waiting.next().unwrap();
        assert_eq!(waiting.next(), None);
        one
    }

    async fn answer(&self, is_allowed: bool) {
        let (id, now_ms) = (self.waiting().await.id, self.hand.unix_ms());
        let answered = self
            .server
            .approvals()
            .answer(&id, is_allowed, now_ms)
            .await;
        assert!(matches!(answered, Ok(Some(Answered::Now(_)))));
    }
}

async fn delete(item: Item, deleted: State<Deleted>) -> String {
    deleted.0.0.fetch_add(1, Ordering::Relaxed);
    format!("deleted {}", item.id)
}

async fn asking(item: Item, ctx: Ctx, deleted: State<Deleted>) -> String {
    let schema = json!({"type": "object", "properties": {}});
    for key in ["one", "two"] {
        if ctx.form(key, "Why?", schema.clone()).await == Answer::Decline {
            return "kept".to_owned();
        }
    }
    delete(item, deleted).await
}

fn accept() -> Value {
    json!({"action": "accept", "content": {"confirm": true}})
}

fn call(tool: &str, id: &str) -> Value {
    json!({"name": tool, "arguments": {"id": id}})
}

/// The call once more, with this answer to the road and this state.
fn with(mut call: Value, answer: Value, state: &Value) -> Value {
    call["inputResponses"][KEY] = answer;
    call["requestState"] = state.clone();
    call
}

async fn send(client: &TestServer, call: Value) -> TestReply {
    client.request("tools/call", call).await
}

/// The state of the question that a call is answered with.
async fn asked(client: &TestServer, call: Value) -> Value {
    let reply = send(client, call).await;
    assert!(is_asked(&reply), "{}", reply.message);
    reply.result()["requestState"].clone()
}

fn is_asked(reply: &TestReply) -> bool {
    reply.result()["inputRequests"].get(KEY).is_some()
}

fn question(reply: &TestReply) -> String {
    let message = &reply.result()["inputRequests"][KEY]["params"]["message"];
    message.as_str().unwrap().to_owned()
}

fn bob(shop: &Shop) -> TestServer {
    shop.client().as_caller(Principal::new("bob", []))
}
