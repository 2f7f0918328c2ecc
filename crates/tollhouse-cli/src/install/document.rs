//! A configuration file as text: what stands in it about servers, put in, taken out.

use serde_json::{Map, Value};

use super::{
    client::{File, Format},
    entry::Entry,
    json, toml,
};

/// Why a file is left alone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    /// Its text is not what its format asks for.
    #[error("it is not {0}: {1}. Mend it, or move it away; it was left as it is")]
    Text(&'static str, String),
    /// Something else stands where servers belong.
    #[error("`{0}` in it is not a table of servers. It was left as it is")]
    Table(String),
}

/// All servers that stand in the file, by name.
pub(crate) fn servers(text: &str, file: &File) -> Result<Map<String, Value>, Unfit> {
    let (_, text) = marked(text);
    match file.format {
        Format::Json => json::servers(text, file.table),
        Format::Toml => toml::servers(text, file.table),
    }
}

/// The text with this entry in it. What else stands there stays, also in an entry of the same name.
pub(crate) fn put(text: &str, file: &File, name: &str, entry: &Entry) -> Result<String, Unfit> {
    let (mark, text) = marked(text);
    let put = match file.format {
        Format::Json => json::put(text, file.table, name, entry)?,
        Format::Toml => toml::put(text, file.table, name, entry)?,
    };
    Ok(format!("{mark}{put}"))
}

/// The text without the entry of this name, and without the question of this id.
pub(crate) fn take(text: &str, file: &File, name: &str, input: &str) -> Result<String, Unfit> {
    let (mark, text) = marked(text);
    let taken = match file.format {
        Format::Json => json::take(text, file.table, name, input)?,
        Format::Toml => toml::take(text, file.table, name)?,
    };
    Ok(format!("{mark}{taken}"))
}

/// The question of this id, for clients that have such.
pub(crate) fn input(text: &str, file: &File, id: &str) -> Option<Value> {
    match file.format {
        Format::Json => json::input(marked(text).1, id),
        Format::Toml => None,
    }
}

/// Some editors begin files with a mark of the byte order.
fn marked(text: &str) -> (&'static str, &str) {
    match text.strip_prefix(MARK) {
        Some(rest) => (MARK, rest),
        None => ("", text),
    }
}

const MARK: &str = "\u{feff}";

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
    use serde_json::{Value, json};

    use super::{put, servers, take};
    use crate::install::{
        client::{File, find},
        entry::Entry,
    };

    fn file(client: &str) -> &'static File {
        find(client).unwrap().file.as_ref().unwrap()
    }

    fn entry() -> Entry {
        let value = json!({"command": "/bin/tollhouse", "args": ["run"]});
        Entry {
            value: value.as_object().unwrap().clone(),
            input: None,
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i32>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|all| Value::Object(all.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_else_stands_there_stays(others in prop::collection::btree_map("[a-z]{1,5}", value(), 0..4), is_pretty: bool) {
            let cursor = file("cursor");
            let before = json!({"a": others, "mcpServers": {"x": {"url": "u"}}, "z": others});
            let text = if is_pretty { format!("{before:#}") } else { before.to_string() };
            let after = put(&text, cursor, "shop", &entry()).unwrap();
            let mut expected = before.clone();
            expected["mcpServers"]["shop"] = Value::Object(entry().value);
            assert_eq!(serde_json::from_str::<Value>(&after).unwrap(), expected);
            let taken = take(&after, cursor, "shop", "shop-key").unwrap();
            assert_eq!(serde_json::from_str::<Value>(&taken).unwrap(), before);
        }

        #[test]
        fn no_text_is_too_odd_to_be_refused(text in "[\\[\\]{}:,\"'/*#=.\\\\ \r\n\ta-z0-9-]{0,60}", client in prop_oneof![Just("zed"), Just("codex")]) {
            let file = file(client);
            if let Ok(after) = put(&text, file, "shop", &entry()) {
                assert!(servers(&after, file).unwrap().contains_key("shop"), "{after}");
            }
        }
    }
}
