//! Whether the rules of a parameter fit its type and each other.

use serde_json::{Number, Value};

use crate::config::{
    codes::Code,
    fields::Choice as _,
    files::{Said, Span},
    problem::{Problems, nearest},
    raw::{Param, Type},
};

/// Tells every rule that does not fit.
pub(super) fn check(name: &str, kind: Type, said: &Param, problems: &mut Problems) {
    let mut desk = Desk {
        name,
        kind,
        problems,
    };
    desk.belong(said);
    desk.bounds(said);
    desk.allowed(said);
    if let Some(default) = &said.default {
        desk.default(default, said);
    }
}

struct Desk<'a> {
    name: &'a str,
    kind: Type,
    problems: &'a mut Problems,
}

impl Desk<'_> {
    /// Rules that say nothing about values of this type.
    fn belong(&mut self, said: &Param) {
        let place = |span: Option<Span>, rule: &'static str, types: &'static [Type]| {
            span.map(|span| (span, rule, types))
        };
        let rules = [
            place(said.min.as_ref().map(|said| said.span), "min", NUMBERS),
            place(said.max.as_ref().map(|said| said.span), "max", NUMBERS),
            place(
                said.min_length.as_ref().map(|said| said.span),
                "min_length",
                TEXTS,
            ),
            place(
                said.max_length.as_ref().map(|said| said.span),
                "max_length",
                TEXTS,
            ),
            place(
                said.pattern.as_ref().map(|said| said.span),
                "pattern",
                TEXTS,
            ),
        ];
        for (span, rule, types) in rules.into_iter().flatten() {
            if !types.contains(&self.kind) {
                let words: Vec<&str> = types.iter().map(|kind| kind.word()).collect();
                let text = format!(
                    "`{rule}` says nothing about {}, which `{}` is",
                    noun(self.kind),
                    self.name
                );
                let fix = format!(
                    "take it out, or write type = \"{}\"",
                    words.join("\" or \"")
                );
                self.problems.add(Code::BadRule, span, text, fix);
            }
        }
    }

    /// Bounds that leave nothing between them.
    fn bounds(&mut self, said: &Param) {
        for bound in [&said.min, &said.max].into_iter().flatten() {
            if self.kind == Type::Integer && !is_integer(&bound.value) {
                let text = format!(
                    "a bound of whole numbers is one itself, not {}",
                    bound.value
                );
                self.complain(bound.span, text, "write a whole number");
            }
        }
        if let (Some(min), Some(max)) = (&said.min, &said.max)
            && min.value.as_f64() > max.value.as_f64()
        {
            let text = format!(
                "nothing is at least {} and at most {}",
                min.value, max.value
            );
            self.complain(max.span, text, "let `min` be the smaller one");
        }
        if let (Some(min), Some(max)) = (&said.min_length, &said.max_length)
            && min.value > max.value
        {
            let text = format!(
                "no text has at least {} and at most {} characters",
                min.value, max.value
            );
            self.complain(max.span, text, "let `min_length` be the smaller one");
        }
    }

    fn allowed(&mut self, said: &Param) {
        let allowed = said.allowed.as_deref().unwrap_or_default();
        for (place, one) in allowed.iter().enumerate() {
            let before = allowed.get(..place).unwrap_or_default();
            if !self.fits(&one.value) {
                let text = format!("{} is no {}", one.value, self.kind.word());
                self.complain(
                    one.span,
                    text,
                    "let `enum` have values of the parameter's type",
                );
            } else if before.iter().any(|other| other.value == one.value) {
                let text = format!("{} is there twice", one.value);
                self.complain(one.span, text, "take one of them out");
            }
        }
    }

    fn default(&mut self, default: &Said<Value>, said: &Param) {
        let value = &default.value;
        let problem = if !self.fits(value) {
            let fix = format!("write {}", noun(self.kind));
            Some((
                format!("the default {value} is no {}", self.kind.word()),
                fix,
            ))
        } else {
            outside(value, said)
        };
        if let Some((text, fix)) = problem {
            self.complain(default.span, text, &fix);
        }
    }

    fn fits(&self, value: &Value) -> bool {
        match self.kind {
            Type::String => value.is_string(),
            Type::Integer => matches!(value, Value::Number(number) if is_integer(number)),
            Type::Number => value.is_number(),
            Type::Boolean => value.is_boolean(),
        }
    }

    fn complain(&mut self, span: Span, text: String, fix: &str) {
        self.problems.add(Code::BadRule, span, text, fix);
    }
}

/// A default that callers could not send.
fn outside(value: &Value, said: &Param) -> Option<(String, String)> {
    let allowed = said.allowed.as_deref().unwrap_or_default();
    if !allowed.is_empty() && !allowed.iter().any(|one| one.value == *value) {
        let words = allowed.iter().filter_map(|one| one.value.as_str());
        let fix = match nearest(value.as_str().unwrap_or_default(), words) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "write one of the values in `enum`".to_owned(),
        };
        return Some((format!("the default {value} is not in `enum`"), fix));
    }
    let bound = |bound: &Option<Said<Number>>| bound.as_ref().and_then(|said| said.value.as_f64());
    let number = value.as_f64();
    let is_low = number
        .zip(bound(&said.min))
        .is_some_and(|(number, min)| number < min);
    let is_high = number
        .zip(bound(&said.max))
        .is_some_and(|(number, max)| number > max);
    if is_low || is_high {
        let text = format!("the default {value} is outside of the bounds");
        return Some((text, "choose one between `min` and `max`".to_owned()));
    }
    let length = value.as_str().map(|text| text.chars().count() as u64);
    let count = |bound: &Option<Said<u64>>| bound.as_ref().map(|said| said.value);
    let is_short = length
        .zip(count(&said.min_length))
        .is_some_and(|(length, min)| length < min);
    let is_long = length
        .zip(count(&said.max_length))
        .is_some_and(|(length, max)| length > max);
    (is_short || is_long).then(|| {
        let text = format!("the default {value} has not the length that is asked for");
        (
            text,
            "choose one between `min_length` and `max_length`".to_owned(),
        )
    })
}

const fn noun(kind: Type) -> &'static str {
    match kind {
        Type::String => "a string",
        Type::Integer => "an integer",
        Type::Number => "a number",
        Type::Boolean => "a boolean",
    }
}

fn is_integer(number: &Number) -> bool {
    number.is_i64() || number.is_u64()
}

const NUMBERS: &[Type] = &[Type::Integer, Type::Number];
const TEXTS: &[Type] = &[Type::String];
