//! Pages that the user is sent to, asked for on the wire or by an error.

use serde_json::json;

use super::{
    Client, Home, LEGACY, R2025_11_25,
    client::{called, text},
};

#[tokio::test]
async fn t96_a_page_is_asked_for_under_an_id_of_its_own() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await;
    let mut ids = Vec::new();
    for (action, told) in [
        ("accept", "Accept(())"),
        ("decline", "Decline"),
        ("cancel", "Cancel"),
    ] {
        let mut stream = client.start("page", json!({})).await;
        let question = client.next(&mut stream).await.unwrap();
        assert_eq!(question["params"]["mode"], "url");
        assert_eq!(question["params"]["url"], "https://example.com/approve");
        ids.push(
            question["params"]["elicitationId"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
        client.answer(&question, json!({"action": action})).await;
        let rest = client.rest(&mut stream).await;
        assert_eq!(text(&rest[0]), told);
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    client.end();
}

#[tokio::test]
async fn t96_a_client_without_streams_is_sent_there_by_an_error_and_succeeds_after_it() {
    let home = Home::open().await;
    let mut client = Client::open(&home, R2025_11_25).await.taking_json();
    let first = client.call("page", json!({})).await;
    assert_eq!(first["error"]["code"], -32042);
    let page = &first["error"]["data"]["elicitations"][0];
    assert_eq!(page["url"], "https://example.com/approve");
    assert!(page["elicitationId"].is_string());
    assert_eq!(home.book.read(|page| page.finished), 0);
    let second = client.call("page", json!({})).await;
    assert_eq!(text(&second), "Accept(())");
    assert_eq!(home.book.read(|page| page.finished), 1);
    // One visit is good for one call.
    let third = client.call("page", json!({})).await;
    assert_eq!(third["error"]["code"], -32042);
    client.end();
    // Another session has been nowhere.
    let mut other = Client::open(&home, R2025_11_25).await.taking_json();
    assert_eq!(other.call("page", json!({})).await["error"]["code"], -32042);
}

#[tokio::test]
async fn t96_a_client_without_streams_is_asked_nothing_else() {
    let home = Home::open().await;
    for revision in LEGACY {
        let mut client = Client::open(&home, revision).await.taking_json();
        let tools = ["colour", "two", "roots", "model"];
        for tool in [tools, tools].concat() {
            let message = client.call(tool, json!({})).await;
            assert_eq!(message["result"]["isError"], true, "{tool}");
        }
        client.end();
    }
}

#[tokio::test]
async fn t89_a_page_is_asked_for_only_where_clients_open_pages() {
    let home = Home::open().await;
    for abilities in [
        json!({"elicitation": {}}),
        json!({"elicitation": {"form": {}}}),
    ] {
        let client = Client::new(&home, R2025_11_25);
        let mut client = client.opened(abilities).await;
        let message = client.call("page", json!({})).await;
        assert_eq!(message["result"]["isError"], true);
        let mut client = client.taking_json();
        let params = called("page", json!({}));
        let message = client.say("tools/call", params).await;
        assert_eq!(message["result"]["isError"], true, "{message}");
    }
}
