//! The two ways of the protocol: every request for itself, or a session.

use serde_json::{Value, json};

use crate::request::Request;

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Era {
    Modern,
    Legacy,
}

impl Era {
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Modern, Self::Legacy]
            .into_iter()
            .find(|era| era.name() == name)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Modern => "modern",
            Self::Legacy => "legacy",
        }
    }

    /// How messages name the revision.
    pub(crate) const fn version(self) -> &'static str {
        match self {
            Self::Modern => "2026-07-28",
            Self::Legacy => "2025-11-25",
        }
    }

    /// A good request with id 1.
    pub(crate) fn request(self, method: &str, params: &Value) -> Request {
        self.posting(&self.message(method, params))
    }

    /// The message of a good request.
    pub(crate) fn message(self, method: &str, params: &Value) -> Value {
        let mut params = params.clone();
        if let (Self::Modern, Some(params)) = (self, params.as_object_mut()) {
            params.insert("_meta".to_owned(), meta());
        }
        json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    }

    /// This message, with the headers that a good one of its kind has.
    pub(crate) fn posting(self, message: &Value) -> Request {
        let text = |pointer: &str| {
            let value = message.pointer(pointer).and_then(Value::as_str);
            value.map(str::to_owned)
        };
        let request = self.bare().bytes(message.to_string());
        if self == Self::Legacy {
            return request;
        }
        let name = text("/params/name").or_else(|| text("/params/uri"));
        let said = [("Mcp-Method", text("/method")), ("Mcp-Name", name)];
        said.into_iter()
            .filter_map(|(header, value)| Some((header, value?)))
            .fold(request, |request, (header, value)| {
                request.header(header, &value)
            })
    }

    /// A POST with the headers that every good one has, and no body yet.
    pub(crate) fn bare(self) -> Request {
        let request = Request::post().header("MCP-Protocol-Version", self.version());
        match self {
            Self::Modern => request,
            Self::Legacy => request.header("Mcp-Session-Id", SESSION),
        }
    }
}

/// What a modern request says of its sender.
pub(crate) fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": Era::Modern.version(),
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

/// Stands for the session that the server has given.
pub(crate) const SESSION: &str = "{session}";
