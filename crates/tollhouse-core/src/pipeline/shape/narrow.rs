//! What a model can do to get less: the arguments of a tool that limit, and those that filter.

use serde_json::Value;

use crate::toolset::ToolEntry;

/// A sentence about it.
pub(super) fn advice(entry: &ToolEntry) -> String {
    let properties = entry.tool.input.get("properties");
    let properties = properties.and_then(Value::as_object);
    let required = entry.tool.input.get("required").and_then(Value::as_array);
    let is_required =
        |name: &str| required.is_some_and(|required| required.iter().any(|one| one == name));
    let names = properties
        .into_iter()
        .flat_map(|properties| properties.keys());
    let own = |name: &&String| entry.tool.policy.repeat.field.as_ref() != Some(*name);
    let (limits, others): (Vec<&String>, Vec<&String>) = names
        .filter(own)
        .partition(|name| LIMITS.contains(&name.to_ascii_lowercase().as_str()));
    let filters = others.into_iter().filter(|name| !is_required(name));
    let named: Vec<String> = limits
        .into_iter()
        .chain(filters)
        .take(NAMES_MAX)
        .filter(|name| name.len() <= NAME_BYTES_MAX)
        .map(|name| format!("`{name}`"))
        .collect();
    if named.is_empty() {
        "To get less, ask more narrowly.".to_owned()
    } else {
        format!("To get less, use {}.", named.join(", "))
    }
}

/// How arguments are called that say how much somebody wants.
const LIMITS: [&str; 16] = [
    "limit",
    "max",
    "count",
    "top",
    "first",
    "rows",
    "size",
    "page_size",
    "pagesize",
    "per_page",
    "perpage",
    "max_results",
    "maxresults",
    "max_rows",
    "n",
    "last",
];
const NAMES_MAX: usize = 5;
const NAME_BYTES_MAX: usize = 40;
