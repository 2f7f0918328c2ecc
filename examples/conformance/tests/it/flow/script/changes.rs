//! Changes of lists and of resources, told to those who want to hear of them.

use serde_json::json;
use tollhouse::Change;

use super::super::{Client, House};

pub(crate) async fn lists_change(house: &House, client: &mut Client) {
    client.watch(&[]).await;
    client.call("test_trigger_tool_change", json!({})).await;
    client.change("tools/list_changed").await;
    client.call("test_trigger_prompt_change", json!({})).await;
    client.change("prompts/list_changed").await;
    house.hub().publish(&Change::Resources);
    client.change("resources/list_changed").await;
    client.unwatch().await;
}

pub(crate) async fn a_resource_changes(house: &House, client: &mut Client) {
    let uri = "test://watched-resource";
    let change = Change::Resource(uri.to_owned());
    client.watch(&[uri]).await;
    // Of this one nobody wants to hear.
    house
        .hub()
        .publish(&Change::Resource("test://static-text".to_owned()));
    house.hub().publish(&change);
    assert_eq!(client.change("resources/updated").await["uri"], uri);
    client.unwatch_one(uri).await;
    house.hub().publish(&change);
    if client.is_modern() {
        client.watch(&[]).await;
    }
    client.events();
    house.hub().publish(&Change::Tools);
    client.change("tools/list_changed").await;
    client.unwatch().await;
}
