//! One request in, one answer out.

use std::borrow::Cow;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Deserialize)]
pub(crate) struct Request<'a> {
    #[serde(borrow)]
    pub(crate) id: &'a RawValue,
    #[serde(borrow)]
    params: Option<Params<'a>>,
}

#[derive(Deserialize)]
struct Params<'a> {
    #[serde(borrow)]
    arguments: Option<Arguments<'a>>,
}

#[derive(Deserialize)]
struct Arguments<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

/// One row.
#[derive(Debug, Serialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) customer_email: String,
    pub(crate) status: String,
    pub(crate) total_cents: i64,
    pub(crate) created_at: String,
}

impl Request<'_> {
    /// Which order is asked for.
    pub(crate) fn order(&self) -> Result<&str> {
        let params = self.params.as_ref();
        let arguments = params.and_then(|params| params.arguments.as_ref());
        Ok(&arguments.context("no arguments")?.id)
    }
}

impl Order {
    /// The JSON-RPC response that has it as text and as data.
    pub(crate) fn answer(&self, id: &RawValue) -> Result<Vec<u8>> {
        let text = serde_json::to_string(self)?;
        let response = Response {
            jsonrpc: "2.0",
            id,
            result: CallResult {
                result_type: "complete",
                content: [TextContent {
                    kind: "text",
                    text: &text,
                }],
                structured_content: self,
                is_error: false,
            },
        };
        let mut bytes = Vec::with_capacity(2 * text.len() + 256);
        serde_json::to_writer(&mut bytes, &response)?;
        Ok(bytes)
    }
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
    structured_content: &'a Order,
    is_error: bool,
}

#[derive(Serialize)]
struct TextContent<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
}
