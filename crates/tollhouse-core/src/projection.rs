//! A part of each row: fields that are picked or dropped, and rows put together.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Map, Number, Value, json};

use crate::{Rollup, Shape};

mod schema;

pub(crate) use schema::project;

/// Where the rows of a value stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum List {
    /// The value is the list.
    Root,
    /// In this field of it.
    Field(String),
}

impl List {
    pub(crate) fn items<'a>(&self, value: &'a Value) -> Option<&'a Vec<Value>> {
        match self {
            Self::Root => value.as_array(),
            Self::Field(name) => value.get(name)?.as_array(),
        }
    }

    fn items_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Vec<Value>> {
        match self {
            Self::Root => value.as_array_mut(),
            Self::Field(name) => value.get_mut(name)?.as_array_mut(),
        }
    }
}

/// The rows of a value: itself, its `rows`, or the only list of objects in it.
pub(crate) fn list_of(value: &Value) -> Option<List> {
    let fields = match value {
        Value::Array(_) => return Some(List::Root),
        Value::Object(fields) => fields,
        _ => return None,
    };
    if fields.get(ROWS).is_some_and(Value::is_array) {
        return Some(List::Field(ROWS.to_owned()));
    }
    let of_objects = |value: &&Value| {
        let items = value.as_array();
        items.is_some_and(|items| items.first().is_some_and(Value::is_object))
    };
    let mut lists = fields.iter().filter(|(_, value)| of_objects(value));
    match (lists.next(), lists.next()) {
        (Some((name, _)), None) => Some(List::Field(name.clone())),
        _ => None,
    }
}

/// The names of the columns, where rows are lists of cells.
pub(crate) fn columns_of(value: &Value) -> Option<Vec<String>> {
    let names = value.get(COLUMNS)?.as_array()?.iter();
    value.get(ROWS)?.as_array()?.first()?.as_array()?;
    names.map(|name| name.as_str().map(str::to_owned)).collect()
}

/// What a caller gets of a value.
pub(crate) fn apply<'a>(mut value: Value, shape: &'a Shape) -> Value {
    if let Some(rollup) = &shape.rollup {
        roll_up(&mut value, rollup);
        return value;
    }
    let split = |paths: &'a [String]| -> Vec<Vec<&'a str>> {
        paths.iter().map(|path| path.split('.').collect()).collect()
    };
    if !shape.pick.is_empty() {
        let paths = split(&shape.pick);
        each(&mut value, &|item, columns| pick(item, &paths, columns));
    }
    if !shape.drop.is_empty() {
        let paths = split(&shape.drop);
        each(&mut value, &|item, columns| {
            leave_out(item, &paths, columns)
        });
    }
    value
}

/// Whether a shape gives a part of each row only.
pub(crate) const fn is_part(shape: &Shape) -> bool {
    shape.rollup.is_some() || !shape.pick.is_empty() || !shape.drop.is_empty()
}

/// Does something to each row of a list or of `rows`, or to the value itself.
fn each(value: &mut Value, change: &dyn Fn(&mut Value, &[String])) {
    if let Some(columns) = columns_of(value) {
        for row in List::Field(ROWS.to_owned())
            .items_mut(value)
            .into_iter()
            .flatten()
        {
            change(row, &columns);
        }
        let mut names = Value::from(columns.clone());
        change(&mut names, &columns);
        if let Some(place) = value.get_mut(COLUMNS) {
            *place = names;
        }
        return;
    }
    let rows = match value {
        Value::Array(rows) => rows,
        value if value.get(ROWS).is_some_and(Value::is_array) => {
            match value.get_mut(ROWS).and_then(Value::as_array_mut) {
                Some(rows) => rows,
                None => return,
            }
        }
        value => return change(value, &[]),
    };
    for row in rows {
        change(row, &[]);
    }
}

/// Leaves only these fields. A row of cells has its names in the columns.
fn pick(value: &mut Value, paths: &[Vec<&str>], columns: &[String]) {
    match value {
        Value::Array(cells) if !columns.is_empty() => {
            let named = |name: &String| {
                paths
                    .iter()
                    .any(|path| path.first() == Some(&name.as_str()))
            };
            keep(cells, columns, named);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| pick(item, paths, &[])),
        Value::Object(fields) => {
            fields.retain(|name, value| {
                let tails = tails(paths, name);
                if !tails.is_empty() && !tails.iter().any(Vec::is_empty) {
                    pick(value, &tails, &[]);
                }
                !tails.is_empty()
            });
        }
        _ => {}
    }
}

/// Takes these fields away.
fn leave_out(value: &mut Value, paths: &[Vec<&str>], columns: &[String]) {
    match value {
        Value::Array(cells) if !columns.is_empty() => {
            let named = |name: &String| paths.iter().any(|path| *path == [name.as_str()]);
            keep(cells, columns, |name| !named(name));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| leave_out(item, paths, &[])),
        Value::Object(fields) => fields.retain(|name, value| {
            let tails = tails(paths, name);
            if tails.iter().any(Vec::is_empty) {
                return false;
            }
            if !tails.is_empty() {
                leave_out(value, &tails, &[]);
            }
            true
        }),
        _ => {}
    }
}

/// Keeps the cells of some columns.
fn keep(cells: &mut Vec<Value>, columns: &[String], is_kept: impl Fn(&String) -> bool) {
    let mut columns = columns.iter();
    cells.retain(|_| columns.next().is_none_or(&is_kept));
}

/// What is left of the paths that begin with a name.
fn tails<'a>(paths: &[Vec<&'a str>], name: &str) -> Vec<Vec<&'a str>> {
    let tail = |path: &Vec<&'a str>| {
        let (first, rest) = path.split_first()?;
        (*first == name).then(|| rest.to_vec())
    };
    paths.iter().filter_map(tail).collect()
}

/// Puts rows together.
fn roll_up(value: &mut Value, rollup: &Rollup) {
    let columns = columns_of(value);
    let Some(list) = list_of(value) else {
        return;
    };
    let Some(rows) = list.items_mut(value) else {
        return;
    };
    let mut groups = Groups::default();
    for row in rows.iter() {
        let cell = |name: &String| match (&columns, row) {
            (Some(columns), Value::Array(cells)) => {
                let place = columns.iter().position(|column| column == name);
                place.and_then(|place| cells.get(place))
            }
            _ => row.get(name),
        };
        groups.add(
            rollup
                .by
                .iter()
                .map(cell)
                .map(Option::<&Value>::cloned)
                .collect(),
            rollup.sum.iter().map(cell),
        );
    }
    let names = rollup.by.iter().chain(&rollup.sum).map(String::as_str);
    let names: Vec<&str> = names.chain([COUNT]).collect();
    let put_together = groups
        .all
        .into_iter()
        .map(|group| group.row(&names, columns.is_some()));
    *rows = put_together.collect();
    if let (Some(_), Some(place)) = (columns, value.get_mut(COLUMNS)) {
        *place = names.into();
    }
}

/// Rows that are put together, in the order in which the first of each comes.
#[derive(Default)]
struct Groups {
    all: Vec<Group>,
    places: BTreeMap<String, usize>,
}

struct Group {
    by: Vec<Value>,
    sums: Vec<Sum>,
    count: u64,
}

impl Groups {
    fn add<'a>(&mut self, by: Vec<Option<Value>>, cells: impl Iterator<Item = Option<&'a Value>>) {
        let by: Vec<Value> = by.into_iter().map(Option::unwrap_or_default).collect();
        let key = Value::from(by.clone()).to_string();
        let cells: Vec<Option<&Value>> = cells.collect();
        let place = *self.places.entry(key).or_insert_with(|| {
            let sums = vec![Sum::default(); cells.len()];
            self.all.push(Group { by, sums, count: 0 });
            self.all.len() - 1
        });
        if let Some(group) = self.all.get_mut(place) {
            group.count += 1;
            for (sum, cell) in group.sums.iter_mut().zip(cells) {
                sum.add(cell);
            }
        }
    }
}

impl Group {
    fn row(self, names: &[&str], is_cells: bool) -> Value {
        let sums = self.sums.into_iter().map(Sum::total);
        let cells = self.by.into_iter().chain(sums).chain([self.count.into()]);
        if is_cells {
            return cells.collect();
        }
        let names = names.iter().map(|name| (*name).to_owned());
        names.zip(cells).collect::<Map<_, _>>().into()
    }
}

/// A sum: exact for as long as it is of whole numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    whole: i128,
    fraction: f64,
    is_exact_no_more: bool,
}

impl Sum {
    fn add(&mut self, cell: Option<&Value>) {
        let Some(Value::Number(number)) = cell else {
            return;
        };
        let whole = number.as_i64().map(i128::from);
        match whole.or_else(|| number.as_u64().map(i128::from)) {
            Some(whole) => self.whole = self.whole.saturating_add(whole),
            None => {
                self.fraction += number.as_f64().unwrap_or_default();
                self.is_exact_no_more = true;
            }
        }
    }

    fn total(self) -> Value {
        let exact = i64::try_from(self.whole).ok().map(Number::from);
        match exact.filter(|_| !self.is_exact_no_more) {
            Some(exact) => exact.into(),
            // Beyond 64 bits JSON's readers round, too.
            None => json!(self.whole as f64 + self.fraction),
        }
    }
}

/// How the number of rows that were put together is called.
pub(crate) const COUNT: &str = "count";
pub(crate) const COLUMNS: &str = "columns";
const ROWS: &str = "rows";

/// What is wrong with a shape, whatever the results are.
pub(crate) fn problem(shape: &Shape) -> Option<Cow<'static, str>> {
    let lists = [&shape.pick, &shape.drop];
    let blank = |path: &String| path.split('.').any(|name| name.trim().is_empty());
    if lists.into_iter().flatten().any(blank) {
        return Some("a field to pick or drop has no name; name it, or leave it out".into());
    }
    let rollup = shape.rollup.as_ref()?;
    if !shape.pick.is_empty() || !shape.drop.is_empty() {
        return Some("a roll-up says which fields there are; leave out `pick` and `drop`".into());
    }
    let mut names: Vec<&String> = rollup.by.iter().chain(&rollup.sum).collect();
    names.sort_unstable();
    if names.iter().any(|name| *name == COUNT) {
        return Some(
            format!("a roll-up counts rows as `{COUNT}`; give that field another name").into(),
        );
    }
    let twice = names.windows(2).any(|pair| pair.first() == pair.last());
    twice.then(|| "a roll-up names a field twice; name it once".into())
}

#[cfg(test)]
mod tests;
