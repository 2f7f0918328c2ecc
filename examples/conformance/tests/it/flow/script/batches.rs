//! Several messages as one.

use serde_json::{Value, json};
use tollhouse_wire_check::Revision;

use super::super::{Client, House};

pub(crate) async fn only_one_revision_has_batches(_: &House, client: &mut Client) {
    if client.revision() != Revision::R2025_03_26 {
        let refused = client.misspeak_batch("tools/list").await;
        assert_eq!(refused.code(), -32600);
        return;
    }
    let call = json!({"name": "test_simple_text"});
    let replies = client
        .batch(vec![
            ("ping", json!({})),
            ("notifications/roots/list_changed", json!({})),
            ("tools/call", call),
            ("resources/read", json!({"uri": "test://not-there"})),
        ])
        .await;
    let [ping, call, read] = replies.as_slice() else {
        panic!("{replies:?}");
    };
    assert_eq!(ping.result(), json!({}));
    assert_eq!(call.text(), "This is a simple text response for testing.");
    assert_eq!(read.code(), -32002);
    assert_eq!(read.result(), Value::Null);
    // Of notifications alone nothing is said.
    let silent = vec![("notifications/roots/list_changed", json!({}))];
    assert!(client.batch(silent).await.is_empty());
}
