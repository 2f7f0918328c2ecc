//! An entry as a link: whoever clicks it is asked by the client whether to add the server.

use anyhow::{Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{client::Client, entry::Entry};

/// The link. Links are passed on and logged, so that none holds what may be a secret.
pub(crate) fn link(client: &Client, name: &str, entry: &Entry) -> Result<String> {
    let mut value = entry.value.clone();
    match client.id {
        "cursor" | "vscode" if value.contains_key("env") => bail!(
            "a link is seen by everybody whom it passes, and a value of --env may be a secret. \
             Leave --env out, or use --print"
        ),
        "cursor" => {
            let config = STANDARD.encode(Value::Object(value).to_string());
            Ok(format!(
                "cursor://anysphere.cursor-deeplink/mcp/install?name={}&config={}",
                encoded(name),
                encoded(&config)
            ))
        }
        "vscode" => {
            value.shift_insert(0, "name".to_owned(), json!(name));
            if let Some(input) = &entry.input {
                value.insert("inputs".to_owned(), json!([input]));
            }
            let whole = Value::Object(value).to_string();
            Ok(format!("vscode:mcp/install?{}", encoded(&whole)))
        }
        _ => bail!(
            "{} takes no links; cursor and vscode do. Use --print for what goes into its file",
            client.title
        ),
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

/// Everything but what RFC 3986 calls unreserved.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
