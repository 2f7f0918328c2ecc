//! What a model reads when its arguments do not fit.

use serde_json::json;

use super::Schema;

fn orders() -> Schema {
    let document = json!({
        "type": "object",
        "properties": {
            "status": {"type": "string", "enum": ["open", "paid", "shipped", "cancelled"]},
            "limit": {"type": "integer", "minimum": 1, "maximum": 50},
            "order_id": {"type": "string", "pattern": "^ord_[a-z0-9]+$"},
            "lines": {"type": "array", "items": {"type": "object", "required": ["sku"]}}
        },
        "required": ["order_id"],
        "additionalProperties": false
    });
    Schema::compile(&document).unwrap()
}

#[test]
fn every_problem_is_told_with_what_was_expected_what_came_and_what_is_near() {
    let problems =
        orders().problems(&json!({"status": "payd", "limit": 500, "order_di": "x", "lines": [{}]}));
    let told = problems.join("\n");
    assert!(told.contains(r#"`status`: expected one of "open", "paid", "shipped", "cancelled", got "payd"; nearest: "paid""#), "{told}");
    assert!(
        told.contains("`limit`: expected at most 50, got 500"),
        "{told}"
    );
    assert!(
        told.contains(r#"`order_di` is not known; nearest: "order_id""#),
        "{told}"
    );
    assert!(
        told.contains("`order_id` is missing; expected string"),
        "{told}"
    );
    assert!(told.contains("`lines[0].sku` is missing"), "{told}");
    assert_eq!(problems.len(), 5, "{told}");
}

#[test]
fn a_wrong_type_and_a_pattern_are_told() {
    let told = orders().problems(&json!({"order_id": 5})).join("\n");
    assert_eq!(told, "`order_id`: expected string, got number 5");
    let told = orders()
        .problems(&json!({"order_id": "' OR 1=1--"}))
        .join("\n");
    assert_eq!(
        told,
        r#"`order_id`: expected text like ^ord_[a-z0-9]+$, got "' OR 1=1--""#
    );
}

#[test]
fn a_long_value_is_shown_short() {
    let told = orders()
        .problems(&json!({"order_id": "x".repeat(100_000)}))
        .join("\n");
    assert!(told.len() < 300, "{}", told.len());
}

#[test]
fn references_out_of_the_schema_are_refused() {
    for reference in [
        "https://example.com/x.json",
        "file:///etc/passwd",
        "other.json",
    ] {
        let schema = json!({"type": "object", "properties": {"a": {"$ref": reference}}});
        assert!(Schema::compile(&schema).is_err(), "{reference}");
    }
    let own =
        json!({"$defs": {"a": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/a"}}});
    assert!(!Schema::compile(&own).unwrap().accepts(&json!({"a": 1})));
}

#[test]
fn a_schema_that_is_too_deep_or_too_large_is_refused() {
    let mut deep = json!({"type": "string"});
    for _ in 0..100 {
        deep = json!({"not": deep});
    }
    assert!(
        Schema::compile(&deep)
            .unwrap_err()
            .contains("nested deeper")
    );
    let many: Vec<_> = (0..30_000).map(|n| json!(n)).collect();
    assert!(
        Schema::compile(&json!({"enum": many}))
            .unwrap_err()
            .contains("parts")
    );
}
