//! How a tool's own code says that something went wrong.

use std::{borrow::Cow, error::Error, fmt};

use serde_json::Value;

/// Why a handler or a source gave no output.
///
/// Any error converts into [`Fault::Internal`], so `?` is safe: the caller only reads
/// "internal error (id …)", and the cause goes to the log under that id.
/// What the model should read is said with [`fail`].
#[non_exhaustive]
pub enum Fault {
    /// For the model to read: what is wrong and what to do instead.
    Fail(String),
    /// What is needed is busy or away for now, and nothing was done: a call that only reads is tried again. The
    /// text is for the model to read, if that does not help.
    Busy(String),
    /// There is nothing under the URI, or no such thing under the template.
    NotFound,
    /// Ours to mend.
    Internal(Box<dyn Error + Send + Sync>),
}

/// A failure that the model should read: what is wrong, and what to do instead.
///
/// ```
/// fn find(id: &str) -> Result<u32, tollhouse_core::Fault> {
///     Err(tollhouse_core::fail(format!("No order {id}. Use search_orders to find the right id.")))
/// }
/// assert!(find("ord_1").is_err());
/// ```
#[must_use]
pub fn fail(text: impl Into<String>) -> Fault {
    Fault::Fail(text.into())
}

/// What is needed is busy or away for now, and nothing was done. A call that only reads is tried again; the text is
/// what the model reads if that does not help.
#[must_use]
pub fn busy(text: impl Into<String>) -> Fault {
    Fault::Busy(text.into())
}

impl<E: Error + Send + Sync + 'static> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl Fault {
    /// What the log says of it. Errors often quote what a caller sent, so where values of these arguments
    /// stand in its text there is a mark instead.
    pub(crate) fn cause(&self, args: &Value) -> String {
        let mut text = match self {
            Self::Fail(text) | Self::Busy(text) => text.clone(),
            Self::NotFound => "there is nothing of this name".to_owned(),
            Self::Internal(error) => error.to_string(),
        };
        let mut values = Vec::new();
        collect(args, &mut values);
        // A long value may hold a short one.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        for value in values {
            text = text.replace(value.as_ref(), MASK);
        }
        cut(&text, LOGGED_CHARS_MAX).into_owned()
    }
}

/// The values in arguments that would be told by being repeated.
fn collect<'a>(args: &'a Value, into: &mut Vec<Cow<'a, str>>) {
    match args {
        Value::String(text) if text.len() >= MASKED_BYTES_MIN => into.push(text.as_str().into()),
        Value::Number(number) => {
            let text = number.to_string();
            if text.len() >= MASKED_BYTES_MIN {
                into.push(text.into());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Object(map) => map.values().for_each(|value| collect(value, into)),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

// Errors often quote what a caller sent: quoted and cut, no text can look like a line of the log.
impl fmt::Debug for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fail(text) => write!(out, "Fail({:?})", cut(text, LOGGED_CHARS_MAX)),
            Self::Busy(text) => write!(out, "Busy({:?})", cut(text, LOGGED_CHARS_MAX)),
            Self::NotFound => out.write_str("NotFound"),
            Self::Internal(error) => {
                let text = error.to_string();
                write!(out, "Internal({:?})", cut(&text, LOGGED_CHARS_MAX))
            }
        }
    }
}

/// A text from outside, cut to so many characters.
pub(crate) fn cut(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

const LOGGED_CHARS_MAX: usize = 1000;
/// Shorter values stand in texts by chance.
const MASKED_BYTES_MIN: usize = 3;
const MASK: &str = "[…]";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::fail;

    #[test]
    fn p43_a_cause_does_not_repeat_what_the_caller_sent() {
        let args = json!({"path": "$.secret[0]", "deep": [{"card": 4111_1111}], "secret": "$.secret", "a": "a"});
        let cause = fail("bad path '$.secret[0]' of 41111111, not a $.secret").cause(&args);
        assert_eq!(cause, "bad path '[…]' of […], not a […]");
    }
}
