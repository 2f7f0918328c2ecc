//! Execute: it ends in time, what fails is left alone for a while, and what went wrong inside stays inside.

use serde_json::json;

use super::{
    door::Heard,
    everywhere,
    library::{Library, logged},
    ways,
};

const FILE: &str = r#"
[limits]
identical = "off"

[sources.weak]
type = "sqlite"
path = "shop.db"
failures = 3
pause = "1m"

[tools.count_on]
source = "shop"
scope = "any"
description = "Count without an end."
deadline = "200ms"
sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS most FROM n"

[tools.count_up_to]
source = "weak"
scope = "any"
description = "Count up to a number."
deadline = "100ms"
sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :last) SELECT max(i) AS most FROM n"
params.last = { type = "integer" }

[tools.size]
source = "shop"
scope = "any"
description = "Say how large a number is, whatever its sign."
sql = "SELECT abs(:number) AS size"
params.number = { type = "integer" }

[tools.look]
source = "shop"
scope = "any"
description = "Say that all is well."
sql = "SELECT 'well' AS all_is"
"#;

#[test]
fn p6_o12_what_takes_too_long_is_stopped_and_told() {
    everywhere(FILE, |house| {
        let mut door = house.door();
        let heard = door.call("count_on", &json!({}));
        heard.is_told("This took too long and was stopped");
        door.call("look", &json!({})).is_done();
    });
}

/// The database's own words are in the log, once, under the id that the model reads.
#[test]
fn p43_what_a_database_says_stays_inside_and_is_in_the_log_once() {
    everywhere(FILE, |house| {
        let mut door = house.door();
        let heard = door.call("size", &json!({"number": i64::MIN}));
        let id = id(&heard);
        assert!(!heard.message.to_string().contains("overflow"), "{heard:?}");
        let line = house.hears(&door, &id);
        assert!(line.contains("integer overflow"), "{line}");
        // Up to the next failure nothing says it again.
        let next = self::id(&door.call("size", &json!({"number": i64::MIN})));
        let lines = house.hears_up_to(&door, &next);
        assert!(
            !lines
                .iter()
                .any(|line| line.contains(&id) && line.contains("overflow")),
            "{lines:?}"
        );
    });
}

#[test]
fn o12_r13_what_fails_again_and_again_is_left_alone_for_a_while() {
    everywhere(FILE, |house| {
        let mut door = house.door();
        for _ in 0..3 {
            let heard = door.call("count_up_to", &json!({"last": i64::MAX}));
            heard.is_told("took too long");
        }
        let heard = door.call("count_up_to", &json!({"last": 1}));
        heard.is_told("has failed or hung several times in a row");
        door.call("look", &json!({})).is_done();
    });
}

#[test]
fn p43_a_panic_is_an_internal_error_whose_words_are_in_the_log_alone() {
    ways(|way, keeps| {
        let mut library = Library::open(way, keeps);
        let mut door = library.door();
        let heard = door.call("fall", &json!({"over": "a word of ana's"}));
        let id = id(&heard);
        assert!(
            !heard.message.to_string().contains("inner state"),
            "{heard:?}"
        );
        let lines = logged(&id);
        let told = lines.iter().filter(|line| line.contains("a call panicked"));
        let told: Vec<&String> = told.collect();
        let [line] = told.as_slice() else {
            panic!("{lines:?}");
        };
        assert!(
            line.contains("the inner state of a library, over "),
            "{line}"
        );
        assert!(
            !line.contains("a word of ana's"),
            "what a caller sent is not for the log: {line}"
        );
        door.call("rows", &json!({"count": 1})).is_done();
    });
}

/// The id of an internal error, which is all that a model reads of it.
fn id(heard: &Heard) -> String {
    heard.is_told("internal error (id ");
    let text = heard.text();
    let (_, rest) = text.split_once("(id ").unwrap();
    assert!(rest.ends_with(')'), "{text}");
    rest.trim_end_matches(')').to_owned()
}
