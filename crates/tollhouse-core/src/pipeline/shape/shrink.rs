//! Makes a value smaller: lists lose items at their end, long texts theirs, and nothing else is touched.

use serde_json::{Map, Value};

use super::weigh;
use crate::results::Leaves;

/// A value that fits, and what it lost.
#[derive(Debug)]
pub(super) struct Shrunk {
    pub(super) value: Value,
    losses: Vec<Loss>,
}

/// A list that lost items at its end, and nothing else is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Short {
    /// Where it stands: names of fields from the root.
    pub(super) path: Vec<String>,
    /// How many items are there.
    pub(super) shown: usize,
    /// How many there were.
    pub(super) total: usize,
}

#[derive(Debug)]
enum Loss {
    Items(Short),
    /// Part of a text, or fields of an object that has too many.
    Other,
}

impl Shrunk {
    /// The list that lost items, if that is all.
    pub(super) fn short(&self) -> Option<&Short> {
        match self.losses.as_slice() {
            [Loss::Items(short)] => Some(short),
            _ => None,
        }
    }
}

/// Makes a value fit into so many bytes, as they count inside a text. What cannot be shortened any more stays, so that
/// less room than [`LEAST_BYTES`] may be too little.
pub(super) fn shrink(value: &Value, room: usize, leaves: Leaves) -> Shrunk {
    let mut press = Press {
        leaves,
        path: Vec::new(),
        losses: Vec::new(),
    };
    let value = press.press(value, room);
    Shrunk {
        value,
        losses: press.losses,
    }
}

#[derive(Debug)]
struct Press {
    leaves: Leaves,
    path: Vec<String>,
    losses: Vec<Loss>,
}

impl Press {
    fn weigh(&self, value: &Value, most: usize) -> usize {
        weigh::quoted(value, most, self.leaves)
    }

    fn press(&mut self, value: &Value, room: usize) -> Value {
        if self.weigh(value, room) <= room {
            return value.clone();
        }
        match value {
            Value::String(text) => {
                self.losses.push(Loss::Other);
                shortened(text, room, self.leaves).into()
            }
            Value::Array(items) => self.items(items, room).into(),
            Value::Object(fields) => self.fields(fields, room).into(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// As many items as fit. Of one that is too large alone, what fits of it.
    fn items(&mut self, items: &[Value], room: usize) -> Vec<Value> {
        let room = room.saturating_sub(BRACKETS_BYTES);
        let mut left = room;
        let mut shown = Vec::new();
        for item in items {
            let comma = if shown.is_empty() { 0 } else { COMMA_BYTES };
            let bytes = self.weigh(item, left) + comma;
            let Some(rest) = left.checked_sub(bytes) else {
                break;
            };
            left = rest;
            shown.push(item.clone());
        }
        self.losses.push(Loss::Items(Short {
            path: self.path.clone(),
            shown: shown.len(),
            total: items.len(),
        }));
        if let (true, Some(first)) = (shown.is_empty(), items.first()) {
            let first = self.press(first, room);
            self.losses.push(Loss::Other);
            // What is nested too deep for the room cannot be shown at all.
            if self.weigh(&first, room) <= room {
                shown.push(first);
            }
        }
        shown
    }

    /// All fields, as far as their names fit: small ones whole, large ones with an equal share of what is left.
    fn fields(&mut self, fields: &Map<String, Value>, room: usize) -> Map<String, Value> {
        let mut left = room.saturating_sub(BRACKETS_BYTES);
        let mut least = 0;
        let mut taken = Vec::new();
        for (name, value) in fields {
            let key = self.weigh(&name.as_str().into(), usize::MAX) + COLON_BYTES + COMMA_BYTES;
            let value_least = self.weigh(value, LEAST_BYTES).min(LEAST_BYTES);
            if key + least + value_least > left {
                self.losses.push(Loss::Other);
                break;
            }
            left -= key;
            least += value_least;
            taken.push((name, value, self.weigh(value, left)));
        }
        let mut sizes: Vec<usize> = taken.iter().map(|(_, _, size)| *size).collect();
        let most = level(&mut sizes, left);
        let shown = taken.into_iter().map(|(name, value, _)| {
            self.path.push(name.clone());
            let value = self.press(value, most);
            self.path.pop();
            (name.clone(), value)
        });
        shown.collect()
    }
}

/// How much each of several may have at most so that all together have no more than there is.
fn level(sizes: &mut [usize], mut left: usize) -> usize {
    sizes.sort_unstable();
    let mut count = sizes.len();
    for size in sizes {
        let share = left / count.max(1);
        if *size > share {
            return share;
        }
        left -= *size;
        count -= 1;
    }
    usize::MAX
}

/// The beginning of a text, and how long it is.
fn shortened(text: &str, room: usize, leaves: Leaves) -> String {
    let mark = format!("… (shortened: {} characters in all)", text.chars().count());
    let room = room.saturating_sub(mark.len() + QUOTES_BYTES);
    let end = weigh_twice(text, room, leaves);
    let mut short = text.get(..end).unwrap_or_default().to_owned();
    short.push_str(&mark);
    short
}

/// The longest beginning of a text that takes so many bytes in JSON inside a text.
fn weigh_twice(text: &str, most: usize, leaves: Leaves) -> usize {
    let (mut taken, mut marks) = (0, leaves.count());
    for (place, letter) in text.char_indices() {
        if let Some(marks) = &mut marks {
            // Written, a control is a backslash and a letter, behind which no mark goes on.
            let byte = match letter {
                '\0'..'\u{20}' => b'"',
                letter => u8::try_from(letter).unwrap_or(b'"'),
            };
            taken += marks.next(byte) * 2;
        }
        taken += match letter {
            '"' | '\\' => 4,
            '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 3,
            '\0'..'\u{20}' => 7,
            letter => letter.len_utf8(),
        };
        if taken > most {
            return place;
        }
    }
    text.len()
}

/// Room in which every value can be told: a mark for a text that was shortened.
pub(super) const LEAST_BYTES: usize = 96;
const BRACKETS_BYTES: usize = 2;
const COMMA_BYTES: usize = 1;
const COLON_BYTES: usize = 1;
/// Two, each escaped.
const QUOTES_BYTES: usize = 4;

#[cfg(test)]
mod tests;
