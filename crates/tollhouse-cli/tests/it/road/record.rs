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
