//! `{name}` in texts for callers and in URIs: the argument of that name.

use serde_json::Value;

/// The names between braces.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).filter_map(|(_, name)| name)
}

/// Puts the arguments in. What a caller sent is repeated in part only if it is long.
pub(super) fn fill(text: &str, args: &Value) -> String {
    let mut filled = String::with_capacity(text.len());
    for (literal, name) in pieces(text) {
        filled.push_str(literal);
        match name.and_then(|name| args.get(name)) {
            Some(Value::String(text)) => filled.extend(text.chars().take(CHARS_MAX)),
            Some(Value::Null) | None => {}
            Some(value) => filled.extend(value.to_string().chars().take(CHARS_MAX)),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{fill, names};

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
    fn an_argument_is_not_filled_in_again() {
        let args = json!({"a": "{b}", "b": "secret"});
        assert_eq!(fill("{a}", &args), "{b}");
    }
}
