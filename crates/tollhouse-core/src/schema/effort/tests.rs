//! How much is too much to tell, and what is never counted as much.

use serde_json::{Value, json};

use super::is_within;
use crate::schema::Schema;

/// An expression whose forms have the same names, as an enum of operators has them.
fn expressions() -> Value {
    let two = |op: &str| {
        json!({"type": "object", "required": ["op", "left", "right"], "properties": {
            "left": {"$ref": "#/$defs/e"}, "op": {"const": op}, "right": {"$ref": "#/$defs/e"}}})
    };
    json!({"$ref": "#/$defs/e", "$defs": {"e": {"oneOf": [two("and"), two("or"), {"type": "string"}]}}})
}

fn nested(depth: usize, leaf: &Value) -> Value {
    (0..depth).fold(
        leaf.clone(),
        |left, _| json!({"op": "and", "left": left, "right": "x"}),
    )
}

#[test]
fn the_count_grows_with_every_level_of_branches() {
    let document = expressions();
    assert!(is_within(&document, &nested(4, &json!(5)), 10_000));
    assert!(!is_within(&document, &nested(12, &json!(5)), 100_000));
    assert!(!is_within(&document, &nested(100, &json!(5)), 100_000));
}

#[test]
fn a_deep_value_that_fits_is_accepted_and_one_that_does_not_is_refused_in_few_words() {
    let schema = Schema::compile(&expressions()).unwrap();
    assert!(schema.accepts(&nested(60, &json!("x"))));
    assert!(schema.problems(&nested(60, &json!("x"))).is_empty());
    assert!(!schema.accepts(&nested(60, &json!(5))));
    let problems = schema.problems(&nested(60, &json!(5)));
    assert!(
        problems.concat().contains("nested too deep"),
        "{problems:?}"
    );
    let near = schema.problems(&nested(3, &json!(5))).concat();
    assert!(near.contains("fits none") && near.len() < 2000, "{near}");
}

#[test]
fn a_list_that_is_long_but_flat_is_counted_once() {
    let document = json!({"type": "array", "items": {"type": "integer"}});
    assert!(is_within(&document, &json!(vec![1; 1000]), 3000));
    let schema = Schema::compile(&document).unwrap();
    assert!(!schema.problems(&json!(vec!["x"; 1000])).is_empty());
    assert!(schema.problems(&json!(vec![1; 200_000])).is_empty());
}

#[test]
fn a_reference_to_itself_ends_and_one_by_name_is_followed() {
    let itself = json!({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"});
    assert!(!is_within(&itself, &json!(1), 100_000));
    let anchor =
        json!({"$defs": {"a": {"$anchor": "a", "items": {"type": "string"}}}, "$ref": "#a"});
    assert!(is_within(&anchor, &json!([1, 2]), 100));
    assert!(!is_within(&anchor, &json!(vec![1; 100]), 100));
    assert!(!is_within(&json!({"$ref": "#nowhere"}), &json!(1), 100));
}
