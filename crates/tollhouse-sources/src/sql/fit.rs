//! Compares what arguments may be with the columns that they meet: their types, and the values that they list.

use serde_json::Value;

use super::{
    meetings::{How, Meeting, Met, meetings},
    names,
    problem::Trouble,
    schema::{Affinity, Choices, Column, Origin, Schema, Survey},
};

/// An argument that does not fit a column.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) trouble: Trouble,
    pub(super) argument: String,
    /// What may be meant: another type, or another value.
    pub(super) nearest: Option<String>,
    pub(super) text: String,
}

/// A column with the name under which people know it.
struct Known<'a> {
    column: &'a Column,
    title: String,
}

/// What does not fit in a statement that the database takes. What cannot be told for sure is not told.
pub(super) fn misfits(survey: &mut Survey, sql: &str, properties: &Value) -> Vec<Misfit> {
    let meetings = meetings(sql);
    if meetings.is_empty() {
        return Vec::new();
    }
    let touched = survey.touched(sql);
    let mut found = Vec::new();
    for meeting in &meetings {
        let property = properties.get(&meeting.argument);
        let column = known(&survey.schema, &touched, &meeting.column);
        if let (Some(property), Some(known)) = (property, column) {
            found.extend(of_type(property, &known, meeting));
            found.extend(of_values(property, &known, meeting));
        }
    }
    found
}

/// The column that is meant, if there is no doubt.
fn known<'a>(schema: &'a Schema, touched: &[(String, String)], met: &Met) -> Option<Known<'a>> {
    let (table, column) = match met {
        Met::Of(table, name) => {
            let table = schema.table(table)?;
            (table, table.column(name)?)
        }
        Met::Nth(table, place) => {
            let table = schema.table(table)?;
            let columns = table.columns.iter();
            let mut given = columns.filter(|column| column.origin == Origin::Given);
            (table, given.nth(*place)?)
        }
        Met::Named(name) => {
            let mut all = touched
                .iter()
                .filter(|(_, column)| column.eq_ignore_ascii_case(name));
            let (first, _) = all.next()?;
            let table = schema.table(first)?;
            let column = table.column(name)?;
            for (other, _) in all {
                let other = schema.table(other)?.column(name)?;
                let is_alike = other.declared == column.declared && other.choices == column.choices;
                if !is_alike {
                    return None;
                }
            }
            (table, column)
        }
    };
    Some(Known {
        column,
        title: format!("{}.{}", table.name, column.name),
    })
}

fn of_type(property: &Value, known: &Known<'_>, meeting: &Meeting) -> Option<Misfit> {
    let kind = kind(property)?;
    let Known { column, title } = known;
    let declared = &column.declared;
    let is_narrowed = ["pattern", "enum", "const", "format"]
        .iter()
        .any(|key| property.get(key).is_some());
    let nearest = match (kind, column.affinity()) {
        ("array", _) if meeting.how == How::Listed => None,
        ("array" | "object", Affinity::Integer | Affinity::Real) if is_number(column) => None,
        ("string", Affinity::Integer) if is_number(column) && !is_narrowed => Some("integer"),
        ("string", Affinity::Real) if !is_narrowed => Some("number"),
        ("integer" | "number" | "boolean", Affinity::Text) => Some("string"),
        _ => return None,
    };
    let argument = &meeting.argument;
    let text = match (kind, meeting.how) {
        ("array", How::Listed) => format!(
            "`{argument}` is one list to {title}: write IN (SELECT value FROM json_each(:{argument}))"
        ),
        _ => format!("`{argument}` is of type {kind}, and {title} is {declared}"),
    };
    Some(Misfit {
        trouble: Trouble::Type,
        argument: argument.clone(),
        nearest: nearest.map(str::to_owned),
        text,
    })
}

/// The one type that is not null.
pub(super) fn kind(property: &Value) -> Option<&str> {
    match property.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str);
            let kind = kinds.find(|kind| *kind != "null")?;
            kinds.all(|other| other == "null").then_some(kind)
        }
        _ => None,
    }
}

/// Whether the declared type is a number's. SQLite takes every type for one that has `INT` in it, `POINT` too.
fn is_number(column: &Column) -> bool {
    let declared = column.declared.to_ascii_uppercase();
    let mut words = declared.split(|character: char| !character.is_ascii_alphanumeric());
    column.affinity() == Affinity::Real || words.any(|word| INTEGERS.contains(&word))
}

fn of_values(property: &Value, known: &Known<'_>, meeting: &Meeting) -> Vec<Misfit> {
    let (Some(choices), Some(offered)) = (
        &known.column.choices,
        property.get("enum").and_then(Value::as_array),
    ) else {
        return Vec::new();
    };
    let offered: Vec<&Value> = offered.iter().filter(|value| !value.is_null()).collect();
    // Where texts meet numbers, which of them are the same is the database's to say.
    let all = || offered.iter().copied().chain(&choices.values);
    if !all().all(Value::is_string) && !all().all(Value::is_i64) {
        return Vec::new();
    }
    let mut found: Vec<Misfit> = offered
        .iter()
        .filter(|value| !choices.values.contains(value))
        .map(|value| refused(value, choices, known, meeting))
        .collect();
    if meeting.how != How::Assigned && choices.are_all {
        let lacks = |value: &&Value| !offered.contains(value);
        let lacking: Vec<String> = choices
            .values
            .iter()
            .filter(lacks)
            .map(Value::to_string)
            .collect();
        found.extend((!lacking.is_empty()).then(|| lacks_these(&lacking, choices, known, meeting)));
    }
    found
}

fn refused(value: &Value, choices: &Choices, known: &Known<'_>, meeting: &Meeting) -> Misfit {
    let (argument, title) = (&meeting.argument, &known.title);
    let written = shown(value);
    let texts = choices.values.iter().map(shown);
    Misfit {
        trouble: Trouble::Choice,
        argument: argument.clone(),
        nearest: names::near(&written, texts),
        text: format!(
            "{title} is one of {}; the argument `{argument}` may be {value}",
            list(choices)
        ),
    }
}

fn lacks_these(
    lacking: &[String],
    choices: &Choices,
    known: &Known<'_>,
    meeting: &Meeting,
) -> Misfit {
    let (argument, title) = (&meeting.argument, &known.title);
    Misfit {
        trouble: Trouble::Lacking,
        argument: argument.clone(),
        nearest: None,
        text: format!(
            "{title} is one of {}; the argument `{argument}` lacks {}",
            list(choices),
            lacking.join(", ")
        ),
    }
}

fn list(choices: &Choices) -> String {
    let shown: Vec<String> = choices.values.iter().map(shown).collect();
    shown.join(", ")
}

fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

const INTEGERS: [&str; 8] = [
    "INT",
    "INTEGER",
    "TINYINT",
    "SMALLINT",
    "MEDIUMINT",
    "BIGINT",
    "INT2",
    "INT8",
];
