//! Validate: what does not fit is told in words that say how to mend it, and nothing runs.

use serde_json::{Value, json};
use tollhouse::{Ending, Refusal};

use super::{
    everywhere,
    library::{Library, logged},
    ways,
};

const FILE: &str = r#"
[tools.add]
source = "shop"
scope = "any"
description = "Write a name down, in a row of its own."
effect = "write"
sql = "INSERT INTO names VALUES (:name || coalesce(:note, '') || :count)"
params.name = { min_length = 1, pattern = "^[a-z]+$" }
params.note = { optional = true }
params.count = { type = "integer", min = 1, max = 5, default = 1 }

[tools.note_order]
source = "shop"
scope = "any"
description = "Write a note about an order."
effect = "write"
sql = "UPDATE orders SET note = :note WHERE id = :order_id"
params.order_id = { exists_in = "orders.id" }
params.note = {}

[prompts.review]
scope = "any"
description = "Look at one order."
text = "Look at order {order}, {depth}."
args.order = { pattern = "^ord_[0-9]$", description = "The order" }
args.depth = { optional = true, enum = ["quickly", "slowly"], description = "How closely" }

[resources.order]
uri = "shop://orders/{order_id}"
description = "One order."
source = "shop"
scope = "any"
sql = "SELECT id, note FROM orders WHERE id = :order_id"
returns = "one"
"#;

/// What is sent, and what a model reads of it.
fn odd() -> Vec<(&'static str, Value, &'static [&'static str])> {
    vec![
        ("add", json!({}), &["`name`", "missing"]),
        ("add", json!({"name": null}), &["`name`", "null"]),
        (
            "add",
            json!({"name": ""}),
            &["`name`", "at least 1", "\"\""],
        ),
        ("add", json!({"name": 7}), &["`name`", "string"]),
        (
            "add",
            json!({"name": "' OR 1=1--"}),
            &["`name`", "^[a-z]+$"],
        ),
        (
            "add",
            json!({"name": "x (probably)"}),
            &["`name`", "^[a-z]+$"],
        ),
        ("add", json!({"name": "x", "nmae": "y"}), &["`nmae`"]),
        ("add", json!({"name": "x", "count": 6}), &["`count`", "5"]),
        (
            "add",
            json!({"name": "x", "count": "2"}),
            &["`count`", "integer"],
        ),
        (
            "add",
            json!({"name": "x", "count": null}),
            &["`count`", "null"],
        ),
        (
            "note_order",
            json!({"order_id": "ord_3", "note": ""}),
            &["There is no orders.id `ord_3`", "ord_1"],
        ),
    ]
}

#[test]
fn p40_case_58_what_does_not_fit_is_told_and_not_done() {
    everywhere(FILE, |house| {
        let mut door = house.door();
        for (tool, arguments, words) in odd() {
            let heard = door.call(tool, &arguments);
            assert_eq!((heard.code(), heard.status.unwrap_or(200)), (None, 200));
            for word in words {
                heard.is_told(word);
            }
            assert_eq!(house.done(), 0, "{arguments}");
        }
        let heard = door.call("no_such", &json!({}));
        assert_eq!(
            (heard.code(), heard.status.unwrap_or(200)),
            (Some(-32602), 200)
        );
        assert!(heard.text().contains("no_such"), "{heard:?}");
        let absent = json!({"name": "x"});
        let empty = json!({"name": "x", "note": "", "count": 5});
        for fits in [absent, empty] {
            door.call("add", &fits).is_done();
        }
        assert_eq!(house.done(), 2);
    });
}

#[test]
fn p40_prompts_and_resources_are_looked_at_as_closely() {
    everywhere(FILE, |house| {
        let mut door = house.door();
        let mut get = |arguments: Value| {
            let params = json!({"name": "review", "arguments": arguments});
            door.ask("prompts/get", &params)
        };
        for (arguments, words) in [
            (json!({}), "`order`"),
            (json!({"order": 1}), "`order`"),
            (json!({"order": "ord_12"}), "order"),
            (json!({"order": "ord_1", "depth": "deeply"}), "depth"),
            (json!({"order": "ord_1", "dpeth": "slowly"}), "`dpeth`"),
        ] {
            let heard = get(arguments);
            assert_eq!(heard.code(), Some(-32602), "{heard:?}");
            assert!(heard.text().contains(words), "{words}: {heard:?}");
        }
        let heard = get(json!({"order": "ord_1"}));
        assert!(
            heard.result().to_string().contains("Look at order ord_1"),
            "{heard:?}"
        );
        let heard = door.read("shop://orders/ord_2");
        assert!(heard.result().to_string().contains("second"), "{heard:?}");
        for absent in [
            "shop://orders/ord_9",
            "shop://orders",
            "shop://orders/a/b",
            "file:///etc/passwd",
        ] {
            let heard = door.read(absent);
            let wanted = if house.way.is_modern() {
                -32602
            } else {
                -32002
            };
            assert_eq!(heard.code(), Some(wanted), "{heard:?}");
            assert!(heard.text().contains(absent), "{heard:?}");
        }
    });
}

/// A tool that breaks its promise: its caller reads an id, and what it gave goes nowhere.
#[test]
fn p40_p43_a_result_that_does_not_fit_is_an_internal_error() {
    ways(|way, keeps| {
        let mut library = Library::open(way, keeps);
        let mut door = library.door();
        let listed = door.list();
        let wrong = listed.iter().find(|tool| tool["name"] == "wrong");
        assert_eq!(
            wrong.unwrap()["outputSchema"]["properties"]["count"]["maximum"],
            3
        );
        let heard = door.call("wrong", &json!({}));
        heard.is_told("internal error (id ");
        assert!(
            heard.result().get("structuredContent").is_none(),
            "{heard:?}"
        );
        assert!(!heard.message.to_string().contains("4711"), "{heard:?}");
        let Ending::Refused(Refusal::Internal(id)) = library.last().ending else {
            panic!("{:?}", library.last());
        };
        heard.is_told(&format!("(id {id})"));
        let lines = logged(&id);
        let told = lines
            .iter()
            .filter(|line| line.contains("does not fit its output schema"));
        assert_eq!(told.count(), 1, "{lines:?}");
        assert!(!lines.iter().any(|line| line.contains("4711")), "{lines:?}");
    });
}
