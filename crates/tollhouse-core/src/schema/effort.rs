//! How much it takes to tell what is wrong with a value.
//!
//! Whether a value fits is answered in a time that grows with its size: the validator remembers what it
//! has said of a recursive part. Telling all errors remembers nothing: below an `anyOf` every branch is
//! tried again on every level, so a few hundred bytes can make more errors than there is memory for.
//! This counts, without building anything, how often a part of the schema meets a part of the value.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Whether telling all errors of the value takes no more than this many steps.
pub(super) fn is_within(document: &Value, value: &Value, steps: usize) -> bool {
    let mut count = Count {
        document,
        names: None,
        steps,
    };
    count.part(document, value, Place::default()).is_some()
}

struct Count<'a> {
    document: &'a Value,
    names: Option<BTreeMap<&'a str, Vec<&'a Value>>>,
    steps: usize,
}

/// How deep a count is: in calls of its own, and in branches, each of which is tried anew.
#[derive(Clone, Copy, Default)]
struct Place {
    calls: usize,
    branches: usize,
}

impl Place {
    const fn branch(self) -> Self {
        Self {
            calls: self.calls,
            branches: self.branches + 1,
        }
    }
}

/// `None` is: too much.
impl<'a> Count<'a> {
    fn part(&mut self, schema: &'a Value, value: &Value, place: Place) -> Option<()> {
        self.spend(1, place)?;
        let Value::Object(keywords) = schema else {
            return Some(());
        };
        if place.calls == CALLS_MAX {
            return None;
        }
        self.spend(keywords.len(), place)?;
        let calls = place.calls + 1;
        let deeper = Place { calls, ..place };
        keywords
            .iter()
            .try_for_each(|(keyword, part)| match keyword.as_str() {
                "$ref" | "$dynamicRef" | "$recursiveRef" => {
                    self.reference(part.as_str()?, value, deeper)
                }
                "allOf" => self.all(&listed(part), value, deeper),
                "anyOf" | "oneOf" | "not" | "if" | "then" | "else" => {
                    self.all(&listed(part), value, deeper.branch())
                }
                "dependentSchemas" | "dependencies" => self.all(&named(part), value, deeper),
                "required" => self.spend(part.as_array().map_or(0, Vec::len), place),
                "properties" => self.properties(part.as_object()?, value, deeper),
                "patternProperties" => self.members(&named(part), value, None, deeper),
                "additionalProperties" | "unevaluatedProperties" => {
                    let named = keywords.get("properties").and_then(Value::as_object);
                    self.members(&[part], value, named, deeper)
                }
                "propertyNames" => {
                    let names = value.as_object().map_or(0, Map::len);
                    (0..names).try_for_each(|_| self.part(part, &Value::Null, deeper))
                }
                "prefixItems" | "items" | "additionalItems" | "contains" | "unevaluatedItems" => {
                    self.items(part, value, deeper)
                }
                _ => Some(()),
            })
    }

    /// All schemas that a reference can mean: a pointer into the document, an anchor, or an `$id`.
    ///
    /// What an anchor in a part with its own `$id` means depends on where it is used, so all are taken.
    /// What cannot be followed cannot be counted.
    fn reference(&mut self, reference: &str, value: &Value, place: Place) -> Option<()> {
        let fragment = reference.strip_prefix('#');
        if let Some(fragment) = fragment {
            let pointer = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
            if let Some(target) = self.document.pointer(&pointer) {
                return self.part(target, value, place);
            }
        }
        let document = self.document;
        let names = self.names.get_or_insert_with(|| {
            let mut names = BTreeMap::new();
            name_all(document, &mut names);
            names
        });
        let targets = names.get(fragment.unwrap_or(reference))?.clone();
        self.all(&targets, value, place)
    }

    fn spend(&mut self, steps: usize, place: Place) -> Option<()> {
        let steps = steps.saturating_mul(place.branches + 1);
        self.steps = self.steps.checked_sub(steps)?;
        Some(())
    }

    fn all(&mut self, schemas: &[&'a Value], value: &Value, place: Place) -> Option<()> {
        schemas
            .iter()
            .try_for_each(|schema| self.part(schema, value, place))
    }

    fn properties(
        &mut self,
        properties: &'a Map<String, Value>,
        value: &Value,
        place: Place,
    ) -> Option<()> {
        let members = value.as_object().into_iter().flatten();
        let mut known = members.filter_map(|(name, value)| Some((properties.get(name)?, value)));
        known.try_for_each(|(schema, value)| self.part(schema, value, place))
    }

    /// Every member of an object that is not among the named.
    fn members(
        &mut self,
        schemas: &[&'a Value],
        value: &Value,
        named: Option<&Map<String, Value>>,
        place: Place,
    ) -> Option<()> {
        let members = value.as_object().into_iter().flatten();
        let mut others =
            members.filter(|(name, _)| named.is_none_or(|named| !named.contains_key(*name)));
        others.try_for_each(|(_, value)| self.all(schemas, value, place))
    }

    /// Every item: of one schema, or of one schema each.
    fn items(&mut self, part: &'a Value, value: &Value, place: Place) -> Option<()> {
        let mut items = value.as_array().into_iter().flatten();
        match part {
            Value::Array(each) => items
                .zip(each)
                .try_for_each(|(item, schema)| self.part(schema, item, place)),
            _ => items.try_for_each(|item| self.part(part, item, place)),
        }
    }
}

/// The schemas of a keyword that holds one or a list.
fn listed(keyword: &Value) -> Vec<&Value> {
    match keyword {
        Value::Array(several) => several.iter().collect(),
        one => vec![one],
    }
}

/// The schemas of a keyword that holds some by name.
fn named(keyword: &Value) -> Vec<&Value> {
    keyword
        .as_object()
        .into_iter()
        .flat_map(Map::values)
        .collect()
}

/// Every part that has a name of its own, by that name.
fn name_all<'a>(part: &'a Value, names: &mut BTreeMap<&'a str, Vec<&'a Value>>) {
    for keyword in NAMING {
        if let Some(name) = part.get(keyword).and_then(Value::as_str) {
            names.entry(name).or_default().push(part);
        }
    }
    match part {
        Value::Object(map) => map.values().for_each(|inner| name_all(inner, names)),
        Value::Array(items) => items.iter().for_each(|inner| name_all(inner, names)),
        _ => {}
    }
}

const NAMING: [&str; 4] = ["$anchor", "$dynamicAnchor", "$id", "id"];
/// Far above what an honest schema and value need, far below what a stack holds.
const CALLS_MAX: usize = 512;

#[cfg(test)]
mod tests;
