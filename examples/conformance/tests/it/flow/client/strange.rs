//! What a client of this revision does not say, or says in the words of another.

use serde_json::{Value, json};
use tollhouse_wire_check::Revision;

use super::{Arrival, Client, Reply, within};

impl Client {
    /// Sends a request that no client may send, and waits for its answer.
    pub(crate) async fn misspeak(&mut self, method: &str, mut params: Value) -> Reply {
        let id = self.next_id();
        self.add_meta(&mut params);
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.open.insert(id.to_string(), Reply::default());
        self.talk.misspoken(&message);
        self.wire.send(&message).await;
        self.finish(&id).await
    }

    /// Sends a batch of one request where there are no batches; whatever is said of it has no id.
    pub(crate) async fn misspeak_batch(&mut self, method: &str) -> Reply {
        let mut params = json!({});
        self.add_meta(&mut params);
        let (id, none) = (self.next_id(), Value::Null);
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.open.insert(none.to_string(), Reply::default());
        self.wire.send(&json!([message])).await;
        let none = none.to_string();
        while !self.open[&none].has_message() {
            self.take().await;
        }
        self.open.remove(&none).unwrap()
    }

    /// Pings with another header than the session's, or without it, and gives the status.
    pub(crate) async fn knock(&self, name: &str, value: Option<&str>) -> u16 {
        self.wire.knock(name, value).await
    }

    /// Asks something in the words of the newest revision, on the same way, and gives the result.
    pub(crate) async fn aside(&mut self, method: &str) -> Value {
        let newest = Revision::R2026_07_28;
        let id = self.next_id();
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": newest.name(),
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let params = json!({"_meta": meta});
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        newest.check_client(&message);
        self.wire.send(&message).await;
        let arrival = within(self.arrivals.recv()).await.unwrap();
        let Arrival::Message(reply) = arrival else {
            panic!("{arrival:?}");
        };
        assert_eq!(reply["id"], id);
        newest.check_reply(method, &reply);
        reply["result"].clone()
    }
}
