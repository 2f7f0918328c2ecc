//! Audit: one record for each call, however it ended, with what tells who called what and how it ended.

use std::fs;

use serde_json::{Value, json};

use super::{Keeps, door::Says, everywhere, house::House};

const FILE: &str = r#"
[audit.sink]
file = "second.ndjson"

[limits]
identical = "off"

[tools.look]
source = "shop"
scope = "any"
description = "Say a text once more."
sql = "SELECT :text AS text"
calls = "2/min"
params.text = {}

[tools.add]
source = "shop"
scope = "any"
description = "Write a name down."
effect = "write"
sql = "INSERT INTO names VALUES (:name)"
params.name = {}

[tools.remove]
source = "shop"
scope = "any"
description = "Take a name out for good."
effect = "destructive"
sql = "DELETE FROM names WHERE name = :name"
params.name = {}
"#;

const MEANS: &str = r#"
[tools.drop_order]
source = "shop"
scope = "any"
description = "Take an order out for good."
effect = "destructive"
sql = "DELETE FROM orders WHERE id = :id"
params.id = { exists_in = "orders.id" }

[prompts.review]
scope = "any"
text = "Look at {order}."
args.order = { pattern = "^ord_[0-9]$", description = "The order" }
"#;

const NO_SUCH: &str = "no_such";

/// What is called, and how it ends: the status and the reason in its record.
fn calls() -> Vec<(&'static str, Value, Says, &'static str)> {
    let keyed = json!({"name": "a", "clientRequestId": "k"});
    let other = json!({"name": "b", "clientRequestId": "k"});
    vec![
        ("look", json!({"text": "x"}), Says::Yes, ""),
        ("look", json!({"txet": "x"}), Says::Yes, "bad_arguments"),
        ("look", json!({"text": "y"}), Says::Yes, ""),
        ("look", json!({"text": "z"}), Says::Yes, "limited"),
        ("add", keyed.clone(), Says::Yes, ""),
        ("add", keyed, Says::Yes, ""),
        ("add", other, Says::Yes, "idempotency_key_reused"),
        ("remove", json!({"name": "a"}), Says::Decline, "declined"),
        (NO_SUCH, json!({}), Says::Yes, "unknown_tool"),
    ]
}

#[test]
fn p39_case_84_there_is_one_record_for_each_call_and_the_audit_verifies() {
    everywhere(FILE, |house| {
        let mut door = house.door();
        for (tool, arguments, says, _) in calls() {
            door.says(says).call(tool, &arguments);
        }
        let records = ended(house, door);
        // A question that waits for its answer is a round of a call that has not ended.
        let is_end = |one: &&Value| one["kind"] == "call" && one["status"] != "asked";
        let records: Vec<&Value> = records.iter().filter(is_end).collect();
        let ends = records.iter();
        let ends: Vec<(&str, &str)> = ends
            .map(|one| (text(one, "target"), text(one, "reason")))
            .collect();
        // A name that nobody has is whatever a caller made up.
        let name = |tool| if tool == NO_SUCH { "" } else { tool };
        let calls = calls();
        let calls = calls.iter().map(|call| (name(call.0), call.3));
        let wanted: Vec<(&str, &str)> = calls.collect();
        assert_eq!(ends, wanted, "{records:#?}");
        let mut ids: Vec<&str> = records.iter().map(|one| text(one, "call")).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), records.len(), "each has an id of its own");
        for one in &records {
            let known = !text(one, "target").is_empty();
            assert_eq!(one["definition"].is_string(), known, "{one}");
            assert!(
                one["duration_us"].is_u64() && one["who"].is_string(),
                "{one}"
            );
        }
        let replayed = records.iter().filter(|one| one["replayed"] == true);
        assert_eq!(replayed.count(), 1);
        if house.keeps == Keeps::File {
            let verify = ["audit", "verify", "--state", "state.db"];
            let told = ["--checkpoint", "second.ndjson"];
            let (code, said) = house.runs(&[&verify[..], &told].concat());
            assert!(code == 0 && said.starts_with("ok "), "{said}");
        }
    });
}

/// A4: what is not there is told with a reason of its own, and nobody is asked for a yes to it.
#[test]
fn a4_p4_what_means_nothing_is_a_reason_of_its_own_and_rounds_have_one_id() {
    everywhere(&format!("{FILE}{MEANS}"), |house| {
        let mut door = house.door();
        let heard = door.call("drop_order", &json!({"id": "ord_9"}));
        heard.is_told("There is no orders.id `ord_9`");
        let prompt = json!({"name": "review", "arguments": {"order": "9"}});
        let heard = door.ask("prompts/get", &prompt);
        assert_eq!(heard.code(), Some(-32602), "{heard:?}");
        door.call("drop_order", &json!({"id": "ord_1"})).is_done();
        let records = ended(house, door);
        let is_of = |kind, name| {
            move |one: &&Value| text(one, "kind") == kind && text(one, "target") == name
        };
        let calls = records.iter().filter(is_of("call", "drop_order"));
        let calls: Vec<&Value> = calls.collect();
        let ends: Vec<&str> = calls.iter().map(|one| text(one, "status")).collect();
        // In older revisions the question is a round of its own too.
        assert_eq!(ends, ["refused", "asked", "done"], "{calls:#?}");
        for one in [calls[0]]
            .into_iter()
            .chain(records.iter().filter(is_of("call", "review")))
        {
            assert_eq!(text(one, "step"), "validate", "{one}");
            assert_eq!(text(one, "reason"), "bad_meaning", "{one}");
        }
        let intents = records.iter().filter(is_of("intent", "drop_order"));
        let intents: Vec<&str> = intents.map(|one| text(one, "call")).collect();
        let [_, asked, done] = [0, 1, 2].map(|place| text(calls[place], "call"));
        assert_eq!((asked, intents), (done, vec![done]), "{calls:#?}");
    });
}

fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record[name].as_str().unwrap_or_default()
}

/// All that the second place was told, after the program has ended.
fn ended(house: &mut House, door: super::door::Door) -> Vec<Value> {
    house.ends(door);
    let told = fs::read_to_string(house.path().join("second.ndjson")).unwrap();
    let lines = told.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}
