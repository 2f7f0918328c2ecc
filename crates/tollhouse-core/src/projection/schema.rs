//! The schema of a part of each row, made of the schema of all of it.

use serde_json::{Map, Value, json};

use super::{COLUMNS, COUNT, ROWS};
use crate::{Rollup, Shape};

/// The schema of what callers get, of the schema of what the tool gives.
///
/// # Errors
///
/// What is picked is not there, or the schema is made of parts that cannot be cut.
pub(crate) fn project(document: &Value, shape: &Shape) -> Result<Value, String> {
    let mut schema = document.clone();
    let tailor = Tailor {
        defs: document,
        depth: DEPTH_MAX,
    };
    if let Some(rollup) = &shape.rollup {
        tailor.at_list(&mut schema, &|items| roll_up(items, rollup))?;
        return Ok(schema);
    }
    for path in &shape.pick {
        let names: Vec<&str> = path.split('.').collect();
        tailor.at_rows(&mut schema.clone(), &|row| tailor.find(row, &names))?;
    }
    let split = |paths: &[String]| -> Vec<Vec<String>> {
        let names = |path: &String| path.split('.').map(str::to_owned).collect();
        paths.iter().map(names).collect()
    };
    if !shape.pick.is_empty() {
        let paths = split(&shape.pick);
        tailor.at_rows(&mut schema, &|row| tailor.cut(row, &paths, true))?;
    }
    if !shape.drop.is_empty() {
        let paths = split(&shape.drop);
        tailor.at_rows(&mut schema, &|row| tailor.cut(row, &paths, false))?;
    }
    Ok(schema)
}

type Change<'a> = &'a dyn Fn(&mut Value) -> Result<(), String>;

/// Cuts schemas, with what they refer to.
#[derive(Clone, Copy)]
struct Tailor<'a> {
    defs: &'a Value,
    depth: usize,
}

impl Tailor<'_> {
    /// One that goes one step deeper.
    fn deeper(self) -> Result<Self, String> {
        let depth = self.depth.checked_sub(1);
        let depth = depth.ok_or("its schema refers to itself where it would be cut")?;
        Ok(Self { depth, ..self })
    }

    /// Puts what a schema refers to in its place.
    fn resolve(self, schema: &mut Value) -> Result<(), String> {
        let mut steps = self.depth;
        while let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#');
            let found = pointer.and_then(|pointer| self.defs.pointer(pointer));
            let found = found.cloned();
            *schema = found.ok_or_else(|| format!("its schema refers to {reference}"))?;
            steps = steps
                .checked_sub(1)
                .ok_or("its schema refers to nothing but itself")?;
        }
        Ok(())
    }

    /// Changes the schema of each row: the items of a list or of `rows`, or the whole.
    fn at_rows(self, schema: &mut Value, change: Change<'_>) -> Result<(), String> {
        self.resolve(schema)?;
        if schema.pointer("/properties/rows").is_some() {
            if schema.pointer("/properties/columns").is_some() {
                // Rows of cells have no names in the schema.
                return Ok(());
            }
            let rows = schema.pointer_mut("/properties/rows");
            return rows.map_or(Ok(()), |rows| self.at_items(rows, change));
        }
        if is_list(schema) {
            return self.at_items(schema, change);
        }
        change(schema)
    }

    fn at_items(self, list: &mut Value, change: Change<'_>) -> Result<(), String> {
        self.resolve(list)?;
        let Some(items) = list.get_mut("items") else {
            return Ok(());
        };
        self.resolve(items)?;
        change(items)
    }

    /// Changes the items of the only list.
    fn at_list(self, schema: &mut Value, change: Change<'_>) -> Result<(), String> {
        self.resolve(schema)?;
        if is_list(schema) {
            return self.at_items(schema, change);
        }
        let cells = schema.pointer(&format!("/properties/{COLUMNS}")).is_some();
        let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            return Err("its schema has no list to roll up".to_owned());
        };
        if cells {
            return Ok(());
        }
        let lists = fields.iter().filter(|(_, field)| is_list(field));
        let lists: Vec<String> = lists.map(|(name, _)| name.clone()).collect();
        let name = match lists.as_slice() {
            [one] => one.as_str(),
            several if several.iter().any(|name| name == ROWS) => ROWS,
            _ => return Err("its schema has not one list to roll up".to_owned()),
        };
        let list = fields.get_mut(name);
        list.map_or(Ok(()), |list| self.at_items(list, change))
    }

    /// Whether a path leads somewhere.
    fn find(self, schema: &mut Value, names: &[&str]) -> Result<(), String> {
        let Some((name, rest)) = names.split_first() else {
            return Ok(());
        };
        let deeper = self.deeper()?;
        self.resolve(schema)?;
        if is_list(schema) {
            return self.at_items(schema, &|item| deeper.find(item, names));
        }
        for branch in branches(schema) {
            deeper.find(branch, names)?;
        }
        match schema.get_mut("properties").and_then(Value::as_object_mut) {
            None => Ok(()),
            Some(fields) => match fields.get_mut(*name) {
                Some(field) => deeper.find(field, rest),
                None => Err(format!("its results have no field `{name}`")),
            },
        }
    }

    /// Leaves these fields, or leaves them out.
    fn cut(self, schema: &mut Value, paths: &[Vec<String>], keeps: bool) -> Result<(), String> {
        let deeper = self.deeper()?;
        self.resolve(schema)?;
        if is_list(schema) {
            return self.at_items(schema, &|item| deeper.cut(item, paths, keeps));
        }
        if let Some(word) = UNCUT.into_iter().find(|word| schema.get(word).is_some()) {
            return Err(format!("its schema says `{word}` where it would be cut"));
        }
        for branch in branches(schema) {
            deeper.cut(branch, paths, keeps)?;
        }
        let Some(object) = schema.as_object_mut() else {
            return Ok(());
        };
        let mut gone = Vec::new();
        let fields = object.get_mut("properties").and_then(Value::as_object_mut);
        for (name, field) in fields.into_iter().flatten() {
            let tails = tails(paths, name);
            match (tails.iter().any(Vec::is_empty), tails.is_empty()) {
                (true, _) if keeps => {}
                (false, true) if !keeps => {}
                (false, false) => deeper.cut(field, &tails, keeps)?,
                (true, _) | (false, true) => gone.push(name.clone()),
            }
        }
        let is_gone = |name: &str| gone.iter().any(|gone| gone == name);
        if let Some(fields) = object.get_mut("properties").and_then(Value::as_object_mut) {
            fields.retain(|name, _| !is_gone(name));
        }
        if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| !name.as_str().is_some_and(is_gone));
        }
        Ok(())
    }
}

/// What stands where a value may be one of several, but for null.
fn branches(schema: &mut Value) -> impl Iterator<Item = &mut Value> {
    let is_null = |branch: &Value| branch.get("type").and_then(Value::as_str) == Some("null");
    let all = schema.as_object_mut().into_iter().flatten();
    let lists = all.filter(|(word, _)| matches!(word.as_str(), "anyOf" | "oneOf"));
    let each = lists.flat_map(|(_, list)| list.as_array_mut().into_iter().flatten());
    each.filter(move |branch| !is_null(branch))
}

fn is_list(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "array"),
        Some(kind) => kind == "array",
        None => false,
    }
}

fn tails(paths: &[Vec<String>], name: &str) -> Vec<Vec<String>> {
    let tail = |path: &Vec<String>| {
        let (first, rest) = path.split_first()?;
        (first == name).then(|| rest.to_vec())
    };
    paths.iter().filter_map(tail).collect()
}

/// The schema of rows that were put together.
fn roll_up(items: &mut Value, rollup: &Rollup) -> Result<(), String> {
    let fields = items.get("properties").and_then(Value::as_object);
    let known = |name: &str| fields.is_none_or(|fields| fields.contains_key(name));
    if let Some(name) = rollup
        .by
        .iter()
        .chain(&rollup.sum)
        .find(|name| !known(name))
    {
        return Err(format!("its results have no field `{name}`"));
    }
    let any = || json!({});
    let mut properties = Map::new();
    for name in &rollup.by {
        let field = fields.and_then(|fields| fields.get(name));
        properties.insert(name.clone(), field.cloned().unwrap_or_else(any));
    }
    for name in &rollup.sum {
        properties.insert(name.clone(), json!({"type": "number"}));
    }
    properties.insert(COUNT.to_owned(), json!({"type": "integer", "minimum": 1}));
    let by = rollup.sum.iter().map(String::as_str).chain([COUNT]);
    let required: Vec<&str> = by.collect();
    *items = json!({"type": "object", "required": required, "properties": properties});
    Ok(())
}

/// What ties fields to each other.
const UNCUT: [&str; 8] = [
    "allOf",
    "if",
    "not",
    "minProperties",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
];
const DEPTH_MAX: usize = 16;
