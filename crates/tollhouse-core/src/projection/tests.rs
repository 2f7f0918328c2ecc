//! What is left of values, and of the schemas that they fit.

use serde_json::{Value, json};

use super::{apply, project};
use crate::{Rollup, Shape, schema::Schema};

fn picking(fields: &[&str]) -> Shape {
    Shape {
        pick: fields.iter().map(|&name| name.to_owned()).collect(),
        ..Shape::default()
    }
}

fn dropping(fields: &[&str]) -> Shape {
    Shape {
        drop: fields.iter().map(|&name| name.to_owned()).collect(),
        ..Shape::default()
    }
}

fn rolling(by: &[&str], sum: &[&str]) -> Shape {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Shape {
        rollup: Some(Rollup {
            by: names(by),
            sum: names(sum),
        }),
        ..Shape::default()
    }
}

fn orders() -> Value {
    json!([
        {"id": 1, "status": "open", "to": {"name": "Ana", "street": "A 1"}, "lines": [{"sku": "x", "n": 2}]},
        {"id": 2, "status": "done", "to": {"name": "Bo", "street": "B 2"}, "lines": []},
    ])
}

#[test]
fn a20_fields_are_picked_and_dropped_in_lists_rows_and_single_objects() {
    let picked = json!([
        {"id": 1, "to": {"name": "Ana"}, "lines": [{"sku": "x"}]},
        {"id": 2, "to": {"name": "Bo"}, "lines": []},
    ]);
    let pick = picking(&["id", "to.name", "lines.sku"]);
    assert_eq!(apply(orders(), &pick), picked);
    let rows = json!({"rows": orders(), "truncated": false});
    assert_eq!(
        apply(rows.clone(), &pick),
        json!({"rows": picked, "truncated": false})
    );
    assert_eq!(apply(orders()[0].clone(), &pick), picked[0]);
    let drop = dropping(&["status", "to.street", "lines.n"]);
    assert_eq!(
        apply(rows, &drop),
        json!({"rows": picked, "truncated": false})
    );
}

#[test]
fn a20_columns_are_picked_with_their_cells() {
    let table =
        json!({"columns": ["a", "b", "c"], "rows": [[1, 2, 3], [4, 5, 6]], "truncated": false});
    let picked = json!({"columns": ["a", "c"], "rows": [[1, 3], [4, 6]], "truncated": false});
    assert_eq!(apply(table.clone(), &picking(&["a", "c"])), picked);
    assert_eq!(apply(table, &dropping(&["b"])), picked);
}

#[test]
fn a20_t19_rows_are_rolled_up_in_their_order() {
    let rows = json!({"rows": [
        {"day": "mon", "kcal": 100, "note": "x"},
        {"day": "tue", "kcal": 50.5},
        {"day": "mon", "kcal": 20, "note": "y"},
        {"day": "tue", "kcal": null},
    ], "truncated": false});
    let expected = json!({"rows": [
        {"day": "mon", "kcal": 120, "count": 2},
        {"day": "tue", "kcal": 50.5, "count": 2},
    ], "truncated": false});
    assert_eq!(apply(rows, &rolling(&["day"], &["kcal"])), expected);
    let table = json!({"columns": ["day", "kcal"], "rows": [["mon", 1], ["mon", 2]]});
    let expected = json!({"columns": ["day", "kcal", "count"], "rows": [["mon", 3, 2]]});
    assert_eq!(apply(table, &rolling(&["day"], &["kcal"])), expected);
}

fn described() -> Value {
    json!({
        "$defs": {"Order": {"type": "object", "required": ["id", "status", "to"], "properties": {
            "id": {"type": "integer"},
            "status": {"type": "string"},
            "to": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/Person"}]},
            "lines": {"type": "array", "items": {"type": "object", "additionalProperties": false,
                "required": ["sku", "n"],
                "properties": {"sku": {"type": "string"}, "n": {"type": "integer"}}}}}},
            "Person": {"type": "object", "required": ["name", "street"], "additionalProperties": false,
                "properties": {"name": {"type": "string"}, "street": {"type": "string"}}}},
        "type": "object", "required": ["rows"],
        "properties": {"rows": {"type": "array", "items": {"$ref": "#/$defs/Order"}}, "truncated": {"type": "boolean"}},
    })
}

#[test]
fn a20_the_schema_is_cut_like_the_rows() {
    let value = json!({"rows": orders(), "truncated": false});
    for shape in [
        picking(&["id", "to.name", "lines.sku"]),
        dropping(&["status", "to.street", "lines.n"]),
        rolling(&["status"], &["id"]),
    ] {
        let part = apply(value.clone(), &shape);
        assert!(!Schema::compile(&described()).unwrap().accepts(&part));
        let schema = project(&described(), &shape).unwrap();
        let fits = Schema::compile(&schema).unwrap();
        assert!(fits.accepts(&part), "{schema} {part}");
    }
}

#[test]
fn a20_what_cannot_be_picked_is_told() {
    let told = |shape| project(&described(), &shape).unwrap_err();
    assert_eq!(
        told(picking(&["id", "state"])),
        "its results have no field `state`"
    );
    assert_eq!(
        told(rolling(&["day"], &[])),
        "its results have no field `day`"
    );
    let tied = json!({"type": "object", "minProperties": 2, "properties": {"a": {}, "b": {}}});
    let why = project(&tied, &picking(&["a"])).unwrap_err();
    assert_eq!(why, "its schema says `minProperties` where it would be cut");
}
