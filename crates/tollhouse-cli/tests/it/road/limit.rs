//! Limit: too often is told to whoever can do something about it, and to nobody else.

use serde_json::json;
use tollhouse::{Clock as _, SystemClock};

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

/// Nothing is said in the file: this is what everybody has.
const UNSAID: &str = r#"
[tools.search]
source = "shop"
scope = "any"
description = "Say a number once more."
sql = "SELECT :number AS number"
params.number = { type = "integer" }

[tools.add]
source = "shop"
scope = "any"
description = "Write a name down for good."
effect = "destructive"
sql = "INSERT INTO names VALUES (:name)"
params.name = {}
"#;

#[test]
fn p36_case_66_of_four_hundred_calls_at_once_a_tool_sees_its_limit() {
    everywhere(UNSAID, |house| {
        let mut door = house.door();
        let clock = SystemClock::default();
        let mut done = 0;
        for number in 0..400 {
            let heard = door.call("search", &json!({"number": number}));
            if heard.is_error() {
                heard.is_told("60/min for search; retry in ");
            } else {
                heard.is_done();
                done += 1;
            }
        }
        // One comes back each second while they are made.
        let most = 61 + clock.ticks().as_secs();
        assert!((60..=most).contains(&done), "{done} of {most}");
    });
}

#[test]
fn t8_what_destroys_has_a_lower_limit_and_asks_nobody_beyond_it() {
    everywhere(UNSAID, |house| {
        let mut door = house.door();
        let (mut asked, mut refused) = (0, 0);
        for number in 0..8 {
            let heard = door.call("add", &json!({"name": format!("n{number}")}));
            asked += heard.asked.len();
            if heard.is_error() {
                heard.is_told("5/min for add; retry in ");
                refused += 1;
            }
        }
        assert_eq!((asked, refused, house.done()), (5, 3, 5));
    });
}
