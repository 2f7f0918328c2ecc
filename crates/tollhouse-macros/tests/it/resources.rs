//! Functions as resources and as templates of resources.

use serde_json::json;
use tollhouse::{Annotations, Fault, Principal, Role, Server, State, resource};

use crate::client;

/// What everybody should know.
#[resource("notes://motd", title = "Motto", mime_type = "text/markdown")]
fn motd() -> &'static str {
    "Be *kind*."
}

/// One note of the caller's.
#[resource(
    uri = "notes://{folder}/{number}",
    name = "one note",
    scope = "notes:read"
)]
async fn note(
    caller: Principal,
    notes: State<Vec<String>>,
    /// In which folder
    folder: String,
    /// Counted from 0
    number: usize,
) -> Result<String, Fault> {
    let note = notes.get(number).ok_or(Fault::NotFound)?;
    Ok(format!("{} {folder}: {note}", caller.subject()))
}

fn notes() -> tollhouse::testing::TestServer {
    let motd = motd::resource().annotations(Annotations {
        audience: vec![Role::User],
        ..Annotations::default()
    });
    let notes = note::resource().complete("folder", async |_, _| vec!["private".to_owned()]);
    let server = Server::builder("notes").state(vec!["first".to_owned()]);
    client(server.resource(motd).resource(notes))
        .as_user("ana")
        .scopes(["notes:read"])
}

#[tokio::test]
async fn both_kinds_are_listed() {
    let server = notes();
    let list = server.request("resources/list", json!({})).await;
    let expected = json!([{
        "uri": "notes://motd",
        "name": "motd",
        "title": "Motto",
        "description": "What everybody should know.",
        "mimeType": "text/markdown",
        "annotations": {"audience": ["user"]},
    }]);
    assert_eq!(list.result().get("resources"), Some(&expected));
    let list = server.request("resources/templates/list", json!({})).await;
    let expected = json!([{
        "uriTemplate": "notes://{folder}/{number}",
        "name": "one note",
        "description": "One note of the caller's.",
    }]);
    assert_eq!(list.result().get("resourceTemplates"), Some(&expected));
}

#[tokio::test]
async fn both_kinds_are_read() {
    let server = notes();
    let read = async |uri: &str| server.request("resources/read", json!({"uri": uri})).await;
    let reply = read("notes://motd").await;
    let contents = reply.result().pointer("/contents/0").unwrap();
    let expected =
        json!({"uri": "notes://motd", "mimeType": "text/markdown", "text": "Be *kind*."});
    assert_eq!(*contents, expected);
    let reply = read("notes://my%20own/0").await;
    let text = reply.result().pointer("/contents/0/text").unwrap();
    assert_eq!(text, "ana my own: first");
    let missing = read("notes://home/7").await;
    assert!(
        missing.text().contains("notes://home/7"),
        "{}",
        missing.text()
    );
    let odd = read("notes://home/one").await;
    assert!(
        odd.text().contains("`number` does not fit"),
        "{}",
        odd.text()
    );
}

#[tokio::test]
async fn suggestions_are_added_by_the_builder() {
    let of = json!({"type": "ref/resource", "uri": "notes://{folder}/{number}"});
    let asked = json!({"ref": of, "argument": {"name": "folder", "value": "p"}});
    let reply = notes().request("completion/complete", asked).await;
    let values = reply.result().pointer("/completion/values");
    assert_eq!(values, Some(&json!(["private"])));
}

#[tokio::test]
async fn the_functions_are_still_functions() {
    assert_eq!(motd(), "Be *kind*.");
    let notes = State(std::sync::Arc::new(vec!["a".to_owned()]));
    let told = note(Principal::anonymous(), notes, "f".to_owned(), 0).await;
    assert_eq!(told.unwrap(), "anonymous f: a");
}
