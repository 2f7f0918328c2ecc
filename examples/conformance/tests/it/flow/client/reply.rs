//! What came back for one request.

use serde_json::{Value, json};

/// An answer, as far as it has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    message: Option<Value>,
    status: Option<u16>,
}

impl Reply {
    pub(super) fn set_message(&mut self, message: Value) {
        assert!(self.message.is_none(), "a second answer: {message}");
        self.message = Some(message);
    }

    pub(super) fn set_status(&mut self, status: u16) {
        self.status = Some(status);
    }

    pub(super) fn has_message(&self) -> bool {
        self.message.is_some()
    }

    pub(super) fn is_whole(&self, has_status: bool) -> bool {
        self.message.is_some() && self.status.is_some() == has_status
    }

    /// The whole message.
    pub(crate) fn message(&self) -> &Value {
        self.message.as_ref().unwrap()
    }

    /// The status of HTTP; none where there is none.
    pub(crate) fn status(&self) -> Option<u16> {
        self.status
    }

    /// The result; null if it is an error.
    pub(crate) fn result(&self) -> Value {
        self.message()["result"].clone()
    }

    /// The error's code; 0 if there is no error.
    pub(crate) fn code(&self) -> i64 {
        self.message()["error"]["code"].as_i64().unwrap_or_default()
    }

    /// All texts of a tool's result.
    #[track_caller]
    pub(crate) fn text(&self) -> String {
        let result = self.result();
        let pieces = result["content"].as_array();
        let pieces = pieces.unwrap_or_else(|| panic!("no content: {}", self.message()));
        let texts = pieces.iter().filter_map(|piece| piece["text"].as_str());
        texts.collect()
    }

    /// Whether a tool told of a failure.
    pub(crate) fn is_error(&self) -> bool {
        self.result()["isError"] == json!(true)
    }
}
