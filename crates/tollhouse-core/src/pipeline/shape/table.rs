//! Rows as a table in Markdown or as comma-separated values.

use serde_json::{Map, Value};

use crate::{
    Form,
    projection::{self, List},
    results::{Leaves, Weight},
};

/// Rows as lines.
#[derive(Debug)]
pub(super) struct Table {
    form: Form,
    list: List,
    head: String,
    lines: Vec<String>,
    /// What stands beside the rows.
    beside: Option<String>,
}

impl Table {
    /// A table of the rows of a value, if it has some and the form is a table.
    pub(super) fn of(value: &Value, form: Form) -> Option<Self> {
        if form == Form::Json {
            return None;
        }
        let list = projection::list_of(value)?;
        let rows = list.items(value)?;
        let columns = columns(value, rows);
        if columns.is_empty() {
            return None;
        }
        let lines = rows.iter().map(|row| {
            let cells = columns.iter().enumerate().map(|(place, name)| {
                let cell = match row {
                    Value::Array(cells) => cells.get(place),
                    row => row.get(name),
                };
                written(cell.unwrap_or(&Value::Null), form)
            });
            line(cells, form)
        });
        let names = columns.iter().map(|name| text(name, form));
        let mut head = line(names, form);
        if form == Form::Markdown {
            head.push_str(&line(columns.iter().map(|_| "---".to_owned()), form));
        }
        Some(Self {
            form,
            lines: lines.collect(),
            head,
            beside: beside(value, &list),
            list,
        })
    }

    /// Where the list stands.
    pub(super) fn path(&self) -> Vec<String> {
        match &self.list {
            List::Root => Vec::new(),
            List::Field(name) => vec![name.clone()],
        }
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.lines.len()
    }

    /// How many bytes all of it takes in an answer.
    pub(super) fn bytes(&self, leaves: Leaves) -> usize {
        let mut weight = leaves.weight();
        let around = self.around(&mut weight);
        let lines = self.lines.iter().map(|line| weight.text(line));
        around + lines.sum::<usize>()
    }

    /// What stands beside the rows, and before them: a line may go on what the one before it began.
    fn around(&self, weight: &mut Weight) -> usize {
        let beside = self.beside.as_deref().unwrap_or_default();
        weight.text(beside) + weight.text(&self.head) + LINE_END_BYTES
    }

    /// How many rows fit.
    pub(super) fn fitting(&self, room: usize, leaves: Leaves) -> usize {
        let mut weight = leaves.weight();
        let mut left = room.saturating_sub(self.around(&mut weight));
        let fits = |line: &&String| {
            let rest = left.checked_sub(weight.text(line));
            left = rest.unwrap_or_default();
            rest.is_some()
        };
        self.lines.iter().take_while(fits).count()
    }

    /// All of it.
    pub(super) fn text(&self) -> String {
        self.shown(self.lines.len())
    }

    /// A part as it is shown, and the whole table.
    pub(super) fn part(&self, rows: usize) -> (String, String) {
        let mut whole = self.head.clone();
        whole.extend(self.lines.iter().map(String::as_str));
        (self.shown(rows), whole)
    }

    /// The byte of the whole table behind so many rows.
    pub(super) fn from(&self, rows: usize) -> u64 {
        let lines = self.lines.iter().take(rows);
        (self.head.len() + lines.map(String::len).sum::<usize>()) as u64
    }

    pub(super) const fn mime_type(&self) -> &'static str {
        match self.form {
            Form::Csv => "text/csv",
            Form::Markdown | Form::Json => "text/markdown",
        }
    }

    fn shown(&self, rows: usize) -> String {
        let mut shown = self.head.clone();
        shown.extend(self.lines.iter().take(rows).map(String::as_str));
        if let Some(beside) = &self.beside {
            shown.push('\n');
            shown.push_str(beside);
        }
        shown
    }
}

/// The names of the columns: said once, or those of all rows in the order in which they come.
fn columns(value: &Value, rows: &[Value]) -> Vec<String> {
    if let Some(names) = projection::columns_of(value) {
        return names;
    }
    let mut columns: Map<String, Value> = Map::new();
    for row in rows {
        for name in row.as_object().into_iter().flat_map(Map::keys) {
            if !columns.contains_key(name) {
                columns.insert(name.clone(), Value::Null);
            }
        }
    }
    columns.into_iter().map(|(name, _)| name).collect()
}

/// What stands beside the rows, if it says something.
fn beside(value: &Value, list: &List) -> Option<String> {
    let List::Field(rows) = list else {
        return None;
    };
    let fields = value.as_object()?.iter();
    let says = |(name, value): &(&String, &Value)| {
        *name != rows && *name != projection::COLUMNS && **value != Value::Bool(false)
    };
    let fields: Map<String, Value> = fields
        .filter(says)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    (!fields.is_empty()).then(|| Value::Object(fields).to_string())
}

fn line(cells: impl Iterator<Item = String>, form: Form) -> String {
    let cells: Vec<String> = cells.collect();
    match form {
        Form::Csv => format!("{}\n", cells.join(",")),
        Form::Markdown | Form::Json => format!("| {} |\n", cells.join(" | ")),
    }
}

fn written(value: &Value, form: Form) -> String {
    match value {
        Value::Null => String::new(),
        // A number is a number also for a spreadsheet, whatever it begins with.
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(said) => text(said, form),
        Value::Array(_) | Value::Object(_) => text(&value.to_string(), form),
    }
}

/// A text in a cell that it cannot leave.
fn text(said: &str, form: Form) -> String {
    match form {
        Form::Csv => {
            // What a spreadsheet would take for a formula, it takes for a text behind an apostrophe.
            let is_formula = said.starts_with(FORMULAS);
            let guard = if is_formula { "'" } else { "" };
            if said.contains(['"', ',', ';', '\n', '\r']) {
                format!("\"{guard}{}\"", said.replace('"', "\"\""))
            } else {
                format!("{guard}{said}")
            }
        }
        Form::Markdown | Form::Json => {
            let mut cell = String::with_capacity(said.len());
            for letter in said.chars() {
                match letter {
                    '|' | '\\' => cell.extend(['\\', letter]),
                    '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                        cell.push(' ');
                    }
                    letter => cell.push(letter),
                }
            }
            cell
        }
    }
}

const LINE_END_BYTES: usize = 2;
/// How formulas begin, in the forms of East Asian keyboards too.
const FORMULAS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
