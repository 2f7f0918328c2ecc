//! Arguments of a tool as they stand on the command line, read as the tool's schema says.

use std::{
    fs::File,
    io::{Read, stdin},
};

use serde_json::{Map, Value};

use super::{
    FRAME_BYTES_MAX, plain,
    schema::{Shape, bare},
    signature::{parameters, required, signature, suggestion},
    trouble::Trouble,
};

/// What was given.
#[derive(Debug)]
pub(crate) enum Given {
    /// All arguments in one object, taken as they are.
    Whole(Map<String, Value>),
    /// One word each.
    Pairs(Vec<Pair>),
}

#[derive(Debug)]
pub(crate) struct Pair {
    key: String,
    value: Said,
}

#[derive(Debug)]
enum Said {
    Text(String),
    Json(Value),
}

impl Given {
    pub(crate) fn read(words: &[String]) -> Result<Self, Trouble> {
        let first = words.first().map(String::as_str).unwrap_or_default();
        let whole = match first {
            "-" => read_all(stdin(), "standard input")?,
            text if text.starts_with('{') => text.to_owned(),
            text => match text.strip_prefix('@') {
                Some(path) => {
                    let file = File::open(path);
                    let file = file.map_err(|error| {
                        Trouble::Usage(format!("{path} cannot be read: {error}"))
                    })?;
                    read_all(file, path)?
                }
                None => {
                    return words
                        .iter()
                        .map(|word| pair(word))
                        .collect::<Result<_, _>>()
                        .map(Self::Pairs);
                }
            },
        };
        if words.len() > 1 {
            return Err(Trouble::Usage(format!(
                "{first} holds all arguments; nothing can stand beside it"
            )));
        }
        serde_json::from_str(&whole)
            .map(Self::Whole)
            .map_err(|error| Trouble::Usage(format!("the arguments are no JSON object: {error}")))
    }

    /// The arguments for this tool.
    pub(crate) fn typed(self, tool: &Value) -> Result<Map<String, Value>, Trouble> {
        let pairs = match self {
            Self::Whole(arguments) => return Ok(arguments),
            Self::Pairs(pairs) => pairs,
        };
        let schema = tool.get("inputSchema").unwrap_or(&Value::Null);
        let arguments = typed(pairs, schema);
        arguments.map_err(|told| {
            Trouble::Usage(format!("{}\n  {}", plain::line(&told), signature(tool)))
        })
    }
}

fn read_all(reader: impl Read, name: &str) -> Result<String, Trouble> {
    let mut text = String::new();
    let limit = u64::try_from(FRAME_BYTES_MAX).unwrap_or(u64::MAX);
    let read = reader.take(limit).read_to_string(&mut text);
    read.map_err(|error| Trouble::Usage(format!("{name} cannot be read: {error}")))?;
    Ok(text)
}

fn pair(word: &str) -> Result<Pair, Trouble> {
    let (key, value) = word.split_once('=').unwrap_or_default();
    let (key, value) = match key.strip_suffix(':') {
        Some(key) => {
            let value = serde_json::from_str(value);
            let told =
                |error| Trouble::Usage(format!("what stands after {key}:= is no JSON: {error}"));
            (key, Said::Json(value.map_err(told)?))
        }
        None => (key, Said::Text(value.to_owned())),
    };
    if key.is_empty() {
        return Err(Trouble::Usage(format!(
            "{word} is no argument; write key=value, key:=JSON, or one JSON object"
        )));
    }
    let key = key.to_owned();
    Ok(Pair { key, value })
}

fn typed(pairs: Vec<Pair>, schema: &Value) -> Result<Map<String, Value>, String> {
    let mut arguments = Map::new();
    for Pair { key, value } in pairs {
        let property = parameters(schema).find(|(name, _)| **name == key);
        let Some((_, property)) = property.or_else(|| free(schema, &key)) else {
            let names = parameters(schema).map(|(name, _)| name.as_str());
            return Err(format!(
                "there is no argument {key}{}",
                suggestion(&key, names)
            ));
        };
        let shape = Shape::of(schema, property);
        let value = match value {
            Said::Json(value) => value,
            Said::Text(text) => {
                parse(&text, &shape, schema).map_err(|told| format!("{key} {told}"))?
            }
        };
        match (arguments.get_mut(&key), value) {
            (None, value) => drop(arguments.insert(key, value)),
            (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
            (Some(_), _) => return Err(format!("{key} stands twice, and is no list")),
        }
    }
    match required(schema).find(|name| !arguments.contains_key(*name)) {
        Some(name) => Err(format!("the argument {name} is missing")),
        None => Ok(arguments),
    }
}

/// What a schema says of names that it does not list. One that lists names and says nothing of others most
/// likely has no others; whoever knows better writes one JSON object.
fn free<'a>(schema: &'a Value, key: &'a String) -> Option<(&'a String, &'a Value)> {
    match schema.get("additionalProperties") {
        Some(Value::Bool(false)) => None,
        Some(others) => Some((key, others)),
        None => parameters(schema)
            .next()
            .is_none()
            .then_some((key, &Value::Null)),
    }
}

/// A word as a value of this shape.
pub(super) fn parse(text: &str, shape: &Shape<'_>, schema: &Value) -> Result<Value, String> {
    if let Some(value) = shape.values.iter().find(|value| bare(value) == text) {
        return Ok((*value).clone());
    }
    let read = shape.types.iter().find_map(|name| match *name {
        "integer" => integer(text),
        "number" => integer(text).or_else(|| text.parse().ok().map(|number: f64| number.into())),
        "boolean" => text.parse().ok().map(Value::Bool),
        "null" => (text == "null").then_some(Value::Null),
        "object" => serde_json::from_str(text).ok().filter(Value::is_object),
        "array" => list(text, shape, schema),
        _ => None,
    });
    if let Some(value) = read {
        return Ok(value);
    }
    if shape.types.is_empty() {
        // Anything goes, so what reads as JSON is that.
        return Ok(serde_json::from_str(text).unwrap_or_else(|_| text.into()));
    }
    if shape.may_be("string") {
        return Ok(text.into());
    }
    Err(format!("is {}, and not {text}", shape.words(schema)))
}

fn integer(text: &str) -> Option<Value> {
    let signed = text.parse::<i64>().ok().map(Value::from);
    signed.or_else(|| text.parse::<u64>().ok().map(Value::from))
}

/// A list as JSON, or its only item.
fn list(text: &str, shape: &Shape<'_>, schema: &Value) -> Option<Value> {
    if text.starts_with('[') {
        return serde_json::from_str(text).ok().filter(Value::is_array);
    }
    let items = shape.items.unwrap_or(&Value::Null);
    let item = parse(text, &Shape::of(schema, items), schema).ok()?;
    Some(Value::Array(vec![item]))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Given;

    fn read(words: &[&str]) -> Result<Value, String> {
        let tool = json!({"name": "t", "inputSchema": {
            "properties": {
                "name": {"type": "string"},
                "limit": {"type": "integer"},
                "share": {"type": "number"},
                "sure": {"type": ["boolean", "null"]},
                "tags": {"type": "array", "items": {"type": "integer"}},
                "where": {"type": "object"},
                "level": {"enum": [1, "1b", true]},
                "any": {}
            },
            "required": ["name"]
        }});
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let given = Given::read(&words).and_then(|given| given.typed(&tool));
        given
            .map(Value::Object)
            .map_err(|trouble| trouble.to_string())
    }

    #[test]
    fn words_are_read_as_the_schema_says() {
        let read = read(&[
            "name=7",
            "limit=-3",
            "share=1.5",
            "sure=true",
            "tags=1",
            "tags=2",
            "where={\"a\":1}",
            "level=1",
            "any=[1]",
        ]);
        let expected = json!({
            "name": "7", "limit": -3, "share": 1.5, "sure": true, "tags": [1, 2], "where": {"a": 1},
            "level": 1, "any": [1]
        });
        assert_eq!(read.unwrap(), expected);
    }

    #[test]
    fn json_is_taken_as_it_is() {
        assert_eq!(read(&["name:=[null]"]).unwrap(), json!({"name": [null]}));
        assert_eq!(read(&["name=a=b"]).unwrap(), json!({"name": "a=b"}));
        assert_eq!(read(&["{\"other\": 1}"]).unwrap(), json!({"other": 1}));
        assert_eq!(
            read(&["name=", "sure=null"]).unwrap(),
            json!({"name": "", "sure": null})
        );
        assert_eq!(
            read(&["name=x", "tags=[3,4]"]).unwrap(),
            json!({"name": "x", "tags": [3, 4]})
        );
    }

    #[test]
    fn mistakes_are_told_with_the_signature() {
        for (words, told) in [
            (
                &["name=x", "limt=1"][..],
                "there is no argument limt; did you mean limit?\n  t(name: string, ",
            ),
            (&["limit=1"], "the argument name is missing\n  t("),
            (
                &["name=x", "limit=many"],
                "limit is integer, and not many\n",
            ),
            (&["name=x", "tags=a"], "tags is integer[], and not a\n"),
            (&["name=x", "name=y"], "name stands twice, and is no list\n"),
            (&["name"], "name is no argument; write key=value"),
            (&["name:=x"], "what stands after name:= is no JSON"),
            (&["{}", "name=x"], "nothing can stand beside it"),
            (&["{"], "the arguments are no JSON object"),
            (&["@/nothing/here"], "/nothing/here cannot be read"),
        ] {
            let error = read(words).unwrap_err();
            assert!(error.contains(told), "{words:?}: {error}");
        }
    }
}
