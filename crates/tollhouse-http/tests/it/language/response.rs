//! A response as it came over the wire.

use serde_json::Value;

/// Status and headers.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
}

/// A whole response.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
}

impl Head {
    pub(super) fn parse(text: &str) -> Self {
        let (first, rest) = text.split_once("\r\n").unwrap_or((text, ""));
        let mut words = first.splitn(3, ' ').skip(1);
        let headers = rest.split("\r\n").filter_map(|line| line.split_once(':'));
        Self {
            status: words.next().unwrap().parse().unwrap(),
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect(),
        }
    }

    /// The one value of a header; none if there is none, an assertion fails if there are several.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name);
        let value = values.next();
        assert!(values.next().is_none(), "{name} stands twice");
        value.map(|(_, value)| value.as_str())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn is_stream(&self) -> bool {
        self.header("content-type") == Some("text/event-stream")
    }

    /// Whether the server says that it will close the connection.
    pub(crate) fn closes(&self) -> bool {
        self.header("connection") == Some("close")
    }
}

impl Response {
    pub(crate) fn status(&self) -> u16 {
        self.head.status
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The one JSON message.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.head.header("content-type"), Some("application/json"));
        let message = serde_json::from_slice(&self.body).unwrap();
        tollhouse_wire_check::check(&message);
        message
    }

    /// The value at this place of the message; null if there is none.
    #[track_caller]
    pub(crate) fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or_default()
    }

    /// The error's code; 0 if there is no error.
    #[track_caller]
    pub(crate) fn code(&self) -> i64 {
        self.at("/error/code").as_i64().unwrap_or_default()
    }

    /// The text of a tool's result, or of the error.
    #[track_caller]
    pub(crate) fn told(&self) -> String {
        let result = self.at("/result/content/0/text");
        let error = self.at("/error/message");
        result
            .as_str()
            .or(error.as_str())
            .unwrap_or_default()
            .to_owned()
    }

    /// Asserts status and error code.
    #[track_caller]
    pub(crate) fn assert(&self, status: u16, code: i64) {
        let told = String::from_utf8_lossy(&self.body);
        assert_eq!((self.status(), self.code()), (status, code), "{told}");
    }
}
