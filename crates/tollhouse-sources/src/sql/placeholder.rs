//! `{name}` in texts for callers and in URIs: the argument of that name.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// The names between braces.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).filter_map(|(_, name)| name)
}

/// Puts the arguments into a text for callers. What a caller sent is repeated in part only if it is long.
pub(super) fn fill(text: &str, args: &Value) -> String {
    fill_with(text, args, |value| value.chars().take(CHARS_MAX).collect())
}

/// Puts the arguments into a URI: whole, and encoded, as whoever listens for the URI has them.
pub(super) fn fill_uri(uri: &str, args: &Value) -> String {
    fill_with(uri, args, |value| {
        utf8_percent_encode(value, ENCODED).to_string()
    })
}

fn fill_with(text: &str, args: &Value, shape: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(text.len());
    for (literal, name) in pieces(text) {
        filled.push_str(literal);
        match name.and_then(|name| args.get(name)) {
            Some(Value::String(text)) => filled.push_str(&shape(text)),
            Some(Value::Null) | None => {}
            Some(value) => filled.push_str(&shape(&value.to_string())),
        }
    }
    filled
}

/// A text as literals, each with the name that follows it.
fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        let Some((literal, (name, after))) = current
            .split_once('{')
            .and_then(|(literal, after)| Some((literal, after.split_once('}')?)))
        else {
            rest = None;
            return Some((current, None));
        };
        rest = Some(after);
        Some((literal, Some(name)))
    })
}

const CHARS_MAX: usize = 200;

/// All but what a URI calls unreserved (RFC 3986, 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{fill, fill_uri, names};

    #[test]
    fn arguments_stand_where_their_names_stood() {
        let args = json!({"id": "ord_1", "count": 3, "long": "x".repeat(500), "none": null});
        assert_eq!(fill("No order {id}.", &args), "No order ord_1.");
        assert_eq!(fill("{count}{none}{gone} left", &args), "3 left");
        assert_eq!(fill("a { b", &args), "a { b");
        assert_eq!(fill("{long}", &args).len(), 200);
        assert_eq!(names("x://{a}/{b}").collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_uri_has_its_arguments_whole_and_encoded() {
        let args = json!({"id": "a b/ü", "long": "x".repeat(500)});
        assert_eq!(fill_uri("x://{id}", &args), "x://a%20b%2F%C3%BC");
        assert_eq!(fill_uri("{long}", &args).len(), 500);
    }

    #[test]
    fn an_argument_is_not_filled_in_again() {
        let args = json!({"a": "{b}", "b": "secret"});
        assert_eq!(fill("{a}", &args), "{b}");
    }
}
