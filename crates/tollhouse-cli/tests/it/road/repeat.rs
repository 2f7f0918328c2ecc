//! Repeat: a call that was made before is answered, and not made again.

use serde_json::{Value, json};

use super::{door::Heard, seeded};

const FILE: &str = r#"
[limits]
identical = "off"
writes = "1000/min"

[tools.add]
source = "shop"
scope = "any"
description = "Write a name down, in a row of its own."
effect = "write"
sql = "INSERT INTO names VALUES (:name) RETURNING name, rowid AS row"
params.name = {}

[tools.add_once]
source = "shop"
scope = "any"
description = "Write a name down, in a row of its own, exactly once."
effect = "write"
exactly_once = true
request_id = "required"
sql = "INSERT INTO names VALUES (:name) RETURNING name, rowid AS row"
params.name = {}

[tools.add_brief]
source = "shop"
scope = "any"
description = "Write a name down, and take the same for a repeat for two minutes."
effect = "write"
dedupe_window = "2m"
sql = "INSERT INTO names VALUES (:name) RETURNING name, rowid AS row"
params.name = {}
"#;
/// What `tollhouse migrate` makes has to be there before the program starts.
const SEEDED: &str = tollhouse_sources::sql::EFFECTS_TABLE;

fn parts(heard: &Heard) -> (Value, Value) {
    heard.is_done();
    (heard.result()["content"].clone(), heard.data().clone())
}

fn is_replay(heard: &Heard) -> bool {
    heard.result()["_meta"]["dev.tollhouse/replayed"] == true
}

#[test]
fn a21_case_60_the_same_key_is_one_effect_and_one_answer() {
    seeded(FILE, SEEDED, |house| {
        let mut door = house.door();
        let mut effects = 0;
        for tool in ["add", "add_once"] {
            let call = json!({"name": "a", "clientRequestId": "k 1"});
            let first = door.call(tool, &call);
            assert!(!is_replay(&first), "{first:?}");
            effects += 1;
            for _ in 0..3 {
                let again = door.call(tool, &call);
                assert_eq!(parts(&again), parts(&first));
                assert!(is_replay(&again), "{again:?}");
            }
            assert_eq!(house.done(), effects, "{tool}");
            // Another key, and the same key for another tool, are other calls.
            parts(&door.call(tool, &json!({"name": "a", "clientRequestId": "k 2"})));
            effects += 1;
            assert_eq!(house.done(), effects, "{tool}");
        }
    });
}

#[test]
fn case_61_a_key_is_of_one_caller_one_tool_and_one_call() {
    seeded(FILE, SEEDED, |house| {
        let mut door = house.door();
        for (tool, effects) in [("add", 1), ("add_once", 3)] {
            let first = json!({"name": "a", "clientRequestId": "k"});
            let first = door.call(tool, &first);
            first.is_done();
            let other = json!({"name": "b", "clientRequestId": "k"});
            let other = door.call(tool, &other);
            other.is_told("was used for other arguments, so nothing was done");
            assert_eq!(house.done(), effects);
            let bob = house.bob().map(|mut bob| {
                let same = json!({"name": "b", "clientRequestId": "k"});
                assert!(!is_replay(bob.call(tool, &same).is_done()));
            });
            if bob.is_none() {
                // Nobody else is there: as many rows as if somebody had been.
                door.call(tool, &json!({"name": "b", "clientRequestId": "k 2"}))
                    .is_done();
            }
            assert_eq!(house.done(), effects + 1);
        }
    });
}

#[test]
fn a21_a_key_may_stand_beside_the_arguments_and_has_a_form() {
    seeded(FILE, SEEDED, |house| {
        let mut door = house.door();
        let key = |key: &str| {
            json!({"name": "add", "arguments": {"name": "a"},
                   "_meta": {"dev.tollhouse/idempotencyKey": key}})
        };
        let first = door.ask("tools/call", &key("k"));
        let again = door.ask("tools/call", &key("k"));
        assert_eq!(parts(&first), parts(&again));
        assert!(is_replay(&again));
        let long = "k".repeat(129);
        for odd in [json!(long), json!(""), json!(7), json!("a\nb")] {
            let heard = door.call("add", &json!({"name": "a", "clientRequestId": odd}));
            heard.is_told("clientRequestId");
        }
        let longest = "é".repeat(128);
        let heard = door.call("add", &json!({"name": "a", "clientRequestId": longest}));
        heard.is_done();
        door.call("add_once", &json!({"name": "a"}))
            .is_told("`clientRequestId` is missing");
        assert_eq!(house.done(), 2);
    });
}

#[test]
fn o2_without_a_key_the_same_arguments_are_the_same_call_for_a_while() {
    seeded(FILE, SEEDED, |house| {
        let mut door = house.door();
        let first = door.call("add_brief", &json!({"name": "a"}));
        let again = door.call("add_brief", &json!({"name": "a"}));
        assert_eq!(parts(&first), parts(&again));
        assert!(is_replay(&again), "{again:?}");
        assert!(!is_replay(
            door.call("add_brief", &json!({"name": "b"})).is_done()
        ));
        assert_eq!(house.done(), 2);
        let listed = door.list();
        for tool in listed.iter().filter(|tool| tool["name"] != "read_more") {
            let fields = &tool["inputSchema"]["properties"];
            assert!(fields["clientRequestId"].is_object(), "{tool}");
        }
    });
}
