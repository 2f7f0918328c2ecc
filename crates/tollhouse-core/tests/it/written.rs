//! What of a call is written down, by how it ended.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tollhouse_core::{Journal, Payload, Record, Server, fail, tool};

#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<Record>>>);

impl Journal for Kept {
    fn write(&self, record: Record) {
        self.0.lock().unwrap().push(record);
    }

    fn keeps_payloads(&self) -> bool {
        true
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Find {
    /// Which
    id: String,
}

/// A refusal costs its caller nothing, so what is sent with it is not kept.
#[tokio::test]
async fn p39_of_what_never_ran_only_a_digest_is_written_down() {
    let kept = Kept::default();
    let get = tool("get", "Get one by its exact id.", |find: Find| async move {
        match find.id.as_str() {
            "gone" => Err(fail("There is none.")),
            _ => Ok("one".to_owned()),
        }
    });
    let server = Server::builder("house").tool(get.read_only());
    let server = crate::client(server.journal(kept.clone()).build().unwrap());
    let calls = [
        json!({"id": "a"}),
        json!({"id": "gone"}),
        json!({"id": "a", "more": "b"}),
        json!({}),
    ];
    for call in &calls {
        server.call("get", call.clone()).await;
    }
    let records = kept.0.lock().unwrap();
    let written: Vec<&Payload> = records.iter().map(|one| &one.arguments).collect();
    let text = |call: usize| Payload::Text(calls[call].to_string());
    let hash = |call: usize| Payload::Hash(calls[call].to_string());
    assert_eq!(written, [&text(0), &text(1), &hash(2), &hash(3)]);
}
