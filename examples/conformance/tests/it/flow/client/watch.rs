//! Changes: how a client says which it wants to hear of.

use serde_json::{Value, json};

use super::Client;

impl Client {
    /// Wants to hear of changes of all lists, and of these resources.
    pub(crate) async fn watch(&mut self, uris: &[&str]) {
        self.wire.listen().await;
        if !self.is_modern() {
            for uri in uris {
                let reply = self
                    .request("resources/subscribe", json!({"uri": uri}))
                    .await;
                assert_eq!(reply.result(), json!({}));
            }
            return;
        }
        let mut filter = json!({
            "toolsListChanged": true,
            "promptsListChanged": true,
            "resourcesListChanged": true,
        });
        if !uris.is_empty() {
            filter["resourceSubscriptions"] = json!(uris);
        }
        let params = json!({"notifications": filter});
        self.watching = Some(self.start("subscriptions/listen", params).await);
        let honoured = self.event("notifications/subscriptions/acknowledged").await;
        assert_eq!(honoured["notifications"], filter);
    }

    /// No longer wants to hear of this resource, nor, where they go together, of anything.
    pub(crate) async fn unwatch_one(&mut self, uri: &str) {
        if self.is_modern() {
            return self.unwatch().await;
        }
        let reply = self
            .request("resources/unsubscribe", json!({"uri": uri}))
            .await;
        assert_eq!(reply.result(), json!({}));
    }

    /// Ends the stream of changes, if there is one.
    pub(crate) async fn unwatch(&mut self) {
        if let Some(id) = self.watching.take() {
            self.cancel(&id).await;
        }
    }

    /// Waits for the next change of a list, and gives its method.
    pub(crate) async fn change(&mut self, what: &str) -> Value {
        self.event(&format!("notifications/{what}")).await
    }
}
