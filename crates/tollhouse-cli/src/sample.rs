//! A call that can be tried: the first tool that somebody who knows nothing of the data can call.

use serde_json::{Map, Value};

use crate::{config::resolve::Resolved, pack::Pack};

/// A tool and arguments for it.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) tool: String,
    pub(crate) arguments: Value,
}

/// The one that a pack knows to be good.
pub(crate) fn of_pack(pack: Pack) -> Option<Sample> {
    let (tool, arguments) = pack.call?;
    Some(Sample {
        tool: tool.to_owned(),
        arguments: serde_json::from_str(arguments).ok()?,
    })
}

/// One that only reads, with arguments made of its schema.
pub(crate) fn sample(resolved: &Resolved) -> Option<Sample> {
    let tools = resolved.sources.iter().flat_map(|source| &source.tools);
    tools
        .map(|tool| &tool.offered.tool)
        .filter(|tool| tool.effect == tollhouse::Effect::Read)
        .find_map(|tool| {
            Some(Sample {
                tool: tool.name.clone(),
                arguments: arguments(&tool.input)?,
            })
        })
}

/// The arguments that have to be given, as far as they can be guessed.
fn arguments(schema: &Value) -> Option<Value> {
    let required = schema.get("required").and_then(Value::as_array);
    let names = required.into_iter().flatten().filter_map(Value::as_str);
    let guessed = names.map(|name| {
        let property = schema.get("properties")?.get(name)?;
        Some((name.to_owned(), guess(property)?))
    });
    guessed.collect::<Option<Map<_, _>>>().map(Value::from)
}

fn guess(property: &Value) -> Option<Value> {
    if let Some(first) = property.get("enum").and_then(|all| all.get(0)) {
        return Some(first.clone());
    }
    let is_free = ["pattern", "minLength", "maxLength"]
        .iter()
        .all(|rule| property.get(rule).is_none());
    match property.get("type")?.as_str()? {
        "string" if is_free => Some("a".into()),
        "integer" | "number" => {
            let bound = property.get("minimum").or_else(|| property.get("maximum"));
            Some(bound.cloned().unwrap_or_else(|| 1.into()))
        }
        "boolean" => Some(true.into()),
        _ => None,
    }
}
