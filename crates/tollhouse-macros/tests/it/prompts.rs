//! Functions as prompts.

use serde_json::json;
use tollhouse::{Message, Server, prompt};

use crate::client;

/// Review a change.
#[prompt(title = "Review", name = "code-review", deadline = "2min")]
async fn review(
    /// What to look at
    diff: String,
    /// How many remarks at most
    #[default(5)]
    remarks: u32,
    /// In which language
    language: Option<String>,
) -> Vec<Message> {
    let language = language.as_deref().unwrap_or("English");
    let ask = format!("Review this in {language}, with at most {remarks} remarks:\n{diff}");
    vec![Message::user(ask), Message::assistant("Let me see.")]
}

#[tokio::test]
async fn a_prompt_lists_its_arguments_and_is_filled_in() {
    let server = client(Server::builder("reviews").prompt(review::prompt()));
    let list = server.request("prompts/list", json!({})).await;
    let expected = json!([{
        "name": "code-review",
        "title": "Review",
        "description": "Review a change.",
        "arguments": [
            {"name": "diff", "description": "What to look at", "required": true},
            {"name": "remarks", "description": "How many remarks at most", "required": false},
            {"name": "language", "description": "In which language", "required": false},
        ],
    }]);
    assert_eq!(list.result().get("prompts"), Some(&expected));
    let get = |arguments| json!({"name": "code-review", "arguments": arguments});
    let filled = server.request("prompts/get", get(json!({"diff": "+1", "remarks": "3"})));
    let filled = filled.await;
    let first = filled.result().pointer("/messages/0/content/text").unwrap();
    assert_eq!(first, "Review this in English, with at most 3 remarks:\n+1");
    let filled = server.request(
        "prompts/get",
        get(json!({"diff": "1", "language": "Danish"})),
    );
    let filled = filled.await;
    let first = filled.result().pointer("/messages/0/content/text").unwrap();
    assert_eq!(first, "Review this in Danish, with at most 5 remarks:\n1");
    let bad = server.request("prompts/get", get(json!({"diff": "+1", "remarks": "few"})));
    let bad = bad.await;
    assert_eq!(bad.code(), -32602);
    assert!(
        bad.text().contains("`remarks` does not fit"),
        "{}",
        bad.text()
    );
}

#[tokio::test]
async fn the_function_is_still_a_function() {
    let messages = review("+1".to_owned(), 1, None).await;
    assert_eq!(messages.len(), 2);
}

#[test]
fn what_no_text_can_be_is_told_when_the_server_is_built() {
    /// Compare files.
    #[prompt]
    async fn compare(
        /// Which
        files: Vec<String>,
    ) -> String {
        files.join(" ")
    }

    let error = Server::builder("files").prompt(compare::prompt()).build();
    let expected =
        "prompt `compare`: `files` comes as text, of which no array is made: take a `String`";
    assert_eq!(error.unwrap_err().to_string(), expected);
}
