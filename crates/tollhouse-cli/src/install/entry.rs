//! What stands in a client's file about a server.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use super::client::{Client, Fixed, KeyFrom, Local, Remote, Side};

/// How a client comes to the server.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// It starts this program.
    Start {
        program: String,
        arguments: Vec<String>,
        /// Variables of the program's environment.
        environment: Vec<(String, String)>,
    },
    /// It calls this URL.
    Reach { url: String, key: Option<Key> },
}

/// A key that a server asks for, by the name of the variable that holds it.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) variable: String,
    pub(crate) header: String,
}

/// An entry, and a question that it needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) value: Map<String, Value>,
    /// For clients that ask for a key: what they ask, with its `id`.
    pub(crate) input: Option<Value>,
}

/// Writes the entry as this client takes it. Nothing in it is a secret that was not given as a value.
pub(crate) fn entry(client: &Client, name: &str, way: &Way) -> Result<Entry> {
    match way {
        Way::Start {
            program,
            arguments,
            environment,
        } => {
            let fixed = match &client.local {
                Local::Started(fixed) => *fixed,
                Local::Never(instead) => bail!("{instead}"),
            };
            let mut value = Map::new();
            add(fixed, Side::Before, &mut value);
            value.insert("command".to_owned(), json!(program));
            value.insert("args".to_owned(), json!(arguments));
            add(fixed, Side::After, &mut value);
            if !environment.is_empty() {
                let variables = environment
                    .iter()
                    .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
                value.insert("env".to_owned(), Value::Object(variables.collect()));
            }
            Ok(Entry { value, input: None })
        }
        Way::Reach { url, key } => reached(client, name, url, key.as_ref()),
    }
}

fn add(fixed: &[(Side, &str, Fixed)], side: Side, value: &mut Map<String, Value>) {
    for (_, key, fixed) in fixed.iter().filter(|(at, ..)| *at == side) {
        let fixed = match fixed {
            Fixed::Text(text) => json!(text),
            Fixed::Empty => json!({}),
        };
        value.insert((*key).to_owned(), fixed);
    }
}

fn reached(client: &Client, name: &str, url: &str, key: Option<&Key>) -> Result<Entry> {
    let Remote::File {
        url: url_key,
        kind,
        key: from,
    } = &client.remote
    else {
        bail!("{} takes URLs in its own window only", client.title);
    };
    let mut entry = Entry {
        value: Map::new(),
        input: None,
    };
    if let Some(kind) = kind {
        entry.value.insert("type".to_owned(), json!(kind));
    }
    entry.value.insert((*url_key).to_owned(), json!(url));
    if let Some(key) = key {
        add_key(client, *from, name, key, &mut entry)?;
    }
    Ok(entry)
}

fn add_key(client: &Client, from: KeyFrom, name: &str, key: &Key, entry: &mut Entry) -> Result<()> {
    let Key { variable, header } = key;
    let is_bearer = header.eq_ignore_ascii_case("authorization");
    let shown = match from {
        KeyFrom::Variable(begin, end) => format!("{begin}{variable}{end}"),
        KeyFrom::Input => {
            let id = input_id(name);
            entry.input = Some(json!({
                "type": "promptString",
                "id": id,
                "description": format!("Key for {name}"),
                "password": true
            }));
            format!("${{input:{id}}}")
        }
        KeyFrom::Named => {
            if is_bearer {
                entry
                    .value
                    .insert("bearer_token_env_var".to_owned(), json!(variable));
            } else {
                let headers = json!({ header.as_str(): variable });
                entry.value.insert("env_http_headers".to_owned(), headers);
            }
            return Ok(());
        }
        KeyFrom::Nowhere => bail!(
            "{} reads no variables, so that its file would hold the key for everybody to read. \
             Leave --key out and let people sign in, or write the header there yourself",
            client.title
        ),
    };
    let shown = if is_bearer {
        format!("Bearer {shown}")
    } else {
        shown
    };
    entry
        .value
        .insert("headers".to_owned(), json!({ header.as_str(): shown }));
    Ok(())
}

/// What the question for a server's key is known by.
pub(crate) fn input_id(name: &str) -> String {
    format!("{name}-key")
}

/// Whether an entry starts this program, wherever it lies.
pub(crate) fn starts_us(value: &Value) -> bool {
    let command = value.get("command").and_then(Value::as_str);
    let path = command.map(|command| command.replace('\\', "/"));
    let stem = path.as_deref().map(Path::new).and_then(Path::file_stem);
    stem.is_some_and(|stem| stem == "tollhouse")
}

/// The URL of an entry, wherever this client has it.
pub(crate) fn url<'a>(client: &Client, value: &'a Value) -> Option<&'a str> {
    let Remote::File { url, .. } = &client.remote else {
        return None;
    };
    value.get(*url)?.as_str()
}

/// The URL of an entry that has nothing but what is written here about one.
pub(crate) fn reaches<'a>(client: &Client, value: &'a Value) -> Option<&'a str> {
    let reached = url(client, value)?;
    let is_ours = |key: &str, value: &Value| {
        value.as_str() == Some(reached)
            || [
                "type",
                "headers",
                "bearer_token_env_var",
                "env_http_headers",
            ]
            .contains(&key)
    };
    let is_all_ours = value
        .as_object()?
        .iter()
        .all(|(key, value)| is_ours(key, value));
    is_all_ours.then_some(reached)
}
