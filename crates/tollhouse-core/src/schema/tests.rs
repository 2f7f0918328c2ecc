//! What a model reads when its arguments do not fit.

use serde_json::{Value, json};

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

#[test]
fn t108_the_dialect_is_the_one_that_is_named() {
    // In draft 7 a tuple is written with `items`, in 2020-12 with `prefixItems`.
    let tuple =
        |dialect: &str, keyword: &str| json!({"$schema": dialect, keyword: [{"type": "string"}]});
    for (dialect, keyword) in [
        ("http://json-schema.org/draft-04/schema#", "items"),
        ("http://json-schema.org/draft-06/schema#", "items"),
        ("http://json-schema.org/draft-07/schema#", "items"),
        ("https://json-schema.org/draft/2019-09/schema", "items"),
        (
            "https://json-schema.org/draft/2020-12/schema",
            "prefixItems",
        ),
    ] {
        let schema = Schema::compile(&tuple(dialect, keyword)).unwrap();
        assert!(schema.accepts(&json!(["a"])), "{dialect}");
        assert!(!schema.accepts(&json!([1])), "{dialect}");
    }
    let unnamed = Schema::compile(&json!({"prefixItems": [{"type": "string"}]})).unwrap();
    assert!(!unnamed.accepts(&json!([1])));
    for unknown in [
        "https://example.com/dialect",
        "urn:my:dialect",
        "draft-07",
        "file:///etc/passwd",
    ] {
        let told = Schema::compile(&tuple(unknown, "items")).unwrap_err();
        assert!(told.contains(unknown), "{told}");
    }
    assert!(Schema::compile(&json!({"$schema": 7})).is_err());
}

#[test]
fn p40_null_missing_and_empty_are_three_things() {
    let schema = schema(&json!({
        "type": "object",
        "properties": {
            "id": {"type": "string", "minLength": 1},
            "note": {"type": "string"},
            "tags": {"type": "array", "minItems": 1},
            "at": {"type": "object", "minProperties": 1},
            "count": {"type": "integer"},
        },
        "required": ["id"],
    }));
    for (given, told) in [
        (json!({}), "`id` is missing; expected string"),
        (
            json!({"id": null}),
            "`id` is null, which is not the same as left out: expected string; it has to be given",
        ),
        (
            json!({"id": ""}),
            "`id`: expected at least 1 characters, got an empty text (\"\")",
        ),
        (
            json!({"id": "a", "note": null}),
            "`note` is null, which is not the same as left out: expected string; leave it out if there is nothing to say",
        ),
        (
            json!({"id": "a", "tags": []}),
            "`tags`: expected at least 1 items, got an empty list ([])",
        ),
        (
            json!({"id": "a", "at": {}}),
            "`at`: expected at least 1 properties, got an empty object ({})",
        ),
        (
            json!({"id": "a", "count": ""}),
            "`count`: expected integer, got an empty text (\"\")",
        ),
    ] {
        assert_eq!(schema.problems(&given), [told], "{given}");
    }
    assert!(schema.accepts(&json!({"id": "a", "note": ""})));
}

#[test]
fn a4_formats_are_checked_and_told_by_what_they_look_like() {
    for (format, good, bad, told) in [
        (
            "date-time",
            "2026-11-20T09:30:00Z",
            "2026-11-20 09:30",
            "2026-11-20T09:30:00Z",
        ),
        ("date", "2026-11-20", "20.11.2026", "2026-11-20"),
        ("time", "09:30:00Z", "half past nine", "09:30:00Z"),
        ("duration", "PT15M", "15 minutes", "PT15M"),
        (
            "email",
            "ann@example.com",
            "ann at example.com",
            "ann@example.com",
        ),
        (
            "uri",
            "https://example.com/a",
            "example",
            "https://example.com/a",
        ),
        (
            "uuid",
            "123e4567-e89b-12d3-a456-426614174000",
            "123e4567",
            "123e4567-e89b-12d3-a456-426614174000",
        ),
        ("ipv4", "192.0.2.1", "192.0.2.256", "192.0.2.1"),
        ("ipv6", "2001:db8::1", "2001:db8", "2001:db8::1"),
        ("hostname", "example.com", "-example.com", "example.com"),
    ] {
        let schema = schema(&json!({"properties": {"it": {"type": "string", "format": format}}}));
        assert!(schema.accepts(&json!({"it": good})), "{format}");
        let problems = schema.problems(&json!({"it": bad}));
        let [problem] = problems.as_slice() else {
            panic!("{format}: {problems:?}");
        };
        assert!(
            problem.starts_with("`it`: expected ") && problem.contains(told),
            "{problem}"
        );
        assert!(
            problem.contains(&format!("(format `{format}`), got \"{bad}\"")),
            "{problem}"
        );
    }
}

fn schema(document: &Value) -> Schema {
    Schema::compile(document).unwrap()
}
