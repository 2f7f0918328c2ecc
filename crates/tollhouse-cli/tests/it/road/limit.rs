//! Limit: too often is told to whoever can do something about it, and to nobody else.

use serde_json::json;

use super::everywhere;

const FILE: &str = r#"
[limits]
key = "8/min"
identical = 2

[tools.look]
source = "shop"
scope = "any"
description = "Say a number once more."
sql = "SELECT :number AS number"
calls = "3/min"
params.number = { type = "integer" }

[tools.look_on]
source = "shop"
scope = "any"
description = "Say a number once more, as often as is asked."
sql = "SELECT :number AS number"
calls = "off"
params.number = { type = "integer" }
"#;

#[test]
fn p5_case_66_the_limit_of_a_tool_is_told_to_the_model_and_that_of_a_key_to_the_client() {
    everywhere(FILE, |house| {
        let mut door = house.door();
        for number in 0..3 {
            door.call("look", &json!({"number": number})).is_done();
        }
        let heard = door.call("look", &json!({"number": 3}));
        heard.is_told("3/min for look; retry in ");
        assert_eq!(heard.status.unwrap_or(200), 200);
        // What was refused has used up nothing: five are left of the key's eight.
        for number in 0..5 {
            door.call("look_on", &json!({"number": number})).is_done();
        }
        let heard = door.call("look_on", &json!({"number": 5}));
        let words = "8/min over all tools; retry in ";
        assert!(heard.text().contains(words), "{heard:?}");
        if house.way.is_modern() {
            assert_eq!(heard.code(), Some(429), "{heard:?}");
        } else {
            heard.is_told(words);
        }
        if house.way.is_http() {
            let wanted = if house.way.is_modern() { 429 } else { 200 };
            assert_eq!(heard.status, Some(wanted), "{heard:?}");
            let wait = heard.header("retry-after").map(str::parse::<u64>);
            let wait = wait.map(Result::unwrap);
            assert_eq!(wait.is_some(), house.way.is_modern(), "{heard:?}");
            assert!(wait.is_none_or(|wait| (1..=8).contains(&wait)), "{heard:?}");
        }
        // Lists are free, and others have limits of their own.
        assert!(!door.list().is_empty());
        if let Some(mut bob) = house.bob() {
            bob.call("look", &json!({"number": 3})).is_done();
        }
    });
}

#[test]
fn p5_the_same_call_in_one_turn_is_told_to_stop() {
    everywhere(FILE, |house| {
        let mut door = house.door();
        for _ in 0..2 {
            door.call("look", &json!({"number": 1})).is_done();
        }
        let heard = door.call("look", &json!({"number": 1}));
        heard.is_told("look has run 2 times with these arguments in this turn");
        door.call("look", &json!({"number": 2})).is_done();
    });
}
