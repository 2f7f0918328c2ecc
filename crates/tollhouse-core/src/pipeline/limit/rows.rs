//! How many rows a result has.

use serde_json::Value;

use crate::Output;

/// The items of a tool's data, or of the longest list in it; `None` if it has no list.
pub(super) fn of(output: &Output) -> Option<u64> {
    let Output::Tool(reported) = output else {
        return None;
    };
    let count = |value: &Value| value.as_array().map(|items| items.len() as u64);
    match reported.structured.as_ref()? {
        Value::Object(members) => members.values().filter_map(count).max(),
        data => count(data),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::of;
    use crate::{Output, Reported};

    #[test]
    fn p45_rows_are_the_items_of_the_longest_list() {
        let rows = |data: Option<Value>| {
            of(&Output::Tool(Reported {
                structured: data,
                ..Reported::default()
            }))
        };
        assert_eq!(rows(Some(json!([{}, {}, {}]))), Some(3));
        assert_eq!(
            rows(Some(json!({"rows": [1, 2], "more": [1], "total": 9}))),
            Some(2)
        );
        assert_eq!(rows(Some(json!({"rows": []}))), Some(0));
        assert_eq!(rows(Some(json!({"one": 1}))), None);
        assert_eq!(rows(Some(json!("text"))), None);
        assert_eq!(rows(None), None);
    }
}
