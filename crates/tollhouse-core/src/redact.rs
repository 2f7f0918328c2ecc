//! Takes secrets out of texts: those that the server knows, wherever they stand, and in what is written down also what
//! looks like one.
//!
//! What is known is masked in every form in which it could be written: as it is, in Base64 at any offset, in hexadecimal
//! digits, percent-encoded, and escaped as JSON. To recognise another kind of secret, add its beginning to the table in
//! `redact/patterns.rs`, or the name of its field to the one in `redact/names.rs`.

use std::{borrow::Cow, fmt, sync::Arc};

use arc_swap::ArcSwap;
use serde_json::Value;

use crate::Mask;

mod cards;
mod known;
mod names;
mod output;
mod patterns;

use known::Known;
use names::Names;
use patterns::Patterns;

/// What is secret, and how it is recognised. Clones share what they know.
#[derive(Clone)]
pub struct Redactor(Arc<Inner>);

struct Inner {
    known: ArcSwap<Known>,
    names: ArcSwap<Names>,
    patterns: Patterns,
}

impl Default for Redactor {
    fn default() -> Self {
        Self(Arc::new(Inner {
            known: ArcSwap::default(),
            names: ArcSwap::default(),
            patterns: Patterns::new(),
        }))
    }
}

impl Redactor {
    /// Learns a secret. One of fewer than six characters stands in texts by chance and is not learnt; false then.
    pub fn learn(&self, secret: &str) -> bool {
        if secret.chars().count() < SECRET_CHARS_MIN {
            return false;
        }
        if !self.0.known.load().has(secret) {
            self.0.known.rcu(|known| known.with(secret));
        }
        true
    }

    /// From now on values of fields with these names are masked too; `*` stands for anything.
    pub fn mask_fields(&self, globs: &[String]) {
        self.0.names.store(Arc::new(Names::with(globs)));
    }

    /// The text without secrets that are known, for what a caller reads.
    #[must_use]
    pub fn known<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.0.known.load().mask(text)
    }

    /// Whether there is anything to be known: if not, [`Self::known`] changes nothing.
    #[must_use]
    pub fn knows_any(&self) -> bool {
        !self.0.known.load().is_empty()
    }

    /// The text without secrets, for what is written down: those that are known, and what looks like one.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let known = self.known(text);
        match known {
            Cow::Borrowed(text) => self.0.patterns.mask(text),
            Cow::Owned(text) => Cow::Owned(match self.0.patterns.mask(&text) {
                Cow::Borrowed(_) => text,
                Cow::Owned(masked) => masked,
            }),
        }
    }

    /// Data as JSON, without secrets: those that are known, what looks like one, and what stands in fields whose names
    /// say that it is one.
    #[must_use]
    pub fn json(&self, value: &Value) -> String {
        self.written(value, Mask::All)
    }

    /// Data as JSON, without secrets that are known.
    #[must_use]
    pub fn known_json(&self, value: &Value) -> String {
        self.written(value, Mask::Known)
    }

    fn written(&self, value: &Value, mask: Mask) -> String {
        let mut out = String::with_capacity(WRITTEN_BYTES);
        self.write(value, mask, &mut out);
        out
    }

    fn write(&self, value: &Value, mask: Mask, out: &mut String) {
        match value {
            Value::String(text) => quote(&self.masked(text, mask), out),
            Value::Array(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    comma(place, out);
                    self.write(item, mask, out);
                }
                out.push(']');
            }
            Value::Object(map) => {
                out.push('{');
                for (place, (name, value)) in map.iter().enumerate() {
                    comma(place, out);
                    self.write_field((name, value), mask, out);
                }
                out.push('}');
            }
            Value::Number(number) => {
                let text = number.to_string();
                match self.masked(&text, mask) {
                    Cow::Borrowed(text) => out.push_str(text),
                    Cow::Owned(masked) => quote(&masked, out),
                }
            }
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Null => out.push_str("null"),
        }
    }

    fn write_field(&self, (name, value): (&str, &Value), mask: Mask, out: &mut String) {
        quote(&self.masked(name, mask), out);
        out.push(':');
        if mask == Mask::All && self.0.names.load().hides(name, value) {
            quote(MASK, out);
        } else {
            self.write(value, mask, out);
        }
    }

    fn masked<'a>(&self, text: &'a str, mask: Mask) -> Cow<'a, str> {
        match mask {
            Mask::Known => self.known(text),
            Mask::All => self.text(text),
        }
    }
}

fn comma(place: usize, out: &mut String) {
    if place > 0 {
        out.push(',');
    }
}

/// Writes a JSON string. Most have nothing to escape.
fn quote(text: &str, out: &mut String) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&Value::from(text).to_string());
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Redactor(…)")
    }
}

/// What stands in place of a secret.
const MASK: &str = "[…]";
const SECRET_CHARS_MIN: usize = 6;
/// What the arguments of most calls have room in.
const WRITTEN_BYTES: usize = 128;

#[cfg(test)]
mod tests;
