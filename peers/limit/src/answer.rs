//! One request in, one answer out, both as bytes.

use std::borrow::Cow;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Everything that can be said before a request is known.
#[derive(Debug)]
pub(crate) struct Answers {
    tools: Box<RawValue>,
    discovery: Box<RawValue>,
}

impl Answers {
    /// Answers that list the tool under `count` names: `echo`, `echo_2`, `echo_3` …
    pub(crate) fn with_tools(count: usize) -> Result<Self> {
        let tools: Vec<Tool> = (1..=count).map(Tool::numbered).collect();
        let list = serde_json::json!({
            "resultType": "complete",
            "tools": tools,
            "ttlMs": 0,
            "cacheScope": "public",
            "_meta": Meta::OURS,
        });
        let discovery = serde_json::json!({
            "resultType": "complete",
            "supportedVersions": ["2026-07-28"],
            "capabilities": { "tools": {} },
            "ttlMs": 0,
            "cacheScope": "public",
            "_meta": Meta::OURS,
        });
        Ok(Self {
            tools: serde_json::value::to_raw_value(&list)?,
            discovery: serde_json::value::to_raw_value(&discovery)?,
        })
    }

    /// The JSON-RPC response to a request.
    pub(crate) fn answer(&self, request: &[u8]) -> Result<Vec<u8>> {
        let request: Request<'_> = serde_json::from_slice(request)?;
        match &*request.method {
            "tools/call" => {
                let params = request.params.context("tools/call without params")?;
                if params.name.as_deref() != Some("echo") {
                    bail!("unknown tool {:?}", params.name);
                }
                let text = params.arguments.context("echo without arguments")?.text;
                render(request.id, CallResult::of(text), text.get().len() + 256)
            }
            "tools/list" => render(request.id, &self.tools, self.tools.get().len() + 64),
            "server/discover" => render(request.id, &self.discovery, 512),
            unknown => bail!("unknown method {unknown}"),
        }
    }
}

fn render<R: Serialize>(id: &RawValue, result: R, capacity: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(capacity);
    let response = Response {
        jsonrpc: "2.0",
        id,
        result,
    };
    serde_json::to_writer(&mut bytes, &response)?;
    Ok(bytes)
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    params: Option<Params<'a>>,
}

/// The params of every method in one type, so that one pass reads them all.
#[derive(Deserialize)]
struct Params<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    arguments: Option<EchoArguments<'a>>,
}

#[derive(Deserialize)]
struct EchoArguments<'a> {
    /// As it was written: an echo has no need to unescape and escape it.
    #[serde(borrow)]
    text: &'a RawValue,
}

#[derive(Serialize)]
struct Response<'a, R> {
    jsonrpc: &'static str,
    id: &'a RawValue,
    result: R,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallResult<'a> {
    result_type: &'static str,
    content: [TextContent<'a>; 1],
    is_error: bool,
    #[serde(rename = "_meta")]
    meta: Meta,
}

impl<'a> CallResult<'a> {
    fn of(text: &'a RawValue) -> Self {
        Self {
            result_type: "complete",
            content: [TextContent { kind: "text", text }],
            is_error: false,
            meta: Meta::OURS,
        }
    }
}

#[derive(Serialize)]
struct TextContent<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a RawValue,
}

#[derive(Serialize)]
struct Meta {
    #[serde(rename = "io.modelcontextprotocol/serverInfo")]
    server: Implementation,
}

impl Meta {
    const OURS: Self = Self {
        server: Implementation {
            name: "limit",
            version: "0.1.0",
        },
    };
}

#[derive(Serialize)]
struct Implementation {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tool {
    name: String,
    description: &'static str,
    input_schema: serde_json::Value,
}

impl Tool {
    fn numbered(number: usize) -> Self {
        Self {
            name: match number {
                1 => "echo".to_owned(),
                _ => format!("echo_{number}"),
            },
            description: "Answers the text it is given.",
            input_schema: serde_json::json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {
                    "text": { "type": "string", "description": "The text to answer." },
                },
                "required": ["text"],
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Answers;

    fn answer(request: &str) -> serde_json::Value {
        let answers = Answers::with_tools(3).unwrap();
        serde_json::from_slice(&answers.answer(request.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn a_call_answers_its_text_under_its_id() {
        let answer = answer(
            r#"{"jsonrpc":"2.0","id":"7","method":"tools/call","params":{"name":"echo","arguments":{"text":"a\"b"}}}"#,
        );
        assert_eq!(answer["id"], "7");
        assert_eq!(answer["result"]["content"][0]["text"], "a\"b");
    }

    #[test]
    fn a_list_names_every_copy() {
        let answer = answer(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
        assert_eq!(answer["id"], 1);
        assert_eq!(answer["result"]["tools"][2]["name"], "echo_3");
    }
}
