//! A number for a call with its arguments: the same for the same data, in whatever order it was written.
//!
//! It finds loops and nothing depends on it but how often the same may be asked, so it is made to be cheap. Whoever finds two
//! calls of one number is stopped earlier, and nobody else is.

use std::hash::{BuildHasher as _, Hash as _, Hasher as _};

use foldhash::fast::FixedState;
use serde_json::Value;

/// The number of some arguments, begun with another.
pub(crate) fn likeness(begin: u64, value: &Value) -> u64 {
    let mut hasher = FixedState::with_seed(begin).build_hasher();
    let kind = match value {
        Value::Null => 0,
        Value::Bool(false) => 1,
        Value::Bool(true) => 2,
        Value::Number(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) => 5,
        Value::Object(_) => 6,
    };
    hasher.write_u64(kind);
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => number.hash(&mut hasher),
        Value::String(text) => text.hash(&mut hasher),
        Value::Array(items) => {
            for item in items {
                hasher.write_u64(likeness(begin, item));
            }
        }
        Value::Object(map) => {
            let members = map.iter().map(|(name, value)| {
                let mut member = FixedState::with_seed(begin).build_hasher();
                name.hash(&mut member);
                member.write_u64(likeness(begin, value));
                member.finish()
            });
            // A sum does not know the order of what it is made of.
            hasher.write_u64(members.fold(0, u64::wrapping_add));
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::likeness;

    #[test]
    fn order_does_not_matter_and_everything_else_does() {
        let one = json!({"a": [1, {"c": null, "b": "x"}], "d": true});
        let two = json!({"d": true, "a": [1, {"b": "x", "c": null}]});
        assert_eq!(likeness(1, &one), likeness(1, &two));
        assert_ne!(likeness(1, &one), likeness(2, &one));
        let all: Vec<Value> = vec![
            json!(null),
            json!(true),
            json!(false),
            json!(1),
            json!("1"),
            json!(1.5),
            json!([]),
            json!({}),
            json!([1, 2]),
            json!([2, 1]),
            json!([[1], 2]),
            json!({"a": 1}),
            json!({"a": 2}),
            json!({"b": 1}),
            json!({"a": {"b": 1}}),
            json!({"a": 1, "b": 2}),
            json!({"a": 2, "b": 1}),
            json!(""),
        ];
        for (place, one) in all.iter().enumerate() {
            for other in all.iter().skip(place + 1) {
                assert_ne!(likeness(1, one), likeness(1, other), "{one} {other}");
            }
        }
    }
}
