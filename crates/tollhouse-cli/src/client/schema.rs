//! What a JSON Schema lets a value be, as far as that helps to read a word or to show a signature.

use serde_json::Value;

/// What a value may be.
#[derive(Debug, Default)]
pub(super) struct Shape<'a> {
    /// Names of types; none if anything goes.
    pub(super) types: Vec<&'a str>,
    /// The only values, if there are some.
    pub(super) values: Vec<&'a Value>,
    /// What the items of a list may be.
    pub(super) items: Option<&'a Value>,
}

impl<'a> Shape<'a> {
    /// The shape of a part of a schema. Parts that are named elsewhere in `whole` are looked up there.
    pub(super) fn of(whole: &'a Value, part: &'a Value) -> Self {
        let mut shape = Self::default();
        shape.add(whole, part, 0);
        shape
    }

    fn add(&mut self, whole: &'a Value, part: &'a Value, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        let name = part.get("$ref").and_then(Value::as_str);
        let target = name.and_then(|name| whole.pointer(name.strip_prefix('#')?));
        if let Some(target) = target {
            self.add(whole, target, depth + 1);
        }
        match part.get("type") {
            Some(Value::String(name)) => self.add_type(name),
            Some(Value::Array(names)) => {
                names
                    .iter()
                    .filter_map(Value::as_str)
                    .for_each(|name| self.add_type(name));
            }
            _ => {}
        }
        let listed = part.get("enum").and_then(Value::as_array);
        self.values.extend(listed.into_iter().flatten());
        self.values.extend(part.get("const"));
        self.items = self.items.or_else(|| part.get("items"));
        for key in ["anyOf", "oneOf", "allOf"] {
            let others = part.get(key).and_then(Value::as_array);
            for other in others.into_iter().flatten() {
                self.add(whole, other, depth + 1);
            }
        }
    }

    fn add_type(&mut self, name: &'a str) {
        if !self.types.contains(&name) {
            self.types.push(name);
        }
    }

    pub(super) fn may_be(&self, name: &str) -> bool {
        self.types.contains(&name)
    }

    /// In few words, as in a signature.
    pub(super) fn words(&self, whole: &Value) -> String {
        if !self.values.is_empty() {
            let shown = self
                .values
                .iter()
                .take(VALUES_SHOWN)
                .map(|value| bare(value));
            let more = if self.values.len() > VALUES_SHOWN {
                "|…"
            } else {
                ""
            };
            return format!("{}{more}", shown.collect::<Vec<_>>().join("|"));
        }
        let types = self.types.iter().filter(|name| **name != "null");
        let words: Vec<String> = types
            .map(|name| match (*name, self.items) {
                ("array", Some(items)) => {
                    let inner = Shape::of(whole, items).words(whole);
                    if inner.contains('|') {
                        format!("({inner})[]")
                    } else {
                        format!("{inner}[]")
                    }
                }
                ("array", None) => "any[]".to_owned(),
                (name, _) => name.to_owned(),
            })
            .collect();
        if words.is_empty() {
            "any".to_owned()
        } else {
            words.join("|")
        }
    }
}

/// A value without the quotes of a text.
pub(super) fn bare(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

const DEPTH_MAX: usize = 8;
const VALUES_SHOWN: usize = 4;
