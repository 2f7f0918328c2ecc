//! What the tools cost a model: asked of the server itself, as a client would.

use anyhow::{Context as _, Result};
use bytes::Bytes;
use serde_json::{Value, json};
use tollhouse::{Frame, Known, Principal, Received, Server};

/// A tool and about how many tokens its listing takes.
pub(crate) struct Cost {
    pub(crate) name: String,
    pub(crate) tokens: usize,
}

/// All tools that this caller sees, in the order in which they are listed.
pub(crate) async fn costs(server: &Server, caller: &Principal) -> Result<Vec<Cost>> {
    let mut costs = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let page = page((server, caller), &cursor).await?;
        let tools = page.get("tools").and_then(Value::as_array);
        costs.extend(tools.into_iter().flatten().map(cost));
        cursor = page.get("nextCursor").cloned().unwrap_or_default();
        if cursor.is_null() {
            return Ok(costs);
        }
    }
}

async fn page((server, caller): (&Server, &Principal), cursor: &Value) -> Result<Value> {
    let mut params = json!({"_meta": {
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientCapabilities": {}
    }});
    if let (Some(params), false) = (params.as_object_mut(), cursor.is_null()) {
        params.insert("cursor".to_owned(), cursor.clone());
    }
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": params});
    let body = Bytes::from(message.to_string());
    let Received::Exchange(mut exchange) = server.receive(&body, None, caller, Known::Nothing)
    else {
        return Ok(Value::Null);
    };
    let Some(Frame::Last(last)) = exchange.next().await else {
        return Ok(Value::Null);
    };
    let message: Value = serde_json::from_slice(&last.body).context("the list is no JSON")?;
    Ok(message.get("result").cloned().unwrap_or_default())
}

/// A token is about four bytes.
fn cost(tool: &Value) -> Cost {
    let name = tool.get("name").and_then(Value::as_str);
    Cost {
        name: name.unwrap_or_default().to_owned(),
        tokens: tool.to_string().len() / 4,
    }
}

/// The version of the protocol that it is asked in.
const VERSION: &str = "2026-07-28";
