//! Whatever is cut fits, stays JSON of the same kind, and says what it lost.

use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use super::{LEAST_BYTES, Short, shrink};
use crate::results::Leaves;

/// Arbitrary JSON, of some depth and breadth.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z \"\\\\\n]{0,400}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 256, 24, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..24).prop_map(Value::from),
            vec(("[a-z]{1,8}", inner), 0..24)
                .prop_map(|fields| fields.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

/// Whether one came from the other by taking away at the end of lists, texts and objects.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Array(part), Value::Array(whole)) => {
            part.len() <= whole.len()
                && part
                    .iter()
                    .zip(whole)
                    .all(|(part, whole)| is_part(part, whole))
        }
        (Value::Object(part), Value::Object(whole)) => part
            .iter()
            .all(|(name, part)| whole.get(name).is_some_and(|whole| is_part(part, whole))),
        (Value::String(part), Value::String(whole)) => match part.rsplit_once('…') {
            Some((start, mark)) if mark.starts_with(" (shortened: ") => whole.starts_with(start),
            _ => part == whole,
        },
        _ => part == whole,
    }
}

proptest! {
    #[test]
    fn p8_case_55_whatever_is_cut_fits_and_is_a_part(value in any_value(), room in LEAST_BYTES..2_000) {
        let shrunk = shrink(&value, room, Leaves::Plain);
        let text = shrunk.value.to_string();
        // As it stands in a reply: inside a string.
        let written = Value::String(text.clone()).to_string().len() - 2;
        prop_assert!(written <= room, "{written} > {room}: {text}");
        prop_assert!(is_part(&shrunk.value, &value), "{text}");
        let was = Value::String(value.to_string()).to_string().len() - 2;
        prop_assert_eq!(was <= room, shrunk.losses.is_empty());
        if shrunk.losses.is_empty() {
            prop_assert_eq!(&shrunk.value, &value);
        }
    }
}

#[test]
fn p8_the_large_list_is_cut_and_what_stands_beside_it_stays() {
    let rows: Vec<Value> = (0..500)
        .map(|id| json!({"id": id, "say": "hello"}))
        .collect();
    let value = json!({"at": {"page": 1, "rows": rows}, "truncated": false, "tags": ["a", "b"]});
    let shrunk = shrink(&value, 2_000, Leaves::Plain);
    let Some(Short { path, shown, total }) = shrunk.short() else {
        panic!("one list was cut: {shrunk:?}");
    };
    assert_eq!(path, &["at", "rows"]);
    assert_eq!(*total, 500);
    assert_eq!(shrunk.value["at"]["rows"].as_array().unwrap().len(), *shown);
    assert!((50..80).contains(shown), "{shown}");
    assert_eq!(shrunk.value["tags"], json!(["a", "b"]));
    assert_eq!(shrunk.value["truncated"], json!(false));
}

#[test]
fn p8_a_huge_text_says_how_long_it_is() {
    let shrunk = shrink(
        &json!({"id": 7, "body": "ä".repeat(50_000)}),
        1_000,
        Leaves::Plain,
    );
    assert_eq!(shrunk.value["id"], 7);
    let body = shrunk.value["body"].as_str().unwrap();
    assert!(
        body.ends_with("ä… (shortened: 50000 characters in all)"),
        "{body}"
    );
    assert_eq!(shrunk.short(), None);
}

#[test]
fn p8_a_row_that_is_too_large_alone_is_shown_in_part() {
    let shrunk = shrink(
        &json!([{"id": 1, "body": "x".repeat(5_000)}, {"id": 2}]),
        1_000,
        Leaves::Plain,
    );
    assert_eq!(shrunk.value.as_array().unwrap().len(), 1);
    assert_eq!(shrunk.value[0]["id"], 1);
    assert_eq!(shrunk.short(), None);
}
