//! Values that must stand in a column before a statement runs, and what to say if they do not.

use std::{collections::BTreeSet, sync::Arc};

use rusqlite::{Connection, types::Value as Sql};
use serde_json::Value;
use tollhouse_core::Fault;

use super::{
    offers::Exists,
    schema::{Column, Table, quoted},
    session::Brake,
    value,
};

/// What must be there for one call.
#[derive(Debug)]
pub(super) struct Needed {
    sought: Arc<Vec<Sought>>,
    values: Vec<Vec<Sql>>,
}

impl Needed {
    pub(super) fn new(sought: &Arc<Vec<Sought>>, args: &Value) -> Result<Self, Fault> {
        let values = sought.iter().map(|sought| sought.values(args));
        Ok(Self {
            values: values.collect::<Result<_, _>>()?,
            sought: Arc::clone(sought),
        })
    }

    /// What to tell the caller about the first value that is not there.
    pub(super) fn missing(
        &self,
        connection: &Connection,
        brake: &Brake,
    ) -> rusqlite::Result<Option<String>> {
        for (sought, values) in self.sought.iter().zip(&self.values) {
            let missing = sought.missing(connection, brake, values)?;
            if missing.is_some() {
                return Ok(missing);
            }
        }
        Ok(None)
    }
}

/// A column in which values are looked up.
#[derive(Debug)]
pub(super) struct Sought {
    argument: String,
    default: Value,
    title: String,
    find: String,
    near: String,
    first: String,
    tells: bool,
}

impl Sought {
    /// Looks up an argument in a column that is there. What comes close is told only if every caller may see
    /// the same rows.
    pub(super) fn new(
        exists: &Exists,
        (table, column): (&Table, &Column),
        default: Value,
        tells: bool,
    ) -> Self {
        let (from, cell) = (quoted(&table.name), quoted(&column.name));
        let short = format!("typeof({cell}) = 'text' AND octet_length({cell}) <= {BYTES_MAX}");
        Self {
            argument: exists.argument.clone(),
            default,
            title: format!("{}.{}", table.name, column.name),
            find: format!("SELECT 1 FROM {from} WHERE {cell} = ?1 LIMIT 1"),
            near: format!(
                "SELECT {cell} FROM {from} WHERE {cell} >= ?1 AND {cell} < ?2 AND {short} LIMIT {NEAR_MAX}"
            ),
            first: format!("SELECT {cell} FROM {from} WHERE {short} LIMIT {FIRST_MAX}"),
            tells,
        }
    }

    /// The values of one call: none, one, or each of a list.
    fn values(&self, args: &Value) -> Result<Vec<Sql>, Fault> {
        let given = args.get(&self.argument).unwrap_or(&self.default);
        let all = match given {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let said = all.iter().filter(|value| !value.is_null());
        said.map(|value| value::bind(&self.argument, value))
            .collect()
    }

    fn missing(
        &self,
        connection: &Connection,
        brake: &Brake,
        values: &[Sql],
    ) -> rusqlite::Result<Option<String>> {
        let mut find = connection.prepare_cached(&self.find)?;
        for value in values {
            brake.check()?;
            if !find.exists([value])? {
                return self.tell(connection, brake, value).map(Some);
            }
        }
        Ok(None)
    }

    fn tell(
        &self,
        connection: &Connection,
        brake: &Brake,
        value: &Sql,
    ) -> rusqlite::Result<String> {
        let title = &self.title;
        let (shown, close) = match value {
            Sql::Text(text) => {
                let is_short = self.tells && text.len() <= BYTES_MAX;
                let close = match is_short {
                    true => close(text, self.candidates(connection, brake, text)?),
                    false => Vec::new(),
                };
                (text.chars().take(CHARS_SHOWN).collect(), close)
            }
            Sql::Integer(number) => (number.to_string(), Vec::new()),
            Sql::Real(number) => (number.to_string(), Vec::new()),
            Sql::Null | Sql::Blob(_) => (String::new(), Vec::new()),
        };
        let mut told = format!("There is no {title} `{shown}`.");
        if !close.is_empty() {
            told.push_str(&format!(" Close: {}.", close.join(", ")));
        }
        Ok(told)
    }

    /// Values that may be meant. Each search ends after so many rows, and after so much work.
    fn candidates(
        &self,
        connection: &Connection,
        brake: &Brake,
        text: &str,
    ) -> rusqlite::Result<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        brake.within(LOOKS_MAX, || {
            let mut first = connection.prepare_cached(&self.first)?;
            take(first.query([])?, &mut found)
        })?;
        let letters = text.chars().count();
        brake.within(LOOKS_MAX, || {
            let mut near = connection.prepare_cached(&self.near)?;
            let mut lengths = (letters.div_ceil(2)..=letters).rev();
            let enough = found.len() + CLOSE_MAX;
            while found.len() < enough
                && let Some(length) = lengths.next()
            {
                let prefix: String = text.chars().take(length).collect();
                let end = format!("{prefix}\u{10ffff}");
                take(near.query([&prefix, &end])?, &mut found)?;
            }
            Ok(())
        })?;
        Ok(found)
    }
}

fn take(mut rows: rusqlite::Rows<'_>, found: &mut BTreeSet<String>) -> rusqlite::Result<()> {
    while let Some(row) = rows.next()? {
        found.insert(row.get(0)?);
    }
    Ok(())
}

/// The values that are near enough to be meant, the nearest first.
fn close(text: &str, candidates: BTreeSet<String>) -> Vec<String> {
    let lower = text.to_lowercase();
    let far_max = lower.chars().count().div_ceil(3);
    let mut near: Vec<(usize, String)> = candidates
        .into_iter()
        .map(|candidate| (far(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(far, _)| *far <= far_max)
        .collect();
    near.sort();
    near.into_iter()
        .take(CLOSE_MAX)
        .map(|(_, candidate)| candidate)
        .collect()
}

/// How far two texts are from each other. What one of them only adds at its end is near.
fn far(one: &str, other: &str) -> usize {
    let shorter = one.len().min(other.len());
    if shorter >= PREFIX_MIN && (one.starts_with(other) || other.starts_with(one)) {
        return usize::from(one != other);
    }
    strsim::damerau_levenshtein(one, other)
}

const CLOSE_MAX: usize = 3;
const PREFIX_MIN: usize = 3;
const CHARS_SHOWN: usize = 200;
/// Longer texts are no ids, and comparing them takes long.
const BYTES_MAX: usize = 64;
const NEAR_MAX: usize = 200;
const FIRST_MAX: usize = 1000;
/// Half a million instructions of the database's machine: milliseconds.
const LOOKS_MAX: u32 = 500;
