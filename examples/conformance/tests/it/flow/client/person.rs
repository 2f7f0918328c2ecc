//! Who sits before the client: answers what a server asks.

use serde_json::{Value, json};

use super::Client;

impl Client {
    /// The same client, which answers so whenever a question has this text in it.
    pub(crate) fn answering(mut self, text: &'static str, answer: Value) -> Self {
        self.answers.push((text, answer));
        self
    }

    /// What was asked since it was last asked for: the method, and its parameters.
    pub(crate) fn asked(&mut self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.asked)
    }

    /// Waits until the server asks something.
    pub(crate) async fn question(&mut self) {
        while self.asked.is_empty() {
            self.take().await;
        }
    }

    pub(super) fn answer(&mut self, question: &Value) -> Value {
        let method = question["method"].as_str().unwrap().to_owned();
        self.asked.push((method, question["params"].clone()));
        let text = question.to_string();
        let known = self.answers.iter().find(|(part, _)| text.contains(part));
        let (_, answer) = known.unwrap_or_else(|| panic!("nobody knows what to say to {text}"));
        answer.clone()
    }
}

/// No answer at all.
pub(crate) fn silence() -> Value {
    Value::Null
}

/// A form, filled in.
pub(crate) fn filled_in(content: &Value) -> Value {
    json!({"action": "accept", "content": content})
}

/// What a model says.
pub(crate) fn said(text: &str) -> Value {
    json!({
        "role": "assistant",
        "content": {"type": "text", "text": text},
        "model": "test-model",
        "stopReason": "endTurn",
    })
}

/// The folders that the user works in.
pub(crate) fn roots() -> Value {
    json!({"roots": [{"uri": "file:///test/root", "name": "Test Root"}]})
}
