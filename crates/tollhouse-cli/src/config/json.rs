//! JSON as a tree.
//!
//! The parser gives no places, but it gives values as parts of the text, and where a part begins is its place.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    codes::Code,
    files::{Said, Span},
    node::{Node, Table, Value},
    problem::Problems,
};

/// Reads a text. What is no JSON is told.
pub(crate) fn read(text: &str, file: usize, problems: &mut Problems) -> Node {
    let mut reader = Reader {
        text,
        file,
        depth: 0,
        problems,
    };
    match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) => reader.node(raw),
        Err(error) => {
            let at = offset(text, error.line(), error.column());
            let words = error.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            let span = Span::new(file, &(at..at));
            reader
                .problems
                .add(Code::Syntax, span, words, "mend the JSON here");
            Node {
                value: Value::Table(Table::default()),
                span,
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    file: usize,
    depth: usize,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn node(&mut self, raw: &RawValue) -> Node {
        if self.depth == DEPTH_MAX {
            return Node {
                value: Value::Other("something that deep"),
                span: self.span(raw),
            };
        }
        self.depth += 1;
        let value = match serde_json::from_str(raw.get()) {
            Ok(Part::Scalar(scalar)) => scalar,
            Ok(Part::List(items)) => {
                Value::List(items.iter().map(|item| self.node(item)).collect())
            }
            Ok(Part::Table(pairs)) => Value::Table(self.table(&pairs)),
            Err(_) => Value::Other("a number out of bounds"),
        };
        self.depth -= 1;
        Node {
            value,
            span: self.span(raw),
        }
    }

    fn table(&mut self, pairs: &[(&RawValue, &RawValue)]) -> Table {
        let mut table = Table::default();
        for (key, value) in pairs {
            let name: String = serde_json::from_str(key.get()).unwrap_or_default();
            let key = Said::new(name, self.span(key));
            if table.0.iter().any(|(other, _)| other.value == key.value) {
                let text = format!("the key `{}` is there twice", key.value);
                self.problems
                    .add(Code::Syntax, key.span, text, "take one of the two out");
            }
            let value = self.node(value);
            table.0.push((key, value));
        }
        table
    }

    fn span(&self, raw: &RawValue) -> Span {
        let part = raw.get();
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        Span::new(self.file, &(start..start + part.len()))
    }
}

/// One level of a value.
enum Part<'a> {
    Scalar(Value),
    List(Vec<&'a RawValue>),
    Table(Vec<(&'a RawValue, &'a RawValue)>),
}

impl<'de> Deserialize<'de> for Part<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Level)
    }
}

struct Level;

impl<'de> Visitor<'de> for Level {
    type Value = Part<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Part::Scalar(Value::Other("null")))
    }

    fn visit_bool<E>(self, is: bool) -> Result<Self::Value, E> {
        Ok(Part::Scalar(Value::Boolean(is)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Part::Scalar(Value::Number(number.into())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Part::Scalar(Value::Number(number.into())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        let finite = serde_json::Number::from_f64(number);
        let value = finite.map_or(Value::Other("a number that is none"), Value::Number);
        Ok(Part::Scalar(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Part::Scalar(Value::Text(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Part::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Self::Value, A::Error> {
        let mut table = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            table.push(pair);
        }
        Ok(Part::Table(table))
    }
}

/// The byte at a line and a column, both counted from one.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let mut at = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// More than any key of the format is deep, and less than the stack has room for.
const DEPTH_MAX: usize = 32;
